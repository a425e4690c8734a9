import assert from 'node:assert/strict'
import { compile } from '../../../../core/compile/compile'
import type { Compiled, HybridTarget } from '../../../../core/compile/target'
import { defineGraph, http } from '../../../../core/graph/define'
import type { Graph } from '../../../../core/graph/graph'
import { objectName } from '../../../../core/model/manifest'
import { linkerdTarget } from '../../../support/linkerd'
import { target } from '../../../support/prove'

const to: HybridTarget = {
  kind: 'hybrid',
  istio: { ...target, stages: { front: 'strict', shop: 'strict' } },
  linkerd: { ...linkerdTarget, stages: { front: 'strict' } },
  namespaces: { shop: 'linkerd' },
}
const onBoth = (border?: Graph['border'], more: Partial<HybridTarget> = {}): Compiled =>
  compile(
    defineGraph({
      services: {
        web: { namespace: 'front', ports: { http: http(8080) } },
        cart: { namespace: 'shop', ports: { http: http(8080) }, probes: { readiness: 'GET /healthz' } },
      },
      ingress: { door: { gateway: 'edge', hosts: ['shop.example.com'], routes: { web: { http: ['GET /'] } } } },
      ...(border && { border }),
    }).calls({ web: { cart: { http: ['GET /items'] } }, cart: { web: { http: ['GET /back'] } } }),
    { ...to, ...more },
  )
const told = ({ problems }: Compiled): readonly string[] =>
  problems
    .filter(({ code }) => code.startsWith('crosses'))
    .map(({ severity, at, message }) => `${severity} ${at}: ${message}`)

describe('compile for two meshes', () => {
  it('gives each namespace what its own mesh needs, and nothing of the other', () => {
    const { manifests, namespaces, annotations } = onBoth()
    const kinds = (namespace: string) =>
      new Set(
        manifests
          .filter(({ object }) => object.metadata.namespace === namespace)
          .map(({ object }) => object.apiVersion.split('/')[0]),
      )
    assert.deepEqual([...kinds('front')], ['security.istio.io'])
    assert.deepEqual([...kinds('shop')], ['policy.linkerd.io'])
    assert.deepEqual(namespaces.front, { 'istio-injection': 'enabled' })
    assert.equal(namespaces.shop?.['istio-injection'], undefined)
    assert.equal(annotations?.shop?.['linkerd.io/inject'], 'enabled')
    assert.equal(annotations?.front, undefined)
  })

  it('assumes each object once, as the mesh that it is on wants it', () => {
    const { assumptions } = onBoth()
    const names = assumptions.map(objectName)
    assert.deepEqual(names, [...new Set(names)])
    assert.deepEqual(
      names.filter(name => /^(Namespace|Pod) /.test(name)),
      ['Namespace edge', 'Namespace front', 'Namespace shop', 'Pod edge/edge', 'Pod front/web', 'Pod shop/cart'],
    )
    const [, front, shop] = assumptions.map(({ metadata }) => metadata)
    assert.deepEqual([front?.labels, front?.annotations], [{ 'istio-injection': 'enabled' }, undefined])
    assert.deepEqual([shop?.labels, shop?.annotations?.['linkerd.io/inject']], [undefined, 'enabled'])
  })

  it('lets nobody across unless the graph says how, and says so', () => {
    assert.deepEqual(told(onBoth()), [
      'narrowed front/web: `shop/cart → front/web` goes from linkerd to istio, where its identity is not known: nobody is let in',
      'narrowed shop/cart: `front/web → shop/cart` goes from istio to linkerd, where its identity is not known: nobody is let in',
    ])
  })

  it('lets in without identity whoever comes from the Pods, where a call crosses in plaintext', () => {
    const compiled = onBoth({ web: { cart: 'plaintext' } }, { podNetworks: ['10.4.0.0/14'] })
    assert.ok(
      told(compiled).includes(
        'delegated shop/cart: `front/web → shop/cart` crosses from mesh to mesh in plaintext: whoever calls from 10.4.0.0/14 may ask the same without identity',
      ),
    )
    const networks = compiled.manifests.filter(({ object }) => object.kind === 'NetworkAuthentication')
    assert.deepEqual(
      networks
        .map(({ object }) => [objectName(object), object.spec])
        .filter(([name]) => String(name).includes('outside')),
      [['NetworkAuthentication shop/outside-front.web', { networks: [{ cidr: '10.4.0.0/14' }] }]],
    )
  })

  it('keeps the way open for a call that leaves for the other mesh', () => {
    const { manifests } = onBoth({ web: { cart: 'plaintext' } }, { istio: target })
    const sidecar = manifests.find(({ object }) => objectName(object) === 'Sidecar front/callees-of-web')
    assert.match(JSON.stringify(sidecar), /shop\/cart\.shop\.svc\.cluster\.local/)
  })

  it('asks for a gateway on the mesh of the callee where a call is to come through one', () => {
    assert.deepEqual(told(onBoth({ cart: { web: 'gateway' }, web: { cart: 'gateway' } })), [
      'delegated front/web: `shop/cart → front/web` comes through `edge`, whose routes say what may be asked; whoever reaches the gateway may ask it',
      'narrowed shop/cart: `front/web → shop/cart` is to come through a gateway, and none on the mesh of `cart` leads there',
    ])
  })
})

describe('a gateway that nothing may enter', () => {
  it('is closed all the same', () => {
    const { manifests } = onBoth(undefined, { namespaces: { shop: 'linkerd', front: 'linkerd' } })
    const edge = manifests
      .filter(({ object }) => object.metadata.namespace === 'edge')
      .map(({ object }) => objectName(object))
    assert.deepEqual(edge, ['AuthorizationPolicy edge/default-deny', 'PeerAuthentication edge/default'])
  })
})
