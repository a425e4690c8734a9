import fc from 'fast-check'
import type { GatewayRouting, IstioTarget } from '../../../core/compile/target'
import type { Callees, Graph, Ingress } from '../../../core/graph/graph'
import { entryProblems } from '../../../core/graph/checks/entries'
import { graphOf, service, target } from '../compiled'
import { eachOnce } from './graph'

/*
 * Gateways with all that may overlap: hosts under wildcards, routes under routes, several declarations of one host, callees in namespaces apart.
 */

const services = {
  api: service('http', 8080),
  chat: service('grpc', 9000),
  docs: service('http', 8000, { namespace: 'data' }),
  shop: service('http', 8081, {
    namespace: 'data',
    ports: { http: { protocol: 'http', port: 8081, servicePort: 80 } },
  }),
}

const routes = fc.uniqueArray(
  fc.constantFrom(
    'GET /',
    'GET /**',
    'GET /a',
    'GET /a/',
    'GET /a/**',
    'GET /a/*',
    'GET /*',
    'GET /*/b',
    'GET /a/b',
    'GET /a/b/**',
    'POST /a/**',
    'POST /*/b/**',
    'GET /a.b/(c)',
  ),
  { minLength: 1, maxLength: 4 },
)
const methods = fc.uniqueArray(fc.constantFrom('shop.Chat/Say', 'shop.Chat/Hear'), { minLength: 1, maxLength: 2 })

const callees: fc.Arbitrary<Callees> = fc
  .record(
    {
      api: fc.record({ http: routes }),
      docs: fc.record({ http: routes }),
      shop: fc.record({ http: routes }),
      chat: fc.record({ grpc: methods }),
    },
    { requiredKeys: [] },
  )
  .map(eachOnce)

const ingress = (gateway: string): fc.Arbitrary<Ingress> =>
  fc
    .record({
      hosts: fc.uniqueArray(fc.constantFrom('a.example.com', 'b.example.com', '*.example.com', 'example.org'), {
        minLength: 1,
        maxLength: 3,
      }),
      secret: fc.constantFrom(undefined, 'one', 'two'),
      routes: callees,
    })
    .map(({ hosts, secret, routes: to }) => ({
      gateway,
      hosts,
      routes: to,
      ...(secret !== undefined && { tls: { secret } }),
    }))

const gateways = ['edge/edge-istio', 'shop/door-istio'] as const

/** A graph that is mostly gateways, none of whose entries contradict each other. */
export const entering: fc.Arbitrary<Graph> = fc
  .tuple(
    ...['web', 'more', 'side', 'last'].map(name =>
      fc.tuple(fc.constant(name), fc.constantFrom(...gateways).chain(ingress)),
    ),
  )
  .chain(all => fc.subarray(all, { minLength: 1 }))
  .map(chosen => graphOf({ services, ingress: Object.fromEntries(chosen) }))
  .filter(graph => entryProblems({ graph, lost: () => false, damaged: () => false }).length === 0)

/** A target with that routing at all gateways of a graph. */
export function routedBy(
  routing: GatewayRouting,
  { ingress: all }: Graph,
  more: Partial<IstioTarget> = {},
): IstioTarget {
  const keys = Object.values(all).map(({ gateway }) => gateway)
  return { ...target, gateways: Object.fromEntries(keys.map(key => [key, { routing }])), ...more }
}
