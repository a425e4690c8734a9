import type { RawObject } from '../analyze/istio/read-object'
import type { Decision } from './adopted'
import type { Ground } from './places'

/** Services that are entered from outside the cluster by other ways than a gateway that was read: no caller of a graph, unless it is declared. */
export function exposedOf({ groups }: Ground, objects: readonly RawObject[]): readonly Decision[] {
  const ways = objects
    .filter(({ kind, group }) => kind === 'Ingress' && group === 'networking.k8s.io')
    .flatMap(({ body, name, namespace = '' }) => backendsOf(body).map(to => ({ key: `${namespace}/${to}`, name })))
  return groups.flatMap(({ namespace, name, services }) =>
    services.flatMap(service => {
      const about = `${namespace}/${name}`
      const byIngress = ways
        .filter(({ key }) => key === `${namespace}/${service.name}`)
        .map(way => told(about, `Ingress \`${way.name}\`, through its controller`))
      const isPublic = service.type === 'LoadBalancer' || service.type === 'NodePort'
      return isPublic ? [...byIngress, told(about, `its Service \`${service.name}\` (${service.type})`)] : byIngress
    }),
  )
}

function told(about: string, way: string): Decision {
  const text = `it is entered from outside the cluster by ${way}, which no graph follows: declare a gateway under \`ingress\`, or the callers under \`outside\``
  return { kind: 'left-out', about, text }
}

function backendsOf(body: RawObject['body']): readonly string[] {
  const spec = body.get('spec')
  const paths = spec
    .get('rules')
    .items()
    .flatMap(rule => rule.get('http').get('paths').items())
  const backends = [spec.get('defaultBackend'), ...paths.map(path => path.get('backend'))]
  return [...new Set(backends.flatMap(backend => backend.get('service').get('name').string() ?? []))]
}
