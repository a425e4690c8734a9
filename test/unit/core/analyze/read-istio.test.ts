import assert from 'node:assert/strict'
import { authorization, inNamespace, namespace, object, readAll, service, shop, type Json } from './objects'

const codes = (objects: readonly unknown[]) => readAll(objects).problems.map(({ code }) => code)

describe('reading manifests', () => {
  it('takes every served version of a kind', () => {
    for (const version of ['v1', 'v1beta1']) {
      const policy = { ...authorization('shop/cart', {}), apiVersion: `security.istio.io/${version}` }
      const { layer, problems } = readAll([policy])
      assert.deepEqual(problems, [])
      assert.equal(layer.authorizationPolicies.length, 1)
    }
  })

  it('tells of a version that is not served', () => {
    const { problems } = readAll([{ ...authorization('shop/cart', {}), apiVersion: 'security.istio.io/v1alpha1' }])
    assert.match(problems[0]?.message ?? '', /apiVersion.*v1alpha1.*expected a served version/)
  })

  it('counts what it skips, and tells groups apart', () => {
    const foreign = { ...authorization('shop/cart', {}), apiVersion: 'policy.example.com/v1' }
    const secret = (name: string) => ({ apiVersion: 'v1', kind: 'Secret', metadata: { name } })
    const { layer, skipped, problems } = readAll([foreign, secret('x'), secret('y')])
    assert.deepEqual(skipped, { 'AuthorizationPolicy.policy.example.com': 1, Secret: 2 })
    assert.deepEqual(problems, [])
    assert.deepEqual(layer.authorizationPolicies, [])
  })

  it('opens Lists, Lists in Lists, and typed lists whose items name no kind', () => {
    const list = (items: readonly unknown[]) => ({ apiVersion: 'v1', kind: 'List', items })
    const { kind: _kind, apiVersion: _version, ...bare } = authorization('shop/b', {})
    const typed = { apiVersion: 'security.istio.io/v1', kind: 'AuthorizationPolicyList', metadata: {}, items: [bare] }
    const { layer, problems } = readAll([list([authorization('shop/a', {}), list([typed])])])
    assert.deepEqual(problems, [])
    assert.deepEqual(
      layer.authorizationPolicies.map(({ name }) => name),
      ['a', 'b'],
    )
  })

  it('survives a List that holds itself', () => {
    const list: { items: unknown[] } & Json = { apiVersion: 'v1', kind: 'List', items: [] }
    list.items.push(list)
    assert.deepEqual(codes([list]), ['malformed-field'])
  })

  it('survives values that are no objects at all', () => {
    for (const value of [undefined, null, 3, 'text', [], [1], true])
      assert.deepEqual(codes([value]), ['malformed-field'])
  })

  it('reads what an API server adds without a word', () => {
    const server = {
      uid: '1',
      resourceVersion: '7',
      generation: 2,
      creationTimestamp: '2026-01-01T00:00:00Z',
      managedFields: [{ manager: 'kubectl', fieldsV1: { 'f:spec': {} } }],
    }
    const policy = { ...authorization('shop/cart', {}, server), status: { conditions: [] } }
    const { layer, problems } = readAll([policy])
    assert.deepEqual(problems, [])
    assert.equal(layer.authorizationPolicies[0]?.created, Date.parse('2026-01-01T00:00:00Z'))
  })

  it('leaves out the marks of a Pulumi program', () => {
    const policy = { ...authorization('shop/cart', {}), __defaults: [], spec: { __defaults: [], rules: [] } }
    assert.deepEqual(codes([policy]), [])
  })

  it('marks what nobody can know yet', () => {
    const secret = Symbol('unknown')
    const policy = authorization('shop/cart', {})
    const { layer, problems } = readAll([{ ...policy, spec: { rules: [secret] } }], { isUnknown: v => v === secret })
    assert.deepEqual(
      problems.map(({ code }) => code),
      ['unknown-value'],
    )
    assert.deepEqual(layer.authorizationPolicies[0]?.rules, [{ kind: 'unreadable' }])
  })

  it('asks for a namespace where an object names none', () => {
    const { problems } = readAll([object('Service', { name: 'cart' }, { spec: { ports: [{ port: 80 }] } })])
    assert.match(problems[0]?.message ?? '', /`Service cart`: `metadata.namespace` is absent/)
  })

  it('suggests the field that was meant', () => {
    const { problems } = readAll([{ ...authorization('shop/cart', {}), spec: { ruels: [] } }])
    assert.equal(problems[0]?.hint, 'did you mean `rules`?')
  })

  it('takes an object that is given twice alike for one, and tells of two that differ', () => {
    const one = authorization('shop/cart', {})
    assert.deepEqual(codes([one, one]), [])
    const { layer, problems } = readAll([one, authorization('shop/cart', { rules: [{}] })])
    assert.deepEqual(
      problems.map(({ code }) => code),
      ['duplicate-object'],
    )
    assert.equal(layer.authorizationPolicies.length, 1)
  })

  it('lets what is given replace what lies in the cluster', () => {
    const base = [authorization('shop/cart', {}), authorization('shop/old', {})].map(value => ({
      object: value,
      at: 'dump',
    }))
    const { layer, problems } = readAll([authorization('shop/cart', { rules: [{}] })], { base })
    assert.deepEqual(problems, [])
    assert.deepEqual(
      layer.authorizationPolicies.map(({ name, at, rules }) => [name, at, rules.length]),
      [
        ['cart', 'object 0', 1],
        ['old', 'dump', 0],
      ],
    )
  })

  it('says of a filter that patches inbound traffic that it is not analysed', () => {
    const filter = (context?: string) => ({
      ...inNamespace('EnvoyFilter', 'shop/lua', { configPatches: [{ applyTo: 'HTTP_FILTER', match: { context } }] }),
    })
    assert.deepEqual(codes([filter()]), ['not-analysed'])
    assert.deepEqual(codes([filter('SIDECAR_INBOUND')]), ['not-analysed'])
    assert.deepEqual(codes([filter('GATEWAY')]), ['not-analysed'])
    assert.deepEqual(codes([filter('SIDECAR_OUTBOUND')]), [])
  })

  it('says nothing of a filter that only adds clusters to call, whatever its context', () => {
    const adds = (name: string, context?: string, applyTo = 'CLUSTER', operation = 'ADD') =>
      inNamespace('EnvoyFilter', 'shop/limit', {
        configPatches: [{ applyTo, match: { context }, patch: { operation, value: { name } } }],
      })
    for (const context of [undefined, 'ANY', 'SIDECAR_OUTBOUND', 'GATEWAY'])
      assert.deepEqual(codes([adds('rate_limit', context)]), [], context)
    const suspicious = [
      adds('rate_limit', 'SIDECAR_INBOUND'),
      adds('rate_limit', undefined, 'LISTENER'),
      adds('rate_limit', undefined, 'CLUSTER', 'MERGE'),
      adds('rate_limit', undefined, 'CLUSTER', 'REMOVE'),
      adds('inbound|8080||', 'SIDECAR_OUTBOUND'),
      adds('InboundPassthroughCluster'),
      adds('main_internal'),
    ]
    for (const filter of suspicious) assert.deepEqual(codes([filter]), ['not-analysed'], JSON.stringify(filter))
    const unknown = { isUnknown: (value: unknown) => value === '?' }
    assert.deepEqual(
      readAll([adds('?')], unknown).problems.map(({ code }) => code),
      ['not-analysed'],
    )
  })

  it('says whose proxies a filter patches', () => {
    const message = (spec: Json): string => {
      const filter = inNamespace('EnvoyFilter', 'shop/lua', { configPatches: [{ applyTo: 'HTTP_FILTER' }], ...spec })
      return readAll([filter]).problems[0]?.message ?? ''
    }
    const place = 'in `shop`, or in the whole mesh if that is its root namespace,'
    const at = (context: string): Json => ({ configPatches: [{ applyTo: 'HTTP_FILTER', match: { context } }] })
    assert.ok(message({}).includes(`patches what all sidecars and gateways ${place} let in`), message({}))
    assert.ok(message(at('SIDECAR_INBOUND')).includes(`patches what all sidecars ${place} let in`))
    assert.ok(message(at('GATEWAY')).includes(`patches what all gateways ${place} let in`))
    assert.ok(
      message({ ...at('GATEWAY'), workloadSelector: { labels: { istio: 'ingress' } } }).includes(
        `patches what the gateways of workloads labelled \`istio: ingress\`, ${place} let in`,
      ),
    )
    const labels = { labels: { app: 'cart', tier: 'web' } }
    assert.ok(
      message({ workloadSelector: labels }).includes(
        `patches what the sidecars and gateways of workloads labelled \`app: cart\`, \`tier: web\`, ${place} let in`,
      ),
    )
    assert.ok(message({ workloadSelector: { labels: {} } }).includes(`all sidecars and gateways ${place}`))
    assert.match(message({ targetRefs: [{ kind: 'Gateway', name: 'w' }] }), /what the waypoints and gateways of its/)
  })
})

