import assert from 'node:assert/strict'
import {
  ask,
  authorization,
  decided,
  http,
  inNamespace,
  judge,
  layerOf,
  mesh,
  namespace,
  object,
  peers,
  plaintext,
  pod,
  readAll,
  service,
  shop,
  verdict,
  verdictIn,
  type Json,
} from './objects'

const nothing = authorization('shop/default-deny', {})
const tcp = { http: undefined }

describe('deciding one request', () => {
  it('names what decided', () => {
    const because = (objects: readonly Json[], request: Json = ask()) =>
      judge(layerOf([...shop, ...objects]), request).because
    assert.deepEqual(because([]), ['no ALLOW policy applies to Pod shop/cart'])
    assert.deepEqual(
      because([authorization('shop/a', { rules: [{ when: [{ key: 'source.namespace', values: ['x'] }] }, {}] })]),
      ['AuthorizationPolicy shop/a rules[1]'],
    )
    assert.deepEqual(because([nothing]), ['AuthorizationPolicy shop/default-deny'])
    assert.deepEqual(because([nothing, authorization('shop/no', { action: 'DENY', rules: [{}] })]), [
      'AuthorizationPolicy shop/no rules[0]',
    ])
    assert.deepEqual(because([peers('shop/default', { mtls: { mode: 'STRICT' } })], ask(plaintext)), [
      'PeerAuthentication shop/default',
    ])
  })

  it('is unknown for a workload that is not among the objects', () => {
    assert.deepEqual(judge(layerOf(shop), ask({ to: { namespace: 'shop', workload: 'crat', port: 80 } })), {
      verdict: 'unknown',
      because: ['no workload shop/crat is among the objects'],
    })
  })

  it('is unknown for a workload that could not be read', () => {
    const { layer } = readAll([...shop.slice(0, 2), pod('shop/cart', {}, { hostNetwork: 'no' })])
    assert.equal(judge(layer, ask()).verdict, 'unknown')
  })

  it('finds a workload by the names of its Pods and of its controller', () => {
    const owned = { ownerReferences: [{ kind: 'StatefulSet', name: 'db', controller: true }] }
    const layer = layerOf([...shop, pod('shop/db-0', owned), nothing])
    for (const workload of ['db', 'db-0']) {
      assert.equal(judge(layer, ask({ to: { namespace: 'shop', workload, port: 8080 } })).verdict, 'deny')
    }
  })
})

describe('a workload without a proxy', () => {
  const bare = [mesh(), namespace('shop', {}), pod('shop/cart'), nothing]

  it('enforces nothing', () => {
    assert.deepEqual(judge(layerOf(bare), ask(plaintext)), {
      verdict: 'allow',
      because: ['namespace shop has no injection label'],
    })
  })
  it('is judged as if it had one where the recordings are assumed', () => {
    assert.equal(judge(layerOf(bare), ask(plaintext), { assume: 'recorded' }).verdict, 'deny')
  })
  it('is unknown where nobody can tell, unless it makes no difference', () => {
    const unlabelled = [mesh(), pod('shop/cart')]
    assert.equal(judge(layerOf([...unlabelled, nothing]), ask()).verdict, 'unknown')
    assert.equal(judge(layerOf(unlabelled), ask(plaintext)).verdict, 'allow')
  })
  it('is unknown to callers whom a waypoint of its namespace may stop, where that is not among the objects', () => {
    assert.equal(judge(layerOf([mesh(), pod('shop/cart')]), ask()).verdict, 'unknown')
  })
})

describe('a port that goes round the proxy', () => {
  const excluding = (port: string) =>
    pod('shop/cart', { annotations: { 'traffic.sidecar.istio.io/excludeInboundPorts': port } })
  const world = (port: string) => layerOf([mesh(), namespace('shop'), excluding(port), nothing])

  it('is open, whatever policy says', () => {
    assert.equal(judge(world('8080'), ask(plaintext)).verdict, 'allow')
    assert.equal(judge(world('9090'), ask(plaintext)).verdict, 'deny')
    assert.equal(judge(world('any'), ask(plaintext)).verdict, 'unknown')
  })
  it('is each of the agent’s own', () => {
    for (const port of [15020, 15021, 15090]) {
      assert.equal(decided([nothing], { ...plaintext, to: { namespace: 'shop', workload: 'cart', port } }), 'allow')
    }
  })
})

