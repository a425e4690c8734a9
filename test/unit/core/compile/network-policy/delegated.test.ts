import assert from 'node:assert/strict'
import type { Compiled, MeshTarget } from '../../../../../core/compile/target'
import type { Graph } from '../../../../../core/graph/graph'
import { service, target } from '../../../../support/compiled'
import { linkerdTarget } from '../../../../support/linkerd'
import { network } from './rows'

const ambient: MeshTarget = { ...target, kind: 'istio-ambient' }
const http = { http: ['GET /x'] }
const cart = service('http', 7070, { namespace: 'data' })
const twoPorts = {
  ...cart,
  ports: { ...cart.ports, admin: { protocol: 'tcp', port: 9090 } },
} as const satisfies Graph['services'][string]
const web = service('http', 8080)
const two: Partial<Graph> = { services: { web, cart }, calls: { web: { cart: http } } }
const scraper = { namespace: 'monitoring', serviceAccount: 'prometheus' }
const labelled = { 'monitoring/prometheus': { app: 'prometheus' } }
const metrics = { metrics: { port: 9102, path: '/metrics' } }
const api = { hosts: ['api.example.com'], ports: { https: { protocol: 'tls', port: 443 } } } as const

/** By code: what is left to others, without its prefix. */
function left({ problems }: Compiled): Readonly<Record<string, string>> {
  const own = problems.filter(({ severity }) => severity === 'delegated')
  return Object.fromEntries(own.map(({ code, message }) => [code.replace('network-', ''), message]))
}

type Settings = Parameters<typeof network>[1]

const table: readonly (readonly [
  world: string,
  parts: Partial<Graph>,
  settings: Settings,
  codes: readonly string[],
])[] = [
  ['requests among services', two, {}, ['without-identities', 'without-requests']],
  [
    'gRPC among services',
    {
      services: { web, cart: service('grpc', 7070) },
      calls: { web: { cart: { grpc: ['shop.Cart/Get'] } } },
    },
    {},
    ['without-identities', 'without-requests'],
  ],
  [
    'bytes among services, of which nothing more is said',
    { services: { web, cart: service('tcp', 7070) }, calls: { web: { cart: { tcp: 'tcp' } } } },
    {},
    ['without-identities'],
  ],
  [
    'requests by addresses, which no label tells',
    { services: { cart }, outside: { lb: { kind: 'cidr', cidrs: ['10.0.0.0/8'], routes: { cart: http } } } },
    {},
    ['without-requests'],
  ],
  ['nobody calls', { services: { web, cart } }, {}, []],
  [
    'probes and metrics, which are no calls, by a scraper whose labels are known',
    { services: { cart: { ...cart, ...metrics, probes: { readiness: 'GET /ok' } } }, scraper },
    { callers: labelled, nodeNetworks: ['10.1.0.0/16'] },
    ['without-identities'],
  ],
  [
    'a scraper whose labels are not known',
    { services: { cart: { ...cart, ...metrics } }, scraper },
    {},
    ['without-identities', 'whole-namespace'],
  ],
  ['a scraper that finds nothing to read', { services: { cart }, scraper }, {}, []],
  [
    'a gateway whose labels are not known',
    {
      services: { cart },
      ingress: { shop: { gateway: 'edge/web', hosts: ['a.example.com'], routes: { cart: http } } },
    },
    {},
    ['without-identities', 'without-requests', 'whole-namespace'],
  ],
  [
    'a call outside by name',
    { services: { web }, external: { api }, calls: { web: { api: { https: 'tls' } } } },
    {},
    ['without-hosts'],
  ],
  [
    'a call outside to addresses',
    { services: { web }, external: { api }, calls: { web: { api: { https: 'tls' } } } },
    { externals: { api: ['192.0.2.0/24'] } },
    [],
  ],
  [
    'ports that are one on the wire of ztunnel',
    { services: { web, cart: twoPorts }, calls: { web: { cart: { admin: 'tcp' } } } },
    { mesh: ambient },
    ['one-port', 'without-identities'],
  ],
  [
    'the same on Linkerd',
    { services: { web, cart: twoPorts }, calls: { web: { cart: { admin: 'tcp' } } } },
    { mesh: linkerdTarget },
    ['one-port', 'without-identities'],
  ],
  [
    'the same on sidecars, which keep them apart',
    { services: { web, cart: twoPorts }, calls: { web: { cart: { admin: 'tcp' } } } },
    { mesh: target },
    ['without-identities'],
  ],
  [
    'one port on ztunnel, and another of somebody whom nobody calls',
    { services: { web, cart: service('tcp', 7070), idle: twoPorts }, calls: { web: { cart: { tcp: 'tcp' } } } },
    { mesh: ambient },
    ['without-identities'],
  ],
  ['a waypoint before one service', two, { mesh: ambient }, ['without-identities', 'without-requests']],
  [
    'a waypoint before two',
    {
      services: { web, cart, more: service('http', 7071, { namespace: 'data' }) },
      calls: { web: { cart: http, more: http } },
    },
    { mesh: ambient },
    ['behind-waypoint', 'without-identities', 'without-requests'],
  ],
]

describe('what NetworkPolicies leave to others', () => {
  for (const [world, parts, settings, codes] of table)
    it(`is told of ${world}`, () => {
      assert.deepEqual(Object.keys(left(network(parts, settings))).sort(), [...codes].sort())
    })

  it('is counted, named, and for the mesh to hold where there is one', () => {
    const alone = left(network(two))
    assert.match(alone['without-requests'] ?? '', /^1 flow says .*; without a mesh nobody holds the rest$/)
    const more = network({ ...two, calls: { web: { cart: { http: ['GET /x', 'GET /y'] } } } }, { mesh: target })
    assert.match(left(more)['without-requests'] ?? '', /^2 flows say .*; the mesh holds the rest$/)
    const scraped = network({ services: { cart: { ...cart, ...metrics } }, scraper })
    assert.match(left(scraped)['whole-namespace'] ?? '', /^the labels of `monitoring\/prometheus` are not known/)
    const one = network(
      { services: { web, cart: twoPorts }, calls: { web: { cart: { admin: 'tcp' } } } },
      { mesh: ambient },
    )
    assert.match(left(one)['one-port'] ?? '', /^all ports of `data\/cart` are one on the wire/)
    const external = { api, other: { ...api, hosts: ['other.example.com'] } }
    const calls = { web: { api: { https: 'tls' }, other: { https: 'tls' } } } as const
    const leaving = { services: { web }, external, calls }
    assert.match(left(network(leaving))['without-hosts'] ?? '', /^2 flows leave for a host by name/)
    const half = left(network(leaving, { externals: { api: ['192.0.2.0/24'] } }))
    assert.match(half['without-hosts'] ?? '', /^1 flow leaves for a host by name/)
  })
})
