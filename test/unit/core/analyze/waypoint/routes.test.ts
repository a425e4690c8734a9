import assert from 'node:assert/strict'
import { ambient, ambientJudge, ambientVerdict, from, targeted, to, viaCart, waypoint } from '../ambient-objects'
import { authorization, inNamespace, mesh, namespace, plaintext, pod, service, type Json } from '../objects'

const useWaypoint = { 'istio.io/use-waypoint': 'waypoint' }
const behind = namespace('shop', { ...ambient, ...useWaypoint })

/** The waypoint refuses everybody; the Pods admit everybody. Whoever is denied has passed the waypoint, whoever is allowed has not. */
const refusing = [behind, waypoint('shop/waypoint'), targeted('shop/nobody', 'Gateway waypoint')]
const passesBy = (objects: readonly Json[], changes: Json = viaCart) =>
  ambientVerdict([...refusing, ...objects], changes)

describe('a call to a Service behind a waypoint', () => {
  it('passes the waypoint, whose refusal stands', () => {
    assert.deepEqual(ambientJudge(refusing, viaCart), { verdict: 'deny', because: ['AuthorizationPolicy shop/nobody'] })
  })
  it('is judged at the waypoint by the caller, and at the Pods by the waypoint', () => {
    const admits = (id: string, principal: string, target?: string) => {
      const spec = { rules: [{ from: [{ source: { principals: [principal] } }] }] }
      return target === undefined ? authorization(id, spec) : targeted(id, target, spec)
    }
    const frontend = admits('shop/frontend', 'cluster.local/ns/web/sa/frontend', 'Service cart')
    const world = [behind, waypoint('shop/waypoint'), frontend]
    const bound = admits('shop/pods', 'cluster.local/ns/shop/sa/waypoint')
    assert.deepEqual(ambientJudge([...world, bound], viaCart), {
      verdict: 'allow',
      because: ['AuthorizationPolicy shop/frontend rules[0]', 'AuthorizationPolicy shop/pods rules[0]'],
    })
    assert.equal(ambientVerdict([...world, bound], { ...viaCart, ...from('web/other') }), 'deny')
    assert.equal(ambientVerdict([...world, bound, pod('web/other')], { ...viaCart, ...from('web/other') }), 'deny')
    assert.equal(ambientVerdict([...world, bound], to({})), 'deny')
    const direct = admits('shop/pods', 'cluster.local/ns/web/sa/frontend')
    assert.equal(ambientVerdict([...world, direct], viaCart), 'deny')
    assert.equal(ambientVerdict([...world, direct], to({})), 'allow')
  })
  it('comes to the Pods as the account that the Gateway names', () => {
    const annotations = { 'gateway.istio.io/service-account': 'envoy' }
    const renamed = { ...waypoint('shop/waypoint'), metadata: { namespace: 'shop', name: 'waypoint', annotations } }
    const envoys = authorization('shop/pods', { rules: [{ from: [{ source: { serviceAccounts: ['envoy'] } }] }] })
    assert.equal(ambientVerdict([behind, renamed, envoys], viaCart), 'allow')
    assert.equal(ambientVerdict([behind, waypoint('shop/waypoint'), envoys], viaCart), 'deny')
  })
  it('comes to the Pods from an address nobody knows', () => {
    const block = authorization('shop/pods', { rules: [{ from: [{ source: { ipBlocks: ['10.0.0.0/8'] } }] }] })
    const frontend = from('web/frontend', { ip: '10.1.1.1' })
    assert.equal(ambientVerdict([behind, waypoint('shop/waypoint'), block], { ...viaCart, ...frontend }), 'unknown')
    assert.equal(ambientVerdict([behind, waypoint('shop/waypoint'), block], { ...to({}), ...frontend }), 'allow')
  })
  it('is STRICT enough for the Pods', () => {
    const strict = inNamespace('PeerAuthentication', 'shop/default', { mtls: { mode: 'STRICT' } })
    assert.equal(ambientVerdict([behind, waypoint('shop/waypoint'), strict], viaCart), 'allow')
  })
})