describe('which ports go round the proxy', () => {
  const at = (objects: readonly Json[], port: number) =>
    verdictIn([mesh(), namespace('shop'), authorization('shop/none', {}), ...objects], {
      to: { namespace: 'shop', workload: 'cart', port },
    })
  const open = (annotations: Json, ...more: readonly Json[]) =>
    [8080, 9000, 9090, 9999].map(port => at([pod('shop/cart', { annotations }), ...more], port)).join()
  const traffic = (name: string, text: string): Json => ({ [`traffic.sidecar.istio.io/${name}`]: text })

  // istio `tools/istio-iptables/pkg/capture/run.go` handleInboundPortsInclude
  const table: readonly (readonly [annotations: Json, found: string])[] = [
    [{}, 'deny,deny,deny,deny'],
    [traffic('excludeInboundPorts', '9000'), 'deny,allow,deny,deny'],
    [traffic('excludeInboundPorts', ' 9000 , 9999,'), 'deny,allow,deny,allow'],
    [traffic('excludeInboundPorts', '8080'), 'allow,deny,deny,deny'],
    [traffic('excludeInboundPorts', ''), 'deny,deny,deny,deny'],
    [traffic('includeInboundPorts', '*'), 'deny,deny,deny,deny'],
    [traffic('includeInboundPorts', '8080'), 'deny,allow,allow,allow'],
    [traffic('includeInboundPorts', '9000,9090'), 'allow,deny,deny,allow'],
    [traffic('includeInboundPorts', ''), 'allow,allow,allow,allow'],
    [
      { ...traffic('includeInboundPorts', '8080'), ...traffic('excludeInboundPorts', '8080') },
      'deny,allow,allow,allow',
    ],
    [{ 'status.sidecar.istio.io/port': '9090' }, 'deny,deny,allow,deny'],
    [{ 'sidecar.istio.io/interceptionMode': 'NONE' }, 'allow,allow,allow,allow'],
    [{ 'sidecar.istio.io/interceptionMode': 'TPROXY' }, 'deny,deny,deny,deny'],
    [{ 'sidecar.istio.io/interceptionMode': 'other' }, 'unknown,unknown,unknown,unknown'],
    [traffic('excludeInboundPorts', 'web'), 'unknown,unknown,unknown,unknown'],
    [traffic('includeInboundPorts', 'web'), 'unknown,unknown,unknown,unknown'],
  ]
  for (const [annotations, found] of table)
    it(JSON.stringify(annotations), () => {
      assert.equal(open(annotations), found)
    })

  it('are the injector’s where the Pod has none of its own', () => {
    // istio `manifests/charts/istio-control/istio-discovery/files/injection-template.yaml`
    const values = JSON.stringify({ global: { proxy: { includeInboundPorts: '*', excludeInboundPorts: '9090' } } })
    const injector = object(
      'ConfigMap',
      { namespace: 'istio-system', name: 'istio-sidecar-injector' },
      { data: { values } },
    )
    assert.equal(open({}, injector), 'deny,deny,allow,deny')
    assert.equal(open(traffic('excludeInboundPorts', '9000'), injector), 'deny,allow,deny,deny')
  })
})

describe('a Sidecar of the root namespace with ingress', () => {
  it('tells the protocol of ports that nothing else names', () => {
    const ingress = [{ port: { number: 9999, protocol: 'HTTP', name: 'x' } }]
    const bytes = (port: number) =>
      verdict([inNamespace('Sidecar', 'istio-system/s', { ingress })], {
        to: { namespace: 'shop', workload: 'cart', port },
        ...tcp,
      })
    assert.deepEqual([9999, 9998].map(bytes), ['deny', 'allow'])
  })
})

describe('raw TCP', () => {
  it('gets nowhere on a port declared as HTTP', () => {
    assert.equal(verdict([], tcp), 'deny')
  })
  it('gets through to a port of no Service, which is sniffed', () => {
    assert.equal(verdict([], { ...tcp, to: { namespace: 'shop', workload: 'cart', port: 9090 } }), 'allow')
  })
  it('is denied by a DENY that asks for HTTP alone', () => {
    const noDelete = authorization('shop/p', {
      action: 'DENY',
      rules: [{ to: [{ operation: { methods: ['DELETE'] } }] }],
    })
    const sniffed = { to: { namespace: 'shop', workload: 'cart', port: 9090 } }
    assert.equal(verdict([noDelete], { ...sniffed, ...tcp }), 'deny')
    assert.equal(verdict([noDelete], sniffed), 'allow')
  })
})

