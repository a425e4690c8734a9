import { at, finding, flag, items, number, text, type Field } from '../field'
import type { Finding } from '../rule'
import type { Plane } from './data-plane'
import { marks, podOf } from './workloads'

/** A label or annotation that takes a Pod, or part of its traffic, away from the mesh, unless `harmless` says so. */
interface OptOut {
  readonly harmless: (value: string) => boolean
  readonly effect: string
  /** The data plane that heeds it; absent for one that is refused on any. */
  readonly on?: 'sidecar' | 'ambient'
}

type OptOuts = Readonly<Record<string, OptOut>>

/** Words that ask for injection; any other turns it off (istio pkg/kube/inject/inject.go injectRequired). */
const yes = ['', 'y', 'yes', 'true', 'on']

/** What keeps a Pod off its data plane altogether. */
const pods: OptOuts = {
  'sidecar.istio.io/inject': {
    harmless: value => yes.includes(value.toLowerCase()),
    effect: 'turns injection off',
    on: 'sidecar',
  },
  'istio.io/dataplane-mode': {
    harmless: value => value !== 'none',
    effect: 'takes the Pod out of the ambient mesh',
    on: 'ambient',
  },
  'linkerd.io/inject': { harmless: value => value === 'enabled' || value === 'ingress', effect: 'turns injection off' },
}

/** What keeps part of a Pod's inbound traffic from its proxy; of no use to anybody on the data plane that does not heed it. */
const traffic: OptOuts = {
  'sidecar.istio.io/interceptionMode': {
    harmless: value => value === 'REDIRECT' || value === 'TPROXY',
    effect: 'turns the capture of traffic off',
  },
  'traffic.sidecar.istio.io/excludeInboundPorts': {
    harmless: value => value === '',
    effect: 'takes ports away from the proxy',
  },
  'traffic.sidecar.istio.io/includeInboundPorts': {
    harmless: value => value === '*',
    effect: 'leaves ports out of the proxy',
  },
  'traffic.sidecar.istio.io/excludeInterfaces': {
    harmless: value => value === '',
    effect: 'takes interfaces away from the proxy',
  },
  'ambient.istio.io/bypass-inbound-capture': {
    harmless: value => value === 'false',
    effect: 'turns the capture of inbound traffic off',
  },
  'config.linkerd.io/skip-inbound-ports': {
    harmless: value => value === '',
    effect: 'takes ports away from the proxy',
  },
}

/** The user the sidecar runs as; what runs as it is taken for the sidecar (istio tools/istio-iptables). */
const proxyUser = 1337

/** Everything by which a workload, or part of its traffic, gets past its proxy. */
export function escapes(workload: Field, plane: () => Plane): readonly Finding[] {
  return [...optOuts(workload, plane), ...uncaptured(workload), ...onHostNetwork(workload)]
}

/** What keeps a workload off the data plane of its namespace. That is asked for only where the verdict hangs on it. */
export function optOuts(workload: Field, plane: () => Plane): readonly Finding[] {
  const pod = podOf(workload)
  const found = foundIn(pod, pods)
  const asUser = asProxy(at(pod, 'spec')).map(field => ({ field, on: 'sidecar' as const, effect: isProxyUser }))
  return [...found, ...asUser].flatMap(({ field, on, effect }) => {
    if (on === undefined) return [finding(field, effect)]
    const around = plane()
    if (on === 'sidecar' ? around.kind === 'ambient' : around.kind === 'sidecar') return []
    return [finding(field, effect), ...(around.kind === 'unknown' ? around.findings : [])]
  })
}

const isProxyUser = 'runs as the user of the proxy, whose traffic is not captured'

/** What keeps inbound traffic of a workload from its proxy, port by port or altogether. */
export function uncaptured(workload: Field): readonly Finding[] {
  return foundIn(podOf(workload), traffic).map(({ field, effect }) => finding(field, effect))
}

interface Found extends Pick<OptOut, 'effect' | 'on'> {
  readonly field: Field
}

function foundIn(pod: Field, all: OptOuts): readonly Found[] {
  const given = marks(at(pod, 'metadata'), Object.keys(all))
  // Whoever gives a Pod a sidecar by its own label keeps ztunnel away from it with reason: gateways do.
  const hasSidecar = given.some(([key, value]) => key === 'sidecar.istio.io/inject' && value === 'true')
  return given.flatMap(([key, value, field]) => {
    const optOut = all[key]
    if (optOut === undefined || optOut.harmless(value) || (optOut.on === 'ambient' && hasSidecar)) return []
    return [{ ...optOut, field }]
  })
}

/**
 * A Pod on the network of its node: neither a sidecar nor ztunnel is put before it (istio pkg/kube/inject/inject.go
 * injectRequired, cni/pkg/util/enablement_selector.go Matches).
 */
export function onHostNetwork(workload: Field): readonly Finding[] {
  const field = at(podOf(workload), 'spec', 'hostNetwork')
  return flag(field) === true ? [finding(field, "is on the node's network, where nothing stands before it")] : []
}

function asProxy(spec: Field): readonly Field[] {
  const containers = [...items(at(spec, 'containers')), ...items(at(spec, 'initContainers'))]
  return [spec, ...containers.filter(container => !isProxy(container))]
    .map(owner => at(owner, 'securityContext', 'runAsUser'))
    .filter(user => number(user) === proxyUser)
}

function isProxy(container: Field): boolean {
  return text(at(container, 'name')) === 'istio-proxy'
}
