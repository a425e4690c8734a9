import { at, finding, flag, items, number, text, type Field } from '../field'
import type { Finding } from '../rule'
import { marks, podOf } from './workloads'

/** Words that ask for injection; any other turns it off (istio pkg/kube/inject/inject.go injectRequired). */
const yes = ['', 'y', 'yes', 'true', 'on']

/** Labels and annotations that take a Pod, or part of its traffic, away from the proxy, unless `harmless` says so. */
const optOuts: Readonly<Record<string, { readonly harmless: (value: string) => boolean; readonly effect: string }>> = {
  'sidecar.istio.io/inject': { harmless: value => yes.includes(value.toLowerCase()), effect: 'turns injection off' },
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
  'istio.io/dataplane-mode': { harmless: value => value !== 'none', effect: 'takes the Pod out of the ambient mesh' },
  'ambient.istio.io/bypass-inbound-capture': {
    harmless: value => value === 'false',
    effect: 'turns the capture of inbound traffic off',
  },
  'linkerd.io/inject': { harmless: value => value === 'enabled' || value === 'ingress', effect: 'turns injection off' },
  'config.linkerd.io/skip-inbound-ports': {
    harmless: value => value === '',
    effect: 'takes ports away from the proxy',
  },
}

/** The user the proxy runs as; what runs as it is taken for the proxy (istio tools/istio-iptables). */
const proxyUser = 1337

/** Everything by which a workload, or part of its traffic, gets past its proxy. */
export function escapes(workload: Field): readonly Finding[] {
  const pod = podOf(workload)
  const found = marks(at(pod, 'metadata'), Object.keys(optOuts)).flatMap(([key, value, field]) => {
    const optOut = optOuts[key]
    return optOut === undefined || optOut.harmless(value) ? [] : [finding(field, optOut.effect)]
  })
  return [...found, ...hostNetwork(at(pod, 'spec')), ...asProxy(at(pod, 'spec'))]
}

function hostNetwork(spec: Field): readonly Finding[] {
  const field = at(spec, 'hostNetwork')
  return flag(field) === true ? [finding(field, "is on the node's network, where no proxy is injected")] : []
}

function asProxy(spec: Field): readonly Finding[] {
  const containers = [...items(at(spec, 'containers')), ...items(at(spec, 'initContainers'))]
  return [spec, ...containers.filter(container => !isProxy(container))]
    .map(owner => at(owner, 'securityContext', 'runAsUser'))
    .flatMap(user =>
      number(user) === proxyUser ? [finding(user, 'runs as the user of the proxy, whose traffic is not captured')] : [],
    )
}

function isProxy(container: Field): boolean {
  return text(at(container, 'name')) === 'istio-proxy'
}
