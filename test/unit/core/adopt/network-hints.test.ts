import assert from 'node:assert/strict'
import { adopt } from '../../../../core/adopt/adopt'
import type { Adopted } from '../../../../core/adopt/adopted'
import { beyond } from '../../../../core/adopt/within'
import { reach } from '../../../../core/analyze/reach'
import { read } from '../../../../core/analyze/read-istio'
import type { Json } from '../../../support/arbitrary/json'

const workload = (name: string, port: number, account = name): Json => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name, namespace: 'shop' },
  spec: {
    selector: { matchLabels: { app: name } },
    template: {
      metadata: { labels: { app: name } },
      spec: { serviceAccountName: account, containers: [{ name: 'a', ports: [{ containerPort: port }] }] },
    },
  },
})
const cart: Json = {
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'cart', namespace: 'shop' },
  spec: { selector: { app: 'cart' }, ports: [{ name: 'http', port: 7070 }] },
}
const policy = (from: Json, more: Json = {}): Json => ({
  apiVersion: 'networking.k8s.io/v1',
  kind: 'NetworkPolicy',
  metadata: { name: 'cart', namespace: 'shop' },
  spec: {
    podSelector: { matchLabels: { app: 'cart' } },
    ingress: [{ from: [from], ports: [{ port: 7070 }] }],
    ...more,
  },
})
const web: Json = { podSelector: { matchLabels: { app: 'web' } } }
const namespace: Json = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop' } }
const services = [namespace, workload('cart', 7070), workload('web', 8080), workload('ads', 8080), cart]

/** The callers of the cart by the adopted graph, which lets in nobody who does not get in today. */
function callers(...objects: readonly Json[]): Adopted & { readonly callers: readonly string[] } {
  const inputs = [...services, ...objects].map((object, i) => ({ object, at: `object ${i}` }))
  const { layer } = read(inputs)
  const reached = reach(layer)
  const found = adopt({ inputs, layer, reached })
  assert.deepEqual(beyond(found.graph, reached, found.mesh), [])
  const { calls } = found.graph
  return { ...found, callers: Object.keys(calls).filter(from => calls[from]?.cart) }
}

describe('adopting below NetworkPolicies', () => {
  it('takes Pods that a policy names as peers for callers, and asks to see whether they call', () => {
    const found = callers(policy(web))
    assert.deepEqual(found.callers, ['web'])
    assert.ok(found.notes.some(({ text }) => text === 'from NetworkPolicy cart'))
    assert.ok(found.decisions.some(({ kind, about }) => kind === 'guessed' && about === 'web → shop/cart:7070'))
  })

  it('takes nobody for a caller who is let in by namespace or address alone', () => {
    assert.deepEqual(callers(policy({ podSelector: {} })).callers, [])
    assert.deepEqual(callers(policy({ namespaceSelector: {} })).callers, [])
    assert.deepEqual(callers(policy({ ipBlock: { cidr: '10.0.0.0/8' } })).callers, [])
  })

  it('takes those for callers whose own policy names the callee on the way out', () => {
    const out: Json = {
      apiVersion: 'networking.k8s.io/v1',
      kind: 'NetworkPolicy',
      metadata: { name: 'ads', namespace: 'shop' },
      spec: {
        podSelector: { matchLabels: { app: 'ads' } },
        policyTypes: ['Egress'],
        egress: [{ to: [{ podSelector: { matchLabels: { app: 'cart' } } }] }],
      },
    }
    assert.deepEqual(callers(out).callers, ['ads'])
    assert.deepEqual(callers(policy(web), out).callers, ['web'])
  })

  it('takes no account for a caller of which some Pods are not let in: the graph would let in all of them', () => {
    assert.deepEqual(callers(policy(web), workload('job', 8080, 'web')).callers, [])
  })
})
