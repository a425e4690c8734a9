import assert from 'node:assert/strict'
import { inNamespace, object, pod, readAll, type Json } from '../objects'
import { group, httpRoute, path, server } from './objects'

const parentRefs = [{ group, kind: 'Server', name: 'cart' }]
const gateway = (spec: Json) => inNamespace('HTTPRoute', 'shop/r', spec)
const ignored = (route: Json) => readAll([route]).layer.linkerd.httpRoutes[0]?.flaw

describe('reading Linkerd’s objects', () => {
  it('tells its AuthorizationPolicy and its HTTPRoute from those of other groups', () => {
    const istio = inNamespace('AuthorizationPolicy', 'shop/p', { rules: [{}] })
    const targetRef = { kind: 'Namespace', name: 'shop' }
    const own = inNamespace('LinkerdAuthorizationPolicy', 'shop/p', { targetRef, requiredAuthenticationRefs: [] })
    const { layer, problems } = readAll([istio, own, httpRoute('shop/r', []), gateway({ parentRefs })])
    assert.deepEqual(problems, [])
    assert.equal(layer.authorizationPolicies.length, 1)
    assert.equal(layer.linkerd.authorizationPolicies.length, 1)
    assert.deepEqual(
      layer.linkerd.httpRoutes.map(route => route.group),
      [group, 'gateway.networking.k8s.io'],
    )
  })
  it('leaves routes that hang on no Server to others', () => {
    const { layer } = readAll([gateway({ parentRefs: [{ kind: 'Gateway', name: 'web' }] })])
    assert.deepEqual(layer.linkerd.httpRoutes, [])
  })
  it('takes references by kinds in any case, and an empty group for the core one', () => {
    const refs = [
      { group: '', kind: 'serviceaccount', name: 'a' },
      { group: 'CORE', kind: 'ServiceAccount', name: 'a' },
      { group: 'Policy.Linkerd.IO', kind: 'meshtlsauthentication', name: 'a' },
      { kind: 'NetworkAuthentication', name: 'a' },
    ]
    const targetRef = { group: 'policy.linkerd.io', kind: 'SERVER', name: 'cart' }
    const object = inNamespace('LinkerdAuthorizationPolicy', 'shop/p', { targetRef, requiredAuthenticationRefs: refs })
    const [read] = readAll([object]).layer.linkerd.authorizationPolicies
    assert.deepEqual(read?.target, { kind: 'server', name: 'cart' })
    assert.deepEqual(
      read.authentications.map(({ kind }) => kind),
      ['service-account', 'service-account', 'mesh-tls', 'unsupported'],
    )
  })
  it('says why a route is ignored', () => {
    const parent = (more: Json) =>
      httpRoute('shop/r', [], { parentRefs: [...parentRefs, { ...parentRefs[0], ...more }] })
    assert.equal(ignored(parent({ namespace: 'web' })), 'its parent lies in another namespace')
    assert.equal(ignored(parent({ port: 8080 })), 'its parent is named with a port')
    assert.equal(ignored(parent({ sectionName: 'x' })), 'its parent is named with a section')
    assert.equal(ignored(parent({ namespace: 'shop' })), undefined)
    assert.equal(ignored(httpRoute('shop/r', [path('api')])), 'its path api does not start with a slash')
    const rewriting = [{ filters: [{ type: 'URLRewrite', urlRewrite: {} }] }]
    assert.equal(ignored(gateway({ parentRefs, rules: rewriting })), 'it has a filter URLRewrite')
    assert.equal(ignored(httpRoute('shop/r', [path('/(', 'RegularExpression')])), 'its regular expression /( is none')
    assert.equal(ignored(httpRoute('shop/r', [{ headers: [{ name: 'a b', value: 'x' }] }])), 'its header a b cannot be')
  })
  it('reads Servers of every version, and tells of a field that an older one drops', () => {
    const old = (version: string) => ({
      ...server('shop/s', { accessPolicy: 'audit' }),
      apiVersion: `${group}/${version}`,
    })
    for (const version of ['v1alpha1', 'v1beta1', 'v1beta2']) {
      const { layer, problems } = readAll([old(version)])
      assert.deepEqual(
        problems.map(({ message }) => message),
        [`\`Server shop/s\`: \`spec.accessPolicy\` is no field of version ${version}`],
      )
      assert.deepEqual(
        [layer.linkerd.servers[0]?.accessPolicy, layer.linkerd.servers[0]?.unreadable],
        [undefined, false],
      )
    }
    assert.deepEqual(readAll([old('v1beta3')]).problems, [])
  })
  it('reads what limits rates without a word on it', () => {
    const targetRef = { group, kind: 'Server', name: 'cart' }
    const { layer, problems } = readAll([
      inNamespace('HTTPLocalRateLimitPolicy', 'shop/r', { targetRef, total: { requestsPerSecond: 10 } }),
    ])
    assert.deepEqual(problems, [])
    assert.equal(layer.linkerd.rateLimits[0]?.target, 'cart')
  })
})

describe('reading what Linkerd sees of a Pod', () => {
  const podOf = (spec: Json) => {
    const [workload] = readAll([object('Namespace', { name: 'shop' }), pod('shop/cart', {}, spec)]).layer.workloads
    assert.ok(workload)
    return workload.linkerd
  }

  it('finds every number of a name, in init containers too, and no UDP', () => {
    const ports = (...numbers: readonly number[]) => numbers.map(containerPort => ({ name: 'web', containerPort }))
    const { namedPorts } = podOf({
      containers: [
        { name: 'a', ports: ports(1, 2) },
        { name: 'b', ports: [{ name: 'web', containerPort: 4, protocol: 'UDP' }, { containerPort: 5 }] },
      ],
      initContainers: [{ name: 'c', ports: ports(3) }],
    })
    assert.deepEqual(
      namedPorts.map(({ port }) => port),
      [1, 2, 3],
    )
  })
  it('looks a probe’s port up in its own container, without case, and leaves its query out', () => {
    const probe = (port: string | number, asked?: string) => ({ httpGet: { port, ...(asked && { path: asked }) } })
    const { probes } = podOf({
      containers: [
        {
          name: 'a',
          ports: [{ name: 'web', containerPort: 80 }],
          livenessProbe: probe('WEB', '/live?deep=1'),
          readinessProbe: probe('other'),
          startupProbe: probe(9000),
        },
        { name: 'b', ports: [{ name: 'other', containerPort: 81 }], livenessProbe: { tcpSocket: { port: 81 } } },
      ],
    })
    assert.deepEqual(probes, [
      { port: 80, path: '/live' },
      { port: 9000, path: '/' },
    ])
  })
})
