import assert from 'node:assert/strict'
import { inNamespace, pod, type Json } from '../objects'
import {
  at,
  frontend,
  group,
  grpcRoute,
  httpRoute,
  identity,
  linkerdJudge,
  linkerdVerdict,
  nobody,
  path,
  policy,
  server,
} from './objects'

const cart = server('shop/cart')
const open = server('shop/cart', { accessPolicy: 'all-unauthenticated' })
const get = (target: string, more: Json = {}): Json => ({
  http: { method: 'GET', path: target, host: 'cart', ...more },
})
const tcp: Json = { http: undefined }

describe('a Server of Linkerd', () => {
  it('closes its port until a policy opens it', () => {
    assert.equal(linkerdVerdict([cart]), 'deny')
    assert.equal(linkerdVerdict([cart, policy('shop/p', [frontend])]), 'allow')
    assert.equal(linkerdVerdict([cart, policy('shop/p', [frontend])], nobody), 'deny')
  })
  it('names what let a request in', () => {
    const { because } = linkerdJudge([cart, policy('shop/p', [frontend])])
    assert.deepEqual(because, ['AuthorizationPolicy shop/p'])
    assert.deepEqual(linkerdJudge([cart]).because, ['Server shop/cart'])
  })
  it('admits everybody by a policy that asks for nothing', () => {
    assert.equal(linkerdVerdict([cart, policy('shop/p', [])], nobody), 'allow')
  })
  it('loses its access policy in versions that have none', () => {
    const old = { ...open, apiVersion: 'policy.linkerd.io/v1beta2' }
    assert.equal(linkerdVerdict([open], nobody), 'allow')
    assert.equal(linkerdVerdict([old], nobody), 'deny')
  })
  it('takes an access policy of another spelling for none', () => {
    assert.equal(linkerdVerdict([server('shop/cart', { accessPolicy: 'Audit' })], nobody), 'deny')
    assert.equal(linkerdVerdict([server('shop/cart', { accessPolicy: 'audit' })], nobody), 'allow')
  })
  it('is no Pod’s where it is for machines outside', () => {
    const outside = server('shop/cart', { podSelector: undefined, externalWorkloadSelector: {}, accessPolicy: 'audit' })
    assert.equal(linkerdVerdict([outside]), 'deny')
  })
  it('is for the proxy’s own port by the name the injector gives it', () => {
    const admin = server('shop/admin', {
      podSelector: { matchExpressions: [{ key: 'linkerd.io/control-plane-ns', operator: 'Exists' }] },
      port: 'linkerd-admin',
      accessPolicy: 'all-unauthenticated',
    })
    assert.equal(linkerdVerdict([admin], { to: { namespace: 'shop', workload: 'cart', port: 4191 } }), 'allow')
    assert.equal(linkerdVerdict([admin]), 'deny')
  })
  it('lets localhost in, whatever is asked', () => {
    assert.equal(linkerdVerdict([cart], { from: { plaintext: true, ip: '127.0.0.1' } }), 'allow')
    assert.equal(linkerdVerdict([cart], { from: { plaintext: true, ip: '::1' } }), 'allow')
    assert.equal(linkerdVerdict([cart], { from: { plaintext: true, ip: '127.0.0.2' } }), 'deny')
  })
})

describe('identities in Linkerd’s policies', () => {
  const by = (identities: readonly string[]) => [
    cart,
    policy('shop/p', [{ group, kind: 'MeshTLSAuthentication', name: 'm' }]),
    inNamespace('MeshTLSAuthentication', 'shop/m', { identities }),
  ]
  const name = 'frontend.web.serviceaccount.identity.linkerd.cluster.local'

  it('are whole names, or the last labels of names', () => {
    for (const text of [name, '*', '*.cluster.local', '*.web.serviceaccount.identity.linkerd.cluster.local']) {
      assert.equal(linkerdVerdict(by([text])), 'allow', text)
    }
    for (const text of ['*.eb.serviceaccount.identity.linkerd.cluster.local', `*.${name}`, 'front*', `x${name}`]) {
      assert.equal(linkerdVerdict(by([text])), 'deny', text)
    }
  })
  it('are never SPIFFE ids, which Linkerd’s own certificates do not carry', () => {
    assert.equal(linkerdVerdict(by(['spiffe://cluster.local/ns/web/sa/frontend'])), 'deny')
  })
  it('are of any trust domain that the anchors verify as text, and of the mesh’s own by reference', () => {
    const stranger = { from: identity({ trustDomain: 'other' }) }
    assert.equal(linkerdVerdict(by(['*']), stranger), 'unknown')
    assert.equal(linkerdJudge(by(['*']), stranger, { assume: 'recorded' }).verdict, 'allow')
    assert.equal(linkerdVerdict([cart, policy('shop/p', [frontend])], stranger), 'deny')
  })
  it('are none of a caller’s who shows none', () => {
    assert.equal(linkerdVerdict(by(['*']), nobody), 'deny')
  })
})

