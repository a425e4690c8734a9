import assert from 'node:assert/strict'
import { presented } from '../../../../core/analyze/istio/client-tls'
import type { Mode } from '../../../../core/analyze/istio/mtls'
import { ambient } from './ambient-objects'
import { inNamespace, mesh, namespace, peers, pod, readAll, service, type Json } from './objects'

const rule = (mode: string) =>
  inNamespace('DestinationRule', 'web/a', { host: 'cart.shop.svc.cluster.local', trafficPolicy: { tls: { mode } } })

describe('what a callee’s proxy meets of a call, by what the caller’s was told', () => {
  const labelled = { selector: { matchLabels: { app: 'cart' } } }
  const wide = (mode: Mode) => peers('shop/default', { mtls: { mode } })
  const own = (mode: Mode) => peers('shop/cart', { ...labelled, mtls: { mode } })
  const atPort = (port: number, mode: Mode) => peers('shop/cart', { ...labelled, portLevelMtls: { [port]: { mode } } })
  const bare = [namespace('shop', {})]
  const nobody = [namespace('shop', { 'istio.io/rev': 'unheard-of' })]
  const captured = [namespace('shop', ambient)]
  const hbone = { defaultConfig: { proxyMetadata: { ISTIO_META_ENABLE_HBONE: 'true' } } }

  function met(mode: string | undefined, objects: readonly Json[], config: Json = {}): string {
    const told = mode === undefined ? [] : [rule(mode)]
    const base = {
      'x-mesh': mesh(config),
      'x-namespace': namespace('shop'),
      'x-pod': pod('shop/cart'),
      'x-service': service('shop/cart'),
    }
    const byName = new Map<string, Json>()
    for (const one of [...Object.values(base), ...told, ...objects]) {
      const { kind, metadata } = one as { readonly kind: string; readonly metadata: { readonly name: string } }
      byName.set(`${kind} ${metadata.name}`, one)
    }
    const { layer } = readAll([...byName.values()])
    const callee = layer.workloads.find(({ name }) => name === 'cart') ?? assert.fail('no Pod')
    const target = layer.services.find(({ name }) => name === 'cart') ?? assert.fail('no Service')
    return presented(layer, { namespace: 'web', labels: {} }, { service: target, port: 80, callee }).join()
  }

  // istio `pilot/pkg/networking/core/cluster_tls.go`, `pilot/pkg/model/push_context.go` BestEffortInferServiceMTLSMode,
  // `pilot/pkg/xds/endpoints/mtls_checker.go`
  const modes = [undefined, 'ISTIO_MUTUAL', 'DISABLE', 'SIMPLE', 'MUTUAL']
  const table: readonly (readonly [why: string, objects: readonly Json[], found: readonly string[]])[] = [
    ['a sidecar', [], ['mtls', 'mtls', 'plaintext', 'other-tls', 'other-tls']],
    ['no proxy', bare, ['plaintext', 'other-tls', 'plaintext', 'other-tls', 'other-tls']],
    ['a sidecar, perhaps', nobody, ['mtls,plaintext', 'mtls,other-tls', 'plaintext', 'other-tls', 'other-tls']],
    [
      'a sidecar that takes no TLS',
      [own('DISABLE')],
      ['plaintext', 'other-tls', 'plaintext', 'other-tls', 'other-tls'],
    ],
    ['a sidecar that takes nothing else', [own('STRICT')], ['mtls', 'mtls', 'plaintext', 'other-tls', 'other-tls']],
    [
      'a port that takes no TLS',
      [atPort(8080, 'DISABLE')],
      ['plaintext', 'other-tls', 'plaintext', 'other-tls', 'other-tls'],
    ],
    [
      'another port that takes no TLS',
      [atPort(80, 'DISABLE')],
      ['mtls', 'mtls', 'plaintext', 'other-tls', 'other-tls'],
    ],
    [
      'a namespace that takes no TLS',
      [wide('DISABLE')],
      ['plaintext', 'other-tls', 'plaintext', 'other-tls', 'other-tls'],
    ],
    [
      'a namespace that takes no TLS, but a Pod that does',
      [wide('DISABLE'), own('STRICT')],
      ['plaintext', 'mtls', 'plaintext', 'other-tls', 'other-tls'],
    ],
    [
      'a Pod that says it reads no TLS',
      [pod('shop/cart', { labels: { app: 'cart', 'security.istio.io/tlsMode': 'disabled' } })],
      ['plaintext', 'mtls', 'plaintext', 'other-tls', 'other-tls'],
    ],
    [
      'a Pod that says it does',
      [pod('shop/cart', { labels: { app: 'cart', 'security.istio.io/tlsMode': 'istio' } })],
      ['mtls', 'mtls', 'plaintext', 'other-tls', 'other-tls'],
    ],
  ]
  for (const [why, objects, found] of table)
    it(`is met by ${why}`, () => {
      assert.deepEqual(
        modes.map(mode => met(mode, objects)),
        found,
      )
    })

  it('is plaintext where the mesh does not speak mTLS by itself, unless told to', () => {
    const off = { enableAutoMtls: false }
    assert.deepEqual(
      modes.map(mode => met(mode, [], off)),
      ['plaintext', 'mtls', 'plaintext', 'other-tls', 'other-tls'],
    )
  })

  it('is met by ztunnel as the mesh has sidecars speak to it', () => {
    // istio `pilot/pkg/xds/endpoints/endpoint_builder.go` supportsTunnel
    const to = (config: Json) => modes.map(mode => met(mode, captured, config))
    assert.deepEqual(to(hbone), ['mtls', 'mtls,plaintext', 'mtls,plaintext', 'other-tls,mtls', 'other-tls,mtls'])
    assert.deepEqual(to({ ...hbone, enableAutoMtls: false })[0], 'mtls')
  })
})
