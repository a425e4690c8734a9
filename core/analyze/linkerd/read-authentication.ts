import { parseBlock } from '../istio/match-ip'
import type { Cursor } from '../istio/cursor'
import type { RawObject } from '../istio/read-object'
import type { IdentityMatch, MeshTlsAuthentication, Network, NetworkAuthentication } from './layer-linkerd'
import { readWhole } from './read-whole'
import { readKindRef, targetsKind } from './target-kind'

/**
 * Identities as text, and ServiceAccounts or whole Namespaces by reference; a reference of another kind voids the object
 * (`policy-controller/k8s/index/src/inbound/meshtls_authentication.rs`). A ServiceAccount without a namespace is one beside this object.
 */
export function readMeshTlsAuthentication(object: RawObject): MeshTlsAuthentication {
  return readWhole(object, spec => {
    spec.required()?.only(['identities', 'identityRefs'])
    const texts = spec
      .get('identities')
      .strings()
      .map(text => ({ kind: 'text', text }) as const)
    const refs = spec
      .get('identityRefs')
      .items()
      .map(ref => readIdentityRef(ref, object.namespace ?? ''))
    const known = refs.flatMap(ref => ref ?? [])
    return { identities: known.length < refs.length ? [] : [...texts, ...known] }
  })
}

function readIdentityRef(ref: Cursor, beside: string): IdentityMatch | undefined {
  ref.required()?.only(['group', 'kind', 'name', 'namespace'])
  const target = readKindRef(ref)
  const name = ref.get('name').required()?.string() ?? ''
  if (targetsKind(target, 'core', 'ServiceAccount')) {
    return { kind: 'account', namespace: ref.get('namespace').string() ?? beside, name }
  }
  return targetsKind(target, 'core', 'Namespace') ? { kind: 'namespace', name } : undefined
}

/** Source: `policy-controller/k8s/index/src/inbound/network_authentication.rs`. */
export function readNetworkAuthentication(object: RawObject): NetworkAuthentication {
  return readWhole(object, spec => {
    spec.required()?.only(['networks'])
    return { networks: spec.get('networks').items().flatMap(readNetwork) }
  })
}

/** Source: `policy-controller/k8s/api/src/policy/network.rs`. */
export function readNetwork(network: Cursor): readonly Network[] {
  network.required()?.only(['cidr', 'except'])
  const cidr = readCidr(network.get('cidr').required())
  const except = network
    .get('except')
    .items()
    .flatMap(item => readCidr(item.required()) ?? [])
  return cidr === undefined ? [] : [{ cidr, except }]
}

/** A CIDR block or an address; what has neither form is refused with the whole object. */
export function readCidr(field: Cursor | undefined): string | undefined {
  const text = field?.string()
  if (text === undefined) return undefined
  return parseBlock(text) ? text : field?.wrong('a CIDR block or an address')
}
