import type { Problem } from '../model/problem'
import { blocking } from '../model/problem'
import type { Certificate } from './certificate'
import { nameOf, showDuration, showInstant } from './certificate'
import type { Expected, Role } from './expected'
import { usualHorizon, usualLeaf, usualSkew } from './expected'
import type { Path } from './path'

/**
 * Whether a certificate is valid at the given date and lasts until the horizon. Go holds every certificate of a chain to it, the anchor too
 * (`crypto/x509/verify.go` isValid), so that an expired anchor stops identity and istiod alike.
 *
 * One whose whole life is shorter than the horizon is renewed by somebody anyway, and not held to it; but an anchor is: no mesh replaces
 * that by itself in what runs.
 */
export function dateProblems(certificate: Certificate, role: Role, expected: Expected): readonly Problem[] {
  const { at: now, horizon = usualHorizon } = expected
  const { at, notBefore, notAfter } = certificate
  const name = nameOf(certificate)
  const problem = (code: string, message: string, hint: string) => [
    blocking({ code, at, message: `${name} ${message}`, hint }),
  ]
  if (notAfter < notBefore) return problem('never-valid', 'ends before it begins', 'make it anew')
  if (now > notAfter) return problem('expired', `expired at \`${showInstant(notAfter)}\``, expiredHint[role])
  if (now < notBefore) {
    const hint = 'wait until then, or correct the clock of the machine that made it'
    return problem('not-yet-valid', `is not valid before \`${showInstant(notBefore)}\``, hint)
  }
  const renewed = role !== 'anchor' && notAfter - notBefore < horizon
  if (renewed || notAfter >= now + horizon) return []
  const left = showDuration(notAfter - now)
  return problem('expires-soon', `expires at \`${showInstant(notAfter)}\`, ${left} from then`, soonHint[role])
}

const expiredHint: Readonly<Record<Role, string>> = {
  anchor:
    'drop it if another anchor vouches for the issuer; else every identity is refused, and replacing it is an outage',
  issuer: 'issue it anew from an anchor that everybody trusts; until then no identity is renewed',
  intermediate: 'have it issued anew by the anchor, with the same key, so that what it signed stays good',
  leaf: 'restart the workload; if its proxy is given no other, the control plane does not sign',
}

const soonHint: Readonly<Record<Role, string>> = {
  anchor: 'add the next anchor to the bundle now, and switch the issuer only when every workload trusts it',
  issuer: 'renew it; its anchor stays as it is',
  intermediate: 'have it issued anew by the anchor',
  leaf: 'its proxy asks for the next one by itself',
}

/**
 * Whether each authority lasts as long as what it vouches for: an anchor as its issuer, the issuer as a leaf issued now and the difference of
 * clocks. Both meshes cut a leaf's life short where it would not (linkerd2 `pkg/tls/ca.go` createTemplate, istio
 * `security/pkg/pki/util/generate_cert.go` genCertTemplateFromCSR), so that proxies ask ever more often, until nothing is left.
 */
export function lifetimeProblems(path: Path, expected: Expected): readonly Problem[] {
  const [issuer] = path
  const { at: now, mesh, leaf = usualLeaf, skew = usualSkew[mesh] } = expected
  const problems = outlivedProblems(path)
  if (now > issuer.notAfter || issuer.notAfter >= now + leaf + skew) return problems
  const message = `${nameOf(issuer)} expires at \`${showInstant(issuer.notAfter)}\`, before an identity issued now would (${showDuration(leaf)})`
  const hint = 'renew the issuer; it has to outlast every identity by the difference of clocks'
  return [...problems, blocking({ code: 'issuer-shorter-than-leaf', at: issuer.at, message, hint })]
}

/** Whether each certificate of a path lasts as long as the one below it. */
export function outlivedProblems(path: Path): readonly Problem[] {
  return path.slice(0, -1).flatMap((child, index) => outlived(child, path[index + 1] ?? child))
}

function outlived(child: Certificate, by: Certificate): readonly Problem[] {
  if (by.notAfter >= child.notAfter) return []
  const message = `${nameOf(by)} expires at \`${showInstant(by.notAfter)}\`, before \`${child.subject}\`, for which it vouches (\`${showInstant(child.notAfter)}\`)`
  const hint = 'issue what is below for a shorter time, or rotate what is above first'
  return [blocking({ code: 'outlives-authority', at: by.at, message, hint })]
}
