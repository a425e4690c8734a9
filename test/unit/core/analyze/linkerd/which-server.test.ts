import assert from 'node:assert/strict'
import { pod, type Json } from '../objects'
import { at, group, grpcRoute, httpRoute, linkerdJudge, linkerdVerdict, onPort, path, server } from './objects'

const open = server('shop/cart', { accessPolicy: 'all-unauthenticated' })

describe('a Server that is for a port', () => {
  const named = (containers: readonly Json[], more: Json = {}) => pod('shop/cart', {}, { containers, ...more })
  const port = (containerPort: number, name: string, more: Json = {}): Json => ({ containerPort, name, ...more })
  const app = (...ports: readonly Json[]): Json => ({ name: 'app', ports })
  /** Which of the ports it opens. */
  const opens = (spec: Json, ...more: readonly Json[]) =>
    [8080, 8081, 8082].filter(
      number =>
        linkerdVerdict([server('shop/cart', { accessPolicy: 'audit', ...spec }), ...more], onPort(number)) === 'allow',
    )

  it('takes it by number, declared or not, or by a name of TCP', () => {
    // `index.rs` select_ports, `workload.rs` pod_tcp_ports_by_name
    assert.deepEqual(opens({ port: 8081 }), [8081])
    assert.deepEqual(opens({ port: 'web' }, named([app(port(8080, 'web'), port(8081, 'api'))])), [8080])
    assert.deepEqual(opens({ port: 'web' }, named([app(port(8080, 'web')), app(port(8082, 'web'))])), [8080, 8082])
    assert.deepEqual(opens({ port: 'web' }, named([app()], { initContainers: [app(port(8081, 'web'))] })), [8081])
    assert.deepEqual(opens({ port: 'web' }, named([app(port(8080, 'web', { protocol: 'UDP' }))])), [])
    assert.deepEqual(opens({ port: 'web' }, named([app(port(8080, 'web', { protocol: 'TCP' }))])), [8080])
    assert.deepEqual(opens({ port: 'WEB' }, named([app(port(8080, 'web'))])), [])
    assert.deepEqual(opens({ port: '8080' }, named([app(port(8080, 'web'))])), [])
  })

  it('takes it by the labels of its Pod', () => {
    const labelled = pod('shop/cart', { labels: { app: 'cart', tier: 'web' } })
    const by = (matchExpressions: readonly Json[], matchLabels: Json = {}) =>
      opens({ podSelector: { matchLabels, matchExpressions } }, labelled)
    assert.deepEqual(by([], { app: 'cart', tier: 'web' }), [8080])
    assert.deepEqual(by([], { app: 'cart', tier: 'db' }), [])
    assert.deepEqual(by([{ key: 'tier', operator: 'In', values: ['web'] }]), [8080])
    assert.deepEqual(by([{ key: 'tier', operator: 'NotIn', values: ['web'] }], { app: 'cart' }), [])
    assert.deepEqual(opens({ podSelector: {} }, labelled), [8080])
  })

  it('is of its own namespace', () => {
    assert.equal(linkerdVerdict([server('web/cart', { accessPolicy: 'audit' })]), 'deny')
  })

  it('has routes that name it, and no others', () => {
    // `policy-controller/k8s/index/src/inbound/routes.rs` selects_server
    const limited = (name: string, more: Json = {}) =>
      httpRoute('shop/r', [path('/api')], { parentRefs: [{ group, kind: 'Server', name, ...more }] })
    const other = server('shop/other', { port: 9090 })
    assert.equal(linkerdVerdict([open, other, limited('cart')]), 'deny')
    assert.equal(linkerdVerdict([open, other, limited('other')]), 'allow')
    assert.equal(linkerdVerdict([open, other, limited('other')], onPort(9090)), 'deny')
    assert.equal(linkerdVerdict([open, other, limited('cart', { kind: 'Service', group: 'core' })]), 'allow')
    assert.equal(linkerdVerdict([open, limited(''), limited('')]), 'allow')
    const both = [
      { group, kind: 'Server', name: 'other' },
      { group, kind: 'Server', name: 'cart' },
    ]
    assert.equal(linkerdVerdict([open, other, httpRoute('shop/r', [path('/api')], { parentRefs: both })]), 'deny')
    const odd = (name: string) =>
      httpRoute('shop/odd', [path('/', 'Regex')], { parentRefs: [{ group, kind: 'Server', name }] })
    assert.equal(linkerdVerdict([open, other, odd('other')]), 'allow')
    assert.equal(linkerdVerdict([open, other, odd('cart')]), 'unknown')
    const grpc = (name: string) => grpcRoute('shop/g', [{ method: { service: 's' } }], { name })
    assert.equal(linkerdVerdict([open, other, limited('cart'), grpc('other')]), 'deny')
    assert.equal(linkerdVerdict([open, other, limited('cart'), grpc('cart')]), 'allow')
  })

  it('goes by age among those with one, and before them without, where verdicts were recorded', () => {
    // `index.rs` reindex_servers: None is less than any timestamp
    const [dated, undated] = [server('shop/a', {}, at(1)), server('shop/b', { accessPolicy: 'audit' })]
    assert.equal(linkerdJudge([dated, undated], {}, { assume: 'recorded' }).verdict, 'allow')
    assert.equal(linkerdVerdict([dated, undated]), 'unknown')
  })
})
