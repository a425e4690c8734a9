import type { Problem } from '../model/problem'
import { blocking } from '../model/problem'
import type { Certificate } from './certificate'
import { nameOf } from './certificate'
import type { Path } from './path'

/** Whether a certificate may sign others at all. */
export function authorityProblems(certificate: Certificate): readonly Problem[] {
  return [...flagProblems(certificate), ...usageProblems(certificate), ...criticalProblems(certificate)]
}

/**
 * istiod refuses to start with a signing certificate that is no authority (istio `security/pkg/pki/ca/ca.go` NewPluggedCertIstioCAOptions),
 * and so does identity (linkerd2 `pkg/identity/service.go` loadCredentials).
 */
function flagProblems(certificate: Certificate): readonly Problem[] {
  if (certificate.ca) return []
  const message = `${nameOf(certificate)} is no certificate authority`
  const hint = 'issue it with basic constraints `CA:TRUE`; a certificate of a server or a workload signs nobody'
  return [blocking({ code: 'not-a-ca', at: certificate.at, message, hint })]
}

/** Server and client authentication, and any: object identifiers (RFC 5280 4.2.1.12). */
export const serverAuth = '1.3.6.1.5.5.7.3.1'
export const clientAuth = '1.3.6.1.5.5.7.3.2'
const anyUsage = '2.5.29.37.0'

/**
 * The use of its key must be signing certificates (Go `crypto/x509/x509.go` CheckSignatureFrom). Where an authority limits the extended use,
 * it limits that of all below it: both control planes verify for servers (`x509.VerifyOptions` without KeyUsages, in linkerd2
 * `pkg/tls/cred.go` and istio `security/pkg/pki/util/keycertbundle.go`), and a workload is a client as well.
 */
function usageProblems(certificate: Certificate): readonly Problem[] {
  const { at, keyUsage, extendedKeyUsage: extended } = certificate
  const problems: Problem[] = []
  if (keyUsage && !keyUsage.includes('keyCertSign')) {
    const message = `the key of ${nameOf(certificate)} may not sign certificates`
    problems.push(blocking({ code: 'key-usage', at, message, hint: 'issue it with the key usage `keyCertSign`' }))
  }
  const missing = [serverAuth, clientAuth].filter(use => extended && !extended.includes(use))
  if (missing.length > 0 && !extended?.includes(anyUsage)) {
    const uses = missing.map(use => (use === serverAuth ? '`serverAuth`' : '`clientAuth`')).join(' and ')
    const message = `${nameOf(certificate)} limits what is below it to other uses than ${uses}, and workloads need both`
    const hint = 'issue it without extended key usage, or with `serverAuth` and `clientAuth`'
    problems.push(blocking({ code: 'extended-key-usage', at, message, hint }))
  }
  return problems
}

/** A verifier refuses a critical extension that it does not handle (Go `crypto/x509/verify.go` UnhandledCriticalExtension). */
export function criticalProblems(certificate: Certificate): readonly Problem[] {
  const { at, unknownCritical } = certificate
  if (unknownCritical.length === 0) return []
  const message = `${nameOf(certificate)} has a critical extension that verifiers do not know: \`${unknownCritical.join('`, `')}\``
  const hint = 'issue it without that extension, or with one that is not critical'
  return [blocking({ code: 'critical-extension', at, message, hint })]
}

/**
 * Whether each authority of a path allows as many below it as there are.
 *
 * This is refused by every proxy and noticed by no control plane: it verifies its issuer as if that were the end of the chain, and a proxy
 * verifies a leaf one step further down (Go `crypto/x509/verify.go` isValid counts intermediates, without the end).
 */
export function lengthProblems(path: Path): readonly Problem[] {
  return path.flatMap((certificate, below) => {
    const { at, pathLength } = certificate
    if (pathLength === undefined || pathLength >= below) return []
    const message = `${nameOf(certificate)} allows ${pathLength} authorities below it, and there are ${below}`
    const hint = `issue it with a path length of at least ${below}; proxies refuse every workload otherwise, though the control plane starts`
    return [blocking({ code: 'path-length', at, message, hint })]
  })
}

/**
 * Whether two different authorities of a path go by one name. Verifiers look an issuer up by its name: one that bears the name of what it
 * issued is taken for it, and Linkerd's proxies were seen to refuse all with `BadCertificate` (linkerd2 issue 5350).
 */
export function subjectProblems(path: Path): readonly Problem[] {
  return path.slice(0, -1).flatMap((certificate, index) => {
    const by = path[index + 1]
    if (by?.names.subject !== certificate.names.subject) return []
    const message = `${nameOf(certificate)} has the same subject as what issued it, and verifiers take the one for the other`
    const hint =
      'issue it with a subject of its own, such as `CN=identity.linkerd.cluster.local` below `CN=root.linkerd.cluster.local`'
    return [blocking({ code: 'same-subject', at: certificate.at, message, hint })]
  })
}
