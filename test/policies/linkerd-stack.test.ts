import assert from 'node:assert/strict'
import { compile } from '../../core/compile/compile'
import type { Stage } from '../../core/compile/target'
import type { Graph } from '../../core/graph/graph'
import { intentOf } from '../../core/graph/intent'
import { canonicalJson } from '../../core/model/canonical'
import type { Intent } from '../../core/model/intent'
import type { KubernetesObject } from '../../core/model/manifest'
import bookinfo from '../../examples/bookinfo/graph'
import boutique from '../../examples/online-boutique/graph'
import { certificate, linkerdRelease } from '../../policypacks/zero-trust/example-linkerd-install'
import { annotated, configMap, namespace, release } from '../../policypacks/zero-trust/example-objects'
import { waiting } from '../../policypacks/zero-trust/example-trust'
import type { IntentSource } from '../../policypacks/zero-trust/lock'
import { rules } from '../../policypacks/zero-trust/rules'
import { checkManifests } from '../../policypacks/zero-trust/run'
import { sha256 } from '../support/pack'

const graphs: Readonly<Record<string, Graph>> = { 'Online Boutique': boutique, Bookinfo: bookinfo }
const nodeNetworks = ['10.1.0.0/16']
const charts = { version: '2026.6.3', repositoryOpts: { repo: 'https://helm.linkerd.io/edge' }, namespace: 'linkerd' }

const webhook = (name: string) => ({ externalSecret: true, injectCaFrom: `linkerd/${name}` })
const values = {
  identityTrustDomain: 'mesh.example',
  clusterNetworks: '10.0.0.0/8',
  policyController: { probeNetworks: nodeNetworks },
  identity: { externalCA: true, issuer: { scheme: 'kubernetes.io/tls' } },
  proxy: { defaultInboundPolicy: 'deny', opaquePorts: '25,587,3306,4444,5432,6379,9300,11211' },
  proxyInit: { ignoreInboundPorts: '', ignoreOutboundPorts: '' },
  proxyInjector: webhook('linkerd-proxy-injector'),
  profileValidator: webhook('linkerd-sp-validator'),
  policyValidator: webhook('linkerd-policy-validator'),
  webhookFailurePolicy: 'Fail',
  controllerReplicas: 3,
  enablePodAntiAffinity: true,
  enablePodDisruptionBudget: true,
}
const issuer = certificate('linkerd-identity-issuer', {
  secretName: 'linkerd-identity-issuer',
  isCA: true,
  duration: '48h0m0s',
  renewBefore: '25h0m0s',
  privateKey: { algorithm: 'ECDSA', size: 256, rotationPolicy: 'Always' },
})

interface Stack {
  readonly objects: readonly KubernetesObject[]
  readonly intent: IntentSource
  readonly stages: Readonly<Record<string, Stage>>
}

/** What a stack registers that installs Linkerd, meshes the namespaces of a graph, and deploys what was compiled for them. */
function stackOf(graph: Graph, stage: Stage): Stack {
  const stages = Object.fromEntries(Object.values(graph.services).map(one => [one.namespace, stage] as const))
  const intent = intentOf(graph)
  const digest = sha256(canonicalJson(intent))
  const { manifests, annotations = {} } = compile(graph, {
    kind: 'linkerd',
    version: '2.20',
    trustDomain: 'mesh.example',
    nodeNetworks,
    stages,
  })
  const told = { kind: 'linkerd', version: '2.20', trustDomain: 'mesh.example', controlPlaneNamespace: 'linkerd' }
  const networks = { clusterNetworks: '10.0.0.0/8', probeNetworks: nodeNetworks.join() }
  const objects = [
    annotated(namespace('linkerd', { 'config.linkerd.io/admission-webhooks': 'disabled' }), {
      'linkerd.io/inject': 'disabled',
    }),
    release('linkerd-crds', { ...charts, chart: 'linkerd-crds' }),
    linkerdRelease(values),
    issuer,
    ...Object.entries(annotations).map(([name, its]) => annotated(namespace(name, {}), its)),
    ...manifests.map(({ object }) => object),
    configMap('zero-trust-mesh-intent', { digest, ...told, ...networks }, 'linkerd'),
  ]
  return { objects, intent: { kind: 'found', digest, intent }, stages }
}

