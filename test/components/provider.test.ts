import assert from 'node:assert/strict'
import * as pulumi from '@pulumi/pulumi'
import { kubernetesProvider } from '../../components/provider'
import { Refused } from '../../components/refused'
import { record } from './recorder'

const secretSignature = '1b47061264138c4ac30d75fd1eb44270'

describe('the Kubernetes provider of a stack', () => {
  const before = process.env.KUBECONFIG
  beforeEach(() => {
    process.env.KUBECONFIG = '/home/someone/.kube/config'
  })
  afterEach(() => {
    if (before === undefined) delete process.env.KUBECONFIG
    else process.env.KUBECONFIG = before
  })

  it('is refused for an update that names no cluster: the current context may be any', async () => {
    await assert.rejects(
      record(() => kubernetesProvider('cluster', {})),
      (error: unknown) => error instanceof Refused && error.message.includes('pulumi config set context'),
    )
  })

  it('leads nowhere in a preview that names no cluster, whatever the machine says, and a warning says so', async () => {
    const recording = await record(() => kubernetesProvider('cluster', {}), { preview: true })
    const { context, kubeconfig } = recording.named('cluster').inputs
    const config = JSON.parse(kubeconfig)
    assert.deepEqual([config.clusters, config.contexts, config.users], [[], [], []])
    assert.equal(config['current-context'], undefined)
    assert.ok(context, 'without a context of its own, client-go takes the current one')
    assert.match(recording.warnings.join(), /no cluster is named/)
  })

  it('takes the context it is given', async () => {
    const recording = await record(() => kubernetesProvider('cluster', { context: 'staging' }))
    assert.equal(recording.named('cluster').inputs.context, 'staging')
    assert.deepEqual(recording.warnings, [])
  })

  it('keeps a kubeconfig secret', async () => {
    const kubeconfig = pulumi.secret('clusters: []')
    const recording = await record(() => kubernetesProvider('cluster', { kubeconfig }))
    const { kubeconfig: sent } = recording.named('cluster').inputs
    assert.deepEqual(Object.values(sent), [secretSignature, 'clusters: []'])
  })

  it('is that of one cluster for the life of a stack, so that a renamed context replaces nothing', async () => {
    const of = async (context: string) =>
      (await record(() => kubernetesProvider('cluster', { context }))).named('cluster').inputs.clusterIdentifier
    assert.equal(await of('a'), 'zero-trust-mesh/test')
    assert.equal(await of('b'), 'zero-trust-mesh/test')
  })
})
