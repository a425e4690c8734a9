import assert from 'node:assert/strict'
import type { Graph } from '../../../../../core/graph/graph'
import { graphOf, service } from '../../../../support/compiled'
import { linkerdTarget } from '../../../../support/linkerd'
import { target } from '../../../../support/prove'
import { authorization } from '../objects'
import type { Tampering } from './tampered'
import { tampering } from './tampered'

const corp = { issuer: 'https://idp.example', jwksUri: 'https://idp.example/jwks', audiences: ['shop'] }
const guarded = {
  route: 'POST /cart',
  jwt: { issuer: 'corp', audiences: ['cart'], scopes: ['write'], claims: { role: ['admin'] } },
}

/** Calls with and without tokens, of a workload, of bytes, from outside, of the scraper and of the kubelet. */
function shop(parts: Partial<Graph> = {}, routes: readonly (string | typeof guarded)[] = ['GET /cart']): Graph {
  return graphOf({
    services: {
      web: service('http', 8080),
      cart: service('http', 8080, { probes: { readiness: 'GET /ready' }, metrics: { port: 9102, path: '/metrics' } }),
      db: service('tcp', 5432, { namespace: 'data' }),
      hook: service('http', 8443),
    },
    scraper: { namespace: 'monitoring', serviceAccount: 'prometheus' },
    outside: { api: { kind: 'cidr', cidrs: ['192.0.2.0/24'], routes: { hook: { http: ['POST /validate'] } } } },
    calls: { web: { cart: { http: routes } }, cart: { db: { tcp: 'tcp' } } },
    ...parts,
  })
}

type Row = readonly [title: string, done: readonly Tampering[], differences: readonly string[]]

function check(differences: ReturnType<typeof tampering>, rows: readonly Row[]): void {
  for (const [title, done, expected] of rows) it(title, () => assert.deepEqual(differences(...done), expected))
}

const [cart, hook, db] = ['shop/callers-of-cart', 'shop/callers-of-hook', 'data/callers-of-db'].map(
  name => `AuthorizationPolicy ${name}`,
) as [string, string, string]
const web = (request: string): string => `shop/web → shop/cart:8080 ${request}`

describe('calls behind sidecars, held against an intent', () => {
  check(tampering(shop(), target), [
    ['are what is declared', [], []],
    [
      'are somebody else’s',
      [{ of: cart, text: 'shop/sa/web', now: 'shop/sa/hook' }],
      [`cut ${web('GET /cart')}`, 'admitted shop/hook → shop/cart:8080 GET /cart'],
    ],
    [
      'are a namespace’s',
      [{ of: cart, text: '"principals":["td.example/ns/shop/sa/web"]', now: '"namespaces":["shop"]' }],
      ['admitted shop/x → shop/cart:8080 GET /cart'],
    ],
    ['are for more paths', [{ of: cart, text: '"/cart"', now: '"/*"' }], [`admitted ${web('GET /')}`]],
    [
      'are for another port',
      [{ of: cart, text: '"8080"', now: '"8081"' }],
      [`cut ${web('GET /cart')}`, 'admitted shop/web → shop/cart:8081 GET /cart'],
    ],
    [
      'are scrapes of more',
      [{ of: cart, text: '"/metrics"', now: '"/*"' }],
      ['admitted monitoring/prometheus → shop/cart:9102 GET /'],
    ],
    [
      'are from more addresses',
      [{ of: hook, text: '192.0.2.0/24', now: '192.0.2.0/23' }],
      ['admitted anybody without identity at 192.0.3.0 → shop/hook:8443 POST /validate'],
    ],
    [
      'are from fewer addresses',
      [{ of: hook, text: '192.0.2.0/24', now: '192.0.2.0/25' }],
      ['cut anybody without identity at 192.0.2.128 → shop/hook:8443 POST /validate'],
    ],
    [
      'are refused without identity',
      [{ gone: 'PeerAuthentication shop/plaintext-to-hook' }],
      ['cut anybody without identity at 192.0.2.0 → shop/hook:8443 POST /validate'],
    ],
    [
      'ask for identities, whatever handshakes do',
      [{ of: 'PeerAuthentication shop/default', text: 'STRICT', now: 'PERMISSIVE' }],
      [],
    ],
    [
      'are bytes on another port',
      [{ of: db, text: '"5432"', now: '"5433"' }],
      ['cut shop/cart → data/db:5432 tcp', 'admitted shop/cart → data/db:5433 tcp'],
    ],
    [
      'may be anything where a policy means nothing',
      [{ of: db, text: '"5432"', now: '"*"' }],
      ['cut shop/cart → data/db:5432 tcp', 'admitted x/x → data/db:5432 tcp', 'admitted x/x → data/db:other tcp'],
    ],
    [
      'are denied',
      [{ more: authorization('shop/x', { action: 'DENY', rules: [{ to: [{ operation: { paths: ['/cart'] } }] }] }) }],
      [`cut ${web('GET /cart')}`],
    ],
    [
      'are not known to the caller’s sidecar',
      [{ of: 'Sidecar shop/callees-of-web', text: ',"shop/cart.shop.svc.cluster.local"', now: '' }],
      [`cut ${web('GET /cart')}`],
    ],
    ['are judged by nobody', [{ gone: 'Pod shop/cart' }], ['unjudged no workload was read that stands for shop/cart']],
    [
      'are anybody’s without any policy',
      [{ gone: 'AuthorizationPolicy shop/' }],
      [
        'admitted shop/web → shop/cart:8080 GET /',
        'admitted monitoring/prometheus → shop/cart:9102 GET /',
        'admitted x/x → shop/cart:other tcp',
        'admitted anybody without identity at 192.0.2.0 → shop/hook:8443 POST /',
        'admitted x/x → shop/hook:other tcp',
        'admitted x/x → shop/web:8080 GET /',
        'admitted x/x → shop/web:other tcp',
      ],
    ],
  ])
})