/** `rule: message` of everything that is found in the stack. */
function found({ objects, intent, stages }: Stack): readonly string[] {
  const manifests = objects.map((object, i) => ({ object, at: `object ${i}` }))
  return checkManifests(rules, manifests, { intent, config: { stages } }).map(
    ({ rule, resource, message }) => `${rule}: ${resource} ${message}`,
  )
}

const isNamed = (kind: string, name: string) => (object: KubernetesObject) =>
  object.kind === kind && object.metadata.name === name

function rulesOf(lines: readonly string[]): readonly string[] {
  return [...new Set(lines.map(line => line.split(':')[0] ?? ''))].sort()
}

describe('what we compile and register for Linkerd', () => {
  for (const [name, graph] of Object.entries(graphs)) {
    for (const stage of ['strict', 'enforce'] as const) {
      it(`is found to be right by every rule at stage ${stage}: ${name}`, () => {
        assert.deepEqual(found(stackOf(graph, stage)), [])
      })
    }
  }

  const right = stackOf(boutique, 'enforce')
  const changed = (
    is: (object: KubernetesObject) => boolean,
    to: (object: KubernetesObject) => KubernetesObject | [],
  ) => {
    assert.ok(right.objects.some(is), 'nothing is changed')
    return { ...right, objects: right.objects.flatMap(object => (is(object) ? to(object) : object)) }
  }

  it('is found right where another stack registers the namespaces and guards them', () => {
    const stack = changed(
      ({ kind, metadata }) => kind === 'Namespace' && metadata.name !== 'linkerd',
      () => [],
    )
    const manifests = stack.objects.map((object, i) => ({ object, at: `object ${i}` }))
    const elsewhere = Object.keys(right.stages)
    const config = { stages: right.stages, elsewhere }
    assert.deepEqual(checkManifests(rules, manifests, { intent: right.intent, config }), [])
  })

  it('is found wrong where nobody registers the namespaces', () => {
    const lines = found(
      changed(
        ({ kind, metadata }) => kind === 'Namespace' && metadata.name === 'data',
        () => [],
      ),
    )
    assert.deepEqual(rulesOf(lines), ['linkerd-default-deny', 'namespace-in-mesh'])
  })

  it('is found wrong where one namespace is open by default', () => {
    const lines = found(
      changed(isNamed('Namespace', 'data'), object =>
        annotated(object, {
          'linkerd.io/inject': 'enabled',
          'config.linkerd.io/default-inbound-policy': 'all-unauthenticated',
        }),
      ),
    )
    assert.ok(rulesOf(lines).includes('linkerd-default-deny'), lines.join('\n'))
    assert.ok(rulesOf(lines).includes('reach-equals-intent'), lines.join('\n'))
  })

  it('is found wrong where a namespace is not injected, by rules of both meshes', () => {
    const lines = found(changed(isNamed('Namespace', 'data'), () => namespace('data', {})))
    for (const id of ['namespace-in-mesh', 'strict-mtls', 'default-deny-present', 'reach-equals-intent'])
      assert.ok(rulesOf(lines).includes(id), `${id} is silent: ${lines.join('\n')}`)
  })

  it('is found wrong where it says another trust domain than the control plane', () => {
    const lines = found(
      changed(isNamed('ConfigMap', 'zero-trust-mesh-intent'), object => ({
        ...object,
        data: { ...(object.data as object), trustDomain: 'other.example' },
      })),
    )
    // Of identities that nobody can have, a rule changes nothing either.
    assert.deepEqual(rulesOf(lines), ['no-shadowed-rule', 'reach-equals-intent', 'trust-domain-consistent'])
    assert.ok(lines.some(line => line.includes('is stated in two ways')))
  })

  it('is found wrong beside a policy that admits everybody to one Server', () => {
    const foreign = {
      apiVersion: 'policy.linkerd.io/v1alpha1',
      kind: 'AuthorizationPolicy',
      metadata: { name: 'open', namespace: 'data' },
      spec: {
        targetRef: { group: 'policy.linkerd.io', kind: 'Server', name: 'redis-cart.redis' },
        requiredAuthenticationRefs: [],
      },
    }
    const lines = found({ ...right, objects: [...right.objects, foreign] })
    assert.ok(
      lines.some(line => line.startsWith('reach-equals-intent: service data/redis-cart admits what nobody declared')),
      lines.join('\n'),
    )
  })
})

