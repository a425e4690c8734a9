import type { Problem } from '../model/problem'
import { blocking } from '../model/problem'
import type { Certificate } from './certificate'
import { nameOf } from './certificate'
import type { Expected, Mesh } from './expected'

/** How a mesh writes a workload's identity into its certificate. */
interface Written {
  readonly kind: 'dns' | 'uri'
  readonly host: (trustDomain: string) => string
}

/**
 * Istio's is a URI whose host is the trust domain (istio `pkg/spiffe/spiffe.go`), Linkerd's a DNS name that ends with it (linkerd2
 * `controller/identity/domain.go`).
 */
const written: Readonly<Record<Mesh, Written>> = {
  istio: { kind: 'uri', host: trustDomain => trustDomain },
  linkerd: { kind: 'dns', host: trustDomain => `account.namespace.serviceaccount.identity.linkerd.${trustDomain}` },
}

/**
 * Whether the names that an authority allows below it let identities through (RFC 5280 4.2.1.10). Constraints on another kind of name do
 * not matter; constraints on what no identity here has are not judged, which is said.
 */
export function constraintProblems(certificate: Certificate, { mesh, trustDomain }: Expected): readonly Problem[] {
  const { at, nameConstraints: constraints } = certificate
  if (!constraints) return []
  const { kind, host } = written[mesh]
  const of = (names: readonly string[]) => names.filter(name => name.startsWith(`${kind}:`)).map(name => name.slice(4))
  const [permitted, excluded] = [of(constraints.permitted), of(constraints.excluded)]
  if (permitted.length + excluded.length === 0) return []
  if (trustDomain === undefined) {
    const message = `${nameOf(certificate)} constrains the names below it, and the trust domain is not known`
    return [blocking({ code: 'name-constraints', at, message, hint: 'say which one it is' })]
  }
  const covered = (names: readonly string[]) => names.some(name => covers(kind, name, host(trustDomain)))
  if ((permitted.length === 0 || covered(permitted)) && !covered(excluded)) return []
  const message = `${nameOf(certificate)} admits no identity of the trust domain \`${trustDomain}\`: its name constraints exclude them`
  const hint = `issue it without name constraints, or with one that permits \`${trustDomain}\``
  return [blocking({ code: 'name-constraints', at, message, hint })]
}

/** A DNS name covers what ends with its labels; the host of a URI only itself, or what is below it where it begins with a dot. */
function covers(kind: Written['kind'], constraint: string, host: string): boolean {
  const [name, of] = [constraint.toLowerCase(), host.toLowerCase()]
  if (kind === 'uri') return name.startsWith('.') ? of.endsWith(name) : of === name
  return name === '' || of === name || of.endsWith(`.${name.replace(/^\./, '')}`)
}
