import { servicesBehind } from '../analyze/gateway/ingress'
import type { RawObject } from '../analyze/istio/read-object'
import type { Decision } from './adopted'
import type { Ground } from './places'

/** Services that are entered from outside the cluster by other ways than a gateway that was read: no caller of a graph, unless it is declared. */
export function exposedOf({ groups }: Ground, objects: readonly RawObject[]): readonly Decision[] {
  const ways = objects.flatMap(object =>
    servicesBehind(object).map(to => ({ key: `${object.namespace ?? ''}/${to}`, name: object.name })),
  )
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