describe('a Sidecar with ingress', () => {
  const ingress = (protocol: string, port = 8080) =>
    inNamespace('Sidecar', 'shop/default', { ingress: [{ port: { number: port, protocol } }] })
  const get = authorization('shop/get', { rules: [{ to: [{ operation: { methods: ['GET'] } }] }] })

  it('tells the protocol of its ports, whatever the Services say', () => {
    assert.equal(verdict([get]), 'allow')
    assert.equal(verdict([get, ingress('HTTP')]), 'allow')
    assert.equal(verdict([get, ingress('TCP')]), 'deny')
  })
  it('leaves its other ports sniffed', () => {
    assert.equal(verdict([ingress('TCP', 9090)], tcp), 'allow')
  })
})

describe('namespaces as patterns', () => {
  const from = (namespaces: readonly string[]) => [
    authorization('shop/p', { rules: [{ from: [{ source: { namespaces } }] }] }),
  ]

  it('take every namespace by a star that runs on into `/sa/`', () => {
    assert.equal(verdict(from(['w*b'])), 'allow')
    assert.equal(verdict(from(['w*a'])), 'allow')
    assert.equal(verdict(from(['x*a'])), 'deny')
    assert.equal(verdict(from(['we'])), 'deny')
  })
  it('hold dots for dots', () => {
    assert.equal(verdict(from(['w.b'])), 'deny')
  })
})

describe('several versions of one workload', () => {
  it('are unknown together where they differ, and known where they agree', () => {
    const owned = (account: string, name: string) =>
      pod(
        `shop/${name}`,
        {
          labels: { app: 'db', version: account },
          ownerReferences: [{ kind: 'StatefulSet', name: 'db', controller: true }],
        },
        { serviceAccountName: account },
      )
    const policy = authorization('shop/p', { selector: { matchLabels: { version: 'b' } } })
    const layer = (more: readonly Json[]) => layerOf([...shop, owned('a', 'db-0'), owned('b', 'db-1'), ...more])
    const request = ask({ to: { namespace: 'shop', workload: 'db', port: 8080 } })
    assert.equal(judge(layer([]), request).verdict, 'allow')
    assert.equal(judge(layer([policy]), request).verdict, 'unknown')
    assert.equal(judge(layer([nothing]), request).verdict, 'deny')
  })
})

describe('a Service that selects Pods', () => {
  it('does so in its own namespace only', () => {
    const foreign = inNamespace('Service', 'pay/cart', {
      selector: { app: 'cart' },
      ports: [{ name: 'tcp', port: 8080 }],
    })
    const get = authorization('shop/get', { rules: [{ to: [{ operation: { methods: ['GET'] } }] }] })
    assert.equal(verdict([foreign, get, service('pay/x')]), 'allow')
  })
})

describe('a rule that asks for a header', () => {
  const asking = (name: string, value: string, action: 'ALLOW' | 'DENY' = 'ALLOW') =>
    authorization('shop/p', { action, rules: [{ when: [{ key: `request.headers[${name}]`, values: [value] }] }] })

  it('finds the method, the path and the host among them, the host as it was sent', () => {
    for (const [name, value] of [
      [':method', 'GET'],
      [':path', '/*'],
      [':authority', 'cart'],
      ['Host', 'ca*'],
      ['host', '*'],
    ] as const) {
      assert.equal(verdict([asking(name, value)]), 'allow', name)
      assert.equal(verdict([asking(name, value, 'DENY')]), 'deny', name)
    }
    for (const [name, value] of [
      [':method', 'POST'],
      [':path', '/a*'],
      [':authority', 'CART'],
      ['host', 'other'],
    ] as const) {
      assert.equal(verdict([asking(name, value)]), 'deny', name)
      assert.equal(verdict([asking(name, value, 'DENY')]), 'allow', name)
    }
  })
  it('sees the query of the path, which sets leave open', () => {
    const asked = http({ path: '/?a' })
    assert.equal(decided([asking(':path', '/?a')], asked), 'allow')
    assert.equal(decided([asking(':path', '/')], asked), 'deny')
  })
  it('leaves open what a proxy on the way writes', () => {
    for (const name of ['x-request-id', 'x-forwarded-proto', 'x-envoy-attempt-count', 'traceparent'])
      for (const action of ['ALLOW', 'DENY'] as const)
        assert.equal(verdict([asking(name, '*', action)]), 'unknown', `${name} ${action}`)
  })
})
