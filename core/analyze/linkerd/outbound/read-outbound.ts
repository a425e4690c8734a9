import { watched, type Cursor } from '../../istio/cursor'
import { every, type Ternary } from '../../istio/kleene'
import { isNamed, readAnnotations, readNamed, type RawObject } from '../../istio/read-object'
import { readNetwork } from '../read-authentication'
import { readGrpcMatch, readHttpMatch } from '../read-match'
import { readWhole } from '../read-whole'
import { policyGroup, readKindRef, targetsKind } from '../target-kind'
import type { Backend, EgressNetwork, OutboundAction, OutboundHook, OutboundRoute } from './layer-outbound'
import { isPatient } from './patience'

/** Source: `policy-controller/k8s/api/src/policy/egress_network.rs`, `outbound/index/egress_network.rs` from_resource. */
export function readEgressNetwork(object: RawObject): EgressNetwork {
  const annotations = readAnnotations(object)
  const { unreadable, ...network } = readWhole(object, spec => {
    spec.required()?.only(['trafficPolicy', 'networks'])
    const networks = spec.get('networks')
    return {
      trafficPolicy: spec.get('trafficPolicy').required()?.oneOf('Allow', 'Deny') ?? 'Allow',
      ...(networks.absent ? {} : { networks: networks.items().flatMap(readNetwork) }),
    }
  })
  const opaquePorts = annotations.value['config.linkerd.io/opaque-ports']
  return {
    ...network,
    ...(opaquePorts === undefined ? {} : { opaquePorts }),
    unreadable: unreadable || annotations.damaged,
  }
}

const protocols = { HTTPRoute: 'http', GRPCRoute: 'grpc', TLSRoute: 'tls', TCPRoute: 'tcp' } as const

/** A route of either group, if it hangs on a Service or an EgressNetwork (`outbound/index.rs` apply_http_route and its like). */
export function readOutboundRoute(object: RawObject, kind: keyof typeof protocols): OutboundRoute | undefined {
  const protocol = protocols[kind]
  const spec = object.body.get('spec')
  const hung = watched(object.body.log, () =>
    spec
      .get('parentRefs')
      .items()
      .flatMap(ref => readHook(ref, object.group)),
  )
  if (hung.value.length === 0 && !hung.damaged) return undefined
  const { unreadable, hostnames, rules, ...named } = readWhole(object, () => ({
    hostnames: spec.get('hostnames').strings(),
    rules: readRules(spec.get('rules'), protocol),
  }))
  const annotations = readAnnotations(object)
  const lost = unreadable || hung.damaged || annotations.damaged || !isNamed(object)
  const sound: Ternary = rules.some(({ flawed }) => flawed) || !isPatient(annotations.value) ? 'unknown' : 'yes'
  const route = {
    ...readNamed(object),
    group: object.group,
    parents: [],
    hostnames,
    ignored: 'no',
    unreadable: lost,
  } as const
  return {
    ...named,
    protocol,
    hooks: hung.damaged ? 'unknown' : hung.value,
    serverNames: protocol === 'tls' ? hostnames : [],
    ...(protocol === 'http' && {
      http: { ...route, rules: rules.map(({ http }) => ({ matches: http, redirects: false })) },
    }),
    ...(protocol === 'grpc' && {
      grpc: { ...route, rules: rules.map(({ grpc }) => ({ matches: grpc, redirects: false })) },
    }),
    actions: rules.map(({ action }) => action),
    counts: lost ? 'unknown' : every([sound, isRead(object, protocol, rules.length)]),
  }
}

/**
 * Whether the controller reads the object: of TLSRoutes and TCPRoutes 2.20 knows version v1alpha2 alone, which an API server may serve for one that was written in
 * another; and of these it takes no more and no fewer rules than one (linkerd2 pull request 15584; `outbound/index/tls.rs`, `outbound/index/tcp.rs` convert_route).
 */
function isRead({ version }: RawObject, protocol: OutboundRoute['protocol'], rules: number): Ternary {
  if (protocol === 'http' || protocol === 'grpc') return 'yes'
  return version === 'v1alpha2' && rules === 1 ? 'yes' : 'unknown'
}

