import assert from 'node:assert/strict'
import { pod, type Json } from '../objects'
import {
  enabled,
  linkerdConfig,
  linkerdJudge,
  linkerdNamespace,
  linkerdVerdict,
  nobody,
  onPort,
  server,
} from './objects'

const setting = 'config.linkerd.io/default-inbound-policy'
const cart = (annotations: Json, spec: Json = {}) => pod('shop/cart', { annotations }, spec)
const shop = (annotations: Json) => linkerdNamespace('shop', { ...enabled, ...annotations })
const proxied = { containers: [{ name: 'app' }, { name: 'linkerd-proxy' }] }

describe('a port without a Server', () => {
  it('follows the Pod’s default, else the namespace’s, else the cluster’s', () => {
    assert.equal(linkerdVerdict([]), 'deny')
    assert.equal(linkerdVerdict([shop({ [setting]: 'all-authenticated' })]), 'allow')
    assert.equal(linkerdVerdict([shop({ [setting]: 'all-authenticated' })], nobody), 'deny')
    assert.equal(linkerdVerdict([shop({ [setting]: 'deny' }), cart({ [setting]: 'all-unauthenticated' })]), 'allow')
  })
  it('is not touched by its namespace any more once the Pod has its proxy', () => {
    const open = shop({ [setting]: 'all-unauthenticated' })
    assert.equal(linkerdVerdict([open, cart({}, proxied)]), 'deny')
    assert.equal(linkerdVerdict([open, cart({})]), 'allow')
  })
  it('has the cluster’s default where an annotation is none', () => {
    assert.equal(linkerdVerdict([cart({ [setting]: 'All-Unauthenticated' })]), 'deny')
  })
  it('asks for an address of the cluster’s networks where its default is about the cluster', () => {
    const near = [cart({ [setting]: 'cluster-unauthenticated' })]
    assert.equal(linkerdVerdict(near, nobody), 'allow')
    assert.equal(linkerdVerdict(near, { from: { plaintext: true, ip: '192.0.2.1' } }), 'deny')
    // To sets, a caller whose address is not told has none.
    assert.equal(linkerdJudge(near, { from: { plaintext: true } }).verdict, 'unknown')
  })
  it('asks for identity where it is listed, in ranges too, and nowhere if the list is malformed', () => {
    const key = 'config.linkerd.io/proxy-require-identity-inbound-ports'
    const open = { [setting]: 'all-unauthenticated' }
    assert.equal(linkerdVerdict([cart({ ...open, [key]: '8000-8090' })], nobody), 'deny')
    assert.equal(linkerdVerdict([cart({ ...open, [key]: '8000-8090' })]), 'allow')
    assert.equal(linkerdVerdict([cart({ ...open, [key]: '8080,web' })], nobody), 'allow')
  })
  it('is unknown where the cluster’s default is', () => {
    const settings = linkerdConfig({ proxy: {} })
    assert.equal(linkerdVerdict([settings]), 'unknown')
    assert.equal(linkerdVerdict([settings, cart({ [setting]: 'deny' })]), 'deny')
    assert.match(linkerdJudge([settings]).because[0] ?? '', /default inbound policy of Pod shop\/cart is not known/)
  })
})

describe('ports that calls reach without the proxy', () => {
  const skip = 'config.linkerd.io/skip-inbound-ports'

  it('are the installation’s, or those of the annotation in their place', () => {
    assert.equal(linkerdVerdict([], { ...nobody, ...onPort(4567) }), 'allow')
    assert.equal(linkerdVerdict([cart({ [skip]: '8080' })], nobody), 'allow')
    assert.equal(linkerdVerdict([cart({ [skip]: '8080' })], { ...nobody, ...onPort(4567) }), 'deny')
    assert.equal(linkerdVerdict([shop({ [skip]: '8000-8100' })], nobody), 'allow')
  })
  it('are the chart’s, in doubt, where the installation’s are not known', () => {
    const settings = linkerdConfig({ proxyInit: {} })
    assert.equal(linkerdVerdict([settings], { ...nobody, ...onPort(4567) }), 'unknown')
    assert.equal(linkerdVerdict([settings], nobody), 'deny')
  })
  it('are not known where the list is malformed', () => {
    assert.equal(linkerdVerdict([cart({ [skip]: 'mysql' })], nobody), 'unknown')
  })
})

