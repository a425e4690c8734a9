import assert from 'node:assert/strict'
import { assertRefused, scratch, ztm } from './support/ztm'

const { write } = scratch()
const mesh = ['--trust-domain', 'cluster.local', '--target', 'linkerd']

const graph = `services:
  frontend: { namespace: shop, ports: { http: { protocol: http, port: 8080 } } }
  cart: { namespace: shop, ports: { http: { protocol: http, port: 7070 } }, probes: { readiness: 'GET /ready' } }
calls:
  frontend: { cart: { http: ['GET /cart'] } }
`

describe('ztm compile --target linkerd', () => {
  it('prints manifests for Linkerd, each with its reason', async () => {
    const { code, out } = await ztm(['compile', write('graph.yaml', graph), ...mesh, '--node-network', '10.0.0.0/16'])
    assert.equal(code, 0)
    assert.match(out, /^# because shop\/frontend → shop\/cart:7070 GET \/cart$/m)
    assert.match(out, /^ +- frontend\.shop\.serviceaccount\.identity\.linkerd\.cluster\.local$/m)
    assert.match(out, /^ +- cidr: 10\.0\.0\.0\/16$/m)
    assert.doesNotMatch(out, /istio/)
  })

  it('takes the control plane’s namespace and a stage', async () => {
    const options = ['--system-namespace', 'mesh', '--stage', 'shop=strict', '--assumptions']
    const { code, out } = await ztm(['compile', write('graph.yaml', graph), ...mesh, ...options])
    assert.equal(code, 0)
    assert.match(out, /accessPolicy: all-authenticated/)
    assert.match(out, /^ {2}namespace: mesh$/m)
  })

  it('refuses what only Istio knows of, and a version it does not know', async () => {
    const file = write('graph.yaml', graph)
    for (const option of [
      ['--revision', '1-30-3'],
      ['--tag', 'prod'],
      ['--data-plane', 'shop=ambient'],
    ]) {
      assertRefused(await ztm(['compile', file, ...mesh, ...option]), /knows nothing of it/)
    }
    assertRefused(await ztm(['compile', file, ...mesh, '--linkerd-version', '2.11']), /not supported/)
    assertRefused(
      await ztm(['compile', file, '--trust-domain', 'cluster.local', '--node-network', '10.0.0.0/8']),
      /knows nothing of it/,
    )
  })
})
