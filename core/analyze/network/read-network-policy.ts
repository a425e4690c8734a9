import type { Cursor } from '../istio/cursor'
import { watched } from '../istio/cursor'
import { parseAddress, parseBlock } from '../istio/match-ip'
import { readNamed, requireNamespace, type RawObject } from '../istio/read-object'
import type { LabelExpression, LabelSelector } from '../linkerd/layer-linkerd'
import { readLabelExpression, readLabelSelector } from '../linkerd/read-label-selector'
import type { Direction, NetworkLayer, NetworkPeer, NetworkPolicy, NetworkPort, NetworkRule } from './layer-network'

/** A network in the making. */
export interface NetworkDraft {
  readonly policies: NetworkPolicy[]
  /** Namespaces in which something may hold that nobody here can judge; {@link anywhere} for all of them. */
  readonly unmodelled: Set<string>
}

/** No name of a namespace. */
export const anywhere = '*'

export function emptyNetworkDraft(): NetworkDraft {
  return { policies: [], unmodelled: new Set() }
}

export function finishNetwork({ policies, unmodelled }: NetworkDraft): NetworkLayer {
  return { policies, unmodelled: unmodelled.has(anywhere) ? 'everywhere' : unmodelled }
}

/** The label keys that NetworkPolicies tell Pods apart by. */
export function networkSelectedLabels({ policies }: NetworkDraft): readonly string[] {
  return policies.flatMap(({ selector, ingress, egress }) => {
    const peers = [...ingress, ...egress].flatMap(rule => rule.peers ?? [])
    const pods = peers.flatMap(peer => (peer.kind === 'pods' && peer.pods ? [peer.pods] : []))
    return [selector, ...pods].flatMap(({ labels, expressions }) => [
      ...Object.keys(labels),
      ...expressions.map(({ key }) => key),
    ])
  })
}

/**
 * A NetworkPolicy (kubernetes `staging/src/k8s.io/api/networking/v1/types.go`). What an API server would refuse is a Problem, and leaves the policy unreadable. One that
 * names no namespace may hold in any.
 */
export function readNetworkPolicy(object: RawObject, { policies, unmodelled }: NetworkDraft): void {
  const { namespace } = object
  const { value, damaged } = watched(object.body.log, () => {
    requireNamespace(object)
    const spec = object.body.get('spec')
    spec.only(['podSelector', 'policyTypes', 'ingress', 'egress'])
    const egress = readRules(spec.get('egress'), 'to')
    return {
      selector: readSelector(spec.get('podSelector')),
      isolates: readDirections(spec.get('policyTypes'), egress),
      ingress: readRules(spec.get('ingress'), 'from'),
      egress,
    }
  })
  if (namespace === undefined) unmodelled.add(anywhere)
  else policies.push({ ...readNamed(object), ...value, namespace, unreadable: damaged })
}

/** Without types, ingress, and egress where there are rules for it: an empty list is none (kubernetes `pkg/apis/networking/v1/defaults.go` SetDefaults_NetworkPolicy). */
function readDirections(types: Cursor, egress: readonly NetworkRule[]): readonly Direction[] {
  const named = types.items().map(type => type.required()?.oneOf('Ingress', 'Egress'))
  if (named.length === 0) return egress.length > 0 ? ['ingress', 'egress'] : ['ingress']
  return (['ingress', 'egress'] as const).filter(direction =>
    named.includes(direction === 'ingress' ? 'Ingress' : 'Egress'),
  )
}

/** An empty list of peers or ports says as little as an absent one: anybody, any port. A rule that is null is one without fields, as Go decodes it. */
function readRules(rules: Cursor, side: 'from' | 'to'): readonly NetworkRule[] {
  return rules.items().map(rule => {
    rule.only([side, 'ports'])
    const peers = rule.get(side).items()
    const ports = rule.get('ports').items()
    return {
      ...(peers.length > 0 && { peers: peers.flatMap(peer => readPeer(peer) ?? []) }),
      ...(ports.length > 0 && { ports: ports.flatMap(port => readPort(port) ?? []) }),
    }
  })
}