/** Without a kind it is none. Without a group it is of the route's own, as an API server fills in (`outbound/index.rs` is_parent_service). */
function readHook(ref: Cursor, group: string): readonly OutboundHook[] {
  const target = readKindRef(ref)
  const found = ref.get('group').absent ? { ...target, group } : target
  const service = targetsKind(found, 'core', 'Service')
  if (!service && !targetsKind(found, policyGroup, 'EgressNetwork')) return []
  const namespace = ref.get('namespace').string()
  const port = ref.get('port').port()
  return [
    {
      kind: service ? 'service' : 'egress-network',
      name: ref.get('name').required()?.string() ?? '',
      ...(namespace === undefined ? {} : { namespace }),
      ...(port === undefined ? {} : { port }),
    },
  ]
}

type Matched = Pick<ReturnType<typeof readHttpMatch>, 'match'>['match']

interface ReadRule {
  readonly http: readonly Matched[]
  readonly grpc: readonly ReturnType<typeof readGrpcMatch>['match'][]
  readonly action: OutboundAction
  /** Whether the controller may not take the whole route for it. */
  readonly flawed: boolean
}

/** Without `rules` an API server writes one for an HTTPRoute that takes everything. */
function readRules(rules: Cursor, protocol: OutboundRoute['protocol']): readonly ReadRule[] {
  const all = { http: [], grpc: [], action: { kind: 'send', to: [] }, flawed: false } as const
  if (rules.absent) return protocol === 'http' ? [all] : []
  return rules.items().map(rule => {
    const matches = rule.get('matches').items()
    const http = protocol === 'http' ? matches.map(readHttpMatch) : []
    const grpc = protocol === 'grpc' ? matches.map(readGrpcMatch) : []
    const to = rule.get('backendRefs').items().map(readBackend)
    const filters = [...rule.get('filters').items(), ...to.flatMap(({ filters: own }) => own)]
    return {
      http: http.map(({ match }) => match),
      grpc: grpc.map(({ match }) => match),
      action: filters.every(isHarmless) ? { kind: 'send', to: to.map(({ backend }) => backend) } : { kind: 'other' },
      flawed:
        [...http, ...grpc].some(({ flaws }) => flaws.length > 0) ||
        grpc.some(({ match }) => match.rpc === undefined) ||
        filters.some(filter => !isSupported(filter)),
    }
  })
}

/** What is changed of an answer changes nothing of who is asked what. */
function isHarmless(filter: Cursor): boolean {
  return !filter.get('responseHeaderModifier').absent
}

/** Of other filters the controller makes nothing (`outbound/index/http.rs` convert_gateway_filter). */
function isSupported(filter: Cursor): boolean {
  return ['requestHeaderModifier', 'responseHeaderModifier', 'requestRedirect'].some(name => !filter.get(name).absent)
}

/** Without a kind it is a Service, which needs a port (`outbound/index/http.rs` convert_backend, backend_kind). */
function readBackend(ref: Cursor): { readonly backend: Backend; readonly filters: readonly Cursor[] } {
  const { group, kind } = readKindRef(ref)
  const target = { group, kind: kind === '' ? 'Service' : kind }
  const namespace = ref.get('namespace').string()
  const port = ref.get('port').port()
  const service = targetsKind(target, 'core', 'Service')
  const known = service ? port !== undefined : targetsKind(target, policyGroup, 'EgressNetwork')
  const weight = ref.get('weight')
  return {
    backend: {
      kind: !known ? 'invalid' : service ? 'service' : 'egress-network',
      name: ref.get('name').required()?.string() ?? '',
      ...(namespace === undefined ? {} : { namespace }),
      ...(port === undefined ? {} : { port }),
      weight: weight.absent ? 1 : (readWeight(weight) ?? 1),
    },
    filters: ref.get('filters').items(),
  }
}

function readWeight(weight: Cursor): number | undefined {
  const { value } = weight
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 ? value : weight.wrong('a weight')
}
