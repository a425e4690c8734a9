import assert from 'node:assert/strict'
import { compile } from '../../../../core/compile/compile'
import type { IstioTarget } from '../../../../core/compile/target'
import { defineGraph, http, tcp, tls } from '../../../../core/graph/define'
import type { KubernetesObject } from '../../../../core/model/manifest'
import { objectsOf, proveObjects, reachOf, target } from '../../../support/prove'

const graph = defineGraph({
  services: {
    web: { namespace: 'shop', ports: { http: http(8080, { servicePort: 80 }) } },
    api: { namespace: 'shop', ports: { http: http(8080) } },
    store: { namespace: 'data', ports: { tcp: tcp(6379) } },
  },
  external: { payments: { hosts: ['api.example.com'], ports: { https: tls(443) } } },
}).calls({
  web: { api: { http: ['GET /static/**'] } },
  api: { store: { tcp: 'tcp' }, payments: { https: 'tls' } },
})
const objects = objectsOf(compile(graph, target))

const edit = (kind: string, from: string, to: string): readonly KubernetesObject[] => {
  const edited = objects.map(object =>
    object.kind === kind ? (JSON.parse(JSON.stringify(object).replaceAll(from, to)) as KubernetesObject) : object,
  )
  assert.notDeepEqual(edited, objects)
  return edited
}
const texts = (rendered: readonly KubernetesObject[]): readonly string[] =>
  proveObjects(rendered, graph).differences.map(({ kind, text }) => `${kind}: ${text}`)

