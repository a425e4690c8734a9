import assert from 'node:assert/strict'
import { resolve } from 'node:path'
import { assertRefused, scratch, ztm } from './support/ztm'

const { write } = scratch()
const graph = resolve(__dirname, '../../../examples/bookinfo/graph.ts')
const definition = (fields: string): string => `apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: sidecars.networking.istio.io}
spec:
  group: networking.istio.io
  names: {kind: Sidecar}
  versions:
  - name: v1
    served: true
    schema: {openAPIV3Schema: {type: object, properties: {spec: {type: object, properties: {${fields}}}}}}
`
const open = '{x-kubernetes-preserve-unknown-fields: true}'
const sidecar = `apiVersion: networking.istio.io/v1
kind: Sidecar
metadata: {name: cart, namespace: shop}
spec: {egres: []}
`
const rule = ['--rule', 'object-fits-schema']
const compile = ['compile', graph, '--trust-domain', 'cluster.local']

describe('--crds', () => {
  it('holds what ztm check is given against the definitions, and says where a field is misspelt', async () => {
    const file = write('sidecar.yaml', sidecar)
    const crds = write('crds.yaml', definition(`egress: ${open}`))
    const { code, out } = await ztm(['check', file, ...rule, '--crds', crds])
    assert.equal(code, 1)
    assert.match(
      out,
      /sidecar\.yaml:1: Sidecar shop\/cart spec\.egres: is no field of its schema.*did you mean `egress`\?/,
    )
    const { out: sarif } = await ztm(['check', file, ...rule, '--crds', crds, '--format', 'sarif'])
    assert.match(sarif, /"ruleId": "object-fits-schema"/)
  })

  it('is not needed for definitions among the manifests, or in what lies in the cluster', async () => {
    const both = write('both.yaml', `${definition(`egress: ${open}`)}---\n${sidecar}`)
    assert.equal((await ztm(['check', both, ...rule])).code, 1)
    const file = write('sidecar.yaml', sidecar)
    const base = write('base.yaml', definition(`egress: ${open}`))
    assert.equal((await ztm(['check', file, ...rule, '--base', base])).code, 1)
    assert.equal((await ztm(['check', file, ...rule])).code, 0)
  })

  it('names the kinds that it has no definition of', async () => {
    const crds = write('crds.yaml', definition(`egress: ${open}`))
    const gateway = sidecar.replace('Sidecar', 'Gateway')
    const { err } = await ztm(['check', write('gateway.yaml', gateway), ...rule, '--crds', crds])
    assert.match(err, /fields of 1 kind not checked, .*: Gateway\.networking\.istio\.io 1/)
  })

  it('keeps ztm compile from writing what does not fit', async () => {
    const crds = write('crds.yaml', definition(`egress: ${open}, workloadSelector: ${open}`))
    const { code, out, err } = await ztm([...compile, '--crds', crds])
    assert.deepEqual([code, out], [2, ''])
    assert.match(err, /Sidecar \S+: `spec\.outboundTrafficPolicy` is no field of its schema/)
    const all = write(
      'all.yaml',
      definition(`egress: ${open}, workloadSelector: ${open}, outboundTrafficPolicy: ${open}`),
    )
    assert.equal((await ztm([...compile, '--crds', all])).code, 0)
  })

  it('refuses a file that has none', async () => {
    const file = write('sidecar.yaml', sidecar)
    assertRefused(await ztm(['check', file, '--crds', file]), 'no CustomResourceDefinition')
  })
})
