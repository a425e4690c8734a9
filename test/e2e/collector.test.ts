import assert from 'node:assert/strict'
import type { KubernetesObject } from '../../core/model/manifest'
import type { Api } from '../support/e2e/api'
import { Collector, untilGone } from '../support/e2e/collector'
import { namespaceOf, sharedCluster } from '../support/e2e/shared-cluster'

const namespace = namespaceOf('collected')
const metadata = { name: 'collected', namespace: 'collected' }
const inTheForeground: readonly KubernetesObject[] = [
  { apiVersion: 'v1', kind: 'ConfigMap', metadata },
  { apiVersion: 'security.istio.io/v1', kind: 'AuthorizationPolicy', metadata, spec: {} },
]

describe('what the real provider leaves for a controller to finish', () => {
  let api: Api
  let collector: Collector

  before('a cluster, and objects that are deleted and stay', async () => {
    ;({ api } = await sharedCluster())
    await api.apply(namespace)
    for (const object of inTheForeground) {
      await api.apply(object)
      const path = `${await api.pathOf(object)}?propagationPolicy=Foreground`
      await api.ask({ method: 'DELETE', path })
    }
  })
  after(() => collector.stop())

  it('is there while nobody finishes it, and gone then', async () => {
    const live = await Promise.all(inTheForeground.map(object => api.read(object)))
    assert.deepEqual(
      live.map(object => object?.metadata.finalizers),
      inTheForeground.map(() => ['foregroundDeletion']),
    )
    collector = new Collector(api)
    for (const object of inTheForeground) await untilGone(api, object)
    await api.ask({ method: 'DELETE', path: await api.pathOf(namespace) })
    await untilGone(api, namespace)
  })
})
