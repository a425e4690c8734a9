import assert from 'node:assert/strict'
import { assertRefused, scratch, ztm } from './support/ztm'

const { write } = scratch()
const mesh = ['--trust-domain', 'cluster.local', '--target', 'istio-ambient']

const graph = `services:
  frontend: { namespace: shop, ports: { http: { protocol: http, port: 8080 } } }
  cart: { namespace: shop, ports: { http: { protocol: http, port: 7070 } } }
outside:
  api: { kind: kube-apiserver, routes: { frontend: { http: ['POST /validate'] } } }
calls:
  frontend: { cart: { http: ['GET /cart'] } }
`

describe('ztm compile with NetworkPolicies', () => {
  it('adds them to the manifests of the mesh', async () => {
    const file = write('graph.yaml', graph)
    const asked = ['compile', file, ...mesh, '--acknowledge', 'inexpressible']
    const [alone, both] = [await ztm(asked), await ztm([...asked, '--network-policy'])]
    assert.deepEqual([alone.code, both.code], [0, 0])
    assert.doesNotMatch(alone.out, /kind: NetworkPolicy/)
    assert.match(both.out, /kind: NetworkPolicy[\s\S]*port: 15008/)
    assert.match(both.out, /kind: AuthorizationPolicy/)
    assert.match(both.err, /of which a NetworkPolicy knows nothing/)
  })

  it('makes them alone, without a trust domain, at the stages that are given', async () => {
    const file = write('graph.yaml', graph)
    const asked = ['compile', file, '--target', 'network-policy']
    const { code, out } = await ztm([...asked, '--api-server', '10.0.0.1/32'])
    assert.equal(code, 0)
    assert.match(out, /cidr: 10\.0\.0\.1\/32/)
    assert.doesNotMatch(out, /istio|linkerd/)
    const staged = await ztm([...asked, '--stage', 'shop=strict'])
    assert.deepEqual([staged.code, staged.out.includes('NetworkPolicy')], [0, false])
  })

  it('writes the lock file as ever, with or without them', async () => {
    const file = write('graph.yaml', graph)
    const locked = await ztm(['compile', file, '--target', 'network-policy', '--lock'])
    assert.deepEqual([locked.code, locked.out], [0, ''])
    assert.equal((await ztm(['compile', file, '--lock', '--check'])).code, 0)
  })

  it('refuses what means nothing without them, or without a mesh', async () => {
    const file = write('graph.yaml', graph)
    assertRefused(await ztm(['compile', file, ...mesh, '--api-server', '10.0.0.1/32']), /knows nothing of it/)
    assertRefused(await ztm(['compile', file, ...mesh, '--cluster-network', '10.0.0.0/8']), /knows nothing of it/)
    const alone = ['compile', file, '--target', 'network-policy']
    for (const option of [
      ['--revision', '1-30-3'],
      ['--mesh', 'shop=linkerd'],
      ['--system-namespace', 'mesh'],
      ['--gateway-api-channel', 'standard'],
    ]) {
      assertRefused(await ztm([...alone, ...option]), /knows nothing of it/)
    }
    assertRefused(await ztm([...alone, '--since', file]), /without a mesh nothing has to be taken in steps/)
    assertRefused(await ztm([...alone, '--node-network', '10.0.0.0']), /no block of addresses/)
  })
})
