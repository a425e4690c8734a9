import type { Problem } from '../core/model/problem'
import { blocking } from '../core/model/problem'
import { signingSecret } from './istio-names'
import { readAnchors } from './pem'
import { regionOf } from './regions'
import type { MeshSettings, PrivateCaSettings, TrustSettings } from './settings'
import { signerProblems } from './trust-signer-problems'

/** What is wrong with where all meshes of a stack have their trust from. Values that are not known yet are not judged. */
export function sourceProblems({ istio, linkerd, trust }: MeshSettings): readonly Problem[] {
  const { pca, certManager } = trust
  if (!pca && !certManager) return []
  const at = pca ? 'trust.pca' : 'trust.certManager'
  const there = [istio, linkerd].flatMap(mesh => mesh ?? [])
  return [
    ...(pca ? authorityProblems(trust) : []),
    ...(there.some(({ install }) => install !== false) ? [] : [notInstalled(at)]),
    ...(linkerd && linkerd.install !== false ? ownProblems(linkerd, at) : []),
    ...there.flatMap(({ trustDomain }) => nameProblems(trustDomain, pca?.commonName)),
  ]
}

function notInstalled(at: string): Problem {
  const message = 'nothing is installed into a mesh that is there already'
  return blocking({ code: 'trust-not-installed', at, message, hint: 'leave it out' })
}

/** Linkerd's own settings for what `trust` says of all. */
function ownProblems(linkerd: NonNullable<MeshSettings['linkerd']>, at: string): readonly Problem[] {
  return (['issuer', 'trustManager'] as const)
    .filter(key => linkerd[key] !== undefined)
    .map(key => {
      const message = `\`${at}\` says who signs and whom Linkerd trusts`
      return blocking({ code: 'contradictory-trust', at: `linkerd.${key}`, message, hint: 'drop one of the two' })
    })
}

/** Names of certificates take 64 characters (RFC 5280 ub-common-name); `identity.linkerd.` is not ours to shorten, nor here the longest. */
function nameProblems(trustDomain: string, commonName = `root.${trustDomain}`): readonly Problem[] {
  const clash = [`istiod.${trustDomain}`, `issuing.${trustDomain}`].includes(commonName)
  if (clash || commonName.startsWith('identity.')) {
    const message = `\`${commonName}\` is what an authority below the root is called, and verifiers take the one for the other`
    return [blocking({ code: 'same-subject', at: 'trust.pca.commonName', message, hint: 'call the root otherwise' })]
  }
  if (`issuing.${trustDomain}`.length <= 64) return []
  const message = 'certificates are called after the trust domain, and have 64 characters for it'
  const hint = 'take a trust domain of 56 characters at most'
  return [blocking({ code: 'long-name', at: 'trust', message, hint })]
}

/** Of an authority of AWS: it is made here, or somewhere else, and then all that is said of its making is for nobody. */
function authorityProblems({ pca = {}, bundle }: TrustSettings): readonly Problem[] {
  return pca.arn === undefined ? madeProblems(pca, bundle) : thereProblems(pca, pca.arn, bundle)
}

function madeProblems({ region }: PrivateCaSettings, bundle: TrustSettings['bundle']): readonly Problem[] {
  const nowhere = {
    message: 'nothing says where the authority is',
    hint: '`region: eu-central-1`, or the `arn` of one',
  }
  const early = { message: 'the anchor is made here, and in no bundle yet', hint: 'drop it' }
  return [
    ...(region === undefined ? [blocking({ code: 'no-region', at: 'trust.pca', ...nowhere })] : []),
    ...(bundle === undefined ? [] : [blocking({ code: 'contradictory-trust', at: 'trust.bundle', ...early })]),
  ]
}

function thereProblems(pca: PrivateCaSettings, arn: string, bundle: TrustSettings['bundle']): readonly Problem[] {
  const { arn: _, region, ...making } = pca
  const of = regionOf(arn)
  const other = { message: `the authority is in \`${of}\``, hint: 'leave it out' }
  const unsaid = { message: 'nothing says what the authority leads to', hint: 'give its root in PEM' }
  const made = { message: 'the authority is there already', hint: 'leave it out, or drop `arn`' }
  return [
    ...((region ?? of) === of ? [] : [blocking({ code: 'other-region', at: 'trust.pca.region', ...other })]),
    ...(bundle === undefined ? [blocking({ code: 'no-trust', at: 'trust.bundle', ...unsaid })] : []),
    ...Object.keys(making).map(key => blocking({ code: 'not-made', at: `trust.pca.${key}`, ...made })),
  ]
}

/** What is wrong with what Istio trusts. */
export function trustProblems(trust: TrustSettings): readonly Problem[] {
  const { bundle, secret } = trust
  const problems = typeof bundle === 'string' ? [...readAnchors(bundle, 'trust.bundle').problems] : []
  if (secret !== undefined && secret !== signingSecret) {
    const message = `istiod reads its signing certificate from the Secret \`${signingSecret}\` and would not see \`${secret}\``
    problems.push(
      blocking({ code: 'wrong-secret', at: 'trust.secret', message, hint: `name the Secret \`${signingSecret}\`` }),
    )
  }
  return [...problems, ...contradictions(trust), ...signerProblems(trust)]
}

function contradictions({ bundle, secret, selfSigned = false, revocation = false, ...all }: TrustSettings) {
  const { pca, certManager } = all
  const made = pca !== undefined || certManager !== undefined
  // Of these it is said what they want beside them.
  const others = all.istioCsr !== undefined || all.signer !== undefined
  const problem = (at: string, message: string, hint: string) =>
    blocking({ code: 'contradictory-trust', at, message, hint })
  const problems: Problem[] = []
  if (selfSigned && (secret !== undefined || bundle !== undefined || made)) {
    const message = 'a root that istiod makes itself is in no bundle and no Secret'
    problems.push(problem('trust', message, 'drop `selfSigned`, or all the others'))
  }
  if (pca && certManager) {
    problems.push(problem('trust', '`pca` and `certManager` are two roots, and a mesh has one', 'drop one of the two'))
  }
  if (made && secret !== undefined) {
    const message = `cert-manager makes the Secret \`${signingSecret}\``
    problems.push(problem('trust.secret', message, 'drop it, or the source that has it made'))
  }
  if (certManager && bundle !== undefined) {
    const message = 'the anchor is made in the cluster, and in no bundle yet'
    problems.push(problem('trust.bundle', message, 'drop it, or `certManager`'))
  }
  if (revocation && selfSigned) {
    const message = 'a revocation list comes with a root that istiod is given, and there is none'
    problems.push(problem('trust.revocation', message, 'drop one of the two'))
  }
  if (revocation && made) {
    const message = 'a Secret that cert-manager makes has no revocation list'
    problems.push(problem('trust.revocation', message, 'drop it, or give Istio a `secret` that has one'))
  }
  if (!selfSigned && !made && !others && secret === undefined && bundle === undefined) {
    const hint = `\`secret: ${signingSecret}\`, a \`bundle\` beside it, \`pca\`, \`certManager\`, or \`selfSigned: true\` for trying out`
    problems.push(blocking({ code: 'no-trust', at: 'trust', message: 'nothing says whom the mesh trusts', hint }))
  }
  return problems
}
