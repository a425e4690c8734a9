import assert from 'node:assert/strict'
import { intentSettings, intentNamespace } from '../../components/intent-settings'
import { compile } from '../../core/compile/compile'
import { meshesOf } from '../../core/compile/hybrid'
import type { HybridTarget } from '../../core/compile/target-hybrid'
import { crossings } from '../../core/graph/border'
import type { Graph } from '../../core/graph/graph'
import { intentOf } from '../../core/graph/intent'
import { canonicalJson } from '../../core/model/canonical'
import type { KubernetesObject } from '../../core/model/manifest'
import boutique from '../../examples/online-boutique/graph'
import { linkerdRelease } from '../../policypacks/zero-trust/example-linkerd-install'
import { annotated, configMap, namespace, release } from '../../policypacks/zero-trust/example-objects'
import type { Config } from '../../policypacks/zero-trust/config'
import { rules } from '../../policypacks/zero-trust/rules'
import { checkManifests } from '../../policypacks/zero-trust/run'
import { sha256 } from '../support/pack'

const nodeNetworks = ['10.1.0.0/16']
const podNetworks = ['10.4.0.0/14']
const target: HybridTarget = {
  kind: 'hybrid',
  istio: { kind: 'istio-sidecar', version: '1.30.3', trustDomain: 'istio.example' },
  linkerd: { kind: 'linkerd', version: '2.20', trustDomain: 'linkerd.example', nodeNetworks },
  namespaces: { data: 'linkerd' },
  podNetworks,
}
const crossing = crossings(boutique, meshesOf(target))

/** The graph with all its calls across the border declared to cross in plaintext. */
function crossed(on: HybridTarget): Graph {
  const border: Record<string, Record<string, 'plaintext'>> = {}
  for (const { caller, callee } of crossings(boutique, meshesOf(on)))
    border[caller] = { ...border[caller], [callee]: 'plaintext' }
  return { ...boutique, border }
}

function placeOf(service: string): string {
  return (
    Object.entries<{ readonly namespace: string }>(boutique.services).find(([name]) => name === service)?.[1]
      .namespace ?? ''
  )
}

const inPlaintext = crossed(target)

interface Stack {
  readonly objects: readonly KubernetesObject[]
  readonly graph: Graph
}

/** What a stack registers that deploys what was compiled for both meshes, and their control planes. */
function stackOf(graph: Graph, on: HybridTarget = target): Stack {
  const { manifests, namespaces, annotations = {} } = compile(graph, on)
  const digest = sha256(canonicalJson(intentOf(graph)))
  const values = {
    identityTrustDomain: on.linkerd.trustDomain,
    clusterNetworks: '10.0.0.0/8',
    policyController: { probeNetworks: nodeNetworks },
    proxy: { defaultInboundPolicy: 'deny', opaquePorts: '25,587,3306,4444,5432,6379,9300,11211' },
    proxyInit: { ignoreInboundPorts: '', ignoreOutboundPorts: '' },
  }
  const proxyMetadata = on.istio.kind === 'istio-ambient' ? { ISTIO_META_ENABLE_HBONE: 'true' } : {}
  const defaultConfig = { proxyMetadata }
  const meshConfig = {
    trustDomain: on.istio.trustDomain,
    rootNamespace: 'istio-system',
    enableAutoMtls: true,
    defaultConfig,
  }
  const told = intentSettings(on, { clusterNetworks: ['10.0.0.0/8'], probeNetworks: nodeNetworks })
  const objects = [
    linkerdRelease(values),
    release('istiod', { chart: 'istiod', version: '1.30.3', namespace: 'istio-system', values: { meshConfig } }),
    ...Object.entries(namespaces).map(([name, labels]) => namespace(name, labels)),
    ...Object.entries(annotations).map(([name, its]) => annotated(namespace(name, {}), its)),
    ...manifests.map(({ object }) => object),
    configMap('zero-trust-mesh-intent', { digest, ...told }, intentNamespace(on)),
  ]
  return { objects, graph }
}

const ids = [
  'reach-equals-intent',
  'plaintext-across-meshes',
  'strict-mtls',
  'default-deny-present',
  'linkerd-default-deny',
]

function found({ objects, graph }: Stack, config: Partial<Config> = {}): readonly string[] {
  const intent = intentOf(graph)
  const manifests = objects.map((object, i) => ({ object, at: `object ${i}` }))
  return checkManifests(
    rules.filter(({ id }) => ids.includes(id)),
    manifests,
    { intent: { kind: 'found', digest: sha256(canonicalJson(intent)), intent }, config },
  ).map(({ rule, resource, message }) => `${rule}: ${resource} ${message}`)
}

