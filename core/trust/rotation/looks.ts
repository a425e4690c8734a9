import type { Observation } from '../../model/observation'
import { command, query } from '../../model/observation'
import type { Authority, Restarted, RotationSettings } from './rotation'
import { workloadsRestarted } from '../steps-text'
import type { TrustState } from './state'

/** Where is looked. */
interface Looked {
  /** The namespace of the control plane. */
  readonly system: string
  /** How many anchors there are. */
  readonly anchors: number
}

/** What is to be seen: of the control plane, or of all proxies. */
export type Sight = 'prepare' | 'distribute' | 'control plane' | 'workloads' | 'switch' | 'wait' | 'retire'

type Sights = Readonly<Record<Sight, (where: Looked) => readonly Observation[]>>

/** In every namespace there is one, with as many anchors. */
const anchorsInMesh = (anchors: number): Observation =>
  command(
    `kubectl get configmaps -A --field-selector metadata.name=istio-ca-root-cert -o jsonpath='{range .items[*]}{.data.root-cert\\.pem}{"#\\n"}{end}' | awk '/BEGIN/{n++} /#/{print n; n=0}' | sort | uniq -c`,
    `\`${anchors}\` for every namespace, and no other number`,
  )

const refusals = query(
  'sum(rate(istio_requests_total{reporter="source", response_flags=~".*(UF|URX).*"}[5m])) or vector(0)',
  'no more than before',
)

const istio: Sights = {
  prepare: ({ system }) => [
    command(`kubectl -n ${system} rollout status deployment/istiod`, 'successfully rolled out'),
    command(
      `kubectl -n ${system} get deployment istiod -o jsonpath='{.spec.template.spec.containers[0].env[?(@.name=="ISTIO_MULTIROOT_MESH")].value}'`,
      '`true`',
    ),
  ],
  distribute: ({ system, anchors }) => [
    command(
      `kubectl -n ${system} logs deployment/istiod --since=10m | grep ROOT-CA`,
      '`Updating new ROOT-CA`, and no warning',
    ),
    anchorsInMesh(anchors),
  ],
  'control plane': ({ system }) => [
    command(`kubectl -n ${system} rollout status deployment/istiod`, 'successfully rolled out'),
  ],
  workloads: () => [],
  switch: ({ system }) => [
    command(
      `kubectl -n ${system} logs deployment/istiod --since=10m | grep 'intermediate CA'`,
      '`Istiod has detected the newly added intermediate CA and updated its key and certs accordingly`',
    ),
    query('citadel_server_cert_chain_expiry_timestamp', 'the end of the new issuer, of every istiod'),
    refusals,
  ],
  wait: () => [
    command(
      `kubectl get pods -A -l security.istio.io/tlsMode=istio --sort-by=.metadata.creationTimestamp | head -2`,
      'as old as this step at most; or the time has passed',
    ),
    command(`istioctl ztunnel-config certificates`, 'of ambient meshes: roots and leaves are those of the state'),
    refusals,
  ],
  retire: ({ system }) => [
    command(
      `kubectl -n ${system} logs deployment/istiod --since=10m | grep ROOT-CA`,
      '`Updating new ROOT-CA`, and no warning',
    ),
    refusals,
  ],
}

const byIstioCsr: Sights = {
  ...istio,
  distribute: ({ anchors }) => [anchorsInMesh(anchors)],
  switch: () => [
    command(
      'kubectl get certificaterequests -A --sort-by=.metadata.creationTimestamp | tail',
      'approved and ready, of the new issuer',
    ),
    refusals,
  ],
  retire: ({ anchors }) => [anchorsInMesh(anchors), refusals],
}

const linkerd: Sights = {
  prepare: () => [],
  distribute: ({ system, anchors }) => [
    command(
      `kubectl -n ${system} get configmap linkerd-identity-trust-roots -o jsonpath='{.data.ca-bundle\\.crt}' | grep -c 'BEGIN CERTIFICATE'`,
      `${anchors}`,
    ),
  ],
  'control plane': ({ system }) => [
    command(`kubectl -n ${system} rollout status deployment`, 'successfully rolled out, each of them'),
    command(
      'linkerd check',
      'no failure; its hints on ends of validity are of the anchors in `linkerd-config` or in the issuer’s Secret',
    ),
  ],
  workloads: () => [
    command('linkerd check --proxy', '`data plane proxies certificate match CA`'),
    command(
      `kubectl get pods -A -l linkerd.io/control-plane-ns -o jsonpath='{range .items[*]}{.metadata.annotations.linkerd\\.io/trust-root-sha256}{"\\n"}{end}' | sort | uniq -c`,
      'one value',
    ),
  ],
  switch: ({ system }) => [
    command(
      `kubectl -n ${system} get events --field-selector reason=IssuerUpdated`,
      'one of now, and none of `IssuerUpdateSkipped`; else restart `deployment/linkerd-identity`',
    ),
    query('min(issuer_cert_ttl_seconds)', 'what is left of the new issuer'),
  ],
  wait: () => [
    command(
      'kubectl get pods -A -l linkerd.io/control-plane-ns --sort-by=.metadata.creationTimestamp | head -2',
      'as old as this step at most; or the time has passed',
    ),
    query(
      'sum(rate(inbound_tcp_errors_total[5m])) + sum(rate(outbound_tcp_errors_total[5m])) or vector(0)',
      'no more than before',
    ),
  ],
  retire: ({ system, anchors }) => [
    command(
      `kubectl -n ${system} get configmap linkerd-identity-trust-roots -o jsonpath='{.data.ca-bundle\\.crt}' | grep -c 'BEGIN CERTIFICATE'`,
      `${anchors}`,
    ),
  ],
}

const sights: Readonly<Record<Authority, Sights>> = { cacerts: istio, 'istio-csr': byIstioCsr, linkerd }

/** Where each has its control plane. */
const systems: Readonly<Record<Authority, string>> = {
  cacerts: 'istio-system',
  'istio-csr': 'istio-system',
  linkerd: 'linkerd',
}

/** What to look at after a step. */
export function seenBy(sight: Sight, { bundle }: TrustState, { authority }: RotationSettings): readonly Observation[] {
  return sights[authority][sight]({ system: systems[authority], anchors: bundle.length })
}

/** How a control plane or the workloads are restarted. */
export function rolloutOf({ authority, namespaces = [] }: RotationSettings, what: Restarted): string {
  const system = systems[authority]
  if (what === 'control plane') return `\`kubectl -n ${system} rollout restart deployment\``
  const nodes =
    authority === 'linkerd'
      ? []
      : [`in an ambient mesh also \`kubectl -n ${system} rollout restart daemonset/ztunnel\``]
  return [workloadsRestarted(namespaces), ...nodes].join(', ')
}