describe('whose calls pass a waypoint', () => {
  const sidecars = namespace('web')
  const gatewayPod = pod('web/frontend', { annotations: { 'inject.istio.io/templates': 'gateway' } })
  const ingress = (value: string) => ({ 'istio.io/ingress-use-waypoint': value })
  const byService = (labels: Json) => service('shop/cart', {}, { labels })
  const byNamespace = (labels: Json) => namespace('shop', { ...ambient, ...useWaypoint, ...labels })

  it('are those of Pods in ambient mode', () => {
    assert.equal(passesBy([]), 'deny')
  })
  it('are not those of sidecars', () => {
    assert.equal(passesBy([sidecars]), 'allow')
  })
  it('are not those of who shows no identity', () => {
    assert.equal(passesBy([], { ...viaCart, ...plaintext }), 'allow')
  })
  it('are not those of a waypoint, be it seen as a Gateway or as a Pod', () => {
    assert.equal(passesBy([], { ...viaCart, ...from('shop/waypoint') }), 'allow')
    const labels = {
      'gateway.networking.k8s.io/gateway-name': 'waypoint',
      'gateway.networking.k8s.io/gateway-class-name': 'istio-waypoint',
      ...ingress('true'),
    }
    const seen = [pod('shop/waypoint', { labels }), byService(ingress('true'))]
    assert.equal(passesBy(seen, { ...viaCart, ...from('shop/waypoint') }), 'allow')
  })
  it('are those of a gateway only where the Service, or else its namespace, says so', () => {
    assert.equal(passesBy([gatewayPod]), 'allow')
    assert.equal(passesBy([gatewayPod, byService(ingress('true'))]), 'deny')
    assert.equal(passesBy([gatewayPod, byNamespace(ingress('true'))]), 'deny')
    assert.equal(passesBy([gatewayPod, byNamespace(ingress('true')), byService(ingress('false'))]), 'allow')
    assert.equal(passesBy([gatewayPod, byService(ingress('1'))]), 'unknown')
  })
  it('are those of a gateway whose Pods are yet to be made', () => {
    const gateway = inNamespace('Gateway', 'edge/public', { gatewayClassName: 'istio', listeners: [] })
    const asGateway = { ...viaCart, ...from('edge/public-istio') }
    assert.equal(passesBy([gateway], asGateway), 'allow')
    assert.equal(passesBy([gateway, byService(ingress('true'))], asGateway), 'deny')
    assert.equal(passesBy([], asGateway), 'unknown')
  })
  it('are unknown of who is not known, or has Pods of several kinds, unless it makes no difference', () => {
    const stranger = { ...viaCart, ...from('web/stranger') }
    assert.equal(passesBy([], stranger), 'unknown')
    const second = pod('web/second', {}, { serviceAccountName: 'frontend' })
    const optedOut = {
      labels: { app: 'second', 'istio.io/dataplane-mode': 'none', 'sidecar.istio.io/inject': 'false' },
    }
    assert.equal(passesBy([second]), 'deny')
    assert.equal(passesBy([{ ...second, metadata: { namespace: 'web', name: 'second', ...optedOut } }]), 'unknown')
    assert.equal(passesBy([authorization('shop/nobody-at-all', {})], stranger), 'deny')
  })
  it('are unknown where the caller’s trust domain may be any', () => {
    assert.equal(passesBy([mesh({ trustDomain: undefined })]), 'unknown')
  })
})

