import assert from 'node:assert/strict'
import type { EqualOptions } from '../../../../../core/analyze/equal'
import { equal } from '../../../../../core/analyze/equal'
import { reachBoth } from '../../../../../core/analyze/reach-both'
import { door, edge, onHttp, to, virtualService } from '../gateway/gateway-objects'
import {
  frontend,
  httpRoute,
  linkerdConfig,
  linkerdNamespace,
  path,
  policy as linkerdPolicy,
  server,
} from '../linkerd/objects'
import { authorization, mesh, namespace, peers, pod, readAll, service, type Json } from '../objects'

const domain = 'cluster.local'
const base: readonly Json[] = [
  mesh({ caCertificates: [] }),
  peers('istio-system/default', { mtls: { mode: 'STRICT' } }),
  namespace('shop'),
]
const cart: readonly Json[] = [pod('shop/cart'), service('shop/cart')]
const linkerd: readonly Json[] = [
  linkerdConfig({ identityTrustDomain: domain }),
  linkerdNamespace('shop'),
  pod('shop/cart'),
]

const principals = (...accounts: readonly string[]): Json => ({
  from: [{ source: { principals: accounts.map(account => `${domain}/ns/${account.replace('/', '/sa/')}`) } }],
})
const paths = (...list: readonly string[]): Json => ({ to: [{ operation: { methods: ['GET'], paths: list } }] })
const allowing = (...rules: readonly Json[]): Json => authorization('shop/p', { rules })
const frontendAt = (...list: readonly string[]): Json => allowing({ ...principals('web/frontend'), ...paths(...list) })

/** Whether two states are equal, and what differs or is told apart, a line each. */
function held(a: readonly Json[], b: readonly Json[], options: EqualOptions = {}): readonly string[] {
  const [one, other] = reachBoth(readAll(a).layer, readAll(b).layer)
  const found = equal(one, other, options)
  return [
    found.equal ? 'equal' : 'not equal',
    ...found.differences.map(({ only, bound, text }) => `${only} ${bound}: ${text}`),
    ...found.toldApart.flatMap(({ kind, only, texts }) => texts.map(text => `${kind} ${only}: ${text}`)),
    ...found.problems.map(({ code, at }) => `${code} ${at}`),
  ]
}

const everywhere = (what: string, request: string, ports: readonly string[] = ['8080', 'other']): readonly string[] =>
  ports.map(port => `${what}: web/frontend → shop/cart:${port} ${request}`)

describe('two meshes of one kind', () => {
  const of = (...objects: readonly Json[]): readonly Json[] => [...base, ...cart, ...objects]
  const table: readonly (readonly [title: string, a: readonly Json[], b: readonly Json[], lines: readonly string[]])[] =
    [
      ['are equal', of(frontendAt('/a')), of(frontendAt('/a')), ['equal']],
      [
        'are not where the second lets in more',
        of(frontendAt('/a')),
        of(frontendAt('/a', '/b')),
        ['not equal', ...everywhere('b certain', 'GET /b')],
      ],
      [
        'are not where the first does',
        of(frontendAt('/a', '/b')),
        of(frontendAt('/a')),
        ['not equal', ...everywhere('a certain', 'GET /b')],
      ],
      [
        'are not where each lets in something',
        of(frontendAt('/a')),
        of(frontendAt('/b')),
        [
          'not equal',
          ...['8080', 'other'].flatMap(port => [
            `a certain: web/frontend → shop/cart:${port} GET /a`,
            `b certain: web/frontend → shop/cart:${port} GET /b`,
          ]),
        ],
      ],
      [
        'are equal where only other paths than canonical ones differ',
        of(frontendAt('/a')),
        of(frontendAt('/a', '//x')),
        ['equal'],
      ],
      [
        'are not where one has a workload more',
        of(frontendAt('/a')),
        of(frontendAt('/a'), pod('shop/more')),
        ['not equal', 'b certain: Pod shop/more has no counterpart'],
      ],
      [
        'are not where one has a workload less',
        of(frontendAt('/a'), pod('shop/more')),
        of(frontendAt('/a')),
        ['not equal', 'a certain: Pod shop/more has no counterpart'],
      ],
      [
        'are not where nobody knows what one does',
        of(frontendAt('/a')),
        of(
          authorization('shop/p', { action: 'CUSTOM', provider: { name: 'x' }, rules: [{}] } as Parameters<
            typeof authorization
          >[1]),
        ),
        [],
      ],
      [
        'are not without workloads',
        base,
        base,
        ['not equal', 'nothing-to-compare the first', 'nothing-to-compare the second'],
      ],
      [
        'are not where a trust domain is not known',
        of(frontendAt('/a')),
        [namespace('shop'), ...cart, frontendAt('/a')],
        [],
      ],
    ]
  for (const [title, a, b, lines] of table)
    it(title, () => {
      const found = held(a, b)
      if (lines.length > 0) assert.deepEqual(found, lines)
      else assert.equal(found[0], 'not equal')
    })

  it('are equal where workloads of one account have other names', () => {
    const named = (name: string): readonly Json[] => [
      ...base,
      pod(`shop/${name}`, { labels: { app: 'cart' } }, { serviceAccountName: 'cart' }),
      frontendAt('/a'),
    ]
    assert.deepEqual(held(named('a'), named('b')), ['equal'])
  })
  it('are equal where a port is named in one alone, and treated as all others are', () => {
    const named = authorization('shop/q', {
      rules: [
        { ...principals('web/frontend'), to: [{ operation: { ports: ['9090'], methods: ['GET'], paths: ['/a'] } }] },
      ],
    })
    assert.deepEqual(held(of(frontendAt('/a')), of(frontendAt('/a'), named)), ['equal'])
    assert.deepEqual(held(of(frontendAt('/b')), of(frontendAt('/b'), named)), [
      'not equal',
      ...everywhere('b certain', 'GET /a', ['9090']),
    ])
  })
  it('have other names for the same trust domain', () => {
    const other = (name: string): readonly Json[] => [
      mesh({ trustDomain: name, caCertificates: [] }),
      ...base.slice(1),
      ...cart,
      allowing({ from: [{ source: { principals: [`${name}/ns/web/sa/frontend`] } }], ...paths('/a') }),
    ]
    assert.deepEqual(held(other('a.example'), other('b.example')), ['equal'])
    assert.deepEqual(held(other('a.example'), other('b.example'), { sameDomains: [['a.example', 'b.example']] }), [
      'equal',
    ])
    assert.equal(held(other('a.example'), other('b.example'), { sameDomains: [] })[0], 'not equal')
    assert.equal(
      held(other('a.example'), other('b.example'), { sameDomains: [['a.example', 'c.example']] })[0],
      'not equal',
    )
  })
  it('leave out what gateways let in, and say so', () => {
    const gated = (host: string): readonly Json[] => [
      ...edge,
      door('edge/door', [onHttp('*')]),
      virtualService('shop/v', { hosts: [host], gateways: ['edge/door'], http: [to('cart')] }),
      ...cart,
    ]
    const [one, other] = reachBoth(readAll(gated('a.example')).layer, readAll(gated('b.example')).layer)
    const found = equal(one, other)
    assert.deepEqual([found.equal, found.gateways, found.workloads], [true, ['edge/front-door'], 1])
  })
})

