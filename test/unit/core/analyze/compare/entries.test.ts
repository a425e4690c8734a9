import assert from 'node:assert/strict'
import { graphOf, service } from '../../../../support/compiled'
import { target } from '../../../../support/prove'
import type { Tampering } from './tampered'
import { tampering } from './tampered'

const hosts = ['shop.example.com', '*.shop.example.com']
const graph = graphOf({
  services: {
    web: service('http', 8080),
    api: service('http', 9090),
    other: service('http', 8080, { namespace: 'b' }),
  },
  ingress: {
    front: {
      gateway: 'edge',
      hosts,
      tls: { secret: 'cert' },
      routes: { web: { http: ['GET /'] }, api: { http: ['POST /api/**'] } },
    },
  },
})
const [routes, gateway, policy] = [
  'VirtualService edge/front',
  'Gateway edge/front',
  'AuthorizationPolicy edge/entries-of-edge',
]
const toWeb = '"route":[{"destination":{"host":"web.shop.svc.cluster.local","port":{"number":8080}}}]'
const half = (host: string): string => `{"destination":{"host":"${host}","port":{"number":8080}},"weight":50}`
const cutWeb = 'cut anyone → edge/edge shop.example.com GET / → shop/web:8080'
const cutApi = 'cut anyone → edge/edge shop.example.com POST /api/ → shop/api:9090'
const plainGateway = { gone: 'AuthorizationPolicy edge/default-deny' }

type Row = readonly [title: string, done: readonly Tampering[], differences: readonly string[]]

function check(differences: ReturnType<typeof tampering>, rows: readonly Row[]): void {
  for (const [title, done, expected] of rows) it(title, () => assert.deepEqual(differences(...done), expected))
}

describe('what enters through a gateway, held against an intent', () => {
  check(tampering(graph, target), [
    ['is what is declared', [], []],
    [
      'goes to another Service',
      [{ of: routes, text: 'api.shop.svc', now: 'other.b.svc' }],
      ['admitted anyone → edge/edge shop.example.com POST /api/ → other.b.svc.cluster.local:9090', cutApi],
    ],
    [
      'goes to another port',
      [{ of: routes, text: '9090', now: '8080' }],
      ['admitted anyone → edge/edge shop.example.com POST /api/ → api.shop.svc.cluster.local:8080', cutApi],
    ],
    [
      'goes to a Service that is not there',
      [{ of: routes, text: 'api.shop.svc', now: 'gone.shop.svc' }],
      ['admitted anyone → edge/edge shop.example.com POST /api/ → gone.shop.svc.cluster.local:9090', cutApi],
    ],
    [
      'goes to another in part',
      [
        {
          of: routes,
          text: toWeb,
          now: `"route":[${half('web.shop.svc.cluster.local')},${half('other.b.svc.cluster.local')}]`,
        },
      ],
      ['admitted anyone → edge/edge shop.example.com GET / → b/other:8080'],
    ],
    [
      'goes where somebody else decides',
      [{ of: routes, text: toWeb, now: '"delegate":{"name":"d"}' }],
      ['admitted anyone → edge/edge shop.example.com GET / → nobody can tell where', cutWeb],
    ],
    [
      'goes to the Pods of another service',
      [{ of: 'Service shop/api', text: '"app":"api"', now: '"app":"web"' }],
      ['admitted anyone → edge/edge shop.example.com POST /api/ → shop/web:9090', cutApi],
    ],
    ['goes nowhere', [{ gone: routes }], [cutWeb, cutApi]],
    [
      'goes nowhere of one host',
      [{ of: routes, text: '"shop.example.com"],', now: '"x.example.com"],' }],
      [cutWeb, cutApi],
    ],
    ['is limited by policies, whatever a route takes in', [{ of: routes, text: '"/api/"', now: '"/"' }], []],
    [
      'is more paths',
      [{ of: policy, text: '"/api/*"', now: '"/*"' }],
      ['admitted anyone → edge/edge shop.example.com POST /', 'admitted anyone → edge/edge .shop.example.com POST /'],
    ],
    [
      'is another method',
      [{ of: policy, text: '"POST"', now: '"PUT"' }],
      [
        'admitted anyone → edge/edge shop.example.com PUT /api/',
        'admitted anyone → edge/edge .shop.example.com PUT /api/',
        cutApi,
      ],
    ],
    [
      'is another host',
      [{ of: policy, text: '"shop.example.com"', now: '"x.example.com"' }],
      ['admitted anyone → edge/edge x.example.com GET /', cutWeb, cutApi],
    ],
    [
      'is more hosts',
      [{ of: policy, text: '"*.shop.example.com"', now: '"*.example.com"' }],
      ['admitted anyone → edge/edge .example.com GET /'],
    ],
    ['is nothing without its policy', [{ gone: policy }], [cutWeb, cutApi]],
    ['is no more without the one that denies', [plainGateway], []],
    [
      'is anything without either',
      [plainGateway, { gone: policy }],
      ['admitted anyone → edge/edge shop.example.com GET /x', 'admitted anyone → edge/edge  GET /'],
    ],
    [
      'is let in without TLS',
      [{ of: gateway, text: '"httpsRedirect":true', now: '"httpsRedirect":false' }],
      ['admitted anyone in plaintext → edge/edge shop.example.com GET /'],
    ],
    ['is asked for certificates', [{ of: gateway, text: 'SIMPLE', now: 'MUTUAL' }], [cutWeb, cutApi]],
    [
      'is not served for a host',
      [{ of: gateway, text: '"./shop.example.com"', now: '"./x.example.com"' }],
      [cutWeb, cutApi],
    ],
    ['is not listened for', [{ gone: gateway }], [cutWeb, cutApi]],
    [
      'is judged by nobody',
      [{ gone: 'Pod edge/edge' }],
      ['unjudged no workload was read that stands for the gateway edge/edge'],
    ],
    [
      'is refused by whom it is for',
      [{ gone: 'AuthorizationPolicy shop/callers-of-api' }],
      ['cut edge/edge → shop/api:9090 POST /api/'],
    ],
  ])
})

describe('what enters through a gateway whose policies are only shadowed', () => {
  check(tampering(graph, { ...target, stages: { edge: 'strict' } }), [
    ['may be anything', [], []],
    [
      'is held to its routes all the same',
      [{ of: routes, text: 'api.shop.svc', now: 'other.b.svc' }],
      ['admitted anyone → edge/edge shop.example.com POST /api/ → other.b.svc.cluster.local:9090', cutApi],
    ],
    [
      'is held to TLS all the same',
      [{ of: gateway, text: '"httpsRedirect":true', now: '"httpsRedirect":false' }],
      ['admitted anyone in plaintext → edge/edge shop.example.com GET /'],
    ],
  ])
})
