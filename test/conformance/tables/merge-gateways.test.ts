import assert from 'node:assert/strict'
import { listenersOf } from '../../../core/analyze/gateway/listeners'
import { chartGateway, istioGateway, rule, virtualService } from './gateway-objects'
import { mesh, namespace } from './objects'
import { world } from './table'

const http = (id: string, host: string, port: number, made: number, protocol = 'HTTP') =>
  istioGateway(id, [{ port, protocol, hosts: [host] }], { made })

/** Serves whatever host a server has, so that each server with HTTP shows. */
const everything = (...gateways: readonly string[]) =>
  virtualService('not-default/all', { hosts: ['*'], gateways, http: [rule('all.not-default:80')] })

const fooHost = http('not-default/foo1', 'foo.bar.com', 7, 1)
const barHost = http('not-default/bar1', 'bar.foo.com', 7, 2)
const httpWildcard = (made: number) => http('not-default/foo3', '*', 8, made)
const tcpWildcard = (made: number) => http('not-default-2/foo4', '*', 8, made, 'TCP')
const all = everything('foo1', 'bar1', 'foo3', 'foo5', 'not-default-2/foo-simple')

/** What listens: `port hosts`, with `bytes` for ports that read no HTTP. */
function listening(...gateways: readonly string[]): readonly string[] {
  const front = chartGateway('istio-system/istio-ingressgateway')
  const { layer } = world(mesh(), namespace('not-default'), front, ...gateways, all)()
  const [workload] = layer.workloads
  assert.ok(workload)
  return listenersOf(layer, workload).map(({ port, speaks, hosts }) =>
    [port, ...(speaks === 'http' ? hosts.map(({ host }) => host) : ['bytes'])].join(' '),
  )
}

/** istio `pilot/pkg/model/gateway_test.go` TestMergeGateways, as far as it is about ports and protocols. */
describe('table: Gateways of one port', () => {
  it('single-server-config', () => {
    assert.deepEqual(listening(fooHost), ['7 foo.bar.com'])
  })

  it('two servers on the same port', () => {
    assert.deepEqual(listening(fooHost, barHost), ['7 foo.bar.com bar.foo.com'])
  })

  it('multi-server-config', () => {
    assert.deepEqual(listening(fooHost, httpWildcard(2)), ['7 foo.bar.com', '8 *'])
  })

  it('http-tcp-wildcard-server-config', () => {
    assert.deepEqual(listening(fooHost, tcpWildcard(2)), ['7 foo.bar.com', '8 bytes'])
  })

  it('tcp-http-server-config: the older keeps the port', () => {
    assert.deepEqual(listening(tcpWildcard(1), httpWildcard(2)), ['8 bytes'])
    assert.deepEqual(listening(httpWildcard(1), tcpWildcard(2)), ['8 *'])
  })

  it('http-http2-server-config', () => {
    assert.deepEqual(listening(httpWildcard(1), http('not-default/foo5', '*', 8, 2, 'HTTP2')), ['8 *'])
  })

  it('simple-passthrough: told apart by server name', () => {
    const simple = istioGateway('not-default-2/foo-simple', [
      { port: 443, protocol: 'HTTPS', tls: 'SIMPLE', hosts: ['*.example.com'] },
    ])
    const passing = istioGateway('not-default-2/foo-passthrough', [
      { port: 443, protocol: 'TLS', tls: 'PASSTHROUGH', hosts: ['foo.example.com'] },
    ])
    const known = new Set(listening(simple, passing))
    assert.deepEqual(known, new Set(['8443 *.example.com', '8443 bytes']))
  })
})