describe('kinds that Istio follows and that are not modelled', () => {
  const object = (kind: string, group: string, name: string): Json => ({
    apiVersion: `${group}/v1`,
    kind,
    metadata: { namespace: 'shop', name },
    spec: {},
  })

  it('are named once a kind, with how many there are, and not as meaning nothing', () => {
    const { problems, skipped } = readAll([
      object('WorkloadEntry', 'networking.istio.io', 'vm-1'),
      object('WasmPlugin', 'extensions.istio.io', 'auth'),
      object('WorkloadEntry', 'networking.istio.io', 'vm-2'),
      object('WorkloadEntry', 'example.org', 'other'),
    ])
    assert.deepEqual(skipped, { 'WorkloadEntry.example.org': 1 })
    assert.deepEqual(
      problems.map(({ code, severity, message, at }) => [code, severity, message, at]),
      [
        [
          'not-analysed',
          'narrowed',
          '`WorkloadEntry shop/vm-1` brings endpoints outside Kubernetes, whose callers are not analysed, with 1 more of its kind',
          'object 0',
        ],
        [
          'not-analysed',
          'narrowed',
          '`WasmPlugin shop/auth` brings code in proxies, which may answer, change or drop any request',
          'object 1',
        ],
      ],
    )
  })
  it('are all named', () => {
    for (const kind of ['WorkloadEntry', 'WorkloadGroup', 'ProxyConfig'])
      assert.deepEqual(codes([object(kind, 'networking.istio.io', 'x')]), ['not-analysed'], kind)
    for (const kind of ['WasmPlugin', 'TrafficExtension'])
      assert.deepEqual(codes([object(kind, 'extensions.istio.io', 'x')]), ['not-analysed'], kind)
  })
})

describe('the shop of these tests', () => {
  it('reads without a problem', () => {
    assert.deepEqual(codes([...shop, namespace('web'), service('shop/b')]), [])
  })
})