describe('calls with tokens, held against an intent', () => {
  const asked = 'POST /cart with a token of https://idp.example with audience cart with audience shop'
  check(tampering(shop({ jwt: { corp } }, ['GET /cart', guarded]), target), [
    ['carry what is declared', [], []],
    [
      'are for another audience',
      [{ of: cart, text: '["cart"]', now: '["x"]' }],
      [
        `cut ${web(`${asked} with claim role admin with scope write without audience x`)}`,
        `admitted ${web('POST /cart with a token of https://idp.example with audience shop with audience x with claim role admin with scope write without audience cart')}`,
      ],
    ],
    [
      'have another scope',
      [{ of: cart, text: '"write"', now: '"read"' }],
      [
        `cut ${web(`${asked} with claim role admin with scope write without scope read`)}`,
        `admitted ${web(`${asked} with claim role admin with scope read without scope write`)}`,
      ],
    ],
    [
      'have one of more claims',
      [{ of: cart, text: '"admin"', now: '"admin","user"' }],
      [`admitted ${web(`${asked} with claim role user with scope write without claim role admin`)}`],
    ],
    [
      'are read by nobody',
      [{ gone: 'RequestAuthentication shop/' }],
      [`cut ${web(`${asked} with claim role admin with scope write`)}`],
    ],
    [
      'are read of somebody else',
      [{ of: 'RequestAuthentication shop/', text: '"https://idp.example"', now: '"https://x.example"' }],
      [
        `cut ${web('GET /cart with a token of https://idp.example with audience shop')}`,
        'cut monitoring/prometheus → shop/cart:9102 GET /metrics with a token of https://idp.example with audience shop',
      ],
    ],
    [
      'are asked for where they are not declared',
      [
        {
          of: cart,
          text: '"methods":["GET"],"paths":["/metrics"]}}]',
          now: '"methods":["GET"],"paths":["/metrics"]}}],"when":[{"key":"request.auth.claims[role]","values":["admin"]}]',
        },
      ],
      ['cut monitoring/prometheus → shop/cart:9102 GET /metrics without a token'],
    ],
  ])
})

