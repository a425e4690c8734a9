import assert from 'node:assert/strict'
import type { MeshTarget } from '../../../../../core/compile/target'
import type { Graph } from '../../../../../core/graph/graph'
import { service, target, told } from '../../../../support/compiled'
import { linkerdTarget } from '../../../../support/linkerd'
import { calls, network, rows } from './rows'

const two: Partial<Graph> = {
  services: { frontend: service('http', 8080), cart: service('http', 7070, { namespace: 'data' }) },
  calls: { frontend: { cart: { http: ['GET /x'] } } },
}
const ambient: MeshTarget = { ...target, kind: 'istio-ambient' }
const waypoint = 'gateway.networking.k8s.io/gateway-name=waypoint'

describe('NetworkPolicies, by what is on the wire', () => {
  it('open the callee’s port where there is no mesh, and where there are sidecars', () => {
    for (const mesh of [undefined, target]) {
      assert.deepEqual(calls(network(two, mesh && { mesh })), [
        'cart ← 7070 from shop/app=frontend',
        'frontend → 7070 to data/app=cart',
      ])
    }
  })

  it('open HBONE on ambient, to the waypoint and from there', () => {
    assert.deepEqual(calls(network(two, { mesh: ambient })), [
      `cart ← 15008 from data/${waypoint}`,
      'waypoint.waypoint ← 15008 from shop/app=frontend',
      'waypoint.waypoint → 15008 to data/app=cart',
      `frontend → 15008 to data/${waypoint}`,
    ])
  })

  it('open HBONE on ambient straight where no waypoint is needed, and to the one that may come, and the port too where sidecars take either', () => {
    const bytes: Partial<Graph> = {
      services: { frontend: service('tcp', 8080), cart: service('tcp', 7070, { namespace: 'data' }) },
      calls: { frontend: { cart: { tcp: 'tcp' } } },
    }
    assert.deepEqual(calls(network(bytes, { mesh: ambient })), [
      `cart ← 15008 from data/${waypoint} and shop/app=frontend`,
      `frontend → 15008 to data/app=cart and data/${waypoint}`,
    ])
    assert.deepEqual(calls(network(bytes, { mesh: { ...ambient, dataPlanes: { data: 'sidecar' } } })), [
      'cart ← 7070,15008 from shop/app=frontend',
      'frontend → 7070,15008 to data/app=cart',
    ])
    assert.deepEqual(calls(network(bytes, { mesh: { ...target, dataPlanes: { data: 'ambient' } } })), [
      'cart ← 15008 from shop/app=frontend',
      'frontend → 15008 to data/app=cart',
    ])
  })

  it('open the proxy’s one port on Linkerd, and the port itself to whoever has no proxy', () => {
    const outside = { legacy: { kind: 'cidr', cidrs: ['10.0.0.0/8'], routes: { cart: { http: ['GET /x'] } } } } as const
    assert.deepEqual(calls(network({ ...two, outside }, { mesh: linkerdTarget })), [
      'cart ← 4143 from shop/app=frontend',
      'cart ← 7070 from 10.0.0.0/8',
      'frontend → 4143 to data/app=cart',
    ])
  })

  it('open the port itself to callers on another mesh, and to no other Pod of their network', () => {
    const mesh: MeshTarget = {
      kind: 'hybrid',
      istio: target,
      linkerd: linkerdTarget,
      namespaces: { data: 'linkerd' },
      podNetworks: ['10.0.0.0/8'],
    }
    assert.deepEqual(calls(network(two, { mesh })), [])
    assert.deepEqual(calls(network({ ...two, border: { frontend: { cart: 'plaintext' } } }, { mesh })), [
      'cart ← 7070 from shop/app=frontend',
      'frontend → 7070 to data/app=cart',
    ])
  })

  it('let every proxy ask its control plane, and names of whom it has to', () => {
    const platform = (mesh: MeshTarget | undefined) =>
      rows(network(two, mesh && { mesh })).filter(row => /^frontend → .* to (kube|istio|mesh)/.test(row))
    const names = 'frontend → 53,53/UDP to kube-system/k8s-app=kube-dns'
    assert.deepEqual(platform(undefined), [names])
    assert.deepEqual(platform(ambient), [names])
    assert.deepEqual(platform(target), [names, 'frontend → 15012 to istio-system/app=istiod'])
    assert.deepEqual(platform(linkerdTarget), [
      names,
      'frontend → 8080,8086,8090 to mesh/linkerd.io/control-plane-component=destination|identity',
    ])
  })

  it('let what asks istiod for its certificates ask who signs them in its place, too', () => {
    const certificateAuthority = { namespace: 'cert-manager', labels: { app: 'signer' }, ports: [6443] }
    const asking = (mesh: MeshTarget | undefined) =>
      rows(network(two, { certificateAuthority, ...(mesh && { mesh }) })).filter(row => row.includes('6443'))
    const asked = 'to cert-manager/app=signer'
    assert.deepEqual(asking(target), [`cart → 6443 ${asked}`, `frontend → 6443 ${asked}`])
    assert.deepEqual(asking(ambient), [`waypoint.waypoint → 6443 ${asked}`])
    assert.deepEqual(asking(linkerdTarget), [])
    assert.deepEqual(asking(undefined), [])
    const wrong = network(two, { mesh: target, certificateAuthority: { ...certificateAuthority, namespace: 'Signer' } })
    assert.ok(told(wrong).includes('error bad-name at target.certificateAuthority.namespace'), told(wrong).join())
  })

  it('let who calls nobody ask for no names', () => {
    assert.deepEqual(
      rows(network(two)).filter(row => row.startsWith('cart →')),
      [],
    )
  })

  it('let the kubelet’s probes into ztunnel’s Pods by their own address, and rest on Kubernetes elsewhere', () => {
    const probed = { services: { cart: service('http', 7070, { probes: { readiness: 'GET /ok' } }) } }
    assert.deepEqual(calls(network(probed, { mesh: ambient })), [
      'cart ← 7070 from 169.254.7.127/32 and fd16:9254:7127:1337:ffff:ffff:ffff:ffff/128',
    ])
    for (const mesh of [undefined, target, linkerdTarget])
      assert.deepEqual(calls(network(probed, mesh && { mesh })), [])
    const nodeNetworks = ['10.1.0.0/16']
    assert.deepEqual(calls(network(probed, { nodeNetworks })), ['cart ← 7070 from 10.1.0.0/16'])
    assert.deepEqual(calls(network(probed, { nodeNetworks, mesh: target })), ['cart ← 15020,15021 from 10.1.0.0/16'])
    assert.deepEqual(calls(network(probed, { nodeNetworks, mesh: linkerdTarget })), [
      'cart ← 4191,7070 from 10.1.0.0/16',
    ])
  })

  it('let the scraper read workloads and proxies', () => {
    const scraper = { namespace: 'monitoring', serviceAccount: 'prometheus' }
    const parts = { services: { cart: service('http', 7070, { metrics: { port: 9102, path: '/metrics' } }) }, scraper }
    const callers = { 'monitoring/prometheus': { app: 'prometheus' } }
    const from = 'from monitoring/app=prometheus'
    assert.deepEqual(calls(network(parts, { callers })), [`cart ← 9102 ${from}`])
    assert.deepEqual(calls(network(parts, { callers, mesh: target })), [`cart ← 9102,15020,15090 ${from}`])
    assert.deepEqual(calls(network(parts, { callers, mesh: ambient })), [`cart ← 15008 ${from} and shop/${waypoint}`])
    assert.deepEqual(calls(network(parts, { callers, mesh: linkerdTarget })), [`cart ← 4143,4191 ${from}`])
    assert.deepEqual(calls(network(parts)), ['cart ← 9102 from monitoring/*'])
  })

  it('let callers reach both what a callee was and what it will be, until its namespace is enforced', () => {
    const mesh: MeshTarget = { ...target, stages: { data: 'strict' } }
    assert.deepEqual(calls(network(two, { mesh })), ['frontend → 7070,15008 to data/app=cart'])
  })
})
