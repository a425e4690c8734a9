import assert from 'node:assert/strict'
import { chartOf } from '../../components/charts'

describe('where a chart comes from', () => {
  it('is the repository of Istio, unless another is named', () => {
    const repo = 'https://istio-release.storage.googleapis.com/charts'
    assert.deepEqual(chartOf('istiod', '1.30.3'), { chart: 'istiod', version: '1.30.3', repositoryOpts: { repo } })
    const mirror = chartOf('cni', '1.30.3', { repository: 'https://charts.example.com/istio/' })
    assert.deepEqual(mirror.repositoryOpts, { repo: 'https://charts.example.com/istio' })
  })

  it('is one address for an OCI registry, which Helm knows no repository of', () => {
    assert.deepEqual(chartOf('base', '1.30.3', { repository: 'oci://registry.example.com/charts/' }), {
      chart: 'oci://registry.example.com/charts/base',
      version: '1.30.3',
    })
  })

  it('is a folder or an archive for closed networks', () => {
    assert.equal(chartOf('gateway', '1.30.3', { directory: '/srv/istio' }).chart, '/srv/istio/gateway')
    assert.equal(chartOf('gateway', '1.30.3', { archives: './charts/' }).chart, './charts/gateway-1.30.3.tgz')
  })

  it('is a path that cannot be taken for a chart of a repository', () => {
    assert.equal(chartOf('base', '1.30.3', { directory: 'charts' }).chart, './charts/base')
    assert.equal(chartOf('base', '1.30.3', { directory: '../charts' }).chart, '../charts/base')
  })

  it('carries the version for local charts too, for a guard to read', () => {
    assert.equal(chartOf('base', '1.30.3', { directory: 'charts' }).version, '1.30.3')
  })
})
