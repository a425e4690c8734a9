import type { Problem } from '../../model/problem'
import { Cursor } from '../istio/cursor'
import type { RawObject } from '../istio/read-object'
import { firstOf } from '../first-of'

/*
 * Ingress objects (kubernetes `staging/src/k8s.io/api/networking/v1/types.go`): a controller, which may be any program, forwards what comes from outside to Services. Nothing here
 * knows what it lets in; that somebody gets there by it has to be said all the same.
 */

const groups: readonly string[] = ['networking.k8s.io', 'extensions']

/** A Service that an Ingress forwards to. */
interface Backend {
  readonly service: string
  /** By number or name. */
  readonly port?: string
  /** Absent: any. */
  readonly host?: string
}

/** Whether an object is an Ingress that forwards to a Service. */
export function isIngress(object: RawObject): boolean {
  return object.kind === 'Ingress' && groups.includes(object.group) && backendsOf(specOf(object)).length > 0
}

/** The names of the Services, all of its own namespace, that an object forwards to as an Ingress; none where it is no Ingress. */
export function servicesBehind(object: RawObject): readonly string[] {
  return isIngress(object) ? [...new Set(backendsOf(specOf(object)).map(({ service }) => service))] : []
}

/** A Problem for each Ingress with the Services that somebody from outside gets to by it: the caller there is the controller. */
export function ingressProblems(objects: readonly RawObject[]): readonly Problem[] {
  return objects.filter(isIngress).map((object): Problem => {
    const { body, at, namespace = '' } = object
    const backends = [...new Set(backendsOf(specOf(object)).map(backend => nameOf(backend, namespace)))]
    const through = controllerOf(object)
    return {
      code: 'ingress-not-analysed',
      severity: 'delegated',
      message: `somebody from outside gets to ${firstOf(backends)} by \`${body.log.subject}\`, through ${through}, which is not analysed`,
      at,
      hint: "the caller is the controller's Pod, with its identity or none: look for that among those who may call, and limit there what comes from outside",
    }
  })
}

/** What is wrong with an Ingress, or not known before deployment, is for others to say. */
function quietly({ body }: RawObject): Cursor {
  return new Cursor(body.value, '', { ...body.log, problems: [] })
}

function specOf(object: RawObject): Cursor {
  return quietly(object).get('spec')
}

function backendsOf(spec: Cursor): readonly Backend[] {
  const rules = spec
    .get('rules')
    .items()
    .flatMap(rule => {
      const host = rule.get('host').string()
      const paths = rule.get('http').get('paths').items()
      return paths.flatMap(path => backendAt(path.get('backend'), host))
    })
  return [...backendAt(spec.get('defaultBackend')), ...backendAt(spec.get('backend')), ...rules]
}

/** Up to `v1beta1` a backend is told by `serviceName` and `servicePort`. */
function backendAt(backend: Cursor, host?: string): readonly Backend[] {
  const now = backend.get('service')
  const service = now.get('name').string() ?? backend.get('serviceName').string()
  if (service === undefined) return []
  const { value: before } = backend.get('servicePort')
  const port = now.get('port').get('number').port() ?? now.get('port').get('name').string() ?? before
  const known = typeof port === 'string' || typeof port === 'number'
  return [{ service, ...(known && { port: String(port) }), ...(host !== undefined && { host }) }]
}

function nameOf({ service, port, host }: Backend, namespace: string): string {
  const place = `Service ${namespace}/${service}${port === undefined ? '' : `:${port}`}`
  return `\`${place}\`${host === undefined ? '' : ` for host \`${host}\``}`
}

function controllerOf(object: RawObject): string {
  const annotations = quietly(object).get('metadata').get('annotations')
  const named =
    specOf(object).get('ingressClassName').string() ?? annotations.get('kubernetes.io/ingress.class').string()
  return named === undefined ? 'an ingress controller' : `the ingress controller of class \`${named}\``
}