describe('calls behind ztunnel and waypoints, held against an intent', () => {
  const scraped = 'cut monitoring/prometheus → shop/cart:9102 GET /metrics'
  const lost = `cut ${web('GET /cart')}`
  check(tampering(shop({ outside: {} }), { ...target, kind: 'istio-ambient' }), [
    ['are what is declared', [], []],
    [
      'are let in past the waypoint, and not by it',
      [{ of: cart, text: 'shop/sa/waypoint', now: 'shop/sa/web' }],
      [lost, 'admitted shop/web → shop/cart:8080 tcp', scraped, 'admitted shop/web → shop/cart:9102 tcp'],
    ],
    [
      'are somebody else’s',
      [{ of: db, text: 'shop/sa/cart', now: 'shop/sa/web' }],
      ['cut shop/cart → data/db:5432 tcp', 'admitted shop/web → data/db:5432 tcp'],
    ],
    [
      'are for another port',
      [{ of: db, text: '5432', now: '5433' }],
      ['cut shop/cart → data/db:5432 tcp', 'admitted shop/cart → data/db:5433 tcp'],
    ],
    [
      'are limited by what names the Service, too',
      [{ gone: 'AuthorizationPolicy istio-system/default-deny-waypoints' }],
      [],
    ],
    [
      'may be anybody’s by a waypoint that was not read',
      [{ gone: 'Gateway shop/waypoint' }],
      [
        ...[lost, 'admitted x/x of x → shop/cart:8080 tcp', scraped],
        ...['cart:9102', 'cart:other', 'hook:8443', 'hook:other', 'web:8080', 'web:other'].map(
          at => `admitted x/x of x → shop/${at} tcp`,
        ),
      ],
    ],
    [
      'are let in by the waypoint alone, which nobody is led to',
      [{ of: 'Namespace shop', text: '"istio.io/use-waypoint":"waypoint",', now: '' }],
      [lost, 'admitted shop/waypoint → shop/cart:8080 tcp', 'admitted shop/waypoint → shop/cart:9102 tcp'],
    ],
  ])
})

describe('calls behind Linkerd, held against an intent', () => {
  const to = { ...linkerdTarget, nodeNetworks: ['10.0.0.0/16'] }
  const atHook = 'NetworkAuthentication shop/outside-api'
  check(tampering(shop(), to), [
    ['are what is declared', [], []],
    [
      'are somebody else’s',
      [{ of: 'MeshTLSAuthentication shop/web', text: 'web.shop.serv', now: 'hook.shop.serv' }],
      [
        'cut shop/web at 0.0.0.0 → shop/cart:8080 GET /cart',
        'admitted shop/hook at 0.0.0.0 → shop/cart:8080 GET /cart',
      ],
    ],
    [
      'are for more paths',
      [{ of: 'HTTPRoute shop/cart.http.web', text: '"Exact"', now: '"PathPrefix"' }],
      ['admitted shop/web at 0.0.0.0 → shop/cart:8080 GET /cart/'],
    ],
    [
      'are for another method',
      [{ of: 'HTTPRoute shop/cart.http.web', text: '"GET"', now: '"PUT"' }],
      [`cut ${web('GET /cart')}`, 'admitted shop/web at 0.0.0.0 → shop/cart:8080 PUT /cart'],
    ],
    [
      'are from more addresses',
      [{ of: atHook, text: '192.0.2.0/24', now: '192.0.2.0/23' }],
      ['admitted anybody without identity at 192.0.3.0 → shop/hook:8443 POST /validate'],
    ],
    [
      'are bytes of everybody',
      [{ of: 'Server data/db', text: '"deny"', now: '"all-unauthenticated"' }],
      ['admitted anybody without identity at 0.0.0.0 → data/db:5432 tcp'],
    ],
    ['are bytes of nobody', [{ gone: 'AuthorizationPolicy data/db' }], ['cut shop/cart at 0.0.0.0 → data/db:5432 tcp']],
    [
      'are anybody’s on other ports',
      [{ of: 'Namespace data', text: ':"deny"', now: ':"all-unauthenticated"' }],
      [
        'admitted anybody without identity at 0.0.0.0 → data/db:4191 GET /',
        'admitted anybody without identity at 0.0.0.0 → data/db:other tcp',
      ],
    ],
  ])

  it('are, at stage strict, those of any identity, and from outside those of the addresses that are declared', () => {
    const strict = tampering(shop(), { ...to, stages: { shop: 'strict', data: 'strict' } })
    assert.deepEqual(strict(), [])
  })
})

describe('calls while policies are only shadowed', () => {
  it('are those of any identity of the mesh, and without one where somebody outside is declared', () => {
    const strict = tampering(shop(), { ...target, stages: { shop: 'strict' } })
    assert.deepEqual(strict(), [])
    assert.deepEqual(strict({ of: 'PeerAuthentication shop/default', text: 'STRICT', now: 'PERMISSIVE' }), [
      ...['cart:8080 GET /', 'cart:9102 GET /', 'cart:other tcp', 'web:8080 GET /', 'web:other tcp'].map(
        at => `admitted anybody without identity → shop/${at}`,
      ),
    ])
  })
})
