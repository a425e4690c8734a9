import type { Gateway, LabelQuery, Listener } from '../layer'
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
      listeners: spec.get('listeners').items().flatMap(readListener),
      programmed: readProgrammed(object.body.get('status').get('conditions')),
    }
  })
  const own = annotations.value['gateway.istio.io/service-account']
  return {
    ...readNamed(object),
    ...value,
    labels: labels.value,
    serviceAccount: own ?? accountFor(object.name, value.className),
    unreadable: damaged || labels.damaged || annotations.damaged,
  }
}

/** Waypoints run under their own name, other gateways under it and the class's (istio `pilot/pkg/config/kube/gatewaycommon/gateway_utils.go` GetDefaultName). */
function accountFor(name: string, className: string): string {
  return className === 'istio-waypoint' ? name : `${name}-${className}`
}

function readListener(listener: Cursor): readonly Listener[] {
  const port = listener.required()?.get('port').required()?.port()
  if (port === undefined) return []
  const hostname = listener.get('hostname').string()
  const namespaces = listener.get('allowedRoutes').get('namespaces')
  const from = namespaces.get('from').absent ? 'Same' : namespaces.get('from').oneOf('All', 'Same', 'Selector')
  return [
    {
      name: listener.get('name').string() ?? '',
      port,
      protocol: listener.get('protocol').string() ?? '',
      from: from ?? 'unknown',
      ...(from === 'Selector' ? { selector: readSelector(namespaces.get('selector')) } : {}),
      ...(hostname === undefined ? {} : { hostname }),
    },
  ]
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
