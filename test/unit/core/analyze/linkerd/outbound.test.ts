import assert from 'node:assert/strict'
import { Language } from '../../../../../core/model/language'
import { Region } from '../../../../../core/model/region'
import { inNamespace, readAll, type Json } from '../objects'
import { group, linkerdConfig } from './objects'
import { hook, itself, known, network, open, route, to } from './outbound-objects'

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

  it('follows routes beside the network, and beside the caller', () => {
    // `outbound/index.rs`: producer routes lie beside their parent, consumer routes beside the caller
    const wide = network('out/net')
    const from = (id: string, namespace?: string) =>
      open('a.example', 443, 'tls', wide, {
        ...inNamespace('TLSRoute', id, {
          parentRefs: [hook(443, 'net', namespace === undefined ? {} : { namespace })],
          rules: [itself],
        }),
      })
    assert.equal(from('out/r'), 'yes all')
    assert.equal(from('out/r', 'out'), 'yes all')
    assert.equal(from('web/r', 'out'), 'yes all')
    assert.equal(from('web/r'), 'no none')
    assert.equal(from('shop/r', 'out'), 'no none')
    assert.equal(from('out/r', 'web'), 'no none')
  })

  it('stays where a route sends a share of it elsewhere', () => {
    // `grpc/outbound/http.rs` convert_backend
    const via = (...backendRefs: readonly Json[]) =>
      open('a.example', 443, 'tls', network('web/net'), route('TLSRoute', 443, { rules: [{ backendRefs }] }))
    const own: Json = { group, kind: 'EgressNetwork', name: 'net' }
    const service: Json = { name: 'net', port: 443 }
    assert.equal(via(own), 'yes all')
    assert.equal(via(), 'yes all')
    assert.equal(via({ ...own, namespace: 'web' }), 'yes all')
    assert.equal(via({ ...own, namespace: 'shop' }), 'no none')
    assert.equal(via(service), 'no none')
    assert.equal(via(own, service), 'no none')
    assert.equal(via(own, { ...service, weight: 0 }), 'yes all')
  })

  it('is of a name what every route says that names it, and by default what none names', () => {
    const [away, here] = [{ backendRefs: [{ name: 'cart', port: 443 }] }, itself]
    const named = (id: string, hostnames: readonly string[], rule: Json) =>
      inNamespace('TLSRoute', id, { parentRefs: [hook(443)], hostnames, rules: [rule] })
    const under = (policy: string) => (host: string) =>
      open(
        host,
        443,
        'tls',
        network('web/net', { trafficPolicy: policy }),
        named('web/a', ['a.example', '*.b.example'], here),
        named('web/b', ['x.b.example', 'c.example'], away),
      )
    const hosts = ['a.example', 'y.b.example', 'x.b.example', 'c.example', 'd.example']
    assert.deepEqual(hosts.map(under('Deny')), ['yes all', 'yes all', 'no none', 'no none', 'no none'])
    assert.deepEqual(hosts.map(under('Allow')), ['yes all', 'yes all', 'no none', 'no none', 'yes all'])
  })

  it('is of bytes by the oldest route, which is not known of two', () => {
    const two = (first: Json, second: Json) =>
      open(
        'a.example',
        5432,
        'bytes',
        network('web/net'),
        route('TCPRoute', 5432, { rules: [first] }),
        inNamespace('TCPRoute', 'web/other', { parentRefs: [hook(5432)], rules: [second] }),
      )
    const away = { backendRefs: [{ name: 'cart', port: 443 }] }
    assert.deepEqual([two(itself, itself), two(away, away)], ['yes all', 'no none'])
    assert.equal(two(itself, away), 'unknown none')
  })

  it('is not known where a route may hang anywhere, or the namespace for all is not known', () => {
    const lost = inNamespace('TLSRoute', 'web/r', { parentRefs: 'net', rules: [itself] })
    assert.equal(open('a.example', 443, 'tls', network('web/net'), lost), 'unknown none')
    assert.equal(open('a.example', 443, 'tls', lost), 'yes all')
    const chart = linkerdConfig({ ...known, egress: {} })
    assert.equal(open('a.example', 443, 'tls', chart, network('linkerd-egress/net')), 'unknown none')
    assert.equal(open('a.example', 443, 'tls', chart, network('out/net')), 'yes all')
    assert.equal(open('a.example', 443, 'tls', chart, network('web/net')), 'no none')
  })

  it('is open beside networks of their own addresses, and opaque by the installation’s list', () => {
    const some = { networks: [{ cidr: '203.0.113.0/24' }] }
    assert.equal(open('a.example', 443, 'tls', network('web/net', { ...some, trafficPolicy: 'Allow' })), 'yes all')
    assert.equal(open('a.example', 443, 'tls', network('web/net', some)), 'no none')
    assert.equal(open('a.example', 443, 'tls', network('web/a', some), network('web/b')), 'no none')
    const lists = (proxy: Json) => linkerdConfig({ ...known, proxy })
    const tls = (config: Json, port: number) =>
      open('a.example', port, 'tls', config, network('web/net'), route('TLSRoute', port))
    assert.equal(tls(lists({ opaquePorts: '9000' }), 9000), 'no none')
    assert.equal(tls(lists({ opaquePorts: '9000' }), 3306), 'yes all')
    assert.equal(tls(lists({}), 3306), 'unknown none')
    assert.equal(tls(lists({}), 9000), 'yes all')
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