/** Source: kubernetes `pkg/apis/networking/validation/validation.go` ValidateNetworkPolicyPeer. */
function readPeer(peer: Cursor): NetworkPeer | undefined {
  peer.only(['podSelector', 'namespaceSelector', 'ipBlock'])
  const [pods, namespaces, block] = [peer.get('podSelector'), peer.get('namespaceSelector'), peer.get('ipBlock')]
  if (!block.absent) {
    return pods.absent && namespaces.absent ? readBlock(block) : peer.wrong('an `ipBlock` alone, or selectors')
  }
  if (pods.absent && namespaces.absent) return peer.wrong('a `podSelector`, a `namespaceSelector` or an `ipBlock`')
  return {
    kind: 'pods',
    ...(!pods.absent && { pods: readSelector(pods) }),
    ...(!namespaces.absent && { namespaces: readSelector(namespaces) }),
  }
}

/** Source: kubernetes `pkg/apis/networking/validation/validation.go` ValidateIPBlock. */
function readBlock(block: Cursor): NetworkPeer | undefined {
  block.only(['cidr', 'except'])
  const cidr = readCidr(block.get('cidr'))
  const except = block
    .get('except')
    .items()
    .map(entry => ({ entry, text: readCidr(entry) }))
  if (cidr === undefined) return undefined
  const holes = except.flatMap(({ entry, text }) => {
    if (text === undefined) return []
    return isWithin(text, cidr) ? [text] : (entry.wrong(`a part of \`${cidr}\``) ?? [])
  })
  return { kind: 'block', cidr, except: holes }
}

function readCidr(field: Cursor): string | undefined {
  const text = field.required()?.string()
  if (text === undefined) return undefined
  return text.includes('/') && parseBlock(text) ? text : field.wrong('a CIDR block such as `10.0.0.0/8`')
}

/** Whether a block is a part of another, and not all of it. */
function isWithin(inner: string, outer: string): boolean {
  const [part, whole] = [parseBlock(inner), parseBlock(outer)]
  if (!part || !whole || part[1] <= whole[1]) return false
  const address = parseAddress(inner.split('/')[0] ?? '')
  return address?.kind() === whole[0].kind() && address.match(whole[0], whole[1])
}

/** Without a protocol TCP is meant (kubernetes `pkg/apis/networking/v1/defaults.go` SetDefaults_NetworkPolicyPort). */
function readPort(entry: Cursor): NetworkPort | undefined {
  entry.only(['protocol', 'port', 'endPort'])
  const protocol = entry.get('protocol').oneOf('TCP', 'UDP', 'SCTP') ?? 'TCP'
  const port = readPortName(entry.get('port'))
  const endPort = entry.get('endPort').port()
  if (endPort !== undefined && !(typeof port === 'number' && port <= endPort)) {
    return entry.get('endPort').wrong('the end of a range that starts at the number `port`')
  }
  return { protocol, ...(port !== undefined && { port }), ...(endPort !== undefined && { endPort }) }
}

/** A number in quotes is no name (kubernetes `apimachinery/pkg/util/validation/validation.go` IsValidPortName). */
function readPortName(field: Cursor): number | string | undefined {
  const port = field.portOrName()
  if (typeof port !== 'string' || /[a-z]/.test(port)) return port
  return field.wrong('a port number, or the name of a container port')
}

/** Source: kubernetes `apimachinery/pkg/apis/meta/v1/validation/validation.go` ValidateLabelSelectorRequirement. */
function readSelector(selector: Cursor): LabelSelector {
  return readLabelSelector(selector, readRequirement)
}

function readRequirement(item: Cursor): readonly LabelExpression[] {
  return readLabelExpression(item).flatMap(({ key, operator, values = [] }) => {
    const wantsValues = operator === 'In' || operator === 'NotIn'
    if (wantsValues !== values.length > 0) {
      return item.get('values').wrong(wantsValues ? 'values to compare with' : `no values beside \`${operator}\``) ?? []
    }
    return [{ key, operator, ...(wantsValues && { values }) }]
  })
}