/** Online Boutique on Istio and Bookinfo on Linkerd with its gateway, in one cluster and one stack; nobody calls across the border. */
function hybridStack(linkerdTrustDomain = 'mesh.example'): Stack {
  const here = stackOf(bookinfo, 'enforce')
  const istio = compile(boutique, { kind: 'istio-sidecar', version: '1.30.3', trustDomain: 'mesh.example' })
  const both = [intentOf(boutique), intentOf(bookinfo)]
  const intent: Intent = {
    version: 1,
    governed: both.flatMap(({ governed }) => governed),
    flows: both.flatMap(({ flows }) => flows),
    // What enters on Linkerd is up to a gateway that is none of Linkerd's.
    entries: intentOf(boutique).entries ?? [],
  }
  const digest = sha256(canonicalJson(intent))
  const meshConfig = { trustDomain: 'mesh.example', rootNamespace: 'istio-system', enableAutoMtls: true }
  const told = { kind: 'hybrid', version: '1.30.3', rootNamespace: 'istio-system', trustDomain: 'mesh.example' }
  const ofLinkerd = { linkerdVersion: '2.20', linkerdTrustDomain, controlPlaneNamespace: 'linkerd' }
  const objects = [
    ...here.objects.filter(({ metadata }) => metadata.name !== 'zero-trust-mesh-intent'),
    annotated(namespace('bookinfo-ingress', {}), { 'linkerd.io/inject': 'ingress' }),
    namespace('istio-system', {}),
    release('istiod', {
      chart: 'istiod',
      version: '1.30.3',
      namespace: 'istio-system',
      values: { meshConfig, ...waiting },
    }),
    ...Object.entries(istio.namespaces).map(([name, labels]) => namespace(name, labels)),
    ...istio.manifests.map(({ object }) => object),
    configMap('zero-trust-mesh-intent', { digest, ...told, ...ofLinkerd }),
  ]
  return { objects, intent: { kind: 'found', digest, intent }, stages: {} }
}

describe('what we compile and register for both meshes', () => {
  it('is found to be right by every rule', () => {
    assert.deepEqual(found(hybridStack()), [])
  })

  it('is found wrong where the namespaces of one mesh have the policies of the other', () => {
    const stack = hybridStack()
    const objects = stack.objects.map(object =>
      isNamed('Namespace', 'bookinfo')(object) ? namespace('bookinfo') : object,
    )
    assert.notDeepEqual(objects, stack.objects)
    const lines = found({ ...stack, objects })
    for (const id of ['default-deny-present', 'strict-mtls', 'every-workload-has-policy', 'reach-equals-intent'])
      assert.ok(rulesOf(lines).includes(id), `${id} is silent: ${lines.join('\n')}`)
  })

  it('is found wrong where two objects say two trust domains of Linkerd', () => {
    const lines = found(hybridStack('linkerd.example'))
    assert.deepEqual(rulesOf(lines), ['no-shadowed-rule', 'reach-equals-intent', 'trust-domain-consistent'])
  })
})