describe('routes of Linkerd', () => {
  const admits = (route: string, refs: readonly Json[] = [frontend]) =>
    policy(`shop/for-${route}`, refs, { kind: 'HTTPRoute', name: route })

  it('answer 404 to what they do not name, probes included', () => {
    const probing = pod(
      'shop/cart',
      {},
      {
        containers: [
          {
            name: 'app',
            ports: [{ containerPort: 8080 }],
            readinessProbe: { httpGet: { path: '/up?x=1', port: 8080 } },
          },
        ],
      },
    )
    const kubelet = { from: { plaintext: true, ip: '10.9.0.1' }, ...get('/up') }
    assert.equal(linkerdVerdict([cart, probing], kubelet), 'allow')
    const routed = [open, probing, httpRoute('shop/r', [path('/api')])]
    const answer = linkerdJudge(routed, kubelet)
    assert.deepEqual([answer.verdict, answer.why], ['deny', 'no-route'])
    assert.equal(linkerdVerdict(routed, get('/api/x')), 'allow')
  })
  it('are probed by GET of the exact path alone, from the networks of probes', () => {
    const containers = [{ name: 'app', livenessProbe: { httpGet: { path: '/up', port: 8080 } } }]
    const probing = pod('shop/cart', {}, { containers })
    const kubelet = { from: { plaintext: true, ip: '10.9.0.1' } }
    assert.equal(linkerdVerdict([probing], { ...kubelet, ...get('/up?deep') }), 'allow')
    assert.equal(linkerdVerdict([probing], { ...kubelet, ...get('/up/') }), 'deny')
    assert.equal(linkerdVerdict([probing], { ...kubelet, ...get('/up', { method: 'POST' }) }), 'deny')
    assert.equal(linkerdVerdict([probing], { ...nobody, ...get('/up') }), 'deny')
  })
  it('go by length of path, not by its kind, and then by age', () => {
    const exact = httpRoute('shop/exact', [path('/api', 'Exact')], {}, at(2))
    const prefix = httpRoute('shop/prefix', [path('/api')], {}, at(1))
    const objects = [cart, exact, prefix]
    assert.equal(linkerdVerdict([...objects, admits('prefix')], get('/api')), 'allow')
    assert.equal(linkerdVerdict([...objects, admits('exact')], get('/api')), 'deny')
  })
  it('go before older ones of equal length where they ask for the method', () => {
    const asking = httpRoute('shop/get', [{ ...path('/api'), method: 'GET' }], {}, at(2))
    const objects = [cart, asking, httpRoute('shop/any', [path('/api')], {}, at(1))]
    assert.equal(linkerdVerdict([...objects, admits('get')], get('/api')), 'allow')
    assert.equal(linkerdVerdict([...objects, admits('any')], get('/api')), 'deny')
    assert.equal(linkerdVerdict([...objects, admits('any')], get('/api', { method: 'PUT' })), 'allow')
  })
  it('are not known to go either way where two of equal length have no age', () => {
    const objects = [cart, httpRoute('shop/a', [path('/api')]), httpRoute('shop/b', [path('/api')])]
    assert.equal(linkerdVerdict([...objects, admits('a')], get('/api')), 'unknown')
    assert.equal(linkerdVerdict([...objects, admits('a'), admits('b')], get('/api')), 'allow')
    assert.equal(linkerdVerdict(objects, get('/api')), 'deny')
  })
  it('are met by an expression the crate cannot read either by nobody or by somebody', () => {
    const looking = httpRoute('shop/r', [path('(?=x)/api', 'RegularExpression')])
    assert.equal(linkerdVerdict([cart, looking, policy('shop/p', [frontend])], get('/x')), 'allow')
    const odd = httpRoute('shop/r', [path('/[[:alpha:]]+', 'RegularExpression')])
    assert.equal(linkerdVerdict([cart, odd, policy('shop/p', [frontend])], get('/x')), 'unknown')
    assert.equal(linkerdVerdict([cart, odd], get('/x')), 'deny')
  })
  it('hang on their own group’s Server where they name no group', () => {
    const parentRefs = [{ kind: 'Server', name: 'cart' }]
    assert.equal(linkerdVerdict([open, httpRoute('shop/r', [path('/api')], { parentRefs })]), 'deny')
    const foreign = inNamespace('HTTPRoute', 'shop/r', { parentRefs, rules: [{ matches: [path('/api')] }] })
    assert.equal(linkerdVerdict([open, foreign]), 'allow')
  })
  it('match everything where an API server writes their rules', () => {
    assert.equal(linkerdVerdict([open, httpRoute('shop/r', [], { rules: undefined })], get('/x')), 'allow')
    assert.equal(linkerdVerdict([open, httpRoute('shop/r', [], { rules: [] })], get('/x')), 'deny')
  })
  it('are ignored whole for a filter the inbound side does not have, but not for changed headers', () => {
    const filtered = (filter: Json) => {
      const parentRefs = [{ group, kind: 'Server', name: 'cart' }]
      return inNamespace('HTTPRoute', 'shop/r', {
        parentRefs,
        rules: [{ matches: [path('/api')], filters: [filter] }],
      })
    }
    assert.equal(linkerdVerdict([open, filtered({ type: 'CORS', cors: {} })], get('/x')), 'allow')
    const set = { type: 'RequestHeaderModifier', requestHeaderModifier: { set: [{ name: 'x', value: '1' }] } }
    assert.equal(linkerdVerdict([open, filtered(set)], get('/x')), 'deny')
  })
  it('may redirect what they admit, and never what they do not', () => {
    const filters = [{ type: 'RequestRedirect', requestRedirect: { hostname: 'elsewhere' } }]
    const redirecting = httpRoute('shop/r', [], { rules: [{ filters }] })
    assert.equal(linkerdVerdict([open, redirecting]), 'unknown')
    assert.equal(linkerdVerdict([cart, redirecting]), 'deny')
  })
  it('have no say over bytes', () => {
    const objects = [cart, httpRoute('shop/r', [path('/')]), admits('r')]
    assert.equal(linkerdVerdict(objects), 'allow')
    assert.equal(linkerdVerdict(objects, tcp), 'deny')
  })
})

