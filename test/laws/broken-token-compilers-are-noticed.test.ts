import assert from 'node:assert/strict'
import { compile } from '../../core/compile/compile'
import { defineGraph, grpc, http } from '../../core/graph/define'
import { validate } from '../../core/graph/validate'
import type { KubernetesObject } from '../../core/model/manifest'
import { objectsOf, proveObjects, target } from '../support/prove'

/*
 * The compiler, broken on purpose where it asks for tokens, on sidecars and at waypoints: a token that is not asked for, asked for too little of,
 * or that nobody reads.
 */

const graph = defineGraph({
  services: {
    frontend: { namespace: 'shop', ports: { http: http(8080) } },
    orders: { namespace: 'shop', ports: { http: http(8080, { servicePort: 80 }) } },
    stock: { namespace: 'shop', ports: { http: http(8080, { servicePort: 80 }), grpc: grpc(7070) } },
  },
  jwt: {
    corp: { issuer: 'https://corp.example', jwksUri: 'https://corp.example/keys', audiences: ['shop', 'office'] },
    partner: { issuer: 'partner', jwks: '{"keys":[{"kty":"EC"}]}', fromHeaders: [{ name: 'x-token', prefix: 'T ' }] },
  },
}).calls({
  frontend: {
    orders: {
      http: [
        'GET /orders',
        {
          route: 'POST /orders',
          jwt: {
            issuer: 'corp',
            audiences: ['shop'],
            scopes: ['orders:read', 'orders:write'],
            claims: { groups: ['ops', 'dev'] },
          },
        },
      ],
    },
    stock: {
      http: ['GET /stock', { route: 'PUT /stock', jwt: { issuer: 'corp' } }],
      grpc: [{ route: 'shop.Stock/Import', jwt: { issuer: 'partner' } }],
    },
  },
})

interface Defect {
  readonly name: string
  readonly change: (objects: readonly KubernetesObject[]) => readonly KubernetesObject[]
  readonly kind: 'admitted' | 'cut'
  readonly shows: string
}

const kinds = { policies: 'AuthorizationPolicy', tokens: 'RequestAuthentication' } as const

const edit =
  (what: keyof typeof kinds, from: string | RegExp, to: string): Defect['change'] =>
  objects =>
    objects.map(object =>
      object.kind === kinds[what] ? (JSON.parse(JSON.stringify(object).replace(from, to)) as KubernetesObject) : object,
    )

const put = 'shop/frontend → shop/stock:8080 PUT /stock'
const token = 'with a token of https://corp.example'
const defects: readonly Defect[] = [
  {
    name: 'asks for no token',
    change: edit('policies', /,"requestPrincipals":\["https[^"]*"\]/g, ''),
    kind: 'admitted',
    shows: `${put} without a token`,
  },
  {
    name: 'asks for a token of anybody',
    change: edit('policies', /"https:\/\/corp\.example\/\*"/g, '"*"'),
    kind: 'admitted',
    shows: `${put} with a token of partner in the header x-token`,
  },
  {
    name: 'takes the subject for a part of the issuer',
    change: edit('policies', /"https:\/\/corp\.example\/\*"/g, '"https://corp.example"'),
    kind: 'cut',
    shows: `${put} ${token} with audience office|shop`,
  },
  {
    name: 'drops a scope',
    change: edit('policies', '{"key":"request.auth.claims[scope]","values":["orders:write"]},', ''),
    kind: 'admitted',
    shows: 'without scope orders:write',
  },
  {
    name: 'takes one of two scopes for both',
    change: edit(
      'policies',
      '["orders:read"]},{"key":"request.auth.claims[scope]","values":["orders:write"]',
      '["orders:read","orders:write"]',
    ),
    kind: 'admitted',
    shows: 'without scope orders:',
  },
  {
    name: 'asks for both of two groups',
    change: edit('policies', '["dev","ops"]', '["dev"]},{"key":"request.auth.claims[groups]","values":["ops"]'),
    kind: 'cut',
    shows: 'without claim groups',
  },
  {
    name: 'forgets the audience of a route',
    change: edit('policies', '{"key":"request.auth.audiences","values":["shop"]},', ''),
    kind: 'admitted',
    shows: `without audience shop`,
  },
  {
    name: 'forgets the audiences of an issuer',
    change: edit('tokens', /,"audiences":\[[^\]]*\]/, ''),
    kind: 'admitted',
    shows: `${put} ${token} without audience office|shop`,
  },
  {
    name: 'forgets who reads tokens',
    change: objects => objects.filter(({ kind }) => kind !== 'RequestAuthentication'),
    kind: 'cut',
    shows: `${put} ${token}`,
  },
  {
    name: 'reads tokens of somebody else',
    change: edit('tokens', '"https://corp.example"', '"https://corp.example/"'),
    kind: 'cut',
    shows: `shop/frontend → shop/stock:8080 GET /stock ${token}`,
  },
  {
    name: 'reads tokens where nobody sends them',
    change: edit('tokens', /,"fromHeaders":\[[^\]]*\]/, ''),
    kind: 'cut',
    shows: 'shop/frontend → shop/stock:7070 POST /shop.Stock/Import with a token of partner in the header x-token',
  },
  {
    name: 'reads them in another header, whose bearers are refused then',
    change: edit('tokens', '"https://corp.example",', '"https://corp.example","fromHeaders":[{"name":"x-id"}],'),
    kind: 'cut',
    shows: 'shop/frontend → shop/stock:8080 GET /stock with a token of',
  },
]

for (const kind of ['istio-sidecar', 'istio-ambient'] as const) {
  describe(`law: the proof notices a compiler that is careless with tokens, on ${kind}`, () => {
    const to = { ...target, kind }
    const compiled = compile(graph, to)
    const objects = objectsOf(compiled)

    it('and finds nothing to say about the sound one', () => {
      assert.deepEqual([...validate(graph), ...compiled.problems], [])
      assert.deepEqual(proveObjects(objects, graph, to).differences, [])
    })

    for (const { name, change, kind: wanted, shows } of defects) {
      it(`that ${name}`, () => {
        const rendered = change(objects)
        assert.notDeepEqual(rendered, objects, 'the defect changed nothing')
        const texts = proveObjects(rendered, graph, to)
          .differences.filter(difference => difference.kind === wanted)
          .map(({ text }) => text)
        assert.ok(
          texts.some(text => text.includes(shows)),
          `expected ${wanted} ${shows}, found ${JSON.stringify(texts)}`,
        )
      })
    }
  })
}
