import assert from 'node:assert/strict'
import {
  inNamespace,
  judge,
  layerOf,
  mesh,
  namespace,
  pod,
  service,
  ask,
  plaintext,
  readAll,
  type Json,
} from '../objects'
import { cluster, only, policy, verdictOf } from './objects'

const from = (...peers: readonly Json[]): Json => ({ from: peers })
const inRed = { namespaceSelector: { matchLabels: { team: 'red' } } }

describe('one connection on the network', () => {
  it('is open where no policy isolates either end, and says nothing of the network then', () => {
    const elsewhere = policy('web/closed', only('other'))
    assert.deepEqual(verdictOf([...cluster, elsewhere], 'web/frontend'), verdictOf(cluster, 'web/frontend'))
  })

  it('names the rules that let it pass, on both ends, and the policies that do not', () => {
    const into = policy('shop/cart', {
      ...only('cart'),
      ingress: [from({ podSelector: {} }), from(inRed, { namespaceSelector: {} })],
    })
    const out = policy('web/out', { policyTypes: ['Egress'], egress: [{ to: [{ namespaceSelector: {} }] }] })
    const { verdict, because } = verdictOf([...cluster, into, out], 'web/frontend')
    assert.equal(verdict, 'allow')
    assert.deepEqual(because.slice(0, 2), ['NetworkPolicy web/out egress[0]', 'NetworkPolicy shop/cart ingress[1]'])
    const closed = policy('shop/deny-all', {})
    assert.deepEqual(verdictOf([...cluster, closed], 'web/frontend'), {
      verdict: 'deny',
      because: ['NetworkPolicy shop/deny-all'],
    })
  })

  it('passes if any policy lets it', () => {
    const objects = [
      ...cluster,
      policy('shop/deny-all', {}),
      policy('shop/db', { ...only('cart'), ingress: [from(only('db'))] }),
    ]
    assert.equal(verdictOf(objects, 'shop/db').verdict, 'allow')
    assert.equal(verdictOf(objects, 'web/frontend').verdict, 'deny')
  })

  it('needs both selectors of one peer, and one of two peers', () => {
    const together = policy('shop/p', { ...only('cart'), ingress: [from({ ...inRed, ...only('frontend') })] })
    const apart = policy('shop/p', { ...only('cart'), ingress: [from(inRed, { ...only('x') })] })
    assert.equal(verdictOf([...cluster, together], 'shop/db').verdict, 'deny')
    assert.equal(verdictOf([...cluster, together], 'web/frontend').verdict, 'deny')
    assert.equal(verdictOf([...cluster, apart], 'shop/db').verdict, 'allow')
  })

  it('is told by the name of a namespace, whatever labels were written', () => {
    const named = (name: string) => ({ namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': name } } })
    const objects = (name: string) => [...cluster, policy('shop/p', { ingress: [from(named(name))] })]
    assert.equal(verdictOf(objects('web'), 'web/frontend').verdict, 'allow')
    assert.equal(verdictOf(objects('shop'), 'web/frontend').verdict, 'deny')
  })

  it('cannot be known by labels of a namespace that was not read', () => {
    const objects = cluster.filter(object => (object.metadata as Json).name !== 'web')
    const byLabel = policy('shop/p', { ingress: [from(inRed)] })
    assert.equal(verdictOf([...objects, byLabel], 'web/frontend').verdict, 'unknown')
  })

  it('may be let in by a block that its Pod may be in, never for certain, and never from outside it', () => {
    const block = { ipBlock: { cidr: '10.0.0.0/8', except: ['10.1.0.0/16'] } }
    const running = (ip: string): Json => ({ ...pod('web/frontend'), status: { podIP: ip } })
    const objects = (ip: string) => [
      ...cluster.filter(object => (object.metadata as Json).name !== 'frontend'),
      running(ip),
      policy('shop/p', { ingress: [from(block)] }),
    ]
    assert.equal(
      verdictOf([...cluster, policy('shop/p', { ingress: [from(block)] })], 'web/frontend').verdict,
      'unknown',
    )
    assert.equal(verdictOf(objects('10.2.0.1'), 'web/frontend').verdict, 'unknown')
    assert.equal(verdictOf(objects('10.1.0.1'), 'web/frontend').verdict, 'deny')
    assert.equal(verdictOf(objects('192.168.0.1'), 'web/frontend').verdict, 'deny')
    assert.equal(verdictOf(objects('192.168.0.1'), { ip: '10.2.3.4' }).verdict, 'allow')
    assert.equal(verdictOf(objects('192.168.0.1'), { ip: '10.1.3.4' }).verdict, 'deny')
    assert.equal(verdictOf(objects('10.2.3.4'), { ip: '10.2.3.4' }).verdict, 'unknown')
  })

  it('is judged by number, range or name of the port of the Pod that is entered', () => {
    const on = (...ports: readonly Json[]) => [...cluster, policy('shop/p', { ingress: [{ ports }] })]
    const at = (objects: readonly Json[], port: number) => verdictOf(objects, 'web/frontend', { port }).verdict
    assert.deepEqual([at(on({ port: 8080 }), 8080), at(on({ port: 8080 }), 8081)], ['allow', 'deny'])
    assert.deepEqual([at(on({ port: 'web' }), 8080), at(on({ port: 'web' }), 80)], ['allow', 'deny'])
    const range = on({ port: 8000, endPort: 8080 })
    assert.deepEqual(
      [at(range, 7999), at(range, 8000), at(range, 8080), at(range, 8081)],
      ['deny', 'allow', 'allow', 'deny'],
    )
    assert.deepEqual([at(on({ protocol: 'UDP' }), 8080), at(on({ protocol: 'TCP' }), 8080)], ['deny', 'allow'])
  })

  it('is open to the Pod itself, and in doubt on a network of the node', () => {
    const objects = (hostNetwork: boolean) => [
      namespace('shop', {}),
      pod('shop/cart'),
      pod('shop/agent', {}, { hostNetwork }),
      policy('shop/deny-all', { policyTypes: ['Ingress', 'Egress'] }),
    ]
    assert.equal(verdictOf(objects(true), 'shop/cart').verdict, 'allow')
    assert.equal(verdictOf(objects(false), 'shop/agent').verdict, 'deny')
    assert.equal(verdictOf(objects(true), 'shop/agent').verdict, 'unknown')
    assert.equal(verdictOf(objects(true), 'shop/cart', { id: 'shop/agent' }).verdict, 'unknown')
  })

  it('is in doubt where a policy could not be read, unless another lets it pass', () => {
    const { layer } = brokenWorld([])
    assert.equal(judge(layer, fromFrontend).verdict, 'unknown')
    assert.equal(judge(brokenWorld([policy('shop/open', { ingress: [{}] })]).layer, fromFrontend).verdict, 'allow')
  })

  it('comes from all that run under an identity, and is known where these agree', () => {
    const twice = (account: string): readonly Json[] => [
      ...cluster,
      pod('web/other', {}, { serviceAccountName: account }),
      policy('shop/p', { ingress: [from({ namespaceSelector: {}, ...only('frontend') })] }),
    ]
    assert.equal(judge(layerOf(twice('other')), ask()).verdict, 'allow')
    assert.equal(judge(layerOf(twice('frontend')), ask()).verdict, 'unknown')
    const named = ask({
      from: { trustDomain: 'cluster.local', namespace: 'web', serviceAccount: 'frontend', workload: 'frontend' },
    })
    assert.equal(judge(layerOf(twice('frontend')), named).verdict, 'allow')
  })
})

const fromFrontend = ask({ from: { plaintext: true, namespace: 'web', workload: 'frontend' } })

function brokenWorld(more: readonly Json[]) {
  const broken = policy('shop/broken', { ingress: [{ from: [{}] }] })
  return readAll([...cluster, broken, ...more])
}

describe('the port on the wire', () => {
  const cart = (spec: Json) => policy('shop/cart', { ...only('cart'), ...spec })
  const admitting = (port: number) => cart({ ingress: [{ ports: [{ port }] }] })
  const verdict = (objects: readonly Json[], request: Json) => judge(layerOf(objects), request).verdict

  it('is 15008 into a Pod of ztunnel for whoever shows an identity, and the port itself for others', () => {
    const ambient = { 'istio.io/dataplane-mode': 'ambient' }
    const world = (port: number) => [
      mesh(),
      namespace('shop', ambient),
      namespace('web', ambient),
      pod('shop/cart'),
      pod('web/frontend'),
      admitting(port),
    ]
    assert.equal(verdict(world(15008), ask()), 'allow')
    assert.equal(verdict(world(8080), ask()), 'deny')
    assert.equal(verdict(world(8080), ask(plaintext)), 'allow')
    assert.equal(verdict(world(15008), ask(plaintext)), 'deny')
  })

  it('is the port itself into a sidecar', () => {
    const world = [mesh(), namespace('shop'), namespace('web'), pod('shop/cart'), pod('web/frontend'), admitting(8080)]
    assert.equal(verdict(world, ask()), 'allow')
  })

  it('is 4143 into a Pod behind Linkerd for whoever shows an identity, but for what goes round its proxy', () => {
    const linkerd = (name: string): Json => ({
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name, annotations: { 'linkerd.io/inject': 'enabled' } },
    })
    const settings = {
      identityTrustDomain: 'cluster.local',
      proxy: { defaultInboundPolicy: 'all-unauthenticated' },
      proxyInit: { ignoreInboundPorts: '9999' },
    }
    const config: Json = {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'linkerd-config', namespace: 'linkerd' },
      data: { values: JSON.stringify(settings) },
    }
    const world = (port: number) => [
      config,
      linkerd('shop'),
      linkerd('web'),
      pod('shop/cart'),
      pod('web/frontend'),
      admitting(port),
    ]
    const to = (port: number, more: Json = {}) => ask({ to: { namespace: 'shop', workload: 'cart', port }, ...more })
    assert.equal(verdict(world(4143), to(8080)), 'allow')
    assert.equal(verdict(world(8080), to(8080)), 'deny')
    assert.equal(verdict(world(8080), to(8080, plaintext)), 'allow')
    assert.equal(verdict(world(4191), to(4191)), 'allow')
    assert.equal(verdict(world(9999), to(9999)), 'allow')
    assert.equal(verdict(world(4143), to(9999)), 'deny')
  })

  it('is 15008 to the Pods of a waypoint, and from there', () => {
    const ambient = { 'istio.io/dataplane-mode': 'ambient', 'istio.io/use-waypoint': 'waypoint' }
    const waypoint = inNamespace('Gateway', 'shop/waypoint', {
      gatewayClassName: 'istio-waypoint',
      listeners: [{ name: 'mesh', port: 15008, protocol: 'HBONE' }],
    })
    const world = (...policies: readonly Json[]) => [
      mesh(),
      namespace('shop', ambient),
      namespace('web', { 'istio.io/dataplane-mode': 'ambient' }),
      pod('shop/cart'),
      service('shop/cart'),
      pod('web/frontend'),
      waypoint,
      ...policies,
    ]
    const label = { 'gateway.networking.k8s.io/gateway-name': 'waypoint' }
    const fromWaypoint = cart({
      ingress: [{ from: [{ podSelector: { matchLabels: label } }], ports: [{ port: 15008 }] }],
    })
    const via = { namespace: 'shop', workload: 'cart', port: 8080, viaService: 'cart', servicePort: 80 }
    assert.equal(verdict(world(fromWaypoint), ask({ to: via })), 'allow')
    assert.equal(
      verdict(world(cart({ ingress: [from({ namespaceSelector: {}, ...only('frontend') })] })), ask({ to: via })),
      'deny',
    )
    const closed = policy('shop/waypoint', { podSelector: { matchLabels: label } })
    assert.equal(verdict(world(fromWaypoint, closed), ask({ to: via })), 'deny')
    const out = policy('web/out', {
      policyTypes: ['Egress'],
      egress: [{ to: [{ namespaceSelector: {}, ...only('cart') }] }],
    })
    assert.equal(verdict(world(fromWaypoint, out), ask({ to: via })), 'deny')
  })
})