describe('ports that are opaque without an annotation', () => {
  const declaring = (port: number) =>
    pod('shop/cart', {}, { containers: [{ name: 'app', ports: [{ containerPort: port }], ...probing(port) }] })
  const probing = (port: number) => ({ livenessProbe: { httpGet: { port, path: '/' } } })
  const kubelet = (port: number) => ({ from: { plaintext: true, ip: '10.9.0.1' }, ...onPort(port) })

  it('are those of the installation’s that the Pod declares, which no probe gets through', () => {
    assert.equal(linkerdVerdict([declaring(8080)], kubelet(8080)), 'allow')
    assert.equal(linkerdVerdict([declaring(3306)], kubelet(3306)), 'deny')
    const undeclared = pod('shop/cart', {}, { containers: [{ name: 'app', ...probing(3306) }] })
    assert.equal(linkerdVerdict([undeclared], kubelet(3306)), 'allow')
  })
  it('are the chart’s, in doubt, where the installation’s are not known', () => {
    const settings = linkerdConfig({ proxy: { defaultInboundPolicy: 'deny' } })
    assert.equal(linkerdVerdict([settings, declaring(3306)], kubelet(3306)), 'unknown')
    assert.equal(linkerdVerdict([settings, declaring(8080)], kubelet(8080)), 'allow')
  })
  it('are none of a Pod that has its proxy, and was written no annotation', () => {
    const ports = { ports: [{ containerPort: 3306 }] }
    const containers = [{ name: 'app', ...ports, ...probing(3306) }, { name: 'linkerd-proxy' }]
    assert.equal(linkerdVerdict([pod('shop/cart', {}, { containers })], kubelet(3306)), 'allow')
  })
})

describe('ports to which callers’ proxies are told to send bytes', () => {
  const opaque = 'config.linkerd.io/opaque-ports'
  const spec = { containers: [{ name: 'app', ports: [{ containerPort: 8080, name: 'web' }] }] }
  /** Whether requests of such callers may come as bytes, which a Server of HTTP/1 refuses. */
  const told = (port: number, annotations: Json, ...more: readonly Json[]) =>
    linkerdVerdict(
      [
        pod('shop/cart', { annotations }, spec),
        server('shop/cart', { port, proxyProtocol: 'HTTP/1', accessPolicy: 'audit' }),
        ...more,
      ],
      onPort(port),
    ) === 'unknown'

  // `controller/api/destination/watcher/workload_watcher.go` GetAnnotatedOpaquePorts, `pkg/util/parsing.go` ParseContainerOpaquePorts
  it('are those of the annotation, by number, range or name, but not what is neither', () => {
    for (const text of ['8080', '80,8080', '8000-8090', 'web', ' web ', 'web,8081', 'what,8080', '8080,'])
      assert.ok(told(8080, { [opaque]: text }), text)
    for (const text of ['', '8081', 'api', 'WEB', '8090-8000', '8000-8090x'])
      assert.ok(!told(8080, { [opaque]: text }), text)
  })
  it('are those of the installation’s list where there is no annotation, and the injector writes none', () => {
    assert.ok(told(3306, {}) && told(5432, {}) && !told(8080, {}))
    const declares = pod('shop/cart', {}, { containers: [{ name: 'app', ports: [{ containerPort: 5432 }] }] })
    assert.ok(told(5432, {}, declares) && !told(3306, {}, declares))
    const ranged = linkerdConfig({ proxy: { opaquePorts: '3300-3310' } })
    assert.ok(told(3306, {}, ranged) && !told(5432, {}, ranged))
    const proxied = pod(
      'shop/cart',
      {},
      { containers: [...spec.containers, { name: 'linkerd-proxy' }, { name: 'db', ports: [{ containerPort: 5432 }] }] },
    )
    assert.ok(told(3306, {}, proxied) && told(5432, {}, proxied))
  })
})

describe('the proxy’s own ports', () => {
  const open = [cart({ [setting]: 'all-authenticated' })]

  it('judge 4191 by its policy, of requests alone', () => {
    assert.equal(linkerdVerdict(open, onPort(4191)), 'allow')
    assert.equal(linkerdVerdict([], onPort(4191)), 'deny')
    assert.equal(linkerdVerdict(open, { ...onPort(4191), http: undefined }), 'deny')
  })
  it('let the kubelet ask whether the proxy lives, from where probes come', () => {
    const live = { http: { method: 'GET', path: '/live' }, ...onPort(4191) }
    assert.equal(linkerdVerdict([], { ...live, from: { plaintext: true, ip: '10.9.0.1' } }), 'allow')
    assert.equal(linkerdVerdict([], { ...live, ...nobody }), 'deny')
  })
  it('are closed to all but tap, and to callers without identity', () => {
    // Sets have them among the ports that no object names.
    assert.equal(linkerdJudge(open, onPort(4190)).verdict, 'deny')
    assert.equal(linkerdJudge(open, { ...nobody, ...onPort(4143) }).verdict, 'deny')
    assert.equal(linkerdJudge(open, onPort(4143)).verdict, 'unknown')
  })
})

