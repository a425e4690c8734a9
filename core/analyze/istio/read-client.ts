import type { ClientTls, DestinationRule, EgressListener, OutboundMode, Sidecar, Subset } from '../layer'
import { watched, type Cursor } from './cursor'
import { readNamed, requireNamespace, type RawObject } from './read-object'
import { readWorkloadSelector } from './read-selector'

/** Source: istio/api `networking/v1alpha3/sidecar.proto`. */
export function readSidecar(object: RawObject): Sidecar {
  const spec = object.body.get('spec')
  const { value, damaged } = watched(object.body.log, () => {
    requireNamespace(object)
    const egress = spec.get('egress').items().map(readEgress)
    const outbound = readOutbound(spec.get('outboundTrafficPolicy'))
    return {
      ...(egress.length === 0 ? {} : { egress }),
      ...(outbound === undefined ? {} : { outbound }),
      ingress: spec.get('ingress').items().flatMap(readIngress),
    }
  })
  const selector = readWorkloadSelector(spec.get('workloadSelector'), 'labels')
  return { ...readNamed(object), ...value, selector, unreadable: damaged || selector.kind === 'unknown' }
}

function readEgress(listener: Cursor): EgressListener {
  listener.required()
  const hosts = listener.get('hosts').strings()
  const port = readListenerPort(listener.get('port'))
  // Hosts of any other form are skipped by istiod (istio `pilot/pkg/model/sidecar.go` convertIstioListenerToWrapper).
  return { hosts: hosts.filter(host => host.split('/').length === 2), ...(port === undefined ? {} : { port }) }
}

/** A listener's port binds it to calls of that port, unless it is an HTTP proxy (istio `pilot/pkg/model/sidecar.go` needsPortMatch). */
function readListenerPort(port: Cursor): number | undefined {
  const number = port.get('number')
  if (number.absent || number.value === 0) return undefined
  return port.get('protocol').string()?.toUpperCase() === 'HTTP_PROXY' ? undefined : number.port()
}

function readIngress(listener: Cursor): Sidecar['ingress'] {
  const port = listener.required()?.get('port').get('number').required()?.port()
  return port === undefined ? [] : [{ port, protocol: listener.get('port').get('protocol').string() ?? '' }]
}

/** `outboundTrafficPolicy.mode`; `ALLOW_ANY_DYNAMIC_DNS` lets the same calls through. */
export function readOutbound(policy: Cursor): OutboundMode | undefined {
  if (policy.absent) return undefined
  const mode = policy.get('mode').oneOf('ALLOW_ANY', 'REGISTRY_ONLY', 'ALLOW_ANY_DYNAMIC_DNS')
  // A policy without a mode has the enum's first value (istio/api `networking/v1alpha3/sidecar.proto`).
  if (policy.get('mode').absent) return 'REGISTRY_ONLY'
  return mode === 'ALLOW_ANY_DYNAMIC_DNS' ? 'ALLOW_ANY' : mode
}

/** Source: istio/api `networking/v1alpha3/destination_rule.proto`. */
export function readDestinationRule(object: RawObject): DestinationRule {
  const spec = object.body.get('spec')
  const policy = spec.get('trafficPolicy')
  const { value, damaged } = watched(object.body.log, () => {
    requireNamespace(object)
    const tls = readTls(policy.get('tls'))
    return {
      host: spec.get('host').required()?.string() ?? '',
      exportTo: spec.get('exportTo').strings(),
      ...(tls === undefined ? {} : { tls }),
      ports: readPortLevels(policy.get('portLevelSettings')),
      serverNames: readServerNames(policy),
      subsets: readSubsets(spec.get('subsets')),
    }
  })
  const selector = readWorkloadSelector(spec.get('workloadSelector'), 'matchLabels')
  return { ...readNamed(object), ...value, selector, unreadable: damaged || selector.kind === 'unknown' }
}

/** A `tls` without a mode disables TLS: the enum's first value (istio/api `networking/v1alpha3/destination_rule.proto`). */
function readTls(tls: Cursor): ClientTls | undefined {
  if (tls.absent) return undefined
  return tls.get('mode').absent ? 'DISABLE' : tls.get('mode').oneOf('DISABLE', 'SIMPLE', 'MUTUAL', 'ISTIO_MUTUAL')
}

function readPortLevels(settings: Cursor): ReadonlyMap<number, ClientTls | undefined> {
  const result = new Map<number, ClientTls | undefined>()
  for (const entry of settings.items()) {
    const port = entry.get('port').get('number').required()?.port()
    if (port !== undefined) result.set(port, readTls(entry.get('tls')))
  }
  return result
}

function readServerNames(policy: Cursor): ReadonlyMap<number, string> {
  const levels = policy.get('portLevelSettings').items()
  const named: readonly (readonly [number | undefined, string | undefined])[] = [
    [0, policy.get('tls').get('sni').string()],
    ...levels.map(level => [level.get('port').get('number').port(), level.get('tls').get('sni').string()] as const),
  ]
  return new Map(
    named.flatMap(([port, name]) => (port === undefined || !name ? [] : [[port, name.toLowerCase()] as const])),
  )
}

function readSubsets(subsets: Cursor): readonly Subset[] {
  return subsets.items().map(subset => {
    const policy = subset.get('trafficPolicy')
    const modes = [readTls(policy.get('tls')), ...readPortLevels(policy.get('portLevelSettings')).values()]
    return {
      name: subset.get('name').string() ?? '',
      labels: subset.get('labels').labels(),
      tls: [...new Set(modes.filter(mode => mode !== undefined))],
    }
  })
}
