import assert from 'node:assert/strict'
import type { Egress } from '../../../../../core/analyze/egress-view'
import type { Opening } from '../../../../../core/analyze/linkerd/outbound/leaving'
import type { Reach } from '../../../../../core/analyze/reach'
import { reach } from '../../../../../core/analyze/reach'
import { Language } from '../../../../../core/model/language'
import { Region } from '../../../../../core/model/region'
import { inNamespace, object, pod, readAll, type Json } from '../objects'
import { group, linkerdConfig, linkerdNamespace } from './objects'

const known = {
  proxyInit: { ignoreInboundPorts: '', ignoreOutboundPorts: '4567' },
  egress: { globalEgressNetworkNamespace: 'out' },
}
const base: readonly Json[] = [
  linkerdConfig(known),
  linkerdNamespace('shop'),
  linkerdNamespace('web'),
  pod('web/frontend', { labels: { app: 'frontend' } }, { serviceAccountName: 'frontend' }),
  pod('shop/cart', { labels: { app: 'cart' } }, { serviceAccountName: 'cart' }),
]

function reached(...objects: readonly Json[]): Reach {
  return reach(readAll([...base, ...objects]).layer)
}

const caller = { trustDomain: 'cluster.local', namespace: 'web', serviceAccount: 'frontend' }

function network(id: string, spec: Json = {}, metadata: Json = {}): Json {
  return inNamespace('EgressNetwork', id, { trafficPolicy: 'Deny', ...spec }, metadata)
}

const hook = (port: number, name = 'net', more: Json = {}): Json => ({
  group,
  kind: 'EgressNetwork',
  name,
  port,
  ...more,
})
const itself = { backendRefs: [{ group, kind: 'EgressNetwork', name: 'net' }] }

function route(kind: 'HTTPRoute' | 'GRPCRoute' | 'TLSRoute' | 'TCPRoute', port: number, spec: Json = {}): Json {
  return inNamespace(kind, `web/${kind.toLowerCase()}-${port}`, { parentRefs: [hook(port)], rules: [itself], ...spec })
}

function to(host: string, port: number, speaks: 'requests' | 'tls' | 'bytes', ...objects: readonly Json[]): Egress {
  return reached(...objects).egress(caller, { host, port, speaks })
}

/** `yes`, `no` or `unknown`, and in which measure. */
function open(host: string, port: number, speaks: 'requests' | 'tls' | 'bytes', ...objects: readonly Json[]): string {
  const { open: answer, certain } = to(host, port, speaks, ...objects)
  return `${answer} ${certain === Region.all ? 'all' : certain.isEmpty ? 'none' : 'some'}`
}

