import assert from 'node:assert/strict'
import { reach } from '../../../../core/analyze/reach'
import { inNamespace, layerOf, pod, shop, type Json } from './objects'

/** The ports that are told apart for `shop/cart`, which listens on 8080. */
function portsOf(...objects: readonly Json[]): readonly (number | string)[] {
  return reach(layerOf([...shop, ...objects])).ports.map(({ port }) => port)
}

const entry = (spec: Json): Json =>
  inNamespace('ServiceEntry', 'shop/partner', { hosts: ['partner.example'], resolution: 'STATIC', ...spec })
const ports = [
  { number: 443, name: 'https', protocol: 'HTTPS' },
  { number: 80, name: 'http', protocol: 'HTTP', targetPort: 9090 },
]

describe('the ports of a workload that are told apart', () => {
  it('are not those of hosts outside that its namespace declares', () => {
    assert.deepEqual(portsOf(entry({ ports })), portsOf())
  })

  it('are those of a ServiceEntry whose selector takes the workload, at their targets', () => {
    assert.deepEqual(portsOf(entry({ ports, workloadSelector: { labels: { app: 'cart' } } })), [
      443,
      8080,
      9090,
      'other',
    ])
    assert.deepEqual(portsOf(entry({ ports, workloadSelector: {} })), [443, 8080, 9090, 'other'])
    assert.deepEqual(portsOf(entry({ ports, workloadSelector: { labels: { app: 'web' } } })), portsOf())
  })

  it('differ between workloads of one namespace, where only one of them is selected', () => {
    const selected = entry({ ports, workloadSelector: { labels: { app: 'web' } } })
    assert.deepEqual(portsOf(pod('shop/web'), selected), [8080, 'other', 443, 8080, 9090, 'other'])
  })

  it('are those of probes and of a Sidecar’s listeners, and not the proxy’s own', () => {
    const containers = [{ name: 'app', livenessProbe: { httpGet: { path: '/', port: 9191 } } }]
    const own = [{ containerPort: 8080 }, { containerPort: 15_020 }]
    const probing = pod('shop/web', {}, { containers: [...containers, { name: 'more', ports: own }] })
    assert.deepEqual(portsOf(probing).slice(portsOf().length), [8080, 9191, 'other'])
    const named = [
      { name: 'app', ports: [{ name: 'web', containerPort: 8080 }], readinessProbe: { httpGet: { port: 'web' } } },
    ]
    assert.deepEqual(portsOf(pod('shop/web', {}, { containers: named })).slice(portsOf().length), [8080, 'other'])
    const sidecar = inNamespace('Sidecar', 'shop/s', {
      ingress: [{ port: { number: 9292, name: 'http', protocol: 'HTTP' }, defaultEndpoint: '127.0.0.1:8080' }],
    })
    assert.deepEqual(portsOf(sidecar), [8080, 9292, 'other'])
  })
})
