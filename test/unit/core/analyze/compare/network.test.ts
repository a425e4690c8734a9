import assert from 'node:assert/strict'
import { compileWithNetwork } from '../../../../../core/compile/compile'
import type { MeshTarget } from '../../../../../core/compile/target'
import { graphOf, service } from '../../../../support/compiled'
import { linkerdTarget } from '../../../../support/linkerd'
import { objectsOf, proveObjects, target } from '../../../../support/prove'
import { inNamespace, type Json } from '../objects'
import type { Tampering } from './tampered'
import { networkTampering } from './tampered'

const graph = graphOf({
  services: {
    web: service('http', 8080),
    cart: service('http', 8080, { metrics: { port: 9102, path: '/metrics' } }),
    db: service('tcp', 5432, { namespace: 'data' }),
    hook: service('http', 8443),
  },
  scraper: { namespace: 'monitoring', serviceAccount: 'prometheus' },
  outside: { api: { kind: 'cidr', cidrs: ['192.0.2.0/24'], routes: { hook: { http: ['POST /validate'] } } } },
  calls: { web: { cart: { http: ['GET /cart'] } }, cart: { db: { tcp: 'tcp' } } },
})
const ambient: MeshTarget = { ...target, kind: 'istio-ambient' }
const all: Readonly<Record<string, MeshTarget>> = { sidecars: target, ambient, Linkerd: linkerdTarget }

const more = (id: string, app: string, ingress: readonly Json[]): Tampering => ({
  more: inNamespace('NetworkPolicy', id, { podSelector: { matchLabels: { app } }, ingress }),
})
const of = (name: string): string => `NetworkPolicy ${name}`
const line = (text: string): string => `${text} on the network`
const cut = {
  web: line('cut shop/web → shop/cart:8080'),
  db: line('cut shop/cart → data/db:5432'),
  scrape: line('cut monitoring/prometheus → shop/cart:9102'),
}
const scraperAt = (...ports: readonly number[]): readonly string[] =>
  ports.map(port => line(`admitted monitoring/prometheus → data/db:${port}`))
/** Where whoever gets to a Pod gets to its proxy, too, and past it. */
const own = (mesh: string): readonly number[] => (mesh === 'Linkerd' ? [4191, 4567, 4568, 5432] : [5432])

for (const [mesh, to] of Object.entries(all))
  describe(`the network below ${mesh}, held against an intent`, () => {
    type Row = readonly [title: string, done: readonly Tampering[], differences: readonly string[]]
    const table: readonly Row[] = [
      ['is what is declared', [], []],
      ['keeps in and out whom nothing is for', [{ gone: of('shop/calls-of-cart') }], [cut.db, cut.web, cut.scrape]],
      ['keeps a caller in', [{ gone: of('shop/calls-of-web') }], [cut.web]],
      ['keeps a callee closed', [{ gone: of('data/calls-of-db') }], [cut.db]],
      ['needs no denial where each has a policy of its own', [{ gone: of('shop/default-deny') }], []],
      ['lets whoever is let out into a namespace without any', [{ gone: of('data/') }], scraperAt(...own(mesh))],
      ['lets in whoever a rule takes in', [more('data/x', 'db', [{}])], scraperAt(...own(mesh))],
      [
        'lets all namespaces in on a port',
        [more('data/x', 'db', [{ from: [{ namespaceSelector: {} }], ports: [{ port: 5432 }] }])],
        scraperAt(5432),
      ],
      ['lets in nobody whom his own policies keep', [more('shop/x', 'cart', [{ from: [{ podSelector: {} }] }])], []],
      [
        'lets in nobody by a block that Pods need not be in',
        [more('shop/x', 'hook', [{ from: [{ ipBlock: { cidr: '10.0.0.0/8' } }], ports: [{ port: 8443 }] }])],
        [],
      ],
      [
        'is not known where its plugin alone knows it',
        [
          {
            more: {
              apiVersion: 'cilium.io/v2',
              kind: 'CiliumNetworkPolicy',
              metadata: { namespace: 'data', name: 'x' },
              spec: {},
            },
          },
        ],
        [...scraperAt(...own(mesh).slice(0, -1)), cut.db, ...scraperAt(5432)],
      ],
    ]
    const differences = networkTampering(graph, to)
    for (const [title, done, expected] of table) it(title, () => assert.deepEqual(differences(...done), expected))

    it('is open to all in a namespace whose policies are only shadowed', () => {
      const strict = networkTampering(graph, { ...to, stages: { shop: 'strict' } } as MeshTarget)
      assert.deepEqual(strict({ gone: of('') }), scraperAt(...own(mesh)))
    })
  })

describe('scrapes on ambient', () => {
  it('come to the Pods themselves, whatever gets to their Service', () => {
    const objects = objectsOf(compileWithNetwork(graph, ambient, {}))
    assert.deepEqual(
      proveObjects(objects, graph, ambient).differences.filter(({ kind }) => kind === 'admitted'),
      [],
    )
    const kept = objects.map(object => {
      if (object.kind !== 'NetworkPolicy' || object.metadata.name !== 'calls-of-cart') return object
      const text = JSON.stringify(object)
      assert.ok(text.includes('"monitoring"'))
      return JSON.parse(text.replaceAll('"monitoring"', '"other"')) as typeof object
    })
    const lost = proveObjects(kept, graph, ambient).differences.filter(({ callee }) => callee.port === 9102)
    assert.deepEqual(
      lost.map(({ kind, text }) => `${kind} ${text}`),
      ['cut monitoring/prometheus → shop/cart:9102 GET /metrics'],
    )
  })
})
