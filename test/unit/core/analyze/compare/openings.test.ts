import assert from 'node:assert/strict'
import { graphOf, service } from '../../../../support/compiled'
import { linkerdTarget } from '../../../../support/linkerd'
import { inNamespace, type Json } from '../objects'
import type { Tampering } from './tampered'
import { tampering } from './tampered'

const group = 'policy.linkerd.io'
const graph = graphOf({
  services: { a: service('http', 8080), b: service('http', 8080), c: service('http', 8080, { namespace: 'other' }) },
  external: {
    web: { hosts: ['web.example.com'], ports: { http: { protocol: 'http', port: 80 } } },
    tls: { hosts: ['TLS.example.com'], ports: { tls: { protocol: 'tls', port: 443 } } },
    db: { hosts: ['db.example.com'], ports: { tcp: { protocol: 'tcp', port: 5432 } } },
  },
  calls: { a: { web: { http: ['GET /v1/**'] }, tls: { tls: 'tls' } }, b: { db: { tcp: 'tcp' } } },
})

function route(kind: 'TLSRoute' | 'TCPRoute', id: string, port: number, spec: Json = {}): { readonly more: Json } {
  const [parent, backend] = [
    { group, kind: 'EgressNetwork', name: 'egress', port },
    { group, kind: 'EgressNetwork', name: 'egress' },
  ]
  return { more: inNamespace(kind, id, { parentRefs: [parent], rules: [{ backendRefs: [backend] }], ...spec }) }
}

const named = (...hostnames: readonly string[]): Json => ({ hostnames })
const routed: readonly Tampering[] = [
  route('TLSRoute', 'shop/tls', 443, named('tls.example.com')),
  route('TCPRoute', 'shop/tcp', 5432),
]
const web = 'HTTPRoute shop/egress.web'
const cut = {
  web: 'cut shop/a → external web.example.com:80 GET /v1/**',
  tls: 'cut shop/a → external TLS.example.com:443 tls',
  db: 'cut shop/b → external db.example.com:5432 tcp',
}

describe('what Linkerd’s proxies let out, held against an intent', () => {
  type Row = readonly [title: string, done: readonly Tampering[], differences: readonly string[]]
  const differences = tampering(graph, linkerdTarget)
  const table: readonly Row[] = [
    ['is what is declared', routed, []],
    ['lacks what nothing lets out', [], [cut.tls, cut.db]],
    [
      'is TLS to any host',
      [...routed.slice(1), route('TLSRoute', 'shop/all', 443)],
      ['admitted shop/a → external any host:443 tls'],
    ],
    [
      'is TLS to another host',
      [...routed, route('TLSRoute', 'shop/x', 444, named('x.example.com'))],
      ['admitted shop/a → external x.example.com:444 tls'],
    ],
    [
      'is TLS to a host of another namespace',
      [...routed, route('TLSRoute', 'other/tls', 443, named('tls.example.com'))],
      ['admitted other/c → external tls.example.com:443 tls'],
    ],
    [
      'is bytes on another port',
      [...routed, route('TCPRoute', 'shop/x', 5433)],
      ['admitted shop/a → external any host:5433 tcp'],
    ],
    [
      'is bytes of another namespace',
      [...routed, route('TCPRoute', 'other/x', 5432)],
      ['admitted other/c → external any host:5432 tcp'],
    ],
    [
      'is another path',
      [...routed, { of: web, text: '/v1/.*', now: '/v2/.*' }],
      [cut.web, 'admitted shop/a → external web.example.com:80 GET /v2/'],
    ],
    [
      'is another method',
      [...routed, { of: web, text: '"GET"', now: '"PUT"' }],
      [cut.web, 'admitted shop/a → external web.example.com:80 PUT /v1/'],
    ],
    [
      'is another host',
      [...routed, { of: web, text: 'web.example.com"]', now: 'x.example.com"]' }],
      [cut.web, 'admitted shop/a → external x.example.com:80 GET /v1/'],
    ],
    [
      'is another port',
      [...routed, { of: web, text: '"port":80', now: '"port":81' }],
      [cut.web, 'admitted shop/a → external web.example.com:81 GET /v1/'],
    ],
    ['is less', [...routed, { gone: web }], [cut.web]],
    [
      'is anything where a network allows',
      [...routed, { of: 'EgressNetwork shop/egress', text: 'Deny', now: 'Allow' }],
      [
        'admitted shop/a → external any host:80 anything',
        'admitted shop/a → external any host:80 GET /',
        'admitted shop/a → external web.example.com:80 GET /',
        'admitted shop/a → external any host:443 anything',
        'admitted shop/a → external any host:any port anything',
      ],
    ],
    [
      'is anything where there is none',
      [...routed, { gone: 'EgressNetwork shop/egress' }],
      ['admitted shop/a → external any host:any port anything'],
    ],
    [
      'is anything of a namespace that calls nothing',
      [...routed, { gone: 'EgressNetwork other/egress' }],
      ['admitted other/c → external any host:any port anything'],
    ],
    [
      'cannot be known of a network that is not known',
      [...routed, { of: 'EgressNetwork shop/egress', text: '"Deny"', now: '7' }],
      [...[cut.tls, cut.web, cut.db], 'unjudged what may leave shop cannot be known'],
    ],
    [
      'cannot be known where one lies nobody knows where',
      [...routed, { of: 'EgressNetwork other/egress', text: ',"namespace":"other"', now: '' }],
      [
        ...[cut.tls, cut.web, cut.db],
        'unjudged what may leave other cannot be known',
        'unjudged what may leave shop cannot be known',
      ],
    ],
  ]
  for (const [title, done, expected] of table) it(title, () => assert.deepEqual(differences(...done), expected))

  it('is not asked of a namespace at stage strict', () => {
    const strict = tampering(graph, { ...linkerdTarget, stages: { other: 'strict' } })
    assert.deepEqual(strict(...routed), [])
    const anything = strict(...routed, route('TCPRoute', 'other/x', 5432))
    assert.deepEqual(
      anything.filter(text => text.includes('external')),
      [],
    )
  })
})
