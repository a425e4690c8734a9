import assert from 'node:assert/strict'
import { reach } from '../../../../../core/analyze/reach'
import { ambient, waypoint } from '../ambient-objects'
import { virtualService } from '../gateway/gateway-objects'
import { linkerdConfig, linkerdNamespace } from '../linkerd/objects'
import { authorization, inNamespace, mesh, namespace, pod, readAll, type Json } from '../objects'
import { allow, cart, labels, objects, out, toHost, type World } from './gateway-out'
import { entry } from './outward'

interface Asked {
  readonly host?: string
  readonly port?: number
  readonly via?: string
  readonly caller?: string
  readonly path?: string
}

/** Whether a call by an account gets out, and for certain so. */
function egress(
  all: readonly unknown[],
  { host = 'api.example.com', port = 80, via, caller = 'shop/cart', path = '/' }: Asked = {},
): string {
  const [namespace = '', serviceAccount = ''] = caller.split('/')
  const to = { host, port, ...(via !== undefined && { via }) }
  const { open, certain } = reach(readAll(all).layer).egress(
    { trustDomain: 'cluster.local', namespace, serviceAccount },
    to,
  )
  const values: Readonly<Record<string, string>> = { protocol: 'http', method: 'GET', path }
  return `${open} ${certain.contains(variable => values[variable] ?? '') ? 'surely' : 'not surely'}`
}

const [yes, no, unknown] = ['yes surely', 'no not surely', 'unknown not surely']
const viaOut = { via: 'edge/out' }

describe('a call that is to leave by a gateway', () => {
  const rule = (trafficPolicy: Json, more: Json = {}): Json =>
    inNamespace('DestinationRule', 'edge/out', { host: out, trafficPolicy, ...more })
  const gateway = (server: Json): Json =>
    inNamespace('IstioGateway', 'edge/out', {
      selector: labels,
      servers: [
        {
          port: { number: 80, name: 'https', protocol: 'HTTPS' },
          tls: { mode: 'ISTIO_MUTUAL' },
          hosts: ['*/*'],
          ...server,
        },
      ],
    })
  const onward = (...http: readonly Json[]): Json =>
    virtualService('edge/api', { hosts: ['api.example.com'], gateways: ['out'], http })
  const turn = (...http: readonly Json[]): Json => virtualService('shop/api', { hosts: ['api.example.com'], http })
  const exact = (path: string, host: string): Json => ({ match: [{ uri: { exact: path } }], ...toHost(host) })
  const subset = { route: [{ destination: { host: out, port: { number: 80 }, subset: 'x' } }] }
  type Row = readonly [title: string, changes: World, more: readonly Json[], asked: Asked, egress: string]
  // istio `pilot/pkg/networking/core/cluster_tls.go`, `pilot/pkg/model/gateway.go` GetSNIHostsForServer
  const table: readonly Row[] = [
    ['does', {}, [], viaOut, yes],
    ['does not by another', {}, [], { via: 'edge/other' }, no],
    ['does not of an account that nobody has', {}, [], { ...viaOut, caller: 'shop/x' }, unknown],
    ['does not where it goes straight', { turn: [] }, [], viaOut, no],
    ['does where any way will do', { turn: [] }, [], {}, yes],
    ['does in capitals', {}, [], { ...viaOut, host: 'API.example.com' }, yes],
    ['does not to another host', {}, [], { ...viaOut, host: 'b.example.com' }, no],
    ['does not in plaintext', { rule: rule({ tls: { mode: 'DISABLE' } }) }, [], viaOut, no],
    ['does not in TLS of its own', { rule: rule({ tls: { mode: 'SIMPLE' } }) }, [], viaOut, no],
    [
      'does under another server name, where all are listened for',
      { rule: rule({ tls: { mode: 'ISTIO_MUTUAL', sni: 'x.example.com' } }) },
      [],
      viaOut,
      yes,
    ],
    [
      'does by the server name that is listened for',
      { gateway: gateway({ hosts: ['./api.example.com', `./${out}`] }) },
      [],
      viaOut,
      yes,
    ],
    ['does not by another', { gateway: gateway({ hosts: ['./api.example.com'] }) }, [], viaOut, no],
    ['does not where the host is not served', { gateway: gateway({ hosts: [`./${out}`] }) }, [], viaOut, no],
    [
      'does not where no certificates are asked for',
      { gateway: gateway({ tls: { mode: 'SIMPLE', credentialName: 'c' } }) },
      [],
      viaOut,
      no,
    ],
    [
      'does not where nobody listens',
      { gateway: gateway({ port: { number: 81, name: 'https', protocol: 'HTTPS' } }) },
      [],
      viaOut,
      no,
    ],
    ['does by the path that leads to it', { turn: turn(exact('/', out)) }, [], viaOut, yes],
    ['does not by another', { turn: turn(exact('/a', out)) }, [], viaOut, 'yes not surely'],
    ['does not by a part of it', { turn: turn(subset) }, [], viaOut, no],
    ['does not by a rewritten path', { turn: turn({ ...toHost(out), rewrite: { uri: '/x' } }) }, [], viaOut, no],
    [
      'does not by one that fails at times',
      { turn: turn({ ...toHost(out), fault: { abort: { httpStatus: 500, percentage: { value: 1 } } } }) },
      [],
      viaOut,
      no,
    ],
    [
      'does not half of the time',
      {
        turn: turn({
          route: [
            { destination: { host: out }, weight: 50 },
            { destination: { host: 'api.example.com' }, weight: 50 },
          ],
        }),
      },
      [],
      viaOut,
      no,
    ],
    ['does by the path that leads on', { onward: onward(exact('/', 'api.example.com')) }, [], viaOut, yes],
    [
      'does not by another that leads on',
      { onward: onward(exact('/a', 'api.example.com')) },
      [],
      viaOut,
      'yes not surely',
    ],
    ['does not where it is led elsewhere', { onward: onward(toHost('b.example.com')) }, [], viaOut, no],
    [
      'does not where it is led elsewhere by that path',
      { onward: onward(exact('/', 'b.example.com'), toHost('api.example.com')) },
      [],
      viaOut,
      'yes not surely',
    ],
    ['does not where the gateway does not know the host', { there: [] }, [], viaOut, no],
    [
      'does not where the gateway knows it on another port',
      { there: entry({ exportTo: ['.'], ports: [{ number: 81, name: 'http', protocol: 'HTTP' }] }, {}, 'edge/api') },
      [],
      viaOut,
      no,
    ],
    ['does not where it is led on to another port', { onward: onward(toHost('api.example.com', 81)) }, [], viaOut, no],
    ['does not without the Service', { service: [] }, [], viaOut, no],
    ['does not without its Pods', { pod: [] }, [], viaOut, no],
    [
      'does where two of them are alike',
      {},
      [
        pod(
          'edge/out2',
          { labels, annotations: { 'inject.istio.io/templates': 'gateway' } },
          { serviceAccountName: 'out' },
        ),
      ],
      viaOut,
      yes,
    ],
    [
      'does not where one runs under another account',
      {},
      [pod('edge/out2', { labels, annotations: { 'inject.istio.io/templates': 'gateway' } })],
      viaOut,
      no,
    ],
    ['does for whom a policy names', {}, [allow()], viaOut, yes],
    ['does not for another', {}, [allow()], { ...viaOut, caller: 'shop/other' }, no],
    ['does not where all are refused', {}, [authorization('edge/p', {})], viaOut, no],
    [
      'does where the Sidecar knows the gateway',
      {},
      [inNamespace('Sidecar', 'shop/s', { egress: [{ hosts: ['./*', `edge/${out}`] }] })],
      viaOut,
      yes,
    ],
    [
      'does not where it does not',
      {},
      [inNamespace('Sidecar', 'shop/s', { egress: [{ hosts: ['./*'] }] })],
      viaOut,
      no,
    ],
    [
      'does not where it does not know the host',
      {},
      [inNamespace('Sidecar', 'shop/s', { egress: [{ hosts: [`edge/${out}`] }] })],
      viaOut,
      no,
    ],
    ['does not of who has no sidecar', {}, [namespace('shop', {})], viaOut, no],
    ['does not of who may have none', {}, [namespace('shop', { 'istio.io/rev': 'x' })], viaOut, unknown],
    ['does of all who run under an account', {}, [pod('shop/more', {}, { serviceAccountName: 'cart' })], viaOut, yes],
    [
      'does not of all',
      {},
      [pod('shop/more', { labels: { 'sidecar.istio.io/inject': 'false' } }, { serviceAccountName: 'cart' })],
      viaOut,
      no,
    ],
  ]
  for (const [title, changes, more, asked, expected] of table)
    it(`${title}: ${expected}`, () => assert.equal(egress(objects(changes, ...more), asked), expected))

  it('is told with all that has a say', () => {
    const { because } = reach(readAll(objects({}, allow())).layer).egress(
      { trustDomain: 'cluster.local', namespace: 'shop', serviceAccount: 'cart' },
      { host: 'api.example.com', port: 80, via: 'edge/out' },
    )
    for (const name of [
      'VirtualService shop/api',
      'DestinationRule edge/out',
      'Gateway edge/out',
      'VirtualService edge/api',
      'AuthorizationPolicy edge/p',
    ])
      assert.ok(because.includes(name), `${name} in ${because.join()}`)
    assert.ok(!because.some(name => name.includes('ServiceEntry')) && cart !== undefined)
  })
})

