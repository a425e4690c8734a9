import assert from 'node:assert/strict'
import { objectName } from '../../core/model/manifest'
import type { Api } from '../support/e2e/api'
import { applyDefinitions, removeDefinitions } from '../support/e2e/definitions'
import { embeddedFindings, engineFindings } from '../support/e2e/findings'
import type { Project } from '../support/e2e/project'
import { withResource } from '../support/e2e/program'
import { namespaceOf, projectOn, sharedCluster } from '../support/e2e/shared-cluster'
import { stacks } from '../support/e2e/stacks'
import { objectsIn, releasesIn, unlike } from '../support/e2e/state'

const call = `{ currencyservice: { grpc: ['hipstershop.CurrencyService/Convert'] } }`

/** Releases of which one has to be there before the other: CRDs, the control plane, what it injects. */
const releasesInOrder = [
  ['istio-base', 'istiod'],
  ['istiod', 'istio-ingress'],
  ['linkerd-crds', 'linkerd-control-plane'],
] as const

/** What names of objects of Linkerd's end in. */
const digest = /\b(?=[a-z]*\d)[0-9a-z]{13}\b/gu

async function namespacesOf(api: Api): Promise<readonly string[]> {
  return (await api.list('v1', 'Namespace')).map(({ metadata }) => metadata.name).sort()
}

/** Source of a graph without a service, which is on lines of its own. */
function withoutService(graph: string, service: string): string {
  const lines = graph.split('\n')
  return lines.filter(line => !line.includes(`${service}:`)).join('\n')
}

for (const stack of stacks) {
  describe(`the real Pulumi engine, ${stack.title}`, () => {
    let broken = false
    let api: Api
    let project: Project
    let already: readonly string[] = []
    const pack = [
      ...['--policy-pack', 'policypacks/zero-trust'],
      ...['--policy-pack-config', `out/${stack.name}/policy-config.json`],
    ]

    const changed = (change: (graph: string) => string): string => {
      const graph = project.read('services.ts')
      assert.notEqual(change(graph), graph)
      project.write('services.ts', change(graph))
      return graph
    }
    const inOrder = (steps: readonly string[]) => steps.map(step => step.replace(digest, '#')).sort()

    before('a cluster, a stack, and the settings of the pack', async () => {
      ;({ api } = await sharedCluster())
      for (const domain of stack.bare) await removeDefinitions(api, domain)
      already = await namespacesOf(api)
      ;({ project } = await projectOn(stack.name, stack))
      const { code, said } = await project.built('preview', '--stack', stack.name)
      assert.equal(code, 0, said)
    })
    after(async () => {
      project.close()
      const left = (await namespacesOf(api)).filter(name => !already.includes(name))
      await Promise.all(left.map(name => api.remove(namespaceOf(name))))
      await applyDefinitions(api)
    })

    // Each step starts from where the one before it ended.
    beforeEach(() => assert.ok(!broken, 'an earlier step failed'))
    afterEach(function () {
      broken ||= this.currentTest?.state === 'failed'
    })

    it('previews with the policy pack on a cluster that has none of it, and writes nothing there', async () => {
      const there = await namespacesOf(api)
      const said = await project.succeeds('preview', ...pack)
      assert.match(said, /\+ \d+ to create/u)
      assert.match(said, /zero-trust@v/u)
      assert.deepEqual(await namespacesOf(api), there)
    })

    it('updates in one go, and the cluster has it', async () => {
      await project.succeeds('up', '--yes', '--skip-preview', ...pack)
      const objects = objectsIn(await project.state())
      assert.ok(objects.length > 30)
      assert.deepEqual(await unlike(api, objects), [])
    })

    it('installs what has to be there before', async () => {
      const names = releasesIn(await project.state()).map(({ name }) => name)
      assert.deepEqual([...names].sort(), [...stack.releases].sort())
      for (const [first, second] of releasesInOrder) {
        if (names.includes(second)) assert.ok(names.indexOf(first) < names.indexOf(second), `${first}, ${second}`)
      }
    })

    it('changes nothing with a second update', async () => {
      await project.succeeds('up', '--yes', '--skip-preview', '--expect-no-changes')
    })

    it('stops a preview at what the policy pack forbids, and says what and why, as the embedded preview does', async () => {
      const program = project.read('index.ts')
      project.write('index.ts', withResource(program, 'added', stack.forbidden))
      const engine = await engineFindings(project, ...pack)
      const embedded = await embeddedFindings(project)
      project.write('index.ts', program)
      assert.notEqual(engine.code, 0)
      assert.match(engine.said, stack.why)
      assert.deepEqual(engine.findings, embedded)
    })

    it('changes what guards the service that is called, and no other, where a call is added', async () => {
      const graph = changed(text => text.replace('}).calls({\n', `}).calls({\n  adservice: ${call},\n`))
      const plan = await project.plan()
      project.write('services.ts', graph)
      assert.deepEqual(inOrder(plan), stack.called)
    })

    it('removes what was there for a service that is gone, and for no other', async () => {
      changed(graph => withoutService(graph, 'emailservice'))
      const before = objectsIn(await project.state())
      assert.deepEqual(inOrder(await project.update()), stack.gone)
      const after = objectsIn(await project.state())
      const left = new Set(after.map(({ object }) => objectName(object)))
      const gone = before.filter(({ object }) => !left.has(objectName(object)))
      assert.ok(gone.length > 0)
      const live = await Promise.all(gone.map(({ object }) => api.read(object)))
      assert.deepEqual(live.flatMap(object => object ?? []).map(objectName), [])
      assert.deepEqual(await unlike(api, after), [])
    })

    it('finds nothing amiss where nobody has changed a thing', async () => {
      await project.succeeds('refresh', '--preview-only', '--expect-no-changes')
    })

    it('finds what somebody has changed in the cluster', async () => {
      const { object, edit } = stack.edited
      const live = await api.read(object)
      assert.ok(live)
      await api.apply({ ...object, spec: edit(live.spec as object) })
      const { code, said } = await project.pulumi('refresh', '--preview-only', '--expect-no-changes')
      assert.notEqual(code, 0, said)
      assert.ok(said.includes(object.metadata.name), said)
    })

    it('leaves nothing behind when it is destroyed but the namespaces, in which others have something too', async () => {
      const objects = objectsIn(await project.state()).filter(({ patch }) => !patch)
      await project.succeeds('destroy', '--yes', '--skip-preview')
      const live = await Promise.all(objects.map(({ object }) => api.read(object)))
      assert.deepEqual(
        live.flatMap(object => (object ? [objectName(object)] : [])).sort(),
        stack.kept.map(name => `Namespace ${name}`),
      )
    })
  })
}
