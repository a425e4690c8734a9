import { watched, type Cursor } from '../istio/cursor'
import type { RawObject } from '../istio/read-object'
import type { GrpcRoute, HttpRoute, Route, RouteParent } from './layer-linkerd'
import { readGrpcMatch, readHttpMatch } from './read-match'
import { readWhole } from './read-whole'
import { flawsOf, type Flaw } from './route-flaws'
import { policyGroup, readKindRef, targetsKind } from './target-kind'

/** An HTTPRoute of either group, if it hangs on a Server; others are routes of callers (`policy-controller/k8s/index/src/inbound/index/http.rs`). */
export function readHttpRoute(object: RawObject): HttpRoute | undefined {
  return readRoute(object, readHttpMatch)
}

/** A GRPCRoute of the Gateway API, if it hangs on a Server (`policy-controller/k8s/index/src/inbound/index/grpc.rs`). */
export function readGrpcRoute(object: RawObject): GrpcRoute | undefined {
  return readRoute(object, readGrpcMatch)
}

/** What reading a match makes of it, and why the controller may ignore the whole route for it. */
export type Read<Match> = (match: Cursor) => { readonly match: Match; readonly flaws: readonly Flaw[] }

function readRoute<Match>(object: RawObject, readMatch: Read<Match>): Route<Match> | undefined {
  const hung = watched(object.body.log, () =>
    object.body
      .get('spec')
      .get('parentRefs')
      .items()
      .filter(ref => targetsServer(ref, object.group))
      .map(ref => ({ parent: readParent(ref), flaws: parentFlaws(ref, object.namespace) })),
  )
  if (hung.value.length === 0 && !hung.damaged) return undefined
  const { rules, unreadable, ...route } = readWhole(object, spec => ({
    hostnames: spec.get('hostnames').strings(),
    rules: readRules(object, readMatch),
  }))
  const broken = unreadable || hung.damaged
  return {
    ...route,
    group: object.group,
    parents: hung.damaged ? 'unknown' : hung.value.map(({ parent }) => parent),
    rules: rules.map(({ matches, redirects }) => ({ matches, redirects })),
    // What was found wrong with an object that could not be read may not be wrong with it.
    ...(broken ? { ignored: 'unknown' } : ignoredFor([...hung.value, ...rules].flatMap(({ flaws }) => flaws))),
    unreadable: broken,
  }
}

function ignoredFor(flaws: readonly Flaw[]): Pick<HttpRoute, 'ignored' | 'flaw'> {
  const flaw = flaws.find(found => found !== 'unknown')
  if (flaw !== undefined) return { ignored: 'yes', flaw }
  return { ignored: flaws.length > 0 ? 'unknown' : 'no' }
}

/**
 * One without a kind, or with an empty name, is none (`policy-controller/k8s/index/src/inbound/routes.rs` from_http_parent_ref). Without a group it is of the route's
 * own, as an API server fills in (`charts/linkerd-crds/templates/policy/httproute.yaml`, Gateway API likewise).
 */
function targetsServer(ref: Cursor, group: string): boolean {
  const target = readKindRef(ref)
  const found = ref.get('group').absent ? { ...target, group } : target
  return targetsKind(found, policyGroup, 'Server') && ref.get('name').value !== ''
}

function readParent(ref: Cursor): RouteParent {
  const namespace = ref.get('namespace').string()
  const name = ref.get('name').required()?.string() ?? ''
  return { name, ...(namespace === undefined ? {} : { namespace }) }
}

/** Any such parent voids the whole route, its other parents included (`policy-controller/k8s/index/src/inbound/routes.rs` InvalidParentRef). */
function parentFlaws(ref: Cursor, beside: string | undefined): readonly Flaw[] {
  const namespace = ref.get('namespace').string()
  return [
    ...(namespace !== undefined && namespace !== beside ? ['its parent lies in another namespace'] : []),
    ...(ref.get('port').absent ? [] : ['its parent is named with a port']),
    ...(ref.get('sectionName').absent ? [] : ['its parent is named with a section']),
  ]
}

interface ReadRule<Match> {
  readonly matches: readonly Match[]
  readonly redirects: boolean
  readonly flaws: readonly Flaw[]
}

/** Without `rules` an API server writes one that matches everything (`charts/linkerd-crds/templates/policy/httproute.yaml`, Gateway API likewise). */
function readRules<Match>({ body, group }: RawObject, readMatch: Read<Match>): readonly ReadRule<Match>[] {
  const rules = body.get('spec').get('rules')
  if (rules.absent) return [{ matches: [], redirects: false, flaws: [] }]
  return rules.items().map(rule => {
    const matches = rule.get('matches').items().map(readMatch)
    const filters = rule.get('filters').items()
    return {
      matches: matches.map(({ match }) => match),
      redirects: filters.some(filter => !filter.get('requestRedirect').absent),
      flaws: [...matches.flatMap(({ flaws }) => flaws), ...filters.flatMap(filter => flawsOf(filter, group))],
    }
  })
}
