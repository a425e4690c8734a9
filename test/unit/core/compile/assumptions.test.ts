import assert from 'node:assert/strict'
import { parse } from 'yaml'
import { namespaceLabels } from '../../../../core/compile/compile'
import { objectName } from '../../../../core/model/manifest'
import { ambient, assumed, compiled, service, target } from '../../../support/compiled'

const mesh = (object: ReturnType<typeof assumed>): unknown => parse((object.data as { mesh: string }).mesh)

describe('what the manifests assume', () => {
  it('is one Pod a service, with what selects it, its account, its ports and its probes', () => {
    const cart = service('grpc', 7070, {
      serviceAccount: 'robot',
      labels: { tier: 'backend', app: 'cart' },
      probes: { liveness: 'grpc:7070', readiness: 'GET:9090 /ready', startup: 'tcp:6379' },
      metrics: { port: 9090, path: '/metrics' },
    })
    const ports = { ...cart.ports, tcp: { protocol: 'tcp' as const, port: 6379 } }
    assert.deepEqual(assumed(compiled({ services: { cart: { ...cart, ports } } }), 'Pod shop/cart'), {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'cart', namespace: 'shop', labels: { app: 'cart', tier: 'backend' } },
      spec: {
        serviceAccountName: 'robot',
        containers: [
          {
            name: 'cart',
            ports: [
              { name: 'tcp', containerPort: 6379 },
              { name: 'grpc', containerPort: 7070 },
              { name: 'metrics', containerPort: 9090 },
            ],
            livenessProbe: { grpc: { port: 7070 } },
            readinessProbe: { httpGet: { path: '/ready', port: 9090 } },
            startupProbe: { tcpSocket: { port: 6379 } },
          },
        ],
      },
    })
  })

  it('is a Service that says the protocol of each port, the one of metrics included', () => {
    const result = compiled({
      services: {
        web: {
          namespace: 'shop',
          headless: true,
          ports: { http: { protocol: 'http', port: 8080, servicePort: 80 }, tls: { protocol: 'tls', port: 8443 } },
          metrics: { port: 9090, path: '/metrics' },
        },
      },
    })
    assert.deepEqual(assumed(result, 'Service shop/web').spec, {
      clusterIP: 'None',
      selector: { app: 'web' },
      ports: [
        { name: 'http', port: 80, targetPort: 8080, appProtocol: 'http' },
        { name: 'tls', port: 8443, targetPort: 8443, appProtocol: 'tls' },
        { name: 'metrics', port: 9090, targetPort: 9090, appProtocol: 'http' },
      ],
    })
  })

  it('is no metrics port on the Service where another has its number, and then no scrape', () => {
    const result = compiled({
      services: {
        web: {
          namespace: 'shop',
          ports: { tcp: { protocol: 'tcp', port: 6379, servicePort: 9090 } },
          metrics: { port: 9090, path: '/metrics' },
        },
      },
      scraper: { namespace: 'monitoring', serviceAccount: 'prometheus' },
    })
    assert.deepEqual(assumed(result, 'Service shop/web').spec, {
      selector: { app: 'web' },
      ports: [{ name: 'tcp', port: 9090, targetPort: 6379, appProtocol: 'tcp' }],
    })
    assert.deepEqual(
      result.problems.map(({ message }) => message),
      [
        'Istio cannot express `monitoring/prometheus → shop/web:9090 GET /metrics (scrape)`: no Service port leads to port 9090, so its protocol is unknown',
      ],
    )
  })

  it('is no Service for what nobody can call', () => {
    const { assumptions } = compiled({ services: { job: { namespace: 'shop', ports: {}, workload: 'Job' } } })
    assert.deepEqual(assumptions.map(objectName), [
      'Namespace shop',
      'ConfigMap istio-system/istio',
      'Pod shop/job',
      'ServiceAccount shop/job',
    ])
  })

  it('is a ServiceAccount for every caller, the gateway and the scraper included, and one for those that share it', () => {
    const shared = { serviceAccount: 'robot', sharesServiceAccountWith: ['a', 'b'] }
    const { assumptions } = compiled({
      services: { a: service('http', 8080, shared), b: service('http', 8080, shared) },
      ingress: { web: { gateway: 'edge/web', hosts: ['a.example'], routes: { a: { http: ['GET /'] } } } },
      scraper: { namespace: 'monitoring', serviceAccount: 'prometheus' },
    })
    assert.deepEqual(
      assumptions.map(objectName).filter(name => name.startsWith('ServiceAccount')),
      ['ServiceAccount edge/web', 'ServiceAccount monitoring/prometheus', 'ServiceAccount shop/robot'],
    )
  })

  it('is the settings of the mesh, where istiod keeps them', () => {
    const plain = compiled({ services: { a: service('http', 8080) } })
    assert.deepEqual(mesh(assumed(plain, 'ConfigMap istio-system/istio')), {
      trustDomain: 'td.example',
      rootNamespace: 'istio-system',
    })
    const elsewhere = compiled(
      { services: { a: service('http', 8080) } },
      { systemNamespace: 'mesh', rootNamespace: 'policies', revision: '1-30-3', trustDomain: '0x10' },
    )
    assert.deepEqual(mesh(assumed(elsewhere, 'ConfigMap mesh/istio-1-30-3')), {
      trustDomain: '0x10',
      rootNamespace: 'policies',
    })
  })

  it('is the tag that leads a namespace to its revision', () => {
    const services = { a: service('http', 8080) }
    const tagged = compiled({ services }, { revision: '1-30-3', tag: 'prod' })
    assert.deepEqual(assumed(tagged, 'Namespace shop').metadata.labels, { 'istio.io/rev': 'prod' })
    const labels = { 'istio.io/rev': '1-30-3', 'istio.io/tag': 'prod' }
    const webhook = assumed(tagged, 'MutatingWebhookConfiguration istio-revision-tag-prod')
    assert.deepEqual(webhook.metadata.labels, labels)
    assert.equal(assumed(tagged, 'ConfigMap istio-system/istio-1-30-3').metadata.labels?.['istio.io/rev'], '1-30-3')
    const elsewhere = compiled({ services }, { revision: '1-30-3', tag: 'prod', systemNamespace: 'mesh' })
    assumed(elsewhere, 'MutatingWebhookConfiguration istio-revision-tag-prod-mesh')
  })
})

