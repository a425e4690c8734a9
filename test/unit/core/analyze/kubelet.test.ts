import assert from 'node:assert/strict'
import { kubelet } from '../../../../core/analyze/expect'
import { reach } from '../../../../core/analyze/reach'
import { Language } from '../../../../core/model/language'
import { Region } from '../../../../core/model/region'
import { ambient } from './ambient-objects'
import { authorization, mesh, namespace, peers, pod, readAll, type Json } from './objects'

const only = (name: 'caller' | 'protocol' | 'method' | 'path', value: string) =>
  Region.where(name, Language.literals([value]))

const request = (method: string, path: string) =>
  Region.intersection([only('caller', kubelet), only('protocol', 'http'), only('method', method), only('path', path)])

const probing = (probe: Json, metadata: Json = {}, port = 8080) =>
  pod('shop/cart', metadata, {
    containers: [{ name: 'app', ports: [{ containerPort: port, name: 'web' }], livenessProbe: probe }],
  })

/** What becomes of a request of the kubelet to port 8080. */
function asked(what: Region, ...objects: readonly Json[]): string {
  const { ports } = reach(readAll([mesh(), namespace('shop'), ...objects]).layer)
  const found = ports.find(({ port }) => port === 8080) ?? ports.find(({ port }) => port === 'other')
  assert.ok(found)
  const { must, may } = found.served
  return what.within(must) ? 'allow' : what.intersect(may).isEmpty ? 'deny' : 'unknown'
}

describe('a probe of the kubelet', () => {
  const closed = authorization('shop/none', {})
  const get = (path: string | undefined, port: number | string = 8080): Json => ({
    httpGet: { port, ...(path !== undefined && { path }) },
  })

  // istio `pkg/kube/inject/app_probe.go`: the agent asks what the Pod declares, past mTLS and policy
  const table: readonly (readonly [probe: Json, what: Region, found: string])[] = [
    [get('/up'), request('GET', '/up'), 'allow'],
    [get('/up'), request('GET', '/other'), 'deny'],
    [get('/up'), request('POST', '/up'), 'deny'],
    [get('/up?deep'), request('GET', '/up'), 'allow'],
    [get('up'), request('GET', '/up'), 'allow'],
    [get(undefined), request('GET', '/'), 'allow'],
    [get('/up', 'web'), request('GET', '/up'), 'allow'],
    [get('/up', 'api'), request('GET', '/up'), 'deny'],
    [get('/up', 9090), request('GET', '/up'), 'deny'],
    [{ grpc: { port: 8080 } }, request('POST', '/grpc.health.v1.Health/Check'), 'allow'],
    [{ grpc: { port: 8080 } }, request('GET', '/grpc.health.v1.Health/Check'), 'deny'],
    [{ grpc: { port: 8080 } }, request('POST', '/'), 'deny'],
    [{ tcpSocket: { port: 8080 } }, only('caller', kubelet), 'allow'],
    [{ exec: { command: ['true'] } }, only('caller', kubelet), 'deny'],
  ]
  for (const [probe, what, found] of table)
    it(`is ${found === 'allow' ? '' : 'not '}let in by what the Pod declares: ${JSON.stringify(probe)}`, () => {
      assert.equal(asked(what, probing(probe), closed), found)
      // Neither an open port nor STRICT makes a difference.
      assert.equal(asked(what, probing(probe), peers('shop/strict', { mtls: { mode: 'STRICT' } })), found)
      assert.equal(asked(what, probing(probe)), found)
    })

  it('is a caller without identity like any other where it is not rewritten', () => {
    const plain = probing(get('/up'), { annotations: { 'sidecar.istio.io/rewriteAppHTTPProbers': 'false' } })
    const up = request('GET', '/up')
    assert.equal(asked(up, plain), 'allow')
    assert.equal(asked(request('GET', '/other'), plain), 'deny')
    assert.equal(asked(up, plain, closed), 'deny')
    assert.equal(asked(up, plain, peers('shop/strict', { mtls: { mode: 'STRICT' } })), 'deny')
    const kept = probing(get('/up'), { annotations: { 'sidecar.istio.io/rewriteAppHTTPProbers': 'true' } })
    assert.equal(asked(up, kept, closed), 'allow')
  })

  it('comes past ztunnel, whatever it asks', () => {
    // istio `cni/pkg/iptables/iptables.go`: the node's own address is let through
    assert.equal(asked(request('GET', '/other'), probing(get('/up')), namespace('shop', ambient), closed), 'allow')
  })
})
