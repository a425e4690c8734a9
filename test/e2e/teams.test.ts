import assert from 'node:assert/strict'
import { cpSync, symlinkSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { MeshOutput } from '../../core/graph/fragments/mesh-output'
import type { KubernetesObject } from '../../core/model/manifest'
import type { Api } from '../support/e2e/api'
import type { Project } from '../support/e2e/project'
import { namespaceOf, projectOn, sharedWorkspace } from '../support/e2e/shared-cluster'
import { toolPath } from '../support/e2e/tools'

const root = resolve(__dirname, '../..')
const config = {
  mesh: { version: '1.30.3', trustDomain: 'teams.example.com', install: false },
  trust: { selfSigned: true },
  gateways: { 'istio-ingress': { routing: 'istio' } },
  fragments: { reviews: { namespaces: ['reviews'], stack: 'organization/reviews/teams' } },
}
const there = ['istio-system', 'istio-ingress']
const namespaces = [...there, 'boutique', 'data', 'load', 'reviews'].map(namespaceOf)
const team = 'examples/app-team'

describe('the real Pulumi engine, a mesh and a team with a stack of its own', function () {
  this.bail(true)
  let api: Api
  let mesh: Project

  const up = (...args: readonly string[]): Promise<string> => mesh.succeeds('up', '--yes', '--skip-preview', ...args)
  const told = async (): Promise<MeshOutput> => {
    const said = await mesh.succeeds('stack', 'output', 'mesh', '--json')
    return JSON.parse(said.slice(said.indexOf('{'))) as MeshOutput
  }

  before('a cluster, the stack of a mesh, and the project of a team', async () => {
    ;({ api, project: mesh } = await projectOn('teams', { there, config }))
    cpSync(join(root, team), join(mesh.folder, team), { recursive: true })
    // The library, as the team's program has it by its name; and the CLI, for `ztm`, which reads other stacks through it.
    symlinkSync(join(root, 'dist'), join(mesh.folder, 'dist'))
    symlinkSync(toolPath('pulumi', sharedWorkspace()), join(mesh.folder, 'plugins/pulumi'))
    await mesh.succeeds('-C', team, 'stack', 'init', 'teams')
  })
  after(async () => {
    await mesh.pulumi('destroy', '--yes', '--skip-preview')
    mesh.close()
    await Promise.all(namespaces.map(namespace => api.remove(namespace)))
  })

  it('lets the mesh come first: what it waits for is told, and nothing of it is let through', async () => {
    const said = await up()
    assert.match(said, /fragment `reviews`: it cannot be read: the stack `organization\/reviews\/teams` has no output/u)
    const { fragments, services } = await told()
    assert.equal(fragments.reviews?.state, 'absent')
    assert.ok(!('reviews' in services))
  })

  it('holds the fragment of the team against the mesh, and refuses a callee that nobody has', async () => {
    const fragment = mesh.read(`${team}/fragment.ts`)
    mesh.write(`${team}/fragment.ts`, fragment.replaceAll('productcatalogservice', 'productcatalogservise'))
    const { code, said } = await mesh.pulumi('-C', team, 'preview')
    mesh.write(`${team}/fragment.ts`, fragment)
    assert.notEqual(code, 0)
    assert.match(said, /no service or external named `productcatalogservise`/u)
    assert.match(said, /did you mean `productcatalogservice`\?/u)
  })

  it('takes in what the team exports where both sides agree, and tells both what waits', async () => {
    await mesh.succeeds('-C', team, 'up', '--yes', '--skip-preview')
    const waits = /`reviews\/reviews → cartservice:grpc hipstershop\.CartService\/GetCart` waits/u
    assert.match(await up(), waits)
    const { fragments, services, waiting } = await told()
    assert.equal(fragments.reviews?.state, 'current')
    assert.equal(services.reviews?.ports.http?.address, 'reviews.reviews.svc.cluster.local:8080')
    assert.deepEqual(waiting.map(({ callee }) => callee).sort(), ['cartservice', 'ratings'])
    const policy = await api.read(callersOf('productcatalogservice'))
    assert.match(JSON.stringify(policy?.spec), /teams\.example\.com\/ns\/reviews\/sa\/reviews/u)
    assert.match(await mesh.succeeds('-C', team, 'preview'), waits)
  })

  it('changes nothing with a second update, and keeps what the lock has where the stack is gone', async () => {
    await up('--expect-no-changes')
    const locked = await mesh.built('ztm', 'compile', 'services.ts', '--fragments', 'Pulumi.teams.yaml', '--lock')
    assert.equal(locked.code, 0, locked.said)
    assert.match(mesh.read('intent.lock.json'), /"fragments": \{\n {4}"reviews"/u)
    const state = join(mesh.folder, team)
    await mesh.succeeds('-C', state, 'stack', 'rm', 'teams', '--yes', '--force')
    const said = await up()
    assert.match(said, /there is no stack `organization\/reviews\/teams` yet/u)
    assert.match(said, /what was last accepted of it is kept, and it gains nothing/u)
    assert.ok(JSON.stringify((await api.read(callersOf('productcatalogservice')))?.spec).includes('/sa/reviews'))
    assert.equal((await told()).fragments.reviews?.state, 'kept')
  })

  it('lets the team come first: what it cannot be held against is told, and its fragment is there to be read', async () => {
    await mesh.succeeds('-C', team, 'stack', 'init', 'teams')
    const there = mesh.read(`${team}/Pulumi.yaml`)
    mesh.write(`${team}/Pulumi.yaml`, there.replace('zero-trust-mesh/teams', 'zero-trust-mesh/later'))
    const said = await mesh.succeeds('-C', team, 'up', '--yes', '--skip-preview')
    mesh.write(`${team}/Pulumi.yaml`, there)
    assert.match(said, /there is no stack `organization\/zero-trust-mesh\/later` yet: what calls it is not checked/u)
    assert.match(await mesh.succeeds('-C', team, 'stack', 'output', 'fragment', '--json'), /"version": 1/u)
  })

  it('takes a call away, and nothing else, where the consent to it is taken away', async () => {
    const graph = mesh.read('services.ts')
    const changed = graph.replace(/ {2}accepts: \{.*?\n {2}\},\n/su, '')
    assert.notEqual(changed, graph)
    mesh.write('services.ts', changed)
    const plan = await mesh.plan()
    mesh.write('services.ts', graph)
    assert.deepEqual([...plan].sort(), [
      'read StackReference organization/reviews/teams',
      'update AuthorizationPolicy mesh-policies-boutique/callers-of-productcatalogservice',
      'update ConfigMap mesh-policies-intent',
      'update Sidecar mesh-policies-reviews/callees-of-reviews',
    ])
  })

  it('refuses a stack that has no mesh', async () => {
    const there = mesh.read(`${team}/Pulumi.yaml`)
    mesh.write(`${team}/Pulumi.yaml`, there.replace('zero-trust-mesh/teams', 'reviews/teams'))
    const none = await mesh.pulumi('-C', team, 'preview')
    mesh.write(`${team}/Pulumi.yaml`, there)
    assert.notEqual(none.code, 0)
    assert.match(none.said, /the stack `organization\/reviews\/teams` has no output `mesh`/u)
  })
})

function callersOf(service: string): KubernetesObject {
  const metadata = { name: `callers-of-${service}`, namespace: 'boutique' }
  return { apiVersion: 'security.istio.io/v1', kind: 'AuthorizationPolicy', metadata }
}
