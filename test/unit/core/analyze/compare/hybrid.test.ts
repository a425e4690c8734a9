import assert from 'node:assert/strict'
import type { HybridTarget } from '../../../../../core/compile/target'
import { graphOf, service } from '../../../../support/compiled'
import { linkerdTarget } from '../../../../support/linkerd'
import { prove, target } from '../../../../support/prove'
import type { Tampering } from './tampered'
import { tampering } from './tampered'

const to: HybridTarget = {
  kind: 'hybrid',
  istio: target,
  linkerd: { ...linkerdTarget, nodeNetworks: ['10.0.0.0/16'] },
  namespaces: { shop: 'linkerd' },
  podNetworks: ['10.4.0.0/14'],
}
const graph = graphOf({
  services: {
    web: service('http', 8080, { namespace: 'front' }),
    api: service('http', 9090, { namespace: 'back' }),
    cart: service('http', 8080),
    ads: service('http', 8080),
  },
  external: { ext: { hosts: ['x.example.com'], ports: { http: { protocol: 'http', port: 80 } } } },
  ingress: { door: { gateway: 'edge', hosts: ['shop.example.com'], routes: { web: { http: ['GET /'] } } } },
  border: { web: { cart: 'plaintext' } },
  calls: {
    web: { cart: { http: ['GET /items'] }, api: { http: ['GET /api'] }, ext: { http: ['GET /x'] } },
    ads: { cart: { http: ['GET /ads'] } },
  },
})

describe('two meshes in one cluster, held against an intent', () => {
  const pods = 'NetworkAuthentication shop/'
  type Row = readonly [title: string, done: readonly Tampering[], differences: readonly string[]]
  const table: readonly Row[] = [
    ['let through what is declared', [], []],
    [
      'let in over the border from more addresses',
      [{ of: pods, text: '10.4.0.0/14', now: '10.0.0.0/8' }],
      ['admitted anybody without identity at 10.0.0.0 → shop/cart:8080 GET /items'],
    ],
    [
      'let in over the border from fewer',
      [{ of: pods, text: '10.4.0.0/14', now: '10.4.0.0/15' }],
      ['cut anybody without identity at 10.6.0.0 → shop/cart:8080 GET /items'],
    ],
    [
      'lose a caller of the second',
      [{ of: 'MeshTLSAuthentication shop/', text: 'ads.shop', now: 'cart.shop' }],
      ['cut shop/ads at 0.0.0.0 → shop/cart:8080 GET /ads'],
    ],
    [
      'lose a caller of the first',
      [{ of: 'AuthorizationPolicy back/callers-of-api', text: 'front/sa/web', now: 'front/sa/x' }],
      ['cut front/web → back/api:9090 GET /api', 'admitted front/x → back/api:9090 GET /api'],
    ],
    [
      'lose a host outside of the first',
      [{ gone: 'ServiceEntry front/' }],
      ['cut front/web → external x.example.com:80 GET /x'],
    ],
    [
      'let out anything of the second',
      [{ gone: 'EgressNetwork shop/' }],
      ['admitted shop/ads → external any host:any port anything'],
    ],
    [
      'lose what enters',
      [{ gone: 'VirtualService edge/' }],
      ['cut anyone → edge/edge shop.example.com GET / → front/web:8080'],
    ],
  ]
  const differences = tampering(graph, to)
  for (const [title, done, expected] of table) it(title, () => assert.deepEqual(differences(...done), expected))

  it('govern together what each of them governs', () => {
    assert.deepEqual(prove(graph, to).ungoverned, [])
  })
})
