import assert from 'node:assert/strict'
import { inOrder } from '../../components/order'
import { compile } from '../../core/compile/compile'
import type { KubernetesObject } from '../../core/model/manifest'
import { shop } from './linkerd-fixtures'

const group = 'policy.linkerd.io'
const target = { kind: 'linkerd', version: 'edge-26.6.3', trustDomain: 'test.example.com' } as const
const compiled = compile(shop, target).manifests.map(({ object }) => object)

function object(kind: string, place: string, spec: Readonly<Record<string, unknown>> = {}): KubernetesObject {
  const [namespace = '', name = ''] = place.split('/')
  return { apiVersion: `${group}/v1alpha1`, kind, metadata: { namespace, name }, spec }
}

const refers = (kind: string, name: string, more: Readonly<Record<string, unknown>> = {}) => ({
  group,
  kind,
  name,
  ...more,
})

const callers = object('MeshTLSAuthentication', 'shop/callers', { identities: ['a.b'] })
const nodes = object('NetworkAuthentication', 'infra/nodes', { networks: [{ cidr: '10.0.0.0/8' }] })
const toRoute = object('AuthorizationPolicy', 'shop/to-route', {
  targetRef: refers('HTTPRoute', 'prices'),
  requiredAuthenticationRefs: [refers('MeshTLSAuthentication', 'callers')],
})
const toServer = object('AuthorizationPolicy', 'shop/to-server', {
  targetRef: refers('Server', 'cart'),
  requiredAuthenticationRefs: [refers('NetworkAuthentication', 'nodes', { namespace: 'infra' })],
})
const prices = object('HTTPRoute', 'shop/prices', { parentRefs: [refers('Server', 'cart')] })
const cart = object('Server', 'shop/cart', { port: 8080 })
const namesake = object('Server', 'data/cart', { port: 8080 })
const limit = object('HTTPLocalRateLimitPolicy', 'shop/limit', { targetRef: refers('Server', 'cart') })
const all = [cart, namesake, prices, toRoute, toServer, limit, callers, nodes]

/** What each object waits for, by place. */
function waits(objects: readonly KubernetesObject[]): Record<string, string[]> {
  const placeOf = ({ metadata }: KubernetesObject) => `${metadata.namespace}/${metadata.name}`
  return Object.fromEntries(inOrder(objects).map(({ object, after }) => [placeOf(object), after.map(placeOf).sort()]))
}

describe('the order in which Linkerd’s objects are written', () => {
  it('names callers before the policies that admit them, routes after theirs, and closes a port last', () => {
    assert.deepEqual(waits(all), {
      'shop/callers': [],
      'infra/nodes': [],
      'shop/to-route': ['shop/callers'],
      'shop/to-server': ['infra/nodes'],
      'shop/limit': [],
      'shop/prices': ['shop/to-route'],
      'shop/cart': ['shop/limit', 'shop/prices', 'shop/to-server'],
      'data/cart': [],
    })
  })

  it('writes the routes of those without identity first, since the first route takes away what probes had without any', () => {
    const probes = object('HTTPRoute', 'shop/probes', { parentRefs: [refers('Server', 'cart')] })
    const toProbes = object('AuthorizationPolicy', 'shop/to-probes', {
      targetRef: refers('HTTPRoute', 'probes'),
      requiredAuthenticationRefs: [refers('NetworkAuthentication', 'nodes', { namespace: 'infra' })],
    })
    const found = waits([...all, probes, toProbes])
    assert.deepEqual(found['shop/prices'], ['shop/probes', 'shop/to-route'])
    const names = inOrder([prices, probes, toRoute, toProbes]).map(({ object }) => object.metadata.name)
    assert.ok(names.indexOf('probes') < names.indexOf('prices'), 'whatever comes later is not waited for')
    assert.deepEqual(found['shop/probes'], ['shop/to-probes'])
    assert.deepEqual(found['shop/cart'], ['shop/limit', 'shop/prices', 'shop/probes', 'shop/to-server'])
  })

  it('closes a port after what is let in to all of its namespace', () => {
    const wide = object('AuthorizationPolicy', 'shop/wide', { targetRef: { kind: 'Namespace', name: 'shop' } })
    assert.deepEqual(waits([cart, wide])['shop/cart'], ['shop/wide'])
  })

  it('closes the way out of a namespace after the routes through it, of whichever group they are', () => {
    const out = object('EgressNetwork', 'shop/egress', { trafficPolicy: 'Deny' })
    const pay: KubernetesObject = {
      ...object('HTTPRoute', 'shop/pay', { parentRefs: [refers('EgressNetwork', 'egress')] }),
      apiVersion: 'gateway.networking.k8s.io/v1',
    }
    assert.deepEqual(waits([out, pay]), { 'shop/pay': [], 'shop/egress': ['shop/pay'] })
  })

  it('has each object of a compiled graph once, and nothing before what it waits for, in whatever order they come', () => {
    assert.ok(compiled.length > 8)
    for (const objects of [compiled, [...compiled].reverse()]) {
      const ordered = inOrder(objects)
      assert.deepEqual(new Set(ordered.map(({ object }) => object)), new Set(compiled))
      assert.equal(ordered.length, compiled.length)
      const seen = new Set<KubernetesObject>()
      for (const { object, after } of ordered) {
        for (const one of after) assert.ok(seen.has(one), `${one.metadata.name} before ${object.metadata.name}`)
        seen.add(object)
      }
    }
  })

  it('writes every Server of a compiled graph after all that it lets through, and every policy after whom it names', () => {
    for (const { object: one, after } of inOrder(compiled)) {
      const name = one.metadata.name
      if (one.kind === 'Server') assert.ok(after.length > 0, name)
      if (one.kind === 'AuthorizationPolicy')
        assert.ok(
          after.some(({ kind }) => kind.endsWith('Authentication')),
          name,
        )
      if (one.kind.endsWith('Route'))
        assert.ok(
          after.some(({ kind }) => kind === 'AuthorizationPolicy'),
          name,
        )
    }
  })

  it('keeps out of the affairs of Istio, whose policies have the same names', () => {
    const istio = (name: string, spec: Readonly<Record<string, unknown>>): KubernetesObject => ({
      ...object('AuthorizationPolicy', `shop/${name}`, spec),
      apiVersion: 'security.istio.io/v1',
    })
    const deny = istio('default-deny', {})
    const allow = istio('callers-of-web', { selector: { matchLabels: { app: 'web' } } })
    const found = waits([deny, allow, ...all])
    assert.deepEqual(found['shop/default-deny'], ['shop/callers-of-web'])
    assert.deepEqual(found['shop/cart'], ['shop/limit', 'shop/prices', 'shop/to-server'])
  })

  it('survives what no policy is', () => {
    const odd = [object('AuthorizationPolicy', 'shop/odd', { targetRef: 7 }), object('Server', 'shop/none')]
    assert.equal(inOrder([...odd, { ...object('HTTPRoute', 'shop/flat'), spec: 'no' }]).length, 3)
  })
})