describe('a mesh of Istio and one of Linkerd', () => {
  const istio = (...rules: readonly Json[]): readonly Json[] => [...base, ...cart, allowing(...rules)]
  const routed = (...matches: readonly Json[]): readonly Json[] => [
    ...linkerd,
    server('shop/cart'),
    httpRoute('shop/r', matches),
    linkerdPolicy('shop/p', [frontend], { kind: 'HTTPRoute', name: 'r' }),
  ]
  const port = (number: number, rule: Json): Json => ({
    ...rule,
    to: [{ operation: { methods: ['GET'], paths: ['/a'], ports: [String(number)] } }],
  })
  const asked = port(8080, principals('web/frontend'))

  it('are equal where they let in the same', () => {
    assert.deepEqual(held(istio(asked), routed({ ...path('/a', 'Exact'), method: 'GET' })), ['equal'])
    assert.deepEqual(held(routed({ ...path('/a', 'Exact'), method: 'GET' }), istio(asked)), ['equal'])
  })
  it('are not where one lets in more', () => {
    assert.deepEqual(held(istio(asked), routed({ ...path('/a', 'Exact') })).slice(0, 1), ['not equal'])
    assert.deepEqual(held(istio(asked), routed({ ...path('/b', 'Exact'), method: 'GET' })), [
      'not equal',
      'a certain: web/frontend → shop/cart:8080 GET /a',
      'a unsure: web/frontend at 127.0.0.1 → shop/cart:8080 GET /a',
      'b certain: web/frontend → shop/cart:8080 GET /b',
    ])
  })
  it('are told apart by what probes ask, of Linkerd’s alone', () => {
    const probed = (more: Json): Json =>
      pod(
        'shop/cart',
        {},
        { containers: [{ name: 'app', ports: [{ containerPort: 8080, name: 'web' }], readinessProbe: more }] },
      )
    const networks = { policyController: { probeNetworks: ['10.9.0.0/16'] } }
    const both = (probe: Json): readonly [readonly Json[], readonly Json[]] => [
      [...istio(asked), probed(probe)],
      [
        linkerdConfig({ identityTrustDomain: domain, ...networks }),
        ...routed({ ...path('/a', 'Exact'), method: 'GET' }).slice(1),
        probed(probe),
        httpRoute('shop/probe', [{ ...path('/ready', 'Exact'), method: 'GET' }]),
        {
          apiVersion: 'policy.linkerd.io/v1alpha1',
          kind: 'NetworkAuthentication',
          metadata: { namespace: 'shop', name: 'nodes' },
          spec: { networks: [{ cidr: '10.9.0.0/16' }] },
        },
        linkerdPolicy('shop/probes', [{ group: 'policy.linkerd.io', kind: 'NetworkAuthentication', name: 'nodes' }], {
          kind: 'HTTPRoute',
          name: 'probe',
        }),
      ],
    ]
    // Whom Linkerd knows by the address alone may be of any trust domain.
    const foreign = 'foreign-domains b: x at 10.9.0.0 → shop/cart:8080 GET /ready'
    const [a, b] = both({ httpGet: { path: '/ready', port: 8080 } })
    const text = 'anybody without identity at 10.9.0.0 → shop/cart:8080 GET /ready'
    assert.deepEqual(held(a, b), ['equal', `probes b: ${text}`])
    assert.deepEqual(held(b, a), ['equal', `probes a: ${text}`])
    assert.deepEqual(held(...both({ httpGet: { path: '/live', port: 8080 } })), [
      'not equal',
      `b certain: ${text}`,
      foreign,
    ])
    assert.deepEqual(held(...both({ httpGet: { path: '/ready', port: 8081 } })), [
      'not equal',
      `b certain: ${text}`,
      foreign,
    ])
    assert.deepEqual(held(...both({ httpGet: { path: '/ready', port: 'web' } })), ['equal', `probes b: ${text}`])
    assert.deepEqual(held(...both({ tcpSocket: { port: 8080 } })), ['equal', `probes b: ${text}`])
    assert.deepEqual(held(...both({ grpc: { port: 8080 } })), ['not equal', `b certain: ${text}`, foreign])
  })
})
