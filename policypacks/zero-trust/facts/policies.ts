import { at, entries, items, given, labels, required, text, word, type Field } from '../field'
import { ofKind, type Context } from '../rule'

export type Labels = Readonly<Record<string, string>>

/** An AuthorizationPolicy's frame; its rules are read by whoever needs them. */
export interface AuthorizationFact {
  readonly field: Field
  readonly namespace: string
  readonly action: 'ALLOW' | 'DENY' | 'AUDIT' | 'CUSTOM'
  /** In shadow mode it decides nothing, and does not count as an ALLOW policy. */
  readonly dryRun: boolean
  /** Absent: every workload of the namespace. */
  readonly selector: Labels | undefined
  /** Names `targetRefs`, which a sidecar does not follow. */
  readonly targeted: boolean
  readonly rules: readonly Field[]
}

export type MtlsMode = 'UNSET' | 'DISABLE' | 'PERMISSIVE' | 'STRICT'
const modes = ['UNSET', 'DISABLE', 'PERMISSIVE', 'STRICT'] as const

export interface PeerAuthenticationFact {
  readonly field: Field
  readonly namespace: string
  /** Absent or empty: the whole namespace, or the mesh when it lies in the root namespace. */
  readonly selector: Labels | undefined
  readonly mode: MtlsMode
}

export function authorizationPolicies(context: Context): readonly Field[] {
  return ofKind(context, 'security.istio.io', 'AuthorizationPolicy')
}

export function peerAuthentications(context: Context): readonly Field[] {
  return ofKind(context, 'security.istio.io', 'PeerAuthentication')
}

export function requestAuthentications(context: Context): readonly Field[] {
  return ofKind(context, 'security.istio.io', 'RequestAuthentication')
}

/**
 * The namespace something lies in. Where the object names none, it depends on the provider's context, so it is not
 * known.
 */
export function namespaceOf(field: Field): string {
  return required(at(field, 'metadata', 'namespace'))
}

/** The action of a policy; absent means ALLOW (istio security/v1beta1/authorization_policy.proto). */
export function actionOf(policy: Field): AuthorizationFact['action'] {
  return word(at(policy, 'spec', 'action'), ['ALLOW', 'DENY', 'AUDIT', 'CUSTOM']) ?? 'ALLOW'
}

export function readAuthorization(field: Field): AuthorizationFact {
  return {
    field,
    namespace: namespaceOf(field),
    action: actionOf(field),
    dryRun: isDryRun(field),
    selector: selectorOf(field),
    targeted: given(at(field, 'spec', 'targetRef')) || items(at(field, 'spec', 'targetRefs')).length > 0,
    rules: items(at(field, 'spec', 'rules')),
  }
}

/** What Go's `strconv.ParseBool` takes for false; with anything else the policy is not certain to be enforced. */
const goFalse = ['0', 'f', 'F', 'false', 'FALSE', 'False']

function isDryRun(policy: Field): boolean {
  const value = text(at(policy, 'metadata', 'annotations', 'istio.io/dry-run'))
  return value !== undefined && !goFalse.includes(value)
}

export function selectorOf(field: Field): Labels | undefined {
  const selector = at(field, 'spec', 'selector')
  return given(selector) ? labels(at(selector, 'matchLabels')) : undefined
}

export function readPeerAuthentication(field: Field): PeerAuthenticationFact {
  return {
    field,
    namespace: namespaceOf(field),
    selector: selectorOf(field),
    mode: modeOf(at(field, 'spec', 'mtls')),
  }
}

/** A mode; absent means UNSET, which inherits (istio security/v1beta1/peer_authentication.proto). */
export function modeOf(mtls: Field): MtlsMode {
  return word(at(mtls, 'mode'), modes) ?? 'UNSET'
}

/** The port-level modes of a PeerAuthentication, by container port. */
export function portModes(
  field: Field,
): readonly { readonly port: string; readonly mode: MtlsMode; readonly field: Field }[] {
  return entries(at(field, 'spec', 'portLevelMtls')).map(([port, mtls]) => ({
    port,
    mode: modeOf(mtls),
    field: at(mtls, 'mode'),
  }))
}

/** Whether `wanted` are among `labels`; an empty selector selects everything. */
export function selects(wanted: Labels | undefined, given: Labels): boolean {
  return Object.entries(wanted ?? {}).every(([key, value]) => given[key] === value)
}