describe('a call that leaves by no gateway', () => {
  const world = (...labels: readonly Json[]): readonly Json[] => [mesh(), ...labels, pod('shop/cart')]
  const bound = entry({}, { labels: { 'istio.io/use-waypoint': 'waypoint' } })
  const both: readonly Json[] = [
    linkerdConfig(),
    linkerdNamespace('shop', { 'linkerd.io/inject': 'enabled' }, ambient),
    mesh(),
  ]
  const table: readonly (readonly [title: string, objects: readonly Json[], egress: string])[] = [
    ['has no proxy', world(namespace('shop', {})), yes],
    ['is ztunnel’s', world(namespace('shop', ambient)), yes],
    ['is ztunnel’s, to a host that is known', [...world(namespace('shop', ambient)), entry()], yes],
    [
      'is ztunnel’s, to a host with a waypoint',
      [...world(namespace('shop', ambient)), bound, waypoint('shop/waypoint')],
      unknown,
    ],
    [
      'is ztunnel’s, to another host than that with a waypoint',
      [
        ...world(namespace('shop', ambient)),
        entry({ hosts: ['b.example.com'] }, { labels: { 'istio.io/use-waypoint': 'waypoint' } }),
        waypoint('shop/waypoint'),
      ],
      yes,
    ],
    [
      'has no proxy, to a host with a waypoint',
      [...world(namespace('shop', {})), bound, waypoint('shop/waypoint')],
      yes,
    ],
    [
      'is a gateway’s',
      world(namespace('shop'), pod('shop/cart', { annotations: { 'inject.istio.io/templates': 'gateway' } })).slice(
        0,
        3,
      ),
      unknown,
    ],
    ['is both ztunnel’s and Linkerd’s', [...both, pod('shop/cart')], unknown],
  ]
  for (const [title, all, expected] of table) it(`${title}: ${expected}`, () => assert.equal(egress(all), expected))
})