describe('which waypoint a Service has', () => {
  const labelled = (labels: Json) => service('shop/cart', {}, { labels })
  const unlabelled = namespace('shop', ambient)
  const elsewhere = (listener: Json) => [
    namespace('edge', {}),
    waypoint('edge/shared', {}, listener),
    targeted('edge/nobody', 'Gateway shared'),
    labelled({ 'istio.io/use-waypoint': 'shared', 'istio.io/use-waypoint-namespace': 'edge' }),
  ]
  const from = (namespaces: Json) => ({ allowedRoutes: { namespaces } })

  it('is named by its own label, and only without one by its namespace’s', () => {
    assert.equal(passesBy([unlabelled]), 'allow')
    assert.equal(passesBy([unlabelled, labelled(useWaypoint)]), 'deny')
    assert.equal(passesBy([labelled({ 'istio.io/use-waypoint': 'none' })]), 'allow')
  })
  it('is none for a waypoint’s own Service, but may be one for that of any other gateway', () => {
    const managed = (by: string) => labelled({ 'gateway.istio.io/managed': by })
    assert.equal(passesBy([managed('istio.io-mesh-controller')]), 'allow')
    assert.equal(passesBy([managed('istio.io-gateway-controller')]), 'deny')
  })
  it('is unknown where it is named and not there, also where the namespace has one', () => {
    const missing = labelled({ 'istio.io/use-waypoint': 'missing' })
    assert.deepEqual(ambientJudge([...refusing, missing], viaCart), {
      verdict: 'unknown',
      because: ['no ALLOW policy applies to Pod shop/cart', 'waypoint shop/missing is not among the objects'],
    })
  })
  it('is unknown where it is of a class that is not Istio’s own', () => {
    const other = { ...waypoint('shop/waypoint'), spec: { gatewayClassName: 'other', listeners: [] } }
    assert.equal(passesBy([other]), 'unknown')
  })
  it('is unknown where it cannot be read', () => {
    assert.equal(passesBy([waypoint('shop/waypoint', { a: 1 })]), 'unknown')
  })
  it('is none where its status says that it is not programmed', () => {
    const status = (value: string) => ({ status: { conditions: [{ type: 'Programmed', status: value }] } })
    assert.equal(passesBy([{ ...waypoint('shop/waypoint'), ...status('False') }]), 'allow')
    assert.equal(passesBy([{ ...waypoint('shop/waypoint'), ...status('True') }]), 'deny')
  })
  it('is none where it is for Pods alone', () => {
    for (const [traffic, verdict] of [
      ['service', 'deny'],
      ['all', 'deny'],
      ['workload', 'allow'],
      ['none', 'allow'],
    ]) {
      assert.equal(passesBy([waypoint('shop/waypoint', { 'istio.io/waypoint-for': traffic })]), verdict, traffic)
    }
  })
  it('may be another one for some of the calls, where a canary is named and there', () => {
    const canary = (name: string) => labelled({ ...useWaypoint, 'istio.io/use-waypoint-canary': name })
    const second = waypoint('shop/second')
    assert.equal(passesBy([second, canary('second')]), 'unknown')
    assert.equal(passesBy([second, canary('second'), targeted('shop/second', 'Gateway second')]), 'deny')
    assert.equal(passesBy([second, canary('none')]), 'deny')
    assert.equal(passesBy([canary('missing')]), 'unknown')
    assert.equal(passesBy([second, labelled({ 'istio.io/use-waypoint-canary': 'second' })]), 'unknown')
    assert.equal(passesBy([unlabelled, second, labelled({ 'istio.io/use-waypoint-canary': 'second' })]), 'allow')
    const both = namespace('shop', { ...ambient, ...useWaypoint, 'istio.io/use-waypoint-canary': 'second' })
    assert.equal(passesBy([second, both]), 'unknown')
    assert.equal(passesBy([second, both, labelled(useWaypoint)]), 'deny')
  })
  it('may lie in another namespace, if its listener takes this one', () => {
    assert.equal(passesBy(elsewhere(from({ from: 'All' }))), 'deny')
    assert.equal(passesBy(elsewhere(from({ from: 'Same' }))), 'allow')
    assert.equal(passesBy(elsewhere({})), 'allow')
    const named = (name: string) => ({ matchLabels: { 'kubernetes.io/metadata.name': name } })
    assert.equal(passesBy(elsewhere(from({ from: 'Selector', selector: named('shop') }))), 'deny')
    assert.equal(passesBy(elsewhere(from({ from: 'Selector', selector: named('pay') }))), 'allow')
  })
})

