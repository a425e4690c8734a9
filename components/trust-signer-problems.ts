import type { Problem } from '../core/model/problem'
import { blocking } from '../core/model/problem'
import { systemNamespace } from './istio-names'
import { readAnchors } from './pem'
import { planesOf } from './planes'
import type { IstioMeshSettings, TrustSettings } from './settings'

/*
 * What is wrong with who signs for Istio's proxies in istiod's place, and with whom else they are to believe.
 */

/** What is wrong with what `trust` says of them, whatever the mesh. */
export function signerProblems(trust: TrustSettings): readonly Problem[] {
  return [
    ...(trust.istioCsr ? istioCsrProblems(trust) : []),
    ...(trust.signer === undefined ? [] : kubernetesProblems(trust)),
    ...(trust.pca?.shortLived === true ? shortLivedProblems(trust) : []),
    ...Object.entries(trust.federation ?? {}).flatMap(([name, { bundle }]) =>
      bundle === undefined ? [] : readAnchors(bundle, `trust.federation.${name}.bundle`).problems,
    ),
  ]
}

function contradictory(at: string, message: string, hint: string): Problem {
  return blocking({ code: 'contradictory-trust', at, message, hint })
}

function istioCsrProblems(trust: TrustSettings): readonly Problem[] {
  const { istioCsr, bundle, pca, certManager } = trust
  const at = 'trust.istioCsr'
  const made = pca ? 'trust.pca' : certManager ? 'trust.certManager' : undefined
  const issuer = istioCsr?.issuer
  const twice = `\`${made ?? ''}\` says who signs`
  const none = { message: 'nothing says who signs', hint: '`issuer`, or `pca` or `certManager` beside it' }
  const unpinned = {
    message: 'whatever the issuer returns would be believed, since nothing says what it leads to',
    hint: 'give its root in `trust.bundle`',
  }
  return [
    ...notIstiods(trust, { at, what: 'istio-csr signs' }),
    ...(issuer && made !== undefined ? [contradictory(`${at}.issuer`, twice, 'drop one of the two')] : []),
    ...(issuer || made !== undefined ? [] : [blocking({ code: 'no-issuer', at, ...none })]),
    ...(issuer && made === undefined && bundle === undefined
      ? [blocking({ code: 'no-trust', at: 'trust.bundle', ...unpinned })]
      : []),
  ]
}

function kubernetesProblems(trust: TrustSettings): readonly Problem[] {
  const at = 'trust.signer'
  const others = (['pca', 'certManager', 'istioCsr'] as const).filter(key => trust[key] !== undefined)
  const message = 'a signer of Kubernetes signs, and `bundle` is what it leads to'
  const unsaid = { message: 'nothing says what the signer leads to', hint: 'give its root in PEM' }
  return [
    ...others.map(key => contradictory(`trust.${key}`, message, `drop it, or \`${at}\``)),
    ...notIstiods(trust, { at, what: message }),
    ...(trust.bundle === undefined ? [blocking({ code: 'no-trust', at: 'trust.bundle', ...unsaid })] : []),
  ]
}

/** What is istiod's own where it signs. */
function notIstiods(trust: TrustSettings, { at, what }: { readonly at: string; readonly what: string }): Problem[] {
  const list = { message: 'there is no Secret with a revocation list', hint: `drop it, or \`${at}\`` }
  return [
    ...(trust.secret === undefined ? [] : [contradictory('trust.secret', `${what}, and istiod has no key`, 'drop it')]),
    ...(trust.selfSigned === true
      ? [contradictory('trust.selfSigned', `${what}, and istiod has no root`, 'drop it')]
      : []),
    ...(trust.revocation === true ? [contradictory('trust.revocation', list.message, list.hint)] : []),
  ]
}

/** AWS has an authority for short-lived certificates sign nothing that lasts longer than seven days, and wants it to be the last of its hierarchy. */
function shortLivedProblems({ pca, istioCsr }: TrustSettings): readonly Problem[] {
  const at = 'trust.pca.shortLived'
  const message = 'an authority for short-lived certificates signs identities, and no issuer of a mesh'
  const root = 'a root for short-lived certificates could not sign its own'
  return [
    ...(istioCsr ? [] : [contradictory(at, message, 'drop it, or have istio-csr ask: `istioCsr`')]),
    ...(pca?.subordinate === true ? [] : [contradictory(at, root, '`subordinate: true`')]),
  ]
}

/** What is wrong with them in a mesh. */
export function placeProblems(settings: IstioMeshSettings): readonly Problem[] {
  const { istio, linkerd, trust } = settings
  const set = (['istioCsr', 'signer', 'federation'] as const).filter(key => trust[key] !== undefined)
  const message = 'nothing is installed into a mesh that is there already'
  const watch = { message: 'nobody measures when what a signer of Kubernetes leads to ends', hint: 'leave it out' }
  const linkerds = '`linkerd` has an issuer of its own signed, which such an authority does not'
  return [
    ...(istio.install === false
      ? set.map(key => blocking({ code: 'trust-not-installed', at: `trust.${key}`, message, hint: 'leave it out' }))
      : []),
    ...(linkerd && trust.pca?.shortLived === true ? [contradictory('trust.pca.shortLived', linkerds, 'drop it')] : []),
    ...(trust.signer !== undefined && trust.alerts && !linkerd
      ? [blocking({ code: 'nothing-to-watch', at: 'trust.alerts', ...watch })]
      : []),
    ...ambientProblems(settings),
    ...nameProblems(settings),
  ]
}

/** Ztunnel asks by no signer's name (ztunnel `src/identity/caclient.rs`), and believes the anchors alone that come with its certificates (`src/tls/certificate.rs` WorkloadCertificate). */
function ambientProblems(settings: IstioMeshSettings): readonly Problem[] {
  if (!planesOf(settings).has('ambient')) return []
  const { signer, federation } = settings.trust
  const problem = (at: string, message: string, hint: string) => blocking({ code: 'not-of-ambient', at, message, hint })
  return [
    ...(signer === undefined
      ? []
      : [problem('trust.signer', 'ztunnel names no signer and would get no certificate', 'take `istioCsr`')]),
    ...(federation === undefined
      ? []
      : [problem('trust.federation', 'ztunnel believes no anchors but its own mesh’s', 'leave it out')]),
  ]
}

function nameProblems({ istio, trust: { federation = {}, istioCsr } }: IstioMeshSettings): readonly Problem[] {
  const itself = {
    message: 'it is the mesh’s own trust domain',
    hint: 'another one’s; an own anchor stands in `trust.bundle`',
  }
  const system = {
    message: 'istiod’s namespace has a ConfigMap of anchors already',
    hint: 'leave it out: `cert-manager`',
  }
  return [
    ...[istio.trustDomain, ...(istio.trustDomainAliases ?? [])]
      .filter(name => Object.keys(federation).includes(name))
      .map(name => blocking({ code: 'same-trust-domain', at: `trust.federation.${name}`, ...itself })),
    ...(istioCsr?.namespace === systemNamespace(istio)
      ? [blocking({ code: 'same-namespace', at: 'trust.istioCsr.namespace', ...system })]
      : []),
  ]
}