const pairs = [...new Set(crossing.map(one => `${one.namespace}/${one.caller} → data/${one.callee}`))]

describe('a stack of two meshes with trust domains of their own', () => {
  it('has calls across the border', () => assert.deepEqual(pairs, ['boutique/cartservice → data/redis-cart']))

  it('lets through what is declared to cross in plaintext, which is found, each caller and callee once', () => {
    assert.deepEqual(found(stackOf(inPlaintext)), [
      'plaintext-across-meshes: service data/redis-cart is called by `boutique/cartservice` from the other mesh in plaintext, without an identity',
    ])
  })

  it('is found right where somebody has looked at those calls', () => {
    assert.deepEqual(found(stackOf(inPlaintext), { reviewed: pairs }), [])
  })

  it('is found right where an ambient mesh is beside Linkerd', () => {
    const ambient = { ...target, istio: { ...target.istio, kind: 'istio-ambient' } as const }
    assert.deepEqual(found(stackOf(inPlaintext, ambient), { reviewed: pairs }), [])
  })

  it('is found right where gateways are on Istio and lead to services on Linkerd', () => {
    const most: HybridTarget = { ...target, namespaces: { boutique: 'linkerd' } }
    const across = crossings(boutique, meshesOf(most))
    const reviewed = across.map(({ namespace: of, caller, callee }) => `${of}/${caller} → ${placeOf(callee)}/${callee}`)
    assert.ok(reviewed.includes('istio-ingress/istio-ingress → boutique/frontend'), reviewed.join('\n'))
    assert.deepEqual(found(stackOf(crossed(most), most), { reviewed }), [])
  })

  it('is found right where calls cross from anywhere', () => {
    const { podNetworks: _, ...anywhere } = target
    assert.deepEqual(found(stackOf(inPlaintext, anywhere), { reviewed: pairs }), [])
  })

  it('is found right where another stack registers the namespaces, and only the settings say which are Linkerd’s', () => {
    const { objects, graph } = stackOf(inPlaintext)
    const own = objects.filter(({ kind }) => kind !== 'Namespace')
    const elsewhere = Object.values(graph.services).map(one => one.namespace)
    assert.deepEqual(found({ objects: own, graph }, { reviewed: pairs, elsewhere }), [])
  })

  it('is found wrong where calls that nobody declared to cross are let in', () => {
    const { objects } = stackOf(inPlaintext)
    const lines = found({ objects, graph: boutique }).filter(line => line.includes('service data/redis-cart'))
    assert.equal(lines.length, 1, lines.join('\n'))
    assert.match(lines[0] ?? '', /^reach-equals-intent: .* admits what nobody declared/)
  })

  it('is found wrong where what is declared to cross is not let in', () => {
    const { objects } = stackOf(boutique)
    const lines = found({ objects, graph: inPlaintext }, { reviewed: pairs })
    assert.ok(
      lines.some(line => line.startsWith('reach-equals-intent: service data/redis-cart does not surely let through')),
      lines.join('\n'),
    )
  })

  it('is found wrong where calls come in from further away than the Pods', () => {
    const { objects, graph } = stackOf(inPlaintext)
    const wider = objects.map(object =>
      object.kind === 'NetworkAuthentication' && JSON.stringify(object).includes('10.4.0.0/14')
        ? { ...object, spec: { networks: [{ cidr: '10.0.0.0/8' }] } }
        : object,
    )
    assert.notDeepEqual(wider, objects)
    const lines = found({ objects: wider, graph }, { reviewed: pairs })
    assert.ok(
      lines.some(line => line.startsWith('reach-equals-intent: service data/redis-cart admits')),
      lines.join('\n'),
    )
  })

  it('is found wrong where nobody knows what the trust domain of one of them is', () => {
    const { objects, graph } = stackOf(inPlaintext)
    const own = objects.filter(({ kind }) => kind !== 'Release' && kind !== 'ConfigMap')
    const settings = { kind: 'hybrid', trustDomain: 'istio.example', rootNamespace: 'istio-system' }
    assert.deepEqual(
      found({ objects: own, graph }, { reviewed: pairs, mesh: settings }).filter(line => line.startsWith('reach')),
      [
        "reach-equals-intent: the stack cannot be proven: the mesh's `linkerdTrustDomain` is not known: no object of the stack says it, nor does the setting `mesh`",
      ],
    )
  })
})