describe('what a Linkerd proxy lets out of the cluster', () => {
  it('is everything where no EgressNetwork is for the namespace', () => {
    assert.equal(open('a.example', 443, 'tls'), 'yes all')
    assert.equal(open('a.example', 443, 'tls', network('shop/net')), 'yes all')
  })

  it('is nothing that no route is for where one denies, be it the namespace’s own or the one for all', () => {
    assert.equal(open('a.example', 443, 'tls', network('web/net')), 'no none')
    assert.equal(open('a.example', 443, 'tls', network('out/net')), 'no none')
    assert.equal(
      open('a.example', 443, 'tls', network('out/net'), network('web/net', { trafficPolicy: 'Allow' })),
      'yes all',
    )
  })

  it('is not kept in where a port is left out of what the proxy captures', () => {
    assert.equal(open('a.example', 4567, 'bytes', network('web/net')), 'yes all')
  })

  it('is in TLS what a route names, whole or by its last labels', () => {
    const named = route('TLSRoute', 443, { hostnames: ['a.example', '*.b.example'] })
    const all = [network('web/net'), named]
    assert.equal(open('a.example', 443, 'tls', ...all), 'yes all')
    assert.equal(open('x.b.example', 443, 'tls', ...all), 'yes all')
    assert.equal(open('b.example', 443, 'tls', ...all), 'no none')
    assert.equal(open('a.example', 444, 'tls', ...all), 'no none')
    assert.equal(open('a.example', 443, 'requests', ...all), 'no none')
    assert.equal(open('a.example', 443, 'bytes', ...all), 'no none')
  })

  it('is of bytes whatever comes on the port', () => {
    const all = [network('web/net'), route('TCPRoute', 5432)]
    assert.equal(open('a.example', 5432, 'bytes', ...all), 'yes all')
    assert.equal(open('a.example', 5433, 'bytes', ...all), 'no none')
  })

  it('is of requests what a route takes of the host', () => {
    const rules = [{ matches: [{ path: { type: 'Exact', value: '/x' }, method: 'GET' }], ...itself }]
    const all = [network('web/net'), route('HTTPRoute', 80, { hostnames: ['a.example'], rules })]
    const { certain } = to('a.example', 80, 'requests', ...all)
    const asked = Region.intersection([
      Region.where('protocol', Language.literals(['http'])),
      Region.where('method', Language.literals(['GET'])),
      Region.where('path', Language.literals(['/x'])),
    ])
    assert.ok(asked.within(certain) && certain.intersect(asked.complement()).given('caller', '').isEmpty)
    assert.equal(open('b.example', 80, 'requests', ...all), 'no none')
    assert.equal(open('a.example', 80, 'tls', ...all), 'no none')
  })

  it('follows routes of one kind alone, those of gRPC before those of HTTP, before TLS, before bytes', () => {
    const [grpc, http, tls, tcp] = [
      route('GRPCRoute', 5000),
      route('HTTPRoute', 5000),
      route('TLSRoute', 5000),
      route('TCPRoute', 5000),
    ]
    assert.equal(open('a.example', 5000, 'bytes', network('web/net'), tcp), 'yes all')
    assert.equal(open('a.example', 5000, 'bytes', network('web/net'), tls, tcp), 'no none')
    assert.equal(open('a.example', 5000, 'tls', network('web/net'), tls, tcp), 'yes all')
    assert.equal(open('a.example', 5000, 'tls', network('web/net'), http, tls, tcp), 'no none')
    const requests = to('a.example', 5000, 'requests', network('web/net'), grpc, http).certain
    assert.ok(requests.given('method', 'GET').isEmpty === false, 'a rule without matches takes every request')
  })

  it('counts of an opaque port nothing but routes of bytes', () => {
    const opaque = network('web/net', {}, { annotations: { 'config.linkerd.io/opaque-ports': '443' } })
    assert.equal(open('a.example', 443, 'tls', opaque, route('TLSRoute', 443)), 'no none')
    assert.equal(open('a.example', 443, 'bytes', opaque, route('TCPRoute', 443)), 'yes all')
    assert.equal(open('a.example', 3306, 'tls', network('web/net'), route('TLSRoute', 3306)), 'no none')
  })

  it('does not go out where a route sends it to a Service, to another network, or answers it', () => {
    const elsewhere: readonly Json[] = [
      { backendRefs: [{ name: 'cart', namespace: 'shop', port: 80 }] },
      { backendRefs: [{ group, kind: 'EgressNetwork', name: 'other' }] },
      { backendRefs: [{ group, kind: 'EgressNetwork', name: 'net', weight: 0 }] },
    ]
    for (const rule of elsewhere)
      assert.equal(
        to('a.example', 443, 'tls', network('web/net'), route('TLSRoute', 443, { rules: [rule] })).certain,
        Region.none,
      )
    const redirect = { filters: [{ type: 'RequestRedirect', requestRedirect: { port: 8443 } }] }
    const answered = route('HTTPRoute', 80, { rules: [redirect] })
    assert.equal(to('a.example', 80, 'requests', network('web/net'), answered).certain, Region.none)
  })

  it('is unknown where a route may count or not, and where a network could not be read', () => {
    const newer = { ...route('TLSRoute', 443), apiVersion: 'gateway.networking.k8s.io/v1' }
    assert.equal(open('a.example', 443, 'tls', network('web/net'), newer), 'unknown none')
    assert.equal(open('a.example', 443, 'tls', network('web/net', { trafficPolicy: 'deny' })), 'unknown none')
    const two = route('TLSRoute', 443, { rules: [itself, itself] })
    assert.equal(open('a.example', 443, 'tls', network('web/net'), two), 'unknown none')
    const hasty = { 'timeout.linkerd.io/request': '5' }
    const malformed = inNamespace(
      'HTTPRoute',
      'web/r',
      { parentRefs: [hook(80)], rules: [itself] },
      { annotations: hasty },
    )
    assert.equal(open('a.example', 80, 'requests', network('web/net'), malformed), 'unknown none')
    const some = network('web/net', { networks: [{ cidr: '203.0.113.0/24' }] })
    assert.equal(open('a.example', 443, 'tls', some, route('TLSRoute', 443)), 'unknown none')
  })

  it('is no matter of routes that hang elsewhere or without a port', () => {
    const away: readonly Json[] = [
      hook(443, 'other'),
      { group, kind: 'EgressNetwork', name: 'net' },
      hook(443, 'net', { namespace: 'shop' }),
    ]
    for (const parent of away)
      assert.equal(
        open('a.example', 443, 'tls', network('web/net'), route('TLSRoute', 443, { parentRefs: [parent] })),
        'no none',
      )
  })
})