describe('comparing reach with intent', () => {
  it('finds nothing in what was compiled', () => {
    assert.deepEqual(texts(objects), [])
  })

  it('sees a forgotten egress host as an outage of the caller', () => {
    const found = texts(edit('Sidecar', 'data/store.data.svc.cluster.local', 'data/other.data.svc.cluster.local'))
    assert.deepEqual(found, ['cut: shop/api → data/store:6379 tcp'])
  })

  it('sees a forgotten ServiceEntry as an outage of the caller', () => {
    const found = texts(objects.filter(({ kind }) => kind !== 'ServiceEntry'))
    assert.deepEqual(found, ['cut: shop/api → external api.example.com:443 tls'])
  })

  it('sees a DestinationRule that forbids mTLS as an outage', () => {
    const rule = {
      apiVersion: 'networking.istio.io/v1',
      kind: 'DestinationRule',
      metadata: { name: 'plain', namespace: 'data' },
      spec: { host: 'store', trafficPolicy: { tls: { mode: 'DISABLE' } } },
    }
    assert.deepEqual(texts([...objects, rule]), ['cut: shop/api → data/store:6379 tcp'])
  })

  it('says of which service nothing was read, rather than that all is well', () => {
    const found = texts(objects.filter(({ kind, metadata }) => kind !== 'Pod' || metadata.name !== 'api'))
    assert.ok(found.includes('unjudged: no workload was read that stands for shop/api'), found.join('\n'))
  })

  it('sees a foreign policy beside ours', () => {
    const foreign = {
      apiVersion: 'security.istio.io/v1',
      kind: 'AuthorizationPolicy',
      metadata: { name: 'convenient', namespace: 'data' },
      spec: { rules: [{ from: [{ source: { namespaces: ['ops'] } }], to: [{ operation: { ports: ['6379'] } }] }] },
    }
    const [difference] = proveObjects([...objects, foreign], graph).differences
    assert.equal(difference?.kind, 'admitted')
    assert.match(difference.text, /^ops\/\S+ → data\/store:6379/)
    assert.deepEqual(difference.because, ['AuthorizationPolicy data/convenient'])
  })

  it('sees somebody who reads tokens, where none are asked for, as an outage of who sends others', () => {
    const tokens = {
      apiVersion: 'security.istio.io/v1',
      kind: 'RequestAuthentication',
      metadata: { name: 'convenient', namespace: 'shop' },
      spec: { jwtRules: [{ issuer: 'https://idp.example', jwks: '{"keys":[]}' }] },
    }
    const found = texts([...objects, tokens])
    assert.equal(found.length, 1)
    assert.match(found[0] ?? '', /^cut: shop\/web → shop\/api:8080 GET \/static\/ with a (bad token|token of .*)$/)
  })

  it('reports, and does not count, paths beyond the canonical ones that a prefix takes in', () => {
    const { differences, nonCanonical } = proveObjects(objects, graph)
    assert.deepEqual(differences, [])
    assert.deepEqual(nonCanonical, ['shop/web → shop/api:8080 GET /static//'])
  })

  it('knows that a workload without a proxy is open to everybody', () => {
    const found = texts(
      edit(
        'Pod',
        '"name":"store","namespace":"data"',
        '"name":"store","namespace":"data","annotations":{"sidecar.istio.io/inject":"false"}',
      ),
    )
    assert.ok(
      found.some(text => text.startsWith('admitted: anybody without identity → data/store:6379')),
      found.join('\n'),
    )
  })

  it('lets nobody but proxies be trusted with the protocol of a sniffed port', () => {
    const sniffed = objects.map(object =>
      object.kind === 'Service'
        ? { ...object, spec: { ...(object.spec as object), ports: [{ name: 'main', port: 8080 }] } }
        : object,
    )
    const byPort = {
      apiVersion: 'security.istio.io/v1',
      kind: 'AuthorizationPolicy',
      metadata: { name: 'by-port', namespace: 'shop' },
      spec: { rules: [{ to: [{ operation: { ports: ['8080'] } }] }] },
    }
    const tokens = {
      apiVersion: 'security.istio.io/v1',
      kind: 'RequestAuthentication',
      metadata: { name: 'tokens', namespace: 'shop' },
      spec: { jwtRules: [{ issuer: 'https://idp.example', jwks: '{"keys":[]}' }] },
    }
    const { ports } = reachOf([...sniffed, byPort, tokens])
    const api = ports.find(({ workload, port }) => workload.name === 'api' && port === 8080)
    // A bad token is refused on the HTTP chain; whoever chooses the TCP chain for the same bytes gets in.
    const smuggled = api?.bounds.may.minus(api.served.may).witness()
    assert.match(smuggled?.get('caller') ?? '', /^td\.example\/ns\//)
  })
})

describe('the comparison while a mesh goes from one trust domain to another', () => {
  const aliased: IstioTarget = { ...target, trustDomainAliases: ['old.example'] }
  const ambient: IstioTarget = { ...aliased, kind: 'istio-ambient' }
  /** With one principal in the place of another, in whichever policy names it. */
  const found = (to: IstioTarget, from = '', into = ''): readonly string[] => {
    const text = JSON.stringify(objectsOf(compile(graph, to)))
    const edited = from === '' ? text : text.replaceAll(`"${from}"`, `"${into}"`)
    assert.equal(edited === text, from === '')
    const { differences } = proveObjects(JSON.parse(edited) as KubernetesObject[], graph, to)
    return differences.map(({ kind, text }) => `${kind}: ${text}`)
  }

  it('wants a caller let in by either name where Envoy is asked, and by the own one where ztunnel is', () => {
    for (const to of [aliased, ambient]) assert.deepEqual(found(to), [])
    const [own, other] = ['td.example/ns/shop/sa/api', 'old.example/ns/shop/sa/api']
    assert.deepEqual(found(ambient, own, other), ['cut: shop/api → data/store:6379 tcp'])
    // Envoy takes either for both.
    assert.deepEqual(found(aliased, own, other), [])
  })

  it('finds somebody else who is let in by the other name', () => {
    const differences = found(aliased, 'td.example/ns/shop/sa/api', 'old.example/ns/shop/sa/web')
    assert.deepEqual(differences, [
      'cut: shop/api of old.example → data/store:6379 tcp',
      'admitted: shop/web of old.example → data/store:6379 tcp',
    ])
  })
})
