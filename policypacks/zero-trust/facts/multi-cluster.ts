import { at, entries, gather, given, items, labels, text, type Field } from '../field'
import { ofKind, type Context, type Finding } from '../rule'
import { chartName, charts } from './charts'
import { valueOf } from './linkerd-install/values'

/** What makes the cluster of a stack one of several, by mesh: the fields that say so. */
export interface Spans {
  readonly istio: readonly Field[]
  readonly linkerd: readonly Field[]
  readonly findings: readonly Finding[]
}

type Span = { readonly mesh: 'istio' | 'linkerd'; readonly field: Field } | undefined

/** Looks for what takes part in a mesh of several clusters: settings, credentials for other clusters, and gateways between them. */
export function spansOf(context: Context): Spans {
  const readers: readonly (readonly [readonly Field[], (field: Field) => Span])[] = [
    [charts(context), ofChart],
    [ofKind(context, '', 'Secret'), ofSecret],
    [ofKind(context, 'gateway.networking.k8s.io', 'Gateway'), ofGateway],
    [ofKind(context, 'networking.istio.io', 'Gateway'), ofServers],
    [ofKind(context, 'multicluster.linkerd.io', 'Link'), field => ({ mesh: 'linkerd', field })],
  ]
  const all = readers.map(([fields, read]) => gather(fields, read))
  const facts = all.flatMap(({ facts }) => facts)
  const of = (mesh: 'istio' | 'linkerd') => facts.flatMap(fact => (fact?.mesh === mesh ? [fact.field] : []))
  return { istio: of('istio'), linkerd: of('linkerd'), findings: all.flatMap(({ findings }) => findings) }
}

/** Where the chart of istiod is told of other clusters (istio manifests/charts/istio-control/istio-discovery/values.yaml). */
const settings = [['multiCluster', 'clusterName'], ['meshID'], ['network']]

function ofChart(chart: Field): Span {
  const name = chartName(chart)
  if (name === 'linkerd-multicluster') return { mesh: 'linkerd', field: chart }
  if (name !== 'istiod') return undefined
  const said = settings.map(path => valueOf(chart, 'global', ...path)).find(field => (text(field) ?? '') !== '')
  const networks = valueOf(chart, 'global', 'meshNetworks')
  const field = said ?? (entries(networks).length > 0 ? networks : undefined)
  return field && { mesh: 'istio', field }
}

/** A credential for another cluster (istio pkg/kube/multicluster/secretcontroller.go MultiClusterSecretLabel). */
function ofSecret(secret: Field): Span {
  const told = at(secret, 'metadata', 'labels')
  return labels(told)['istio/multiCluster'] === 'true' ? { mesh: 'istio', field: secret } : undefined
}

const classes: readonly (string | undefined)[] = ['istio-east-west', 'istio-remote']

function ofGateway(gateway: Field): Span {
  const field = at(gateway, 'spec', 'gatewayClassName')
  return classes.includes(text(field)) ? { mesh: 'istio', field } : undefined
}

/** Calls of other networks are passed on unopened (istio samples/multicluster/expose-services.yaml). */
function ofServers(gateway: Field): Span {
  const modes = items(at(gateway, 'spec', 'servers')).map(server => at(server, 'tls', 'mode'))
  const field = modes.find(mode => given(mode) && text(mode) === 'AUTO_PASSTHROUGH')
  return field && { mesh: 'istio', field }
}
