import assert from 'node:assert/strict'
import { authorization, inNamespace, pod, readAll, type Json } from './objects'

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

  it('run under `serviceAccountName`, and under the deprecated `serviceAccount` only where that is absent or empty', () => {
    const accountOf = (spec: Readonly<Record<string, unknown>>) =>
      readAll([inNamespace('Pod', 'shop/cart', { containers: [], ...spec })]).layer.workloads[0]?.serviceAccount
    assert.equal(accountOf({ serviceAccountName: 'cart', serviceAccount: 'admin' }), 'cart')
    assert.equal(accountOf({ serviceAccountName: '', serviceAccount: 'admin' }), 'admin')
    assert.equal(accountOf({ serviceAccount: 'admin' }), 'admin')
    assert.equal(accountOf({ serviceAccountName: '', serviceAccount: '' }), 'default')
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
