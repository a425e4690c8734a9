import { targetsKind } from '../../../../core/analyze/linkerd/target-kind'
import { at, items, required, type Field } from '../../field'
import { namespaceOf } from '../policies'
import { nameOf } from './objects'
import { readRef, type Ref } from './refs'

/** A ServiceAccount that somebody names. */
export interface NamedAccount {
  readonly field: Field
  readonly namespace: string
  readonly name: string
  /** Absent where it is named by reference, which is of the mesh's own. */
  readonly trustDomain?: string
}

/** A MeshTLSAuthentication, and whom it names exactly; patterns are `no-wildcard-mesh-identity`'s. */
export interface MeshAuthenticationFact {
  readonly field: Field
  /** `namespace/name` */
  readonly key: string
  readonly isEmpty: boolean
  readonly accounts: readonly NamedAccount[]
  /** References of a kind that is no identity: one voids the whole object (linkerd2 `policy-controller/k8s/index/src/inbound/meshtls_authentication.rs`). */
  readonly unsupported: readonly Field[]
}

export function readMeshAuthentication(field: Field): MeshAuthenticationFact {
  const namespace = namespaceOf(field)
  const identities = items(at(field, 'spec', 'identities'))
  const refs = items(at(field, 'spec', 'identityRefs')).map(ref => readRef(ref, namespace))
  const accounts = refs.filter(ref => targetsKind(ref, 'core', 'ServiceAccount'))
  const others = refs.filter(ref => !accounts.includes(ref) && !targetsKind(ref, 'core', 'Namespace'))
  return {
    field,
    key: `${namespace}/${nameOf(field)}`,
    isEmpty: identities.length + refs.length === 0,
    accounts: [...identities.flatMap(byIdentity), ...accounts.map(byReference)],
    unsupported: others.map(ref => ref.field),
  }
}

/** `<account>.<namespace>.serviceaccount.identity.<control plane>.<trust domain>` (linkerd2 `policy-controller/k8s/index/src/cluster_info.rs`). */
const identity = /^([^.*]+)\.([^.*]+)\.serviceaccount\.identity\.[^.*]+\.(.+)$/

function byIdentity(field: Field): readonly NamedAccount[] {
  const [, name, namespace, trustDomain] = identity.exec(required(field)) ?? []
  return name === undefined || namespace === undefined || trustDomain === undefined
    ? []
    : [{ field, namespace, name, trustDomain }]
}

function byReference({ field, namespace, name }: Ref): NamedAccount {
  return { field, namespace, name }
}
