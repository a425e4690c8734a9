import assert from 'node:assert/strict'
import { object, readAll, type Json } from '../objects'
import { linkerdConfig } from './objects'

const meshOf = (objects: readonly unknown[]) => readAll(objects).layer.linkerd.mesh
const codes = (objects: readonly unknown[]) => readAll(objects).problems.map(({ code }) => code)
const config = (values: string): Json =>
  object('ConfigMap', { namespace: 'linkerd', name: 'linkerd-config' }, { data: { values } })

describe('the settings of Linkerd', () => {
  it('are read where an installation keeps them, as its chart writes them', () => {
    const values = [
      'clusterDomain: cluster.local',
      'identityTrustDomain: ""',
      'clusterNetworks: "10.0.0.0/8,fd00::/8"',
      'policyController:\n  probeNetworks:\n  - 0.0.0.0/0\n  - "::/0"',
      'proxy:\n  defaultInboundPolicy: all-unauthenticated\n  opaquePorts: 25,587',
      'proxyInit:\n  ignoreInboundPorts: "4567,4568"',
    ].join('\n')
    assert.deepEqual(codes([config(values)]), [])
    assert.deepEqual(meshOf([config(values)]), {
      namespace: 'linkerd',
      trustDomain: 'cluster.local',
      clusterNetworks: ['10.0.0.0/8', 'fd00::/8'],
      probeNetworks: ['0.0.0.0/0', '::/0'],
      defaultPolicy: 'all-unauthenticated',
      skipInboundPorts: '4567,4568',
      opaquePorts: '25,587',
    })
  })
  it('are unknown where they are missing, or are no such settings', () => {
    assert.deepEqual(meshOf([]), {})
    assert.deepEqual(meshOf([config('{}')]), { namespace: 'linkerd' })
    const odd = config('clusterNetworks: everywhere\nproxy:\n  defaultInboundPolicy: open\n')
    assert.deepEqual(meshOf([odd]), { namespace: 'linkerd' })
    assert.deepEqual(codes([odd]), ['malformed-field', 'malformed-field'])
  })
  it('are told apart from nobody, who may probe where the list is empty', () => {
    assert.deepEqual(meshOf([config('policyController: {probeNetworks: []}')]).probeNetworks, [])
  })
  it('are no settings where the text is no YAML', () => {
    assert.deepEqual(codes([config('a: [')]), ['malformed-field'])
    assert.deepEqual(meshOf([config('a: [')]), {})
  })
  it('are unknown where two control planes disagree, which is told', () => {
    const other = linkerdConfig({ clusterNetworks: '192.168.0.0/16' }, 'linkerd-two/linkerd-config')
    const { namespace, clusterNetworks, trustDomain } = meshOf([linkerdConfig(), other])
    assert.deepEqual([namespace, clusterNetworks, trustDomain], [undefined, undefined, 'cluster.local'])
    assert.deepEqual(codes([linkerdConfig(), other]), ['disputed-setting', 'disputed-setting'])
  })
  it('are not looked for in a ConfigMap of another name', () => {
    assert.deepEqual(meshOf([linkerdConfig({}, 'linkerd/other')]), {})
  })
})
