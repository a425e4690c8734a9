import type { Observation } from '../../model/observation'
import { command, query } from '../../model/observation'
import type { Duration } from '../certificate'
import { usualSkew } from '../expected'
import { leafOf as usualLeafOf } from '../rotation/rotation'
import { workloadsRestarted } from '../steps-text'
import type { DomainState, MigrationSettings, MigrationStep } from './migration'

/** Proxies that istio-csr refuses after the switch have to live until they are restarted. */
export function prepare(state: DomainState, settings: MigrationSettings): readonly MigrationStep[] {
  return [
    {
      step: 'prepare',
      state,
      apply: [
        '`trust.istioCsr.hours: 24` (istio-csr’s chart: `app.server.maxCertificateDuration: 24h`), then `pulumi up`',
      ],
      until: 'told',
      observe: [
        command(
          'kubectl get certificaterequests -A --sort-by=.metadata.creationTimestamp | tail',
          'approved and ready, and the newest ask for 24 hours',
        ),
      ],
      back: 'leave it, or take it back at the end',
      // Each asks again after half of what it has, and has the longer one then.
      within: leafOf(settings) / 2 + skew,
    },
  ]
}

/** The new one beside the old. Nobody has an identity of it yet. */
export function accept(state: DomainState, settings: MigrationSettings): MigrationStep {
  return {
    step: 'accept',
    state,
    apply: [
      `\`mesh.trustDomainAliases: [${state.aliases.join(', ')}]\`, then \`pulumi up\``,
      ...without(state, settings),
    ],
    until: 'accepted',
    observe: [meshConfig(state), ...pushed(settings)],
    back: 'take the alias out again: nobody has an identity of it yet',
  }
}

/** Identities are of the new one from here on: the step before which everybody has to take it for an own one. */
export function switchDomain(state: DomainState, before: DomainState, settings: MigrationSettings): MigrationStep {
  const back = `the other way round: \`ztm trust domain ${state.trustDomain} ${before.trustDomain} --carrier ${settings.carrier}\``
  const common = { step: 'switch', state, until: 'accepted', back } as const
  if (settings.carrier === 'linkerd') {
    const apply = [
      `\`linkerd.trustDomain: ${state.trustDomain}\` (\`identityTrustDomain\` of the chart linkerd-control-plane), then \`pulumi up\`, and at once ${restarts(settings)}`,
    ]
    return { ...common, until: 'told', apply, observe: [command('linkerd check', 'no failure')] }
  }
  const aliases = `\`mesh.trustDomainAliases: [${state.aliases.join(', ')}]\``
  const envoys = settings.carrier === 'ambient' ? [envoysAtOnce] : []
  const csr = settings.istioCsr === true ? [`within half of what an identity lasts: ${restarts(settings)}`] : []
  return {
    ...common,
    apply: [
      `\`mesh.trustDomain: ${state.trustDomain}\` and ${aliases} at once, then \`pulumi up\``,
      ...without(state, settings),
      ...envoys,
      ...csr,
    ],
    observe: [meshConfig(state), ...pushed(settings), refusals],
  }
}

/** What istiod makes for Gateways, waypoints among them (istio `manifests/charts/istio-control/istio-discovery/files/waypoint.yaml`); what else has an Envoy somebody else restarts. */
const envoysAtOnce =
  'at once: `kubectl get deployments -A -l gateway.istio.io/managed -o jsonpath=\'{range .items[*]}{.metadata.namespace} {.metadata.name}{"\\n"}{end}\' | xargs -n2 sh -c \'kubectl -n "$0" rollout restart deployment "$1"\'`, and all gateways by the chart and workloads with sidecars'

