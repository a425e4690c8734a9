import type { Gateway, LabelQuery, Listener, ServerTls } from '../layer'
import { watched, type Cursor } from './cursor'
import type { Ternary } from './kleene'
import { readAnnotations, readLabels, readNamed, requireNamespace, type RawObject } from './read-object'

/** Source: gateway-api `apis/v1/gateway_types.go`. */
export function readGateway(object: RawObject): Gateway {
  const spec = object.body.get('spec')
  const labels = readLabels(object)
  const annotations = readAnnotations(object)
  const { value, damaged } = watched(object.body.log, () => {
    requireNamespace(object)
    return {
      className: spec.get('gatewayClassName').required()?.string() ?? '',
      listeners: spec
        .get('listeners')
        .items()
        .flatMap(readListener)
        .map(listener => (spec.get('tls').get('frontend').absent ? listener : askingPeers(listener))),
      programmed: readProgrammed(object.body.get('status').get('conditions')),
      podLabels: spec.get('infrastructure').get('labels').labels(),
      ...readAddresses(spec.get('addresses'), object.namespace ?? ''),
    }
  })
  const deployment = annotations.value['gateway.istio.io/name-override'] ?? accountFor(object.name, value.className)
  const own = annotations.value['gateway.istio.io/service-account']
  return {
    ...readNamed(object),
    ...value,
    labels: labels.value,
    serviceAccount: own ?? accountFor(object.name, value.className),
    ...('addresses' in value ? {} : { deployment }),
    unreadable: damaged || labels.damaged || annotations.damaged || takesListenerSets(spec),
  }
}

/** Waypoints run under their own name, other gateways under it and the class's (istio `pilot/pkg/config/kube/gatewaycommon/gateway_utils.go` GetDefaultName). */
function accountFor(name: string, className: string): string {
  return className === 'istio-waypoint' ? name : `${name}-${className}`
}

/** Objects that are not read may then add listeners (gateway-api `apis/v1/gateway_types.go` AllowedListeners). */
function takesListenerSets(spec: Cursor): boolean {
  return (spec.get('allowedListeners').get('namespaces').get('from').string() ?? 'None') !== 'None'
}

/**
 * Without addresses, or with one IP, istiod makes its Pods; else they are those of Services that somebody names. Short names are of its own namespace.
 * Sources: istio `pilot/pkg/config/kube/gatewaycommon/gateway_utils.go` IsManaged, `pilot/pkg/config/kube/gateway/conversion.go` extractGatewayServices.
 */
function readAddresses(addresses: Cursor, own: string): Pick<Gateway, 'addresses'> {
  const written = addresses.items()
  const [first] = written
  if (!first || (written.length === 1 && (first.get('type').string() ?? 'IPAddress') === 'IPAddress')) return {}
  const hosts = written.filter(address => (address.get('type').string() ?? 'Hostname') === 'Hostname')
  const names = hosts.map(address => address.get('value').string()?.toLowerCase() ?? '')
  return { addresses: names.map(name => (name.includes('.') ? name : `${name}.${own}.svc.`)) }
}

function readListener(listener: Cursor): readonly Listener[] {
  const port = listener.required()?.get('port').required()?.port()
  if (port === undefined) return []
  const hostname = listener.get('hostname').string()
  const kinds = listener.get('allowedRoutes').get('kinds').items()
  const tls = readTls(listener.get('tls'))
  const namespaces = listener.get('allowedRoutes').get('namespaces')
  const from = namespaces.get('from').absent ? 'Same' : namespaces.get('from').oneOf('All', 'Same', 'Selector')
  return [
    {
      name: listener.get('name').string() ?? '',
      port,
      protocol: listener.get('protocol').string() ?? '',
      from: from ?? 'unknown',
      ...(from === 'Selector' ? { selector: readSelector(namespaces.get('selector')) } : {}),
      ...(hostname === undefined ? {} : { hostname: hostname.toLowerCase() }),
      ...(tls === undefined ? {} : { tls }),
      ...(kinds.length === 0 ? {} : { kinds: kinds.map(kind => kind.get('kind').string() ?? '') }),
    },
  ]
}

const terminating = ['SIMPLE', 'MUTUAL', 'OPTIONAL_MUTUAL', 'ISTIO_SIMPLE', 'ISTIO_MUTUAL'] as const

/** Source: istio `pilot/pkg/config/kube/gateway/conversion.go` buildTLS. */
function readTls(tls: Cursor): ServerTls | undefined {
  if (tls.absent) return undefined
  if ((tls.get('mode').absent ? 'Terminate' : tls.get('mode').oneOf('Terminate', 'Passthrough')) === 'Passthrough') {
    return { mode: 'PASSTHROUGH', httpsRedirect: false }
  }
  const asked = tls.get('options').get('gateway.istio.io/tls-terminate-mode').string()
  const mode = terminating.find(one => one === asked) ?? 'SIMPLE'
  return { mode: mode === 'ISTIO_SIMPLE' ? 'SIMPLE' : mode, httpsRedirect: false }
}

/** Clients may be asked for certificates on some ports (`spec.tls.frontend`, in the same file). */
function askingPeers(listener: Listener): Listener {
  if (!listener.tls || listener.tls.mode === 'PASSTHROUGH') return listener
  return { ...listener, tls: { ...listener.tls, mode: 'unknown' } }
}

/** Source: kubernetes `meta/v1` LabelSelector. */
function readSelector(selector: Cursor): LabelQuery {
  const expressions = selector.get('matchExpressions').items()
  if (expressions.some(expression => expression.get('operator').string() !== 'In')) return { kind: 'unknown' }
  const oneOf = expressions.map(expression => ({
    key: expression.get('key').string() ?? '',
    values: expression.get('values').strings(),
  }))
  return { kind: 'query', labels: selector.get('matchLabels').labels(), oneOf }
}

function readProgrammed(conditions: Cursor): Ternary {
  const said = conditions.items().find(condition => condition.get('type').string() === 'Programmed')
  if (!said) return 'unknown'
  return said.get('status').string() === 'True' ? 'yes' : 'no'
}
