import assert from 'node:assert/strict'
import { mesh, object, readAll, type Json } from './objects'

const codes = (objects: readonly unknown[]) => readAll(objects).problems.map(({ code }) => code)

describe('the mesh’s settings', () => {
  const meshOf = (objects: readonly unknown[]) => readAll(objects).layer.mesh

  it('are unknown where no control plane is among the objects', () => {
    const { trustDomain, rootNamespace, trustDomainAliases, outbound, autoMtls, pathNormalization } = meshOf([])
    assert.deepEqual(
      [trustDomain, rootNamespace, trustDomainAliases, outbound, autoMtls, pathNormalization],
      [undefined, undefined, undefined, undefined, undefined, undefined],
    )
  })

  it('are Istio’s defaults where a mesh config leaves them out', () => {
    const read = meshOf([mesh()])
    assert.deepEqual(
      [read.trustDomainAliases, read.outbound, read.autoMtls, read.pathNormalization],
      [[], 'ALLOW_ANY', true, 'BASE'],
    )
  })

  it('keep the trust domain and the root namespace unknown where a mesh config does not write them', () => {
    const config = object('ConfigMap', { namespace: 'istio-system', name: 'istio' }, { data: { mesh: '{}' } })
    const { trustDomain, rootNamespace } = meshOf([config])
    assert.deepEqual([trustDomain, rootNamespace], [undefined, undefined])
  })

  it('come from the ConfigMap of any revision, which is then a known one', () => {
    const data = { mesh: 'trustDomain: acme\nrootNamespace: mesh\ncaCertificates: [{trustDomains: [other]}]' }
    const read = meshOf([object('ConfigMap', { namespace: 'mesh', name: 'istio-1-30-3' }, { data })])
    assert.deepEqual([read.trustDomain, read.rootNamespace, read.foreignTrustDomains], ['acme', 'mesh', ['other']])
    assert.deepEqual([...read.revisions], ['1-30-3'])
  })

  it('are unknown, and told of, where control planes disagree', () => {
    const other = object(
      'ConfigMap',
      { namespace: 'istio-system', name: 'istio-canary' },
      { data: { mesh: 'trustDomain: b' } },
    )
    const { layer, problems } = readAll([mesh(), other])
    assert.equal(layer.mesh.trustDomain, undefined)
    assert.equal(layer.mesh.rootNamespace, 'istio-system')
    assert.deepEqual(
      problems.map(({ code }) => code),
      ['disputed-setting'],
    )
  })

  it('are told of where they are no YAML, or of the wrong type', () => {
    for (const text of [
      '{',
      '- a',
      'trustDomain: 3',
      'outboundTrafficPolicy: {mode: ANY}',
      'pathNormalization: {normalization: 1}',
    ]) {
      const config = object('ConfigMap', { namespace: 'istio-system', name: 'istio' }, { data: { mesh: text } })
      assert.deepEqual(codes([config]), ['malformed-field'], text)
    }
  })

  it('know which ports the injector leaves alone', () => {
    const values = JSON.stringify({ global: { proxy: { excludeInboundPorts: '9100', clusterDomain: 'acme.local' } } })
    const config = object(
      'ConfigMap',
      { namespace: 'istio-system', name: 'istio-sidecar-injector' },
      { data: { values } },
    )
    const { capture, clusterDomain } = meshOf([config])
    assert.deepEqual([capture, clusterDomain], [{ include: '*', exclude: '9100', outbound: 'all' }, 'acme.local'])
  })

  // istio `pkg/config/mesh/mesh.go` DefaultMeshConfig; istio/api `mesh/v1alpha1/config.proto`
  const rows: readonly (readonly [config: Json, setting: string, found: unknown])[] = [
    [{}, 'trustDomainAliases', []],
    [{ trustDomainAliases: ['old'] }, 'trustDomainAliases', ['old']],
    [{ trustDomainAliases: 'old' }, 'trustDomainAliases', undefined],
    [{}, 'foreignTrustDomains', []],
    [{ caCertificates: [{ pem: 'x' }, { trustDomains: ['a', 'b'] }] }, 'foreignTrustDomains', ['a', 'b']],
    [{ caCertificates: [{ trustDomains: 'a' }] }, 'foreignTrustDomains', undefined],
    [{}, 'autoMtls', true],
    [{ enableAutoMtls: false }, 'autoMtls', false],
    [{ enableAutoMtls: 'no' }, 'autoMtls', undefined],
    [{}, 'hbone', false],
    ...['true', '1', 'T'].map(text => [proxied(text), 'hbone', true] as const),
    ...['false', '0', 'yes'].map(text => [proxied(text), 'hbone', false] as const),
    [proxied(true), 'hbone', undefined],
    [{}, 'outbound', 'ALLOW_ANY'],
    [{ outboundTrafficPolicy: { mode: 'REGISTRY_ONLY' } }, 'outbound', 'REGISTRY_ONLY'],
    [{ outboundTrafficPolicy: { mode: 'ALLOW_ANY_DYNAMIC_DNS' } }, 'outbound', 'ALLOW_ANY'],
    [{ outboundTrafficPolicy: { mode: 'ANY' } }, 'outbound', undefined],
    [{}, 'pathNormalization', 'BASE'],
    ...['NONE', 'BASE', 'MERGE_SLASHES', 'DECODE_AND_MERGE_SLASHES'].map(
      normalization => [{ pathNormalization: { normalization } }, 'pathNormalization', normalization] as const,
    ),
    [{ pathNormalization: { normalization: 'DEFAULT' } }, 'pathNormalization', 'BASE'],
    [{ pathNormalization: { normalization: 'ALL' } }, 'pathNormalization', undefined],
    [{}, 'authorizers', []],
    [
      {
        extensionProviders: [
          { name: 'a', envoyExtAuthzHttp: {} },
          { name: 'b', envoyExtAuthzGrpc: {} },
          { name: 'c', envoy_ext_authz_http: {} },
          { name: 'd', envoy_ext_authz_grpc: {} },
          { name: 'e', zipkin: {} },
          { envoyExtAuthzGrpc: {} },
        ],
      },
      'authorizers',
      ['a', 'b', 'c', 'd'],
    ],
    [{ extensionProviders: [{ name: 1, envoyExtAuthzGrpc: {} }] }, 'authorizers', undefined],
    [{}, 'trustedProxies', 0],
    [{ defaultConfig: { gatewayTopology: { numTrustedProxies: 2 } } }, 'trustedProxies', 2],
    [{ defaultConfig: { gatewayTopology: { numTrustedProxies: '2' } } }, 'trustedProxies', undefined],
    [{}, 'exportTo', { service: ['*'], destinationRule: ['*'], virtualService: ['*'] }],
    [
      { defaultServiceExportTo: ['.'], defaultDestinationRuleExportTo: ['a'], defaultVirtualServiceExportTo: ['b'] },
      'exportTo',
      { service: ['.'], destinationRule: ['a'], virtualService: ['b'] },
    ],
  ]
  for (const [config, setting, found] of rows)
    it(`are, of ${setting}, ${JSON.stringify(found)} by ${JSON.stringify(config)}`, () => {
      const known: Readonly<Record<string, unknown>> = { ...readAll([mesh(config)]).layer.mesh }
      assert.deepEqual(known[setting], found)
    })

  function proxied(value: unknown): Json {
    return { defaultConfig: { proxyMetadata: { ISTIO_META_ENABLE_HBONE: value } } }
  }
})