/** Until everybody's identity is of the new one, since each certificate has been renewed; at once where workloads are restarted. */
export function wait(state: DomainState, settings: MigrationSettings): MigrationStep {
  const isBySelf = settings.carrier !== 'linkerd' && settings.istioCsr !== true
  const others = state.trustDomain.replace(/\./g, '\\\\.')
  const refused = settings.carrier === 'linkerd' ? linkerdRefusals : refusals
  // Sidecars and waypoints count requests, ztunnel connections.
  const counter = settings.carrier === 'ambient' ? 'istio_tcp_connections_opened_total' : 'istio_requests_total'
  const old = query(
    `sum(rate(${counter}{source_principal=~"spiffe://.+", source_principal!~"spiffe://${others}/.*"}[5m])) or vector(0)`,
    '`0`',
  )
  return {
    step: 'wait',
    state,
    apply: [isBySelf ? `wait, or for less time: ${restarts(settings)}` : restarts(settings)],
    until: 'renewed',
    observe: [...(settings.carrier === 'linkerd' ? [] : [old]), refused],
    back: 'as from the step before',
    ...(isBySelf && { within: leafOf(settings) + skew }),
  }
}

/** The old one is a stranger's from here on. Whoever showed an identity of it would be refused. */
export function drop(state: DomainState, before: DomainState, settings: MigrationSettings): MigrationStep {
  const gone = before.aliases.filter(name => !state.aliases.includes(name)).map(name => `\`${name}\``)
  const left =
    state.aliases.length > 0
      ? `\`mesh.trustDomainAliases: [${state.aliases.join(', ')}]\``
      : 'no `mesh.trustDomainAliases`'
  const kept =
    settings.carrier === 'ambient'
      ? [
          'connections through ztunnel keep the identity that they were opened with, and those of an old one are closed by the policies that no longer name it',
        ]
      : []
  return {
    step: 'drop',
    state,
    apply: [`${left}, then \`pulumi up\``, ...kept],
    until: 'accepted',
    observe: [meshConfig(state), refusals],
    back: `take ${gone.join(' and ')} for an alias again`,
  }
}

/** What to do where no stack of this project is. */
function without({ trustDomain, aliases }: DomainState, { carrier }: MigrationSettings): readonly string[] {
  const policies = carrier === 'ambient' ? '; policies name callers by each of them before the switch' : ''
  return [
    `without this project: \`meshConfig.trustDomain: ${trustDomain}\`, \`meshConfig.trustDomainAliases: [${aliases.join(', ')}]\`${policies}`,
  ]
}

function meshConfig({ trustDomain, aliases }: DomainState): Observation {
  const seen = [`\`trustDomain: ${trustDomain}\``, ...aliases.map(name => `\`${name}\` among the aliases`)]
  return command(
    "kubectl -n istio-system get configmaps -l istio.io/rev -o jsonpath='{.items[*].data.mesh}' | grep -i -A4 trustDomain",
    seen.join(', '),
  )
}

/** Istiod tells proxies at once (istio `pilot/pkg/bootstrap/mesh.go`), and counts what they have not taken. */
function pushed({ carrier }: MigrationSettings): readonly Observation[] {
  const took = query('sum(rate(pilot_total_xds_rejects[5m])) or vector(0)', '`0`')
  const late = query(
    'histogram_quantile(0.99, sum by (le) (rate(pilot_proxy_convergence_time_bucket[10m])))',
    'a few seconds, and ten minutes have passed',
  )
  const nodes = command(
    'istioctl ztunnel-config workloads | head',
    'every node’s ztunnel knows the identities of the state',
  )
  return [took, late, ...(carrier === 'ambient' ? [nodes] : [])]
}

const refusals = query(
  'sum(rate(istio_requests_total{reporter="source", response_flags=~".*(UF|URX).*"}[5m])) + sum(rate(istio_requests_total{response_code="403"}[5m])) or vector(0)',
  'no more than before',
)

const linkerdRefusals = query(
  'sum(rate(inbound_tcp_errors_total[5m])) + sum(rate(outbound_tcp_errors_total[5m])) or vector(0)',
  'no more than before the switch',
)

function restarts({ namespaces }: MigrationSettings): string {
  return workloadsRestarted(namespaces)
}

const skew = usualSkew.istio

function leafOf({ leaf, istioCsr }: MigrationSettings): Duration {
  const authority = istioCsr === true ? 'istio-csr' : 'cacerts'
  return usualLeafOf({ authority, ...(leaf !== undefined && { leaf }) })
}
