import type { KubernetesObject, Manifest } from '../../../model/manifest'
import type { Problem } from '../../../model/problem'
import { listing } from '../../../graph/place'
import { fitName } from '../../names'
import { sorted, sortedGroups } from '../../order'
import type { Context } from '../context'
import { identityKey } from '../context'
import { manifest } from '../../objects'
import { exitPolicies } from './policy'
import type { Exit, Use } from '../../outside'
import { gatewayLabels } from '../ingress/gateway-pods'
import type { Labels } from '../labels'
import { object } from '../../objects'
import type { Settings } from '../settings'

/**
 * The port that gateways take requests on, of their Service and of their Pods. Istio's gateway chart names it `http2`, so that sidecars speak HTTP/2
 * to it and gRPC gets through (istio `manifests/charts/gateway/values.yaml` service.ports).
 */
const door = 80

/** What gateways that calls leave through are made of. */
export interface Exits {
  readonly manifests: readonly Manifest[]
  /** Their Pods, Services and accounts, which somebody else deploys. */
  readonly assumptions: readonly KubernetesObject[]
  readonly problems: readonly Problem[]
}

/**
 * The objects by which calls leave through gateways. Callers' sidecars send what is for the host to the gateway, in mTLS, and it sends on what its
 * policy lets out.
 *
 * mTLS to the gateway has to be written down, unlike any other within the mesh: its Pods lack the label by which sidecars find out that they take it
 * (istio `files/gateway-injection-template.yaml`, `pilot/pkg/networking/core/cluster_tls.go` istioMtlsTransportSocketMatch). Its server is chosen by
 * SNI among the names of its hosts, of which the Service's own is one.
 */
export function exits(uses: readonly Use[], entry: Entry, context: Context): Exits {
  const leaving = uses.flatMap(use => (use.via ? [{ ...use, via: use.via }] : []))
  const byExit = sortedGroups(leaving, ({ via }) => identityKey(via))
  const all = [...byExit.values()]
  return {
    manifests: all.flatMap(same => exitObjects(same, entry, context)),
    assumptions: all.flatMap(([first]) => (first ? assumed(first.via) : [])),
    problems: byExit.size === 0 ? [] : [unguarded([...byExit.keys()])],
  }
}

/** A use through a gateway. */
export type Leaving = Use & { readonly via: Exit }

/** The ServiceEntry, and what else a proxy in a namespace needs to reach a host. */
export type Entry = (namespace: string, uses: readonly Use[]) => readonly Manifest[]

/** The name proxies know a gateway's Service by, which the chart calls as it calls the account. */
export function exitHost({ namespace, serviceAccount }: Exit, { clusterDomain }: Settings): string {
  return `${serviceAccount}.${namespace}.svc.${clusterDomain}`
}

function exitObjects(uses: readonly Leaving[], entry: Entry, context: Context): readonly Manifest[] {
  const [first] = uses
  if (!first) return []
  const { via } = first
  const byHost = sortedGroups(uses, ({ host }) => host)
  return [
    ...exitPolicies(via, uses, context),
    listener(via, uses, context),
    mutualTls(via, uses, context),
    ...[...byHost.values()].flatMap(same => [...entry(via.namespace, same), ...onward(via, same)]),
    ...[...sortedGroups(uses, ({ namespace, host }) => `${namespace} ${host}`).values()].flatMap(same =>
      toExit(via, same, context),
    ),
  ]
}

function listener(via: Exit, uses: readonly Use[], { settings }: Context): Manifest {
  const hosts = [...sorted(uses.map(({ host }) => host)), exitHost(via, settings)]
  const server = {
    port: { number: door, name: `https-${door}`, protocol: 'HTTPS' },
    tls: { mode: 'ISTIO_MUTUAL' },
    // Only what stands beside the Gateway routes for them.
    hosts: hosts.map(host => `./${host}`),
  }
  return manifest({
    kind: 'IstioGateway',
    namespace: via.namespace,
    name: nameOf(via),
    spec: { selector: labelsOf(via), servers: [server] },
    because: textsOf(uses),
  })
}

/** How sidecars speak to the gateway: it has to stand where they see it, and nobody else need. */
function mutualTls(via: Exit, uses: readonly Use[], { settings }: Context): Manifest {
  const host = exitHost(via, settings)
  const level = { port: { number: door }, tls: { mode: 'ISTIO_MUTUAL', sni: host } }
  return manifest({
    kind: 'DestinationRule',
    namespace: via.namespace,
    name: nameOf(via),
    spec: {
      host,
      exportTo: sorted(uses.map(({ namespace }) => namespace)),
      trafficPolicy: { portLevelSettings: [level] },
    },
    because: textsOf(uses),
  })
}

/** From the gateway to the host. */
function onward(via: Exit, uses: readonly Use[]): readonly Manifest[] {
  const [first] = uses
  if (!first) return []
  const { host, port } = first
  return [
    manifest({
      kind: 'VirtualService',
      namespace: via.namespace,
      name: fitName(host),
      spec: {
        hosts: [host],
        exportTo: ['.'],
        gateways: [nameOf(via)],
        http: [{ route: [{ destination: { host, port: { number: port } } }] }],
      },
      because: textsOf(uses),
    }),
  ]
}

/** From the callers of one namespace to the gateway, in place of the host. */
function toExit(via: Exit, uses: readonly Use[], { settings }: Context): readonly Manifest[] {
  const [first] = uses
  if (!first) return []
  const { namespace, host, port } = first
  const destination = { host: exitHost(via, settings), port: { number: door } }
  return [
    manifest({
      kind: 'VirtualService',
      namespace,
      name: fitName(host),
      spec: { hosts: [host], exportTo: ['.'], http: [{ match: [{ port }], route: [{ destination }] }] },
      because: textsOf(uses),
    }),
  ]
}

function nameOf({ serviceAccount }: Exit): string {
  return fitName(`calls-through-${serviceAccount}`)
}

function labelsOf({ namespace, serviceAccount }: Exit): Labels {
  return { ...gatewayLabels({ namespace, account: serviceAccount }, 'istio') }
}

function textsOf(uses: readonly Use[]): string[] {
  return sorted(uses.map(({ line }) => line.text))
}

/** What the gateway chart deploys. */
function assumed(via: Exit): KubernetesObject[] {
  const { namespace, serviceAccount: name } = via
  const labels = labelsOf(via)
  const annotations = { 'inject.istio.io/templates': 'gateway' }
  const spec = { serviceAccountName: name, containers: [{ name: 'istio-proxy' }] }
  const ports = [{ name: 'http2', port: door, targetPort: door }]
  const pod = { name, namespace, labels: { ...labels, 'istio.io/dataplane-mode': 'none' }, annotations }
  return [
    object('ServiceAccount', { name, namespace }),
    object('Pod', pod, { spec }),
    object('Service', { name, namespace }, { spec: { selector: labels, ports } }),
  ]
}

/** Once for all: what is limited at a gateway is limited only for what goes there. */
function unguarded(gateways: readonly string[]): Problem {
  const message = `${listing(gateways)} limit${gateways.length === 1 ? 's' : ''} what leaves there, but a workload can go round its sidecar and call hosts itself`
  const hint = 'let a NetworkPolicy keep all but the gateways from calling out of the cluster'
  return { code: 'egress-needs-network-policy', severity: 'delegated', at: 'external', message, hint }
}
