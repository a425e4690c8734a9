import assert from 'node:assert/strict'
import fc from 'fast-check'
import ipaddr from 'ipaddr.js'
import { compile, compileWithNetwork } from '../../../../../core/compile/compile'
import type { MeshTarget } from '../../../../../core/compile/target'
import type { KubernetesObject } from '../../../../../core/model/manifest'
import { objectName } from '../../../../../core/model/manifest'
import { graph } from '../../../../support/arbitrary/graph'
import { linkerdTarget } from '../../../../support/linkerd'
import { target } from '../../../../support/compiled'
import { anyTarget } from '../targets'
import type { Peer, Rule, Selector } from './rows'
import { specIn } from './rows'

/*
 * What an API server asks of a NetworkPolicy: kubernetes `pkg/apis/networking/validation/validation.go`, `apimachinery/pkg/apis/meta/v1/validation/validation.go`.
 */

const key = /^([a-z0-9]([-a-z0-9.]*[a-z0-9])?\/)?[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/
const value = /^([A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?$/

function selectorFaults({ matchLabels = {}, matchExpressions = [] }: Selector): string[] {
  const labels = Object.entries(matchLabels).filter(([name, text]) => !key.test(name) || !value.test(text))
  const expressions = matchExpressions.filter(
    ({ key: name, operator, values }) =>
      !key.test(name) || operator !== 'In' || values.length === 0 || !values.every(text => value.test(text)),
  )
  return [...labels.map(([name]) => `label ${name}`), ...expressions.map(({ key: name }) => `expression ${name}`)]
}

function peerFaults({ ipBlock, namespaceSelector, podSelector }: Peer): string[] {
  if (!ipBlock) {
    if (!namespaceSelector) return ['a peer without a namespace is of the policy’s own']
    return [...selectorFaults(namespaceSelector), ...(podSelector ? selectorFaults(podSelector) : [])]
  }
  const { cidr, except = [] } = ipBlock
  const [address, bits] = ipaddr.parseCIDR(cidr)
  const outside = except.filter(one => {
    const [inner, length] = ipaddr.parseCIDR(one)
    return inner.kind() !== address.kind() || length <= bits || !inner.match(address, bits)
  })
  const both = (namespaceSelector ?? podSelector) ? ['a block beside a selector'] : []
  return [...both, ...outside.map(one => `${one} is not strictly within ${cidr}`)]
}

function ruleFaults({ from, to, ports = [] }: Rule): string[] {
  const peers = from ?? to
  const odd = ports.filter(
    ({ protocol, port, endPort }) =>
      !['TCP', 'UDP'].includes(protocol) ||
      typeof port !== 'number' ||
      port < 1 ||
      port > 65535 ||
      endPort !== undefined,
  )
  return [
    ...(peers?.length === 0 ? ['an empty list, which is everybody'] : []),
    ...(ports.length === 0 ? ['no ports, which is all of them'] : []),
    ...odd.map(port => `port ${JSON.stringify(port)}`),
    ...(peers ?? []).flatMap(peerFaults),
  ]
}

function faults(object: KubernetesObject): string[] {
  const { podSelector, policyTypes, ingress = [], egress = [] } = specIn(object)
  const name = /^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/.test(object.metadata.name) ? [] : ['name']
  const types = policyTypes.join() === 'Ingress,Egress' ? [] : ['policyTypes']
  const sides = [...ingress.filter(({ to }) => to), ...egress.filter(({ from }) => from)].map(() => 'wrong side')
  return [...name, ...types, ...sides, ...selectorFaults(podSelector), ...[...ingress, ...egress].flatMap(ruleFaults)]
}

const hybrid: MeshTarget = {
  kind: 'hybrid',
  istio: { ...target, kind: 'istio-ambient' },
  linkerd: linkerdTarget,
  namespaces: { pay: 'linkerd' },
}
const meshes = fc.oneof(anyTarget, fc.constantFrom<MeshTarget | undefined>(undefined, linkerdTarget, hybrid))

describe('every NetworkPolicy', () => {
  it('is one that an API server takes, and explained', () => {
    fc.assert(
      fc.property(graph, meshes, (declared, mesh) => {
        const { manifests } = compile(declared, { kind: 'network-policy', ...(mesh && { mesh }) })
        for (const { object, because } of manifests) {
          assert.deepEqual(faults(object), [], objectName(object))
          assert.ok(because.length > 0, objectName(object))
        }
      }),
      { numRuns: 120 },
    )
  })

  it('is the same beside the mesh’s own manifests, which stay as they are', () => {
    fc.assert(
      fc.property(graph, anyTarget, (declared, mesh) => {
        const both = compileWithNetwork(declared, mesh, {}).manifests.map(({ object }) => object)
        const isNetwork = ({ kind }: KubernetesObject) => kind === 'NetworkPolicy'
        const objectsFor = (to: Parameters<typeof compile>[1]) =>
          compile(declared, to).manifests.map(({ object }) => object)
        assert.deepEqual(both.filter(isNetwork), objectsFor({ kind: 'network-policy', mesh }))
        assert.deepEqual(
          both.filter(object => !isNetwork(object)),
          objectsFor(mesh),
        )
      }),
      { numRuns: 30 },
    )
  })

  it('would be noticed with a block that is left out of no larger one, without ports, and with an empty list', () => {
    const odd = { from: [{ ipBlock: { cidr: '10.0.0.0/8', except: ['10.0.0.0/8'] } }], ports: [] }
    const spec = { podSelector: {}, policyTypes: ['Ingress', 'Egress'], ingress: [odd, { from: [] }] }
    const object = { apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy', metadata: { name: 'x' }, spec }
    assert.deepEqual(faults(object), [
      'no ports, which is all of them',
      '10.0.0.0/8 is not strictly within 10.0.0.0/8',
      'an empty list, which is everybody',
      'no ports, which is all of them',
    ])
  })
})