describe('reading routes of TLS and of bytes', () => {
  it('skips what hangs on a gateway alone, which is not followed', () => {
    const gateway = [{ kind: 'Gateway', name: 'edge' }]
    const { skipped, problems } = readAll([
      route('TLSRoute', 443, { parentRefs: gateway }),
      route('TCPRoute', 5432, { parentRefs: gateway }),
      route('TCPRoute', 5433),
    ])
    assert.deepEqual(problems, [])
    assert.deepEqual(skipped, { 'TLSRoute.gateway.networking.k8s.io': 1, 'TCPRoute.gateway.networking.k8s.io': 1 })
  })

  it('says that a ServiceProfile goes before them', () => {
    const profile = {
      apiVersion: 'linkerd.io/v1alpha2',
      kind: 'ServiceProfile',
      metadata: { namespace: 'shop', name: 'cart' },
    }
    assert.deepEqual(
      readAll([profile]).problems.map(({ code }) => code),
      ['not-analysed'],
    )
  })
})

describe('all that a Linkerd proxy may let out', () => {
  const told = (found: readonly Opening[] | 'unknown' | undefined): unknown =>
    typeof found === 'object' ? found.map(({ port, host, speaks }) => `${host ?? '*'}:${port} ${speaks}`) : found

  it('is nothing under a network that denies, and anything under one that allows, or under none', () => {
    assert.deepEqual(told(reached(network('web/net')).openings(caller)), [])
    const allowing = network('web/net', { trafficPolicy: 'Allow' })
    assert.deepEqual(told(reached(allowing).openings(caller)), ['*:other anything'])
    assert.deepEqual(told(reached().openings(caller)), ['*:other anything'])
  })

  it('is what routes name, by port and host', () => {
    const routes = [
      route('HTTPRoute', 80, { hostnames: ['a.example', '*.b.example'] }),
      route('HTTPRoute', 81),
      route('TLSRoute', 443, { hostnames: ['a.example'] }),
      route('TCPRoute', 5432),
    ]
    assert.deepEqual(told(reached(network('web/net'), ...routes).openings(caller)), [
      'a.example:80 requests',
      '*.b.example:80 requests',
      '*:81 requests',
      'a.example:443 tls',
      '*:5432 bytes',
    ])
  })

  it('is unknown where a network lies nobody knows where, and not asked of who has no proxy', () => {
    const nowhere = object('EgressNetwork', { name: 'net' }, { spec: { trafficPolicy: 'Deny' } })
    assert.equal(reached(nowhere).openings(caller), 'unknown')
    assert.equal(reached().openings({ ...caller, serviceAccount: 'nobody' }), undefined)
  })
})
