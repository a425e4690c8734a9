import type { Problem } from '../core/model/problem'
import { blocking } from '../core/model/problem'
import type { Certificate } from '../core/trust/certificate'
import { keyProblems } from '../core/trust/check-keys'
import { gatewayGroup, readGatewayApi } from './gateway-api-file'
import { readAnchors } from './pem'
import type { LinkerdMeshSettings } from './settings'
import { sourceProblems as allSourceProblems } from './trust-problems'

type Concerned = Pick<LinkerdMeshSettings, 'linkerd' | 'trust' | 'namespaces'>

/** What is wrong with the settings of Linkerd. Values that are not known yet are not judged. */
export function linkerdProblems(settings: Concerned): readonly Problem[] {
  const installed = settings.linkerd.install !== false
  return [
    ...allSourceProblems(settings),
    ...anchorProblems(settings),
    ...(installed ? [...sourceProblems(settings), ...versionProblems(settings), ...podProblems(settings)] : []),
    ...(installed ? [] : notInstalled(settings)),
    ...gatewayApiProblems(settings),
  ]
}

/** Of the anchors themselves; where none are given, there is nothing to say here. */
function anchorProblems({ trust: { bundle, selfSigned = false } }: Concerned): readonly Problem[] {
  const made = 'Linkerd makes no root of its own, and trusts none that is not known beforehand'
  const hint = 'drop `selfSigned`, and give the anchors in `trust.bundle` or through `linkerd.trustManager`'
  const contradictory = selfSigned
    ? [blocking({ code: 'contradictory-trust', at: 'trust.selfSigned', message: made, hint })]
    : []
  if (typeof bundle !== 'string') return contradictory
  const { certificates, problems } = readAnchors(bundle, 'trust.bundle')
  return [...contradictory, ...problems, ...certificates.flatMap(unfit)]
}

/** Identity starts with no other anchor (linkerd2 `pkg/issuercerts/issuercerts.go`). */
function unfit(anchor: Certificate): readonly Problem[] {
  return keyProblems(anchor, 'anchor', 'linkerd').map(problem => ({ ...problem, code: 'unfit-anchor' }))
}

/** Whom the mesh trusts, and who signs: both have to be said. */
function sourceProblems({ linkerd, trust }: Concerned): readonly Problem[] {
  if (trust.pca || trust.certManager) return []
  const { trustManager, issuer } = linkerd
  const problems: Problem[] = []
  if (trust.bundle === undefined && trustManager === undefined) {
    const message = 'nothing says whom Linkerd trusts'
    const hint = '`trust.bundle`, the anchors in PEM, or `linkerd.trustManager`, which keeps them up to date'
    problems.push(blocking({ code: 'no-trust', at: 'trust', message, hint }))
  }
  if (trust.bundle !== undefined && trustManager !== undefined) {
    const message = 'the anchors come from trust-manager, which would overwrite those of `trust.bundle`'
    problems.push(
      blocking({ code: 'contradictory-trust', at: 'linkerd.trustManager', message, hint: 'drop one of the two' }),
    )
  }
  if (issuer === undefined) {
    const message = 'nothing says who signs the certificate that identities are issued with'
    const hint = '`issuer: { name: … }`, a ClusterIssuer of cert-manager’s whose certificate leads to an anchor'
    problems.push(blocking({ code: 'no-issuer', at: 'linkerd.issuer', message, hint }))
  }
  return problems
}

function versionProblems({ linkerd: { version } }: Concerned): readonly Problem[] {
  if (version.startsWith('edge-')) return []
  const message = `the charts of \`${version}\` are published for its edge release only`
  const hint = '2.20 is `edge-26.6.3`'
  return [blocking({ code: 'no-such-chart', at: 'linkerd.version', message, hint })]
}

function podProblems({ linkerd: { cni }, namespaces: { podSecurity = 'privileged' } = {} }: Concerned) {
  if (cni !== undefined || podSecurity === 'privileged') return []
  const message = `\`${podSecurity}\` refuses the init container that redirects a Pod’s calls, which asks for \`NET_ADMIN\``
  const hint = 'set `linkerd.cni`, so that the node’s plugin redirects them'
  return [blocking({ code: 'pod-security-without-cni', at: 'namespaces.podSecurity', message, hint })]
}

/** Settings that only an installation has. */
const ofInstallation = ['issuer', 'trustManager', 'cni', 'viz', 'multicluster', 'highAvailability'] as const

function notInstalled({ linkerd }: Concerned): readonly Problem[] {
  const message = 'nothing is installed into a mesh that is there already'
  return ofInstallation
    .filter(key => linkerd[key] !== undefined)
    .map(key => blocking({ code: 'linkerd-not-installed', at: `linkerd.${key}`, message, hint: 'leave it out' }))
}

const at = 'linkerd.gatewayApi.file'

/** Above the versions it was made for, Linkerd passes over what it does not know in a Route, with the whole Route (linkerd.io, Gateway API support). */
function gatewayApiProblems({ linkerd }: Concerned): readonly Problem[] {
  const { gatewayApi = 'existing', gatewayApiChannel = 'standard' } = linkerd
  if (gatewayApi === 'existing') return []
  const { definitions, problems } = readGatewayApi(gatewayApi.file, at)
  const said = (key: string) => new Set(definitions.flatMap(({ metadata }) => metadata.annotations?.[key] ?? []))
  const wrong = [...said(`${gatewayGroup}/bundle-version`)].filter(version => !isSupported(version))
  const others = [...said(`${gatewayGroup}/channel`)].filter(channel => channel !== gatewayApiChannel)
  return [...problems, ...wrong.map(unsupported), ...others.map(otherChannel)]
}

/** 1.2.1 to 1.5.1, for Linkerd 2.20. */
function isSupported(version: string): boolean {
  return /^v1\.(2\.[1-9]\d*|[34]\.\d+|5\.[01])$/.test(version)
}

function unsupported(version: string): Problem {
  const message = `Linkerd does not know Gateway API \`${version}\`, and passes over Routes it cannot read`
  return blocking({ code: 'unsupported-gateway-api', at, message, hint: 'take a release from v1.2.1 to v1.5.1' })
}

function otherChannel(channel: string): Problem {
  const message = `the file is of the channel \`${channel}\`, for which policies are not compiled`
  const hint = `set \`gatewayApiChannel: ${channel}\`, or take the other file`
  return blocking({ code: 'other-gateway-api-channel', at, message, hint })
}
