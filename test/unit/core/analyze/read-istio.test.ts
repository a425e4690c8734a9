import assert from 'node:assert/strict'
import { authorization, inNamespace, mesh, namespace, object, pod, readAll, service, shop, type Json } from './objects'

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
    const foreign = { ...authorization('shop/cart', {}), apiVersion: 'policy.linkerd.io/v1alpha1' }
    const secret = (name: string) => ({ apiVersion: 'v1', kind: 'Secret', metadata: { name } })
    const { layer, skipped, problems } = readAll([foreign, secret('x'), secret('y')])
    assert.deepEqual(skipped, { 'AuthorizationPolicy.policy.linkerd.io': 1, Secret: 2 })
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
    assert.deepEqual(codes([filter('GATEWAY')]), [])
  })
})

describe('what Istio would refuse in a rule', () => {
  const source = (fields: Json) => ({ from: [{ source: fields }] })
  const operation = (fields: Json) => ({ to: [{ operation: fields }] })
  const when = (fields: Json) => ({ when: [fields] })

  const refused: Readonly<Record<string, Json>> = {
    'an empty from, which would mean anyone': { from: [] },
    'an empty to, which would mean anything': { to: [] },
    'an empty source': source({}),
    'a source whose lists are empty': source({ principals: [] }),
    'an entry without a source': { from: [{}] },
    'an empty operation': operation({}),
    'a rule that is nothing': { rules: null },
    'an empty principal': source({ principals: [''] }),
    'an address that is none': source({ ipBlocks: ['10.0.0.0/33'] }),
    'an address with leading zeros': source({ ipBlocks: ['10.0.00.1'] }),
    'a ServiceAccount with a wildcard': source({ serviceAccounts: ['shop/*'] }),
    'a ServiceAccount of three parts': source({ serviceAccounts: ['a/b/c'] }),
    'ServiceAccounts beside namespaces': source({ serviceAccounts: ['a'], namespaces: ['b'] }),
    'more than sixteen ServiceAccounts': source({ serviceAccounts: Array.from({ length: 17 }, (_, i) => `s${i}`) }),
    'a trust domain with a slash': source({ trustDomains: ['a/b'] }),
    'a trust domain with two wildcards': source({ trustDomains: ['*a*'] }),
    'a port that is none': operation({ ports: ['http'] }),
    'a port beyond all ports': operation({ notPorts: ['65536'] }),
    'a template operator within a segment': operation({ paths: ['/a{*}'] }),
    'an operator after the rest': operation({ paths: ['/{**}/{*}'] }),
    'a brace without an operator': operation({ paths: ['/{id}'] }),
    'a condition without values': when({ key: 'source.ip' }),
    'an unknown condition': when({ key: 'source.labels[app]', values: ['x'] }),
    'a header condition without a header': when({ key: 'request.headers', values: ['x'] }),
    'a condition whose address is none': when({ key: 'source.ip', values: ['x'] }),
  }

  for (const [name, rule] of Object.entries(refused)) {
    it(`is told, and makes the rule unreadable: ${name}`, () => {
      const rules = 'rules' in rule ? [null] : [rule]
      const { layer, problems } = readAll([inNamespace('AuthorizationPolicy', 'shop/cart', { rules })])
      assert.ok(problems.length > 0)
      assert.deepEqual(layer.authorizationPolicies[0]?.rules, [{ kind: 'unreadable' }])
    })
  }

  it('is nothing in a rule as it should be', () => {
    const rule = {
      ...source({ principals: ['a*', '*b', '*'], ipBlocks: ['10.0.0.1', '2001:db8::/32'], trustDomains: ['*.org'] }),
      ...operation({ paths: ['/a/{*}/{**}', '/b*', '*'], ports: ['0', '65535'] }),
      when: [
        { key: 'request.auth.claims[a][b]', values: ['*'] },
        { key: 'experimental.envoy.filters.x[y]', notValues: ['z'] },
      ],
    }
    assert.deepEqual(codes([inNamespace('AuthorizationPolicy', 'shop/cart', { rules: [rule, {}] })]), [])
  })
})

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
    assert.deepEqual([capture, clusterDomain], [{ include: '*', exclude: '9100' }, 'acme.local'])
  })
})

