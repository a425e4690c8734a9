import assert from 'node:assert/strict'
import { readdirSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { KubernetesObject } from '../../core/model/manifest'
import { objectName } from '../../core/model/manifest'
import type { Api } from '../support/e2e/api'
import type { Project } from '../support/e2e/project'
import { namespaceOf, projectOn } from '../support/e2e/shared-cluster'
import { stacks } from '../support/e2e/stacks'
import { objectsIn, unlike } from '../support/e2e/state'

const kills = 20
const stack = stacks.find(({ name }) => name === 'istio')!
/** Kinds of which nobody else has any here. */
const kinds = [
  ['security.istio.io/v1', 'AuthorizationPolicy'],
  ['security.istio.io/v1', 'PeerAuthentication'],
  ['networking.istio.io/v1', 'Sidecar'],
  ['networking.istio.io/v1', 'Gateway'],
  ['networking.istio.io/v1', 'VirtualService'],
] as const
/** Few at a time, so that there is something left to do for each that is killed. */
const update = ['up', '--yes', '--skip-preview', '--parallel', '2']

describe(`an update that is killed ${kills} times`, () => {
  let api: Api
  let project: Project

  before('a cluster and a stack', async () => {
    ;({ api, project } = await projectOn('killed', stack))
    project.upserts = true
  })
  after(async () => {
    project.close()
    // Nobody collects what is in a namespace that goes.
    await Promise.all((await live()).map(object => api.remove(object)))
    await Promise.all([...stack.there, 'boutique', 'data', 'load'].map(name => api.remove(namespaceOf(name))))
  })

  const live = async (): Promise<readonly KubernetesObject[]> =>
    (await Promise.all(kinds.map(([apiVersion, kind]) => api.list(apiVersion, kind)))).flat()

  /**
   * What `docs/pulumi.md` says to do where the kill came while the CLI wrote the attributes of the state, which stand in a file beside it and are
   * not put there in one go as the state is (gocloud.dev `blob/fileblob/attrs.go` setAttrs).
   */
  const withoutEmptyAttributes = (): void => {
    const folder = join(project.folder, 'state/.pulumi/stacks/zero-trust-mesh')
    const empty = readdirSync(folder).filter(name => name.endsWith('.attrs') && statSync(join(folder, name)).size === 0)
    for (const name of empty) rmSync(join(folder, name))
  }

  /** Ends the CLI and all that it started at its `nth` change of the cluster, so many milliseconds after it was asked for. */
  const killedAt = async (nth: number, milliseconds: number): Promise<boolean> => {
    let changes = 0
    let killed = false
    const running = project.start(...update)
    project.onChange = () => {
      if (++changes !== nth) return
      killed = true
      setTimeout(() => void running.stop(), milliseconds)
    }
    await running.ended
    project.onChange = () => undefined
    return killed
  }

  it('leaves a lock each time, which `pulumi cancel` takes away, and a state that has nothing that is not there', async () => {
    for (let i = 0; i < kills; i++) {
      assert.ok(
        await killedAt(1 + (i % 3), (i % 4) * 10),
        `the update ended before it was killed for the ${i + 1}th time`,
      )
      withoutEmptyAttributes()
      if (i === 0) {
        const { code, said } = await project.pulumi(...update)
        assert.notEqual(code, 0)
        assert.match(said, /the stack is currently locked by 1 lock\(s\)/u)
      }
      const { code, said } = await project.pulumi('cancel', '--yes')
      assert.equal(code, 0, said)
      assert.deepEqual(await unlike(api, objectsIn(await project.state())), [])
    }
  })

  it('goes on where it ended', async () => {
    const { code, said } = await project.pulumi(...update)
    assert.equal(code, 0, said)
    assert.match(said, /pending operations/u)
    assert.deepEqual(await unlike(api, objectsIn(await project.state())), [])
  })

  it('is no longer told of as interrupted once a refresh has cleared that', async () => {
    const { code, said } = await project.pulumi('refresh', '--yes', '--skip-preview', '--clear-pending-creates')
    assert.equal(code, 0, said)
  })

  it('loses nothing: the state has all that is in the cluster', async () => {
    const known = new Set(objectsIn(await project.state()).map(({ object }) => objectName(object)))
    const there = await live()
    assert.ok(there.length > 25)
    assert.deepEqual(
      there.map(objectName).filter(name => !known.has(name)),
      [],
    )
  })

  it('is done then: another update changes nothing, and nothing has drifted', async () => {
    const again = await project.pulumi(...update, '--expect-no-changes')
    assert.equal(again.code, 0, again.said)
    assert.doesNotMatch(again.said, /pending operations/u)
    const refreshed = await project.pulumi('refresh', '--preview-only', '--expect-no-changes')
    assert.equal(refreshed.code, 0, refreshed.said)
  })

  it('is destroyed as any other', async () => {
    const { code, said } = await project.pulumi('destroy', '--yes', '--skip-preview')
    assert.equal(code, 0, said)
    assert.deepEqual((await live()).map(objectName), [])
  })
})