describe('GRPCRoutes of Linkerd', () => {
  const limited = [open, httpRoute('shop/r', [path('/api')])]
  const method = { method: { service: 'shop.Cart', method: 'Get' } }

  it('keep every HTTPRoute of their Server from being accepted, even if ignored, even from elsewhere', () => {
    assert.equal(linkerdVerdict(limited, get('/x')), 'deny')
    assert.equal(linkerdVerdict([...limited, grpcRoute('shop/g', [method])], get('/x')), 'allow')
    const regex = { method: { type: 'RegularExpression', method: 'G.*' } }
    assert.equal(linkerdVerdict([...limited, grpcRoute('shop/g', [regex])], get('/x')), 'allow')
    assert.equal(linkerdVerdict([...limited, grpcRoute('web/g', [method], { namespace: 'shop' })], get('/x')), 'allow')
    assert.equal(linkerdVerdict([...limited, grpcRoute('web/g', [method])], get('/x')), 'deny')
  })
  it('are followed by gRPC Servers alone, and need POST', () => {
    const grpc = server('shop/cart', { proxyProtocol: 'gRPC', accessPolicy: 'all-unauthenticated' })
    const call = (target: string, verb = 'POST') => get(target, { method: verb })
    const routed = [grpc, grpcRoute('shop/g', [method])]
    assert.equal(linkerdVerdict(routed, call('/shop.Cart/Get')), 'allow')
    assert.equal(linkerdJudge(routed, call('/shop.Cart/Put')).why, 'no-route')
    assert.equal(linkerdJudge(routed, call('/shop.Cart/Get', 'GET')).why, 'no-route')
    assert.equal(linkerdJudge([grpc], call('/shop.Cart')).why, 'no-route')
    assert.equal(linkerdVerdict([grpc], call('/shop.Cart/Any')), 'allow')
    assert.equal(linkerdVerdict([grpc, httpRoute('shop/r', [path('/api')])], call('/shop.Cart/Any')), 'allow')
  })
  it('void their Server with a match that has no method, localhost included', () => {
    const grpc = server('shop/cart', { proxyProtocol: 'gRPC', accessPolicy: 'all-unauthenticated' })
    const objects = [
      grpc,
      grpcRoute('shop/g', [method]),
      grpcRoute('shop/void', [{ headers: [{ name: 'x', value: 'y' }] }]),
    ]
    const call = get('/shop.Cart/Get', { method: 'POST' })
    const { verdict, because } = linkerdJudge(objects, call)
    assert.deepEqual(
      [verdict, because],
      ['deny', ['GRPCRoute shop/void has a match without a method, which voids Server shop/cart']],
    )
    assert.equal(linkerdVerdict(objects, { ...call, from: { plaintext: true, ip: '127.0.0.1' } }), 'deny')
  })
})

describe('a port that is opaque by annotation', () => {
  const opaque = pod('shop/cart', { annotations: { 'config.linkerd.io/opaque-ports': '8080' } })

  it('gets bytes from proxies, whatever its Server hints, so that HTTP alone may not be enough', () => {
    const hinting = server('shop/cart', { proxyProtocol: 'HTTP/1' })
    const admitted = [opaque, hinting, policy('shop/p', [])]
    assert.equal(linkerdVerdict(admitted), 'unknown')
    assert.equal(linkerdVerdict(admitted, nobody), 'allow')
    assert.equal(
      linkerdVerdict([opaque, server('shop/cart', { proxyProtocol: 'opaque' }), policy('shop/p', [])]),
      'allow',
    )
  })
})