describe('a call to a Pod’s own address', () => {
  const forPods = (traffic: string) => waypoint('shop/waypoint', { 'istio.io/waypoint-for': traffic })

  it('passes no waypoint that is for Services', () => {
    assert.equal(passesBy([], to({})), 'allow')
  })
  it('passes one that is for Pods, or for all', () => {
    assert.equal(passesBy([forPods('workload')], to({})), 'deny')
    assert.equal(passesBy([forPods('all')], to({})), 'deny')
    const optedOut = pod('shop/cart', { labels: { app: 'cart', 'istio.io/use-waypoint': 'none' } })
    assert.equal(passesBy([forPods('all'), optedOut], to({})), 'allow')
  })
  it('passes none from a sidecar or a gateway, whatever the Service says', () => {
    const gatewayPod = pod('web/frontend', { annotations: { 'inject.istio.io/templates': 'gateway' } })
    const inviting = service('shop/cart', {}, { labels: { 'istio.io/ingress-use-waypoint': 'true' } })
    assert.equal(passesBy([forPods('all'), gatewayPod, inviting], to({})), 'allow')
    assert.equal(passesBy([forPods('all'), namespace('web')], to({})), 'allow')
  })
  it('is what a call to a Service without an address comes to', () => {
    const headless = inNamespace('Service', 'shop/cart', {
      clusterIP: 'None',
      selector: { app: 'cart' },
      ports: [{ name: 'http', port: 80, targetPort: 8080 }],
    })
    assert.equal(passesBy([headless]), 'allow')
    assert.equal(passesBy([headless, forPods('workload')]), 'deny')
  })
})

describe('a Service that is named and does not lead there', () => {
  const because = (changes: Json, more: readonly Json[] = []) => ambientJudge(more, to(changes))

  it('leaves the verdict unknown, and says why', () => {
    assert.deepEqual(because({ viaService: 'crat', servicePort: 80 }), {
      verdict: 'unknown',
      because: ['no Service shop/crat is among the objects'],
    })
    assert.deepEqual(because({ viaService: 'cart', servicePort: 81 }), {
      verdict: 'unknown',
      because: ['port 81 of Service shop/cart does not lead to port 8080 of Pod shop/cart'],
    })
    assert.deepEqual(because({ viaService: 'cart', port: 9090 }), {
      verdict: 'unknown',
      because: ['Service shop/cart does not lead to port 9090 of Pod shop/cart'],
    })
    assert.equal(because({ viaService: 'other' }, [service('shop/other')]).verdict, 'unknown')
    const unread = inNamespace('Service', 'shop/cart', { selector: 1 })
    assert.deepEqual(because({ viaService: 'cart' }, [unread]).because, ['Service shop/cart could not be read'])
  })
  it('need not name its port where only one leads there', () => {
    assert.equal(ambientJudge(refusing, to({ viaService: 'cart' })).verdict, 'deny')
  })
})

describe('the recordings', () => {
  it('ask the waypoint alone, whoever calls', () => {
    const nobody = authorization('shop/nobody', {})
    const recorded = (objects: readonly Json[], changes: Json = viaCart) =>
      ambientVerdict([behind, waypoint('shop/waypoint'), ...objects], changes, { assume: 'recorded' })
    assert.equal(recorded([nobody]), 'allow')
    assert.equal(recorded([nobody], to({})), 'deny')
    assert.equal(recorded([targeted('shop/none', 'Service cart')], { ...viaCart, ...from('web/stranger') }), 'deny')
  })
})
