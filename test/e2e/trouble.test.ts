import assert from 'node:assert/strict'
import type { KubernetesObject } from '../../core/model/manifest'
import type { Api } from '../support/e2e/api'
import type { Project } from '../support/e2e/project'
import { withResource } from '../support/e2e/program'
import { namespaceOf, projectOn } from '../support/e2e/shared-cluster'
import { stacks } from '../support/e2e/stacks'
import { onPath } from '../support/e2e/tools'

const stack = stacks.find(({ name }) => name === 'istio')!

/** A policy that no server takes. */
const invalid = (namespace: string): KubernetesObject => ({
  apiVersion: 'security.istio.io/v1',
  kind: 'AuthorizationPolicy',
  metadata: { name: 'invalid', namespace },
  spec: { action: 'ALLOWED' },
})

describe('trouble with the Pulumi CLI', () => {
  let api: Api
  let project: Project

  before('a cluster and a stack', async () => {
    ;({ api, project } = await projectOn('trouble', stack))
  })
  after(async () => {
    project.close()
    await Promise.all(stack.there.map(name => api.remove(namespaceOf(name))))
  })

  /** What the CLI says of a file that was changed. */
  const saidOf = async (
    file: string,
    change: (text: string) => string,
    ...args: readonly string[]
  ): Promise<string> => {
    const text = project.read(file)
    assert.notEqual(change(text), text)
    project.write(file, change(text))
    const { code, said } = await project.pulumi(...args)
    project.write(file, text)
    assert.notEqual(code, 0, said)
    return said
  }

  // The real provider checks nothing of an object whose namespace the same program makes.
  const namespaces = ['istio-ingress', ...(onPath('pulumi-resource-kubernetes') === undefined ? ['boutique'] : [])]
  for (const namespace of namespaces) {
    it(`an object that the server refuses is named by a preview (namespace ${namespace})`, async () => {
      const said = await saidOf('index.ts', program => withResource(program, 'invalid', invalid(namespace)), 'preview')
      assert.match(said, /AuthorizationPolicy[^\n]*invalid/u)
      assert.match(said, /spec\.action: Unsupported value: "ALLOWED": supported values: "ALLOW"/u)
    })
  }

  it('an update without a cluster is refused, and says how to name one', async () => {
    const none = (text: string) => text.replace(/^.*zero-trust-mesh:context.*\n/mu, '')
    const said = await saidOf('Pulumi.trouble.yaml', none, 'up', '--yes', '--skip-preview')
    assert.match(said, /the stack names no cluster, and the current context may be any/u)
    assert.match(said, /pulumi config set context <name>/u)
  })

  it('without its passphrase a stack says which variable to set', async () => {
    project.passphrase = undefined
    const { code, said } = await project.pulumi('preview')
    project.passphrase = 'e2e'
    assert.notEqual(code, 0)
    assert.match(said, /passphrase must be set with PULUMI_CONFIG_PASSPHRASE/u)
  })

  it('with another passphrase it says that this is not its own', async () => {
    project.passphrase = 'another'
    const { code, said } = await project.pulumi('preview')
    project.passphrase = 'e2e'
    assert.notEqual(code, 0)
    assert.match(said, /incorrect passphrase/u)
  })
})
