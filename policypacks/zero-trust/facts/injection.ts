import { at, finding, flag, items, number, text, type Field } from '../field'
import type { Finding } from '../rule'
import type { Plane } from './data-plane'
import { injects, linkerdInject } from './linkerd-install/annotations'
import { marks, podOf } from './workloads'

/** A label or annotation that takes a Pod, or part of its traffic, away from the mesh, unless `harmless` says so. */
interface OptOut {
  readonly harmless: (value: string) => boolean
  readonly effect: string
  /** The data plane that heeds it; absent for one that is refused on any. */
  readonly on?: 'sidecar' | 'ambient' | 'linkerd'
  /** Outside of that data plane it is what it should be: the control plane's, or another mesh's. */
  readonly usual?: true
}

type OptOuts = Readonly<Record<string, OptOut>>

/** Words that ask for injection; any other turns it off (istio pkg/kube/inject/inject.go injectRequired). */
const yes = ['', 'y', 'yes', 'true', 'on']

const ofLinkerdItself: OptOut = { harmless: () => false, effect: 'turns injection off', on: 'linkerd', usual: true }

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
  [linkerdInject]: { harmless: injects, effect: 'turns injection off', on: 'linkerd' },
  // Linkerd's webhook leaves the Pods of the control plane and of the CNI plugin alone (linkerd2 charts/linkerd-control-plane/values.yaml
  // proxyInjector.objectSelector).
  'linkerd.io/control-plane-component': ofLinkerdItself,
  'linkerd.io/cni-resource': ofLinkerdItself,
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

/**
 * The user the proxy of a data plane runs as; what runs as it is taken for the proxy (istio tools/istio-iptables; linkerd2
 * charts/partials/templates/_proxy-init.tpl), which for Linkerd is so of what it calls, not of who calls it.
 */
const proxyUsers: readonly (readonly [user: number, on: 'sidecar' | 'linkerd', container: string])[] = [
  [1337, 'sidecar', 'istio-proxy'],
  [2102, 'linkerd', 'linkerd-proxy'],
]

/** Everything by which a workload, or part of its traffic, gets past its proxy. */
export function escapes(workload: Field, plane: () => Plane): readonly Finding[] {
  return [...optOuts(workload, plane), ...uncaptured(workload), ...onHostNetwork(workload)]
}

/** What keeps a workload off the data plane of its namespace. That is asked for only where the verdict hangs on it. */
export function optOuts(workload: Field, plane: () => Plane): readonly Finding[] {
  const pod = podOf(workload)
  const spec = at(pod, 'spec')
  return [...foundIn(pod, pods), ...asProxy(spec), ...foreignSidecars(pod)].flatMap(({ field, on, usual, effect }) => {
    const around = plane()
    // Where nothing speaks of Linkerd, its marks are not held against anybody; rules about namespaces ask for the plane there.
    if (around.kind === 'unknown') return [...(usual ? [] : [finding(field, effect)]), ...around.findings]
    return around.kind === on || (around.kind === 'none' && usual === undefined) ? [finding(field, effect)] : []
  })
}

const isProxyUser = 'runs as the user of the proxy, whose traffic is not captured'

/** What keeps inbound traffic of a workload from its proxy, port by port or altogether. */
export function uncaptured(workload: Field): readonly Finding[] {
  return foundIn(podOf(workload), traffic).map(({ field, effect }) => finding(field, effect))
}

interface Found extends Pick<OptOut, 'effect' | 'on' | 'usual'> {
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

function asProxy(spec: Field): readonly Found[] {
  return [spec, ...containersOf(spec)].flatMap(owner => {
    const user = at(owner, 'securityContext', 'runAsUser')
    const [, on, container] = proxyUsers.find(([id]) => id === number(user)) ?? []
    if (on === undefined || (owner !== spec && text(at(owner, 'name')) === container)) return []
    return [{ field: user, on, effect: isProxyUser, ...(on === 'linkerd' && { usual: true as const }) }]
  })
}

function containersOf(spec: Field): readonly Field[] {
  return [...items(at(spec, 'containers')), ...items(at(spec, 'initContainers'))]
}

/** Containers called like those of a mesh, for which Linkerd's injector takes a Pod to have its proxy already (linkerd2 pkg/healthcheck/sidecar.go). */
function foreignSidecars(pod: Field): readonly Found[] {
  const wishes = marks(at(pod, 'metadata'), ['sidecar.istio.io/inject'])
  // Whoever asks for Istio by itself, as gateways do, has its own reasons for the name; `one-injection-label` has the rest.
  if (wishes.some(([, value]) => value === 'true')) return []
  return containersOf(at(pod, 'spec')).flatMap(container => {
    const name = at(container, 'name')
    if (!['istio-proxy', 'istio-init', 'linkerd-init'].includes(text(name) ?? '')) return []
    const effect = 'is the name of a container of a mesh, so that nothing is injected'
    return [{ field: name, on: 'linkerd' as const, usual: true as const, effect }]
  })
}
