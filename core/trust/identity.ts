import type { Problem } from '../model/problem'
import { blocking } from '../model/problem'
import type { Certificate } from './certificate'
import { nameOf } from './certificate'
import type { Expected, Mesh } from './expected'

/** Whom a certificate is of, as its mesh reads it. */
export interface LeafIdentity {
  readonly name: string
  readonly trustDomain: string
}

/** How a mesh writes a workload's identity, for messages. */
const forms: Readonly<Record<Mesh, string>> = {
  istio: 'spiffe://TRUST_DOMAIN/ns/NAMESPACE/sa/ACCOUNT',
  linkerd: 'ACCOUNT.NAMESPACE.serviceaccount.identity.LINKERD_NAMESPACE.TRUST_DOMAIN',
}

/** The names that count: of Istio the URIs, of Linkerd the first one (linkerd2-proxy `linkerd/meshtls/verifier/src/lib.rs` client_identity). */
const counted: Readonly<Record<Mesh, (names: readonly string[]) => readonly string[]>> = {
  istio: names => names.filter(name => name.startsWith('uri:')),
  linkerd: names => names.filter(name => /^(?:dns|uri):/.test(name)).slice(0, 1),
}

/**
 * Istio's is one of five parts (istio `pkg/spiffe/spiffe.go` ParseIdentity, ztunnel `src/identity/manager.rs`). Linkerd's is a DNS name (linkerd2 `controller/identity/domain.go`), and
 * outside the cluster any SPIFFE ID (linkerd2-proxy `linkerd/identity/src/lib.rs`).
 */
const written: Readonly<Record<Mesh, readonly RegExp[]>> = {
  istio: [/^uri:spiffe:\/\/([^/]+)\/ns\/[^/]+\/sa\/[^/]+$/],
  linkerd: [/^dns:[^.]+\.[^.]+\.serviceaccount\.identity\.[^.]+\.(.+)$/, /^uri:spiffe:\/\/([^/]+)\/.+$/],
}

/** Reads the identity in a workload's certificate, and holds it against the trust domain that is expected. */
export function identityOf(
  leaf: Certificate,
  { mesh, trustDomain: expected }: Expected,
): { readonly identity?: LeafIdentity; readonly problems: readonly Problem[] } {
  const problem = (code: string, message: string, hint: string) => [
    blocking({ code, at: leaf.at, message: `${nameOf(leaf)} ${message}`, hint }),
  ]
  const names = counted[mesh](leaf.alternativeNames ?? [])
  const [name, another] = names.map(one => one.slice(4).replaceAll('`', "'"))
  const form = `the name of a workload is \`${forms[mesh]}\``
  if (name === undefined) return { problems: problem('identity', 'names no workload', form) }
  // Istio `pkg/spiffe/spiffe.go` VerifyPeerCert.
  if (another !== undefined)
    return { problems: problem('identity', `names two: \`${name}\` and \`${another}\``, 'issue it with one URI') }
  const trustDomain = written[mesh].flatMap(form => form.exec(names[0] ?? '')?.[1] ?? [])[0]
  if (trustDomain === undefined)
    return { problems: problem('identity', `names \`${name}\`, which is no workload`, form) }
  const identity = { name, trustDomain }
  if (expected === undefined || expected === trustDomain) return { identity, problems: [] }
  const message = `is of \`${name}\`, and not of the trust domain \`${expected}\``
  return { identity, problems: problem('trust-domain', message, 'ask whose control plane signed it') }
}
