import { targetsKind } from '../../../../core/analyze/linkerd/target-kind'
import { at, given, items, required, text, type Field } from '../../field'
import { namespaceOf } from '../policies'
import { nameOf, policyGroup } from './objects'

/** A route that hangs on Servers. */
export interface RouteFact {
  readonly field: Field
  readonly group: string
  readonly kind: 'HTTPRoute' | 'GRPCRoute'
  readonly namespace: string
  readonly name: string
  readonly parents: readonly ParentFact[]
}

export interface ParentFact {
  readonly field: Field
  readonly name: string
  /** The one it says, else the route's own. */
  readonly namespace: string
  /** Which of its fields void the whole route: a port, a section or another namespace (linkerd2 `policy-controller/k8s/index/src/inbound/routes.rs`; recorded). */
  readonly flaws: readonly Field[]
}

/** Reads a route; nothing where it hangs on no Server, as routes of callers do. */
export function readRoute(field: Field): RouteFact | undefined {
  const { apiVersion, kind } = field.of
  const group = apiVersion.slice(0, Math.max(0, apiVersion.lastIndexOf('/')))
  const parents = items(at(field, 'spec', 'parentRefs')).filter(ref => namesServer(ref, group))
  if (parents.length === 0) return undefined
  const namespace = namespaceOf(field)
  return {
    field,
    group,
    kind: kind === 'GRPCRoute' ? 'GRPCRoute' : 'HTTPRoute',
    namespace,
    name: nameOf(field),
    parents: parents.map(ref => readParent(ref, namespace)),
  }
}

/** Without a group it is of the route's own, as an API server fills in (linkerd2 `charts/linkerd-crds/templates/policy/httproute.yaml`, Gateway API likewise). */
function namesServer(ref: Field, group: string): boolean {
  return targetsKind(
    { group: text(at(ref, 'group')) ?? group, kind: text(at(ref, 'kind')) ?? '' },
    policyGroup,
    'Server',
  )
}

function readParent(field: Field, beside: string): ParentFact {
  const namespace = at(field, 'namespace')
  const lies = text(namespace) ?? beside
  return {
    field,
    name: required(at(field, 'name')),
    namespace: lies,
    flaws: [...(lies === beside ? [] : [namespace]), ...[at(field, 'port'), at(field, 'sectionName')].filter(given)],
  }
}
