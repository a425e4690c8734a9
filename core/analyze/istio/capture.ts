import type { Labels, Layer, Mesh, Workload } from '../layer'
import { ternary, type Ternary } from './kleene'

/**
 * Ports of the agent and of Envoy's own metrics, which the injector always keeps out of capture: merged metrics, health,
 * Envoy's metrics. Anybody may call them, whatever policy says (istio `manifests/…/files/injection-template.yaml`).
 */
export const agentPorts: readonly number[] = [15020, 15021, 15090]

const annotation = {
  include: 'traffic.sidecar.istio.io/includeInboundPorts',
  exclude: 'traffic.sidecar.istio.io/excludeInboundPorts',
  mode: 'sidecar.istio.io/interceptionMode',
  status: 'status.sidecar.istio.io/port',
  interfaces: 'traffic.sidecar.istio.io/excludeInterfaces',
  config: 'proxy.istio.io/config',
} as const

/**
 * Whether inbound traffic to `port` passes through the workload's proxy, given that it has one. Included ports are a list
 * or `*`; excluded ones count only beside `*` (istio `tools/istio-iptables/pkg/capture/run.go` handleInboundPortsInclude).
 * With interception mode NONE nothing is redirected, and nothing that comes by an interface that is left out.
 */
export function captured(mesh: Mesh, { annotations }: Workload, port: number): Ternary {
  const { capture } = mesh
  const mode = interceptionMode(mesh, annotations)
  if (mode === 'NONE' || agentPorts.includes(port) || port === Number(annotations[annotation.status])) return 'no'
  if (mode !== 'REDIRECT' && mode !== 'TPROXY') return 'unknown'
  if ((annotations[annotation.interfaces] ?? '') !== '') return 'unknown'
  const include = portList(annotations[annotation.include] ?? capture?.include ?? '*')
  const exclude = portList(annotations[annotation.exclude] ?? capture?.exclude ?? '')
  if (include !== 'all') return include === 'unknown' ? 'unknown' : ternary(include.includes(port))
  if (exclude === 'unknown' || exclude === 'all') return 'unknown'
  return ternary(!exclude.includes(port))
}

/** The texts that tell captured ports from others: the Pod's own, and the injector's where it has none. */
export function captureLists({ mesh: { capture } }: Pick<Layer, 'mesh'>, { annotations }: Workload): readonly string[] {
  const own = [annotation.include, annotation.exclude, annotation.status].flatMap(name => annotations[name] ?? [])
  return capture ? [...own, capture.include, capture.exclude] : own
}

/**
 * How a Pod's traffic is led to its proxy: by its own annotation, else by the mesh's default, over which one of its own proxy configuration may go (istio
 * `manifests/…/files/injection-template.yaml`, `pkg/kube/inject/inject.go`).
 */
export function interceptionMode({ interception = 'REDIRECT' }: Mesh, annotations: Labels): string {
  const own = annotations[annotation.config]?.includes('interceptionMode') === true ? 'unknown' : interception
  return annotations[annotation.mode] ?? own
}

/** A comma-separated list of ports, as iptables reads it. */
function portList(text: string): readonly number[] | 'all' | 'unknown' {
  if (text.trim() === '*') return 'all'
  const entries = text
    .split(',')
    .map(entry => entry.trim())
    .filter(entry => entry !== '')
  return entries.every(entry => /^\d+$/.test(entry)) ? entries.map(Number) : 'unknown'
}

/**
 * What a Pod's annotations mean for its proxy, as text: the same for a template and for the Pod the injector made of it,
 * in whose annotations the injector spells out its defaults.
 */
export function captureKey(annotations: Labels): string {
  const exclude = portList(annotations[annotation.exclude] ?? '')
  const steering = [
    'sidecar.istio.io/inject',
    'inject.istio.io/templates',
    'ambient.istio.io/bypass-inbound-capture',
    annotation.status,
    annotation.interfaces,
    annotation.config,
  ]
  return JSON.stringify([
    annotations[annotation.mode] ?? 'REDIRECT',
    annotations[annotation.include] ?? '*',
    typeof exclude === 'string' ? exclude : exclude.filter(port => !agentPorts.includes(port)).sort(),
    ...steering.map(key => annotations[key] ?? ''),
  ])
}