describe('what a probe asks for', () => {
  const probing = (httpGet: Json, more: Json = {}) =>
    pod(
      'shop/cart',
      {},
      {
        containers: [
          { name: 'app', ports: [{ containerPort: 8080, name: 'web' }], livenessProbe: { httpGet }, ...more },
        ],
      },
    )
  const asked = (world: Json, path: string, port = 8080) =>
    linkerdVerdict([world], {
      from: { plaintext: true, ip: '10.9.0.1' },
      http: { method: 'GET', path, host: 'x' },
      ...onPort(port),
    })

  // `policy-controller/k8s/index/src/inbound/workload.rs` container_http_probe_paths: what Rust's crate `http` takes for the path of a URI
  const table: readonly (readonly [written: string | undefined, path: string])[] = [
    [undefined, '/'],
    ['/up', '/up'],
    ['/up?deep=1', '/up'],
    ['/up#top', '/up'],
    ['http://host/up', '/up'],
    ['https://host:80/up?x', '/up'],
    ['HTTP://host/up', '/up'],
    ['http://host', '/'],
    ['http://host?x', '/'],
    ['x-y+z.1://host/a/b', '/a/b'],
  ]
  for (const [written, path] of table)
    it(`is ${path}, where it says ${written ?? 'nothing'}`, () => {
      const world = probing({ port: 8080, ...(written !== undefined && { path: written }) })
      assert.equal(asked(world, path), 'allow')
      for (const other of ['/', '/up', '/a/b', '/other', '/up/x', '//host/up']) {
        if (other !== path) assert.equal(asked(world, other), 'deny', other)
      }
    })
  for (const written of [
    '',
    'up',
    'host:80',
    '/a b',
    '/a<b',
    '/a`b',
    'x/up',
    ' http://host/up',
    '://host/up',
    'http:///up',
  ])
    it(`is nothing, where it says \`${written}\``, () => {
      for (const other of ['/', '/up', '/a', '/a b', '//host/up'])
        assert.equal(asked(probing({ port: 8080, path: written }), other), 'deny', other)
    })

  it('is at the port of that number, or of that name in its own container', () => {
    const at = (port: string | number, more: Json = {}) =>
      [8080, 8081].filter(number => asked(probing({ port, path: '/up' }, more), '/up', number) === 'allow')
    assert.deepEqual(at(8081), [8081])
    assert.deepEqual(at('web'), [8080])
    assert.deepEqual(at('WEB'), [8080])
    assert.deepEqual(at('8080'), [])
    assert.deepEqual(at('other'), [])
    assert.deepEqual(
      at('web', {
        ports: [
          { containerPort: 8080, name: 'web', protocol: 'UDP' },
          { containerPort: 8081, name: 'web', protocol: 'TCP' },
        ],
      }),
      [8081],
    )
  })
  it('is any of the probes of any container, but not a socket’s', () => {
    const probe = { httpGet: { port: 8080, path: '/up' } }
    const of = (spec: Json) => asked(pod('shop/cart', {}, spec), '/up')
    const app = { name: 'app', ports: [{ containerPort: 8080 }] }
    for (const name of ['livenessProbe', 'readinessProbe', 'startupProbe'])
      assert.equal(of({ containers: [{ ...app, [name]: probe }] }), 'allow')
    assert.equal(of({ containers: [{ ...app, otherProbe: probe }] }), 'deny')
    assert.equal(of({ containers: [app, { name: 'x', livenessProbe: probe }] }), 'allow')
    assert.equal(of({ containers: [app], initContainers: [{ name: 'x', startupProbe: probe }] }), 'allow')
    assert.equal(of({ containers: [app], ephemeralContainers: [{ name: 'x', livenessProbe: probe }] }), 'deny')
    assert.equal(of({ containers: [{ ...app, livenessProbe: { tcpSocket: { port: 8080 } } }] }), 'deny')
  })
})
