import assert from 'node:assert/strict'
import { cpSync } from 'node:fs'
import { join } from 'node:path'
import type { Api } from '../support/e2e/api'
import { chartsOf } from '../support/e2e/charts'
import { applyDefinitions } from '../support/e2e/definitions'
import type { Project } from '../support/e2e/project'
import { namespaceOf, projectOn, sharedCluster } from '../support/e2e/shared-cluster'
import { stacks } from '../support/e2e/stacks'
import { releasesIn } from '../support/e2e/state'

interface Upgrade {
  readonly title: string
  readonly stack: string
  readonly config: Readonly<Record<string, unknown>>
  /** What the configuration says from then on, and all that changes. */
  readonly states: readonly {
    readonly name: string
    readonly config: Readonly<Record<string, unknown>>
    readonly changes: readonly string[]
  }[]
  /** The releases at the end, and the versions of their charts. */
  readonly ends: Readonly<Record<string, string>>
  readonly namespaces: readonly string[]
}

const from = { version: '1.30.3', revision: '1-30-3' }
/** A folder of charts has one version. */
const to = { version: '1.31.0', revision: '1-31-0', charts: { directory: './charts/istio-next' } }
const mesh = { trustDomain: 'e2e.example.com', tag: 'stable', charts: chartsOf('istio') }
const ofIstio = { trust: { selfSigned: true }, gateways: { 'istio-ingress': { service: 'ClusterIP' } } }

/** The states of docs/upgrade.md, with a tag. */
const istio: Upgrade = {
  title: 'Istio, state by state',
  stack: 'upgrade',
  config: { ...ofIstio, mesh: { ...mesh, ...from } },
  states: [
    {
      name: 'install',
      config: { ...ofIstio, mesh: { ...mesh, ...from, next: to } },
      changes: ['create Release mesh-istio-istiod-1-31-0', 'update Release mesh-istio-base'],
    },
    {
      name: 'shift',
      config: { ...ofIstio, mesh: { ...mesh, ...from, next: { ...to, tagged: true } } },
      changes: ['update MutatingWebhookConfiguration mesh-istio-tag'],
    },
    {
      name: 'nodes',
      config: { ...ofIstio, mesh: { ...mesh, ...from, next: { ...to, tagged: true, nodes: true } } },
      changes: ['update Release mesh-istio-cni'],
    },
    {
      name: 'retire',
      config: { ...ofIstio, mesh: { ...mesh, ...to } },
      changes: [
        'delete Release mesh-istio-istiod-1-30-3',
        'update ConfigMap mesh-policies-intent', // it says of which version the mesh is
        'update Release mesh-istio-base',
        'update Release mesh-istio-gateway-istio-ingress',
      ],
    },
  ],
  ends: { 'istio-base': '1.31.0', 'istiod-1-31-0': '1.31.0', 'istio-cni': '1.31.0', 'istio-ingress': '1.31.0' },
  namespaces: ['boutique', 'data', 'load', 'istio-ingress'],
}

const linkerdNow = stacks.find(({ name }) => name === 'linkerd')?.config ?? {}

const linkerd: Upgrade = {
  title: 'Linkerd, at once',
  stack: 'linkerd',
  config: linkerdNow,
  states: [
    {
      name: 'upgrade',
      config: { ...linkerdNow, linkerd: { ...(linkerdNow.linkerd as object), version: 'edge-26.7.1' } },
      changes: [
        'update ConfigMap mesh-policies-intent',
        'update Release mesh-linkerd-cni',
        'update Release mesh-linkerd-control-plane',
        'update Release mesh-linkerd-crds',
      ],
    },
  ],
  ends: { 'linkerd-crds': '2026.7.1', 'linkerd-cni': '2026.7.1', 'linkerd-control-plane': '2026.7.1' },
  namespaces: ['boutique', 'data', 'load', 'linkerd', 'linkerd-cni'],
}

for (const { title, stack, config, states, ends, namespaces } of [istio, linkerd]) {
  describe(`an upgrade of ${title}, with the real Pulumi engine`, () => {
    let api: Api
    let project: Project
    let broken = false

    before('a cluster with the version before', async () => {
      ;({ api, project } = await projectOn(stack, { there: [], config }))
      cpSync(join(project.folder, 'charts/istio'), join(project.folder, 'charts/istio-next'), { recursive: true })
      await project.succeeds('up', '--yes', '--skip-preview')
    })
    after(async () => {
      await project.succeeds('destroy', '--yes', '--skip-preview')
      project.close()
      await Promise.all(namespaces.map(name => api.remove(namespaceOf(name))))
      await applyDefinitions((await sharedCluster()).api)
    })

    // Each state starts from where the one before it ended.
    beforeEach(() => assert.ok(!broken, 'an earlier state failed'))
    afterEach(function () {
      broken ||= this.currentTest?.state === 'failed'
    })

    for (const state of states) {
      it(`changes in the state \`${state.name}\` what that state is about, and no policy`, async () => {
        project.configure(state.config)
        assert.deepEqual([...(await project.update())].sort(), state.changes)
      })
    }

    it('ends with charts of the new version alone', async () => {
      const releases = releasesIn(await project.state())
      const versions = releases.map(({ name, version }) => [name as string, version] as const) // a release has a name
      assert.deepEqual(Object.fromEntries(versions), ends)
    })

    it('changes nothing after it', async () => {
      await project.succeeds('up', '--yes', '--skip-preview', '--expect-no-changes')
    })
  })
}