describe('what ambient manifests assume', () => {
  const services = { a: service('http', 8080), old: service('http', 8080, { namespace: 'legacy' }) }
  const ingress = (gateway: string, callee: 'a' | 'old') => ({
    [callee]: { gateway, hosts: ['a.example'], routes: { [callee]: { http: ['GET /'] } } },
  })
  const mixed = { dataPlanes: { legacy: 'sidecar' as const } }
  const pods = (result: ReturnType<typeof ambient>) =>
    result.assumptions.map(objectName).filter(name => name.startsWith('Pod') && !/ (shop\/a|legacy\/old)$/.test(name))

  it('is that namespaces are labelled, each for its data plane', () => {
    const result = ambient({ services }, { ...mixed, tag: 'prod' })
    const expected = { legacy: { 'istio.io/rev': 'prod' }, shop: { 'istio.io/dataplane-mode': 'ambient' } }
    assert.deepEqual(result.namespaces, expected)
    for (const [name, labels] of Object.entries(expected)) {
      assert.deepEqual(assumed(result, `Namespace ${name}`).metadata.labels, labels)
    }
  })

  it('is that sidecars and gateways speak HBONE, without which ztunnel would not know them', () => {
    const settings = (result: ReturnType<typeof ambient>) => mesh(assumed(result, 'ConfigMap istio-system/istio'))
    const plain = { rootNamespace: 'istio-system', trustDomain: 'td.example' }
    const defaultConfig = { proxyMetadata: { ISTIO_META_ENABLE_HBONE: 'true' } }
    assert.deepEqual(settings(ambient({ services }, mixed)), { ...plain, defaultConfig })
    assert.deepEqual(settings(ambient({ services }, { dataPlanes: { legacy: 'sidecar', shop: 'sidecar' } })), plain)
  })

  it('is a Pod for each gateway, with the labels of Istio’s chart', () => {
    const result = ambient({ services, ingress: { ...ingress('edge/web', 'a'), ...ingress('edge/old', 'old') } }, mixed)
    assert.deepEqual(pods(result), ['Pod edge/old', 'Pod edge/web'])
    assert.deepEqual(assumed(result, 'Pod edge/web'), {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: {
        name: 'web',
        namespace: 'edge',
        labels: { app: 'web', istio: 'web', 'istio.io/dataplane-mode': 'none', 'sidecar.istio.io/inject': 'true' },
        annotations: { 'inject.istio.io/templates': 'gateway' },
      },
      spec: { serviceAccountName: 'web', containers: [{ name: 'gateway' }] },
    })
  })

  it('is no second Pod for a gateway that is a service, and none of a service’s name', () => {
    assert.deepEqual(pods(ambient({ services, ingress: ingress('shop/a', 'a') }, mixed)), [])
    const robots = { ...services, a: service('http', 8080, { serviceAccount: 'robot' }) }
    assert.deepEqual(pods(ambient({ services: robots, ingress: ingress('shop/a', 'a') }, mixed)), [
      'Pod shop/a-gateway',
    ])
  })
})

describe('namespaceLabels', () => {
  it('are a tag, else a revision, else plain injection, and never two of them', () => {
    assert.deepEqual(namespaceLabels(target), { 'istio-injection': 'enabled' })
    assert.deepEqual(namespaceLabels({ ...target, revision: '1-30-3' }), { 'istio.io/rev': '1-30-3' })
    assert.deepEqual(namespaceLabels({ ...target, revision: '1-30-3', tag: 'prod' }), { 'istio.io/rev': 'prod' })
  })
})