describe('workloads', () => {
  const owner = (kind: string, name: string) => ({ ownerReferences: [{ kind, name, controller: true }] })
  const labels = { app: 'cart', 'pod-template-hash': 'abc' }
  const template = { metadata: { labels: { app: 'cart' } }, spec: podSpec() }
  const deployment = inNamespace('Deployment', 'shop/cart', { template })
  const replicas = inNamespace(
    'ReplicaSet',
    'shop/cart-abc',
    { replicas: 2, template: { metadata: { labels }, spec: podSpec() } },
    owner('Deployment', 'cart'),
  )
  const running = (name: string, spec: Json = {}): Json => ({
    ...pod(`shop/${name}`, { labels, uid: name, ...owner('ReplicaSet', 'cart-abc') }, { ...podSpec(), ...spec }),
    status: { phase: 'Running' },
  })

  function podSpec(): Json {
    return { serviceAccountName: 'cart', containers: [{ name: 'app', ports: [{ containerPort: 8080 }] }] }
  }

  it('of one controller count once, under the controller’s name, and answer to all their names', () => {
    const { layer } = readAll([deployment, replicas, running('cart-abc-1'), running('cart-abc-2')])
    assert.deepEqual(
      layer.workloads.map(({ kind, name, names, live }) => [kind, name, names, live]),
      [['Deployment', 'cart', ['cart', 'cart-abc', 'cart-abc-1', 'cart-abc-2'], true]],
    )
  })

  it('are known by their Deployment’s name even where only Pods were dumped', () => {
    const { layer } = readAll([running('cart-abc-1'), running('cart-abc-2')])
    assert.deepEqual(
      layer.workloads.map(({ names }) => names),
      [['cart', 'cart-abc-1', 'cart-abc-2']],
    )
  })

  it('stay apart where Pods differ from their template in what policies see', () => {
    const { layer } = readAll([deployment, running('cart-abc-1', { serviceAccountName: 'other' })])
    assert.deepEqual(layer.workloads.map(({ serviceAccount }) => serviceAccount).sort(), ['cart', 'other'])
    assert.ok(layer.workloads.every(({ names }) => names.includes('cart')))
  })

  it('stay apart where only some Pods run a proxy', () => {
    const proxied = running('cart-abc-2', {
      containers: [{ name: 'app', ports: [{ containerPort: 8080 }] }, { name: 'istio-proxy' }],
    })
    const { layer } = readAll([deployment, running('cart-abc-1'), proxied])
    assert.deepEqual(
      layer.workloads.map(({ proxyContainer }) => proxyContainer),
      [false, true],
    )
  })

  it('stay apart by a label that only a controller sets, if something selects by it', () => {
    const metadata = { labels: { ...labels, 'pod-template-hash': 'def' }, uid: 'x', ...owner('ReplicaSet', 'cart-def') }
    const canary = { ...pod('shop/cart-def-1', metadata, podSpec()), status: { phase: 'Running' } }
    const policy = authorization('shop/canary', { selector: { matchLabels: { 'pod-template-hash': 'def' } } })
    assert.equal(readAll([running('cart-abc-1'), canary]).layer.workloads.length, 1)
    assert.equal(readAll([running('cart-abc-1'), canary, policy]).layer.workloads.length, 2)
  })

  it('leave out Pods that have ended and ReplicaSets that were replaced', () => {
    const ended = { ...running('cart-abc-1'), status: { phase: 'Succeeded' } }
    const old = inNamespace('ReplicaSet', 'shop/cart-old', { replicas: 0, template }, owner('Deployment', 'cart'))
    assert.deepEqual(readAll([ended, old]).layer.workloads, [])
  })

  it('survive owners that own each other', () => {
    const a = inNamespace('ReplicaSet', 'shop/a', { template }, owner('ReplicaSet', 'b'))
    const b = inNamespace('ReplicaSet', 'shop/b', { template }, owner('ReplicaSet', 'a'))
    assert.ok(readAll([a, b]).layer.workloads.length > 0)
  })

  it('have the ports of all containers but the proxy’s, and the account Kubernetes gives them', () => {
    const containers = [
      { name: 'app', ports: [{ containerPort: 8080, name: 'web' }] },
      { name: 'istio-proxy', ports: [{ containerPort: 15090 }] },
    ]
    const initContainers = [
      { name: 'migrate', ports: [{ containerPort: 1 }] },
      { name: 'log', restartPolicy: 'Always', ports: [{ containerPort: 2 }] },
    ]
    const { layer } = readAll([inNamespace('Pod', 'shop/cart', { containers, initContainers })])
    const [workload] = layer.workloads
    assert.equal(workload?.serviceAccount, 'default')
    assert.deepEqual(
      workload?.ports.map(({ port, init }) => [port, init]),
      [
        [8080, false],
        [1, true],
        [2, false],
      ],
    )
  })

  it('are found in every kind that makes Pods', () => {
    const kinds = ['Deployment', 'StatefulSet', 'DaemonSet', 'ReplicaSet', 'Job'] as const
    const cron = inNamespace('CronJob', 'shop/cron', { jobTemplate: { spec: { template } } })
    const { layer, problems } = readAll([
      ...kinds.map(kind => inNamespace(kind, `shop/${kind.toLowerCase()}`, { template })),
      cron,
    ])
    assert.deepEqual(problems, [])
    assert.deepEqual(layer.workloads.map(({ kind }) => kind).sort(), [...kinds, 'CronJob'].sort())
  })
})

describe('the shop of these tests', () => {
  it('reads without a problem', () => {
    assert.deepEqual(codes([...shop, namespace('web'), service('shop/b')]), [])
  })
})
