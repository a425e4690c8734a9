import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { judge } from '../../components/judged'
import { compile } from '../../core/compile/compile'
import type { Target } from '../../core/compile/target'
import { defineGraph, http, tcp } from '../../core/graph/define'
import { printProblem } from '../../core/model/problem'
import { shop } from './fixtures'

const target: Target = { kind: 'istio-sidecar', version: '1.30.3', trustDomain: 'test.example.com' }
const narrow = defineGraph({
  services: { app: { namespace: 'shop', ports: { http: http(8080), tcp: tcp(9000) } } },
  ingress: {
    web: { gateway: 'shop/edge', hosts: ['a.example.com'], routes: { app: { http: ['GET /'], tcp: 'tcp' } } },
  },
}).calls({})

describe('what becomes of a graph', () => {
  it('is what the compiler makes of it, where nothing blocks', () => {
    const { manifests, blocking, told, digest } = judge({ graph: shop, target })
    assert.deepEqual(manifests, compile(shop, target).manifests)
    assert.deepEqual([blocking, told], [[], []])
    assert.match(digest ?? '', /^sha256:[0-9a-f]{64}$/)
  })

  it('is nothing at all where anything blocks, as half of the policies would open what the others close', () => {
    const { manifests, blocking } = judge({ graph: narrow, target })
    assert.deepEqual(manifests, [])
    assert.deepEqual(
      blocking.map(({ code }) => code),
      ['closed-entry'],
    )
  })

  it('tells what was acknowledged, and only under its own code', () => {
    const accepted = judge({ graph: narrow, target, acknowledged: ['closed-entry'] })
    assert.deepEqual(
      accepted.told.map(({ code }) => code),
      ['closed-entry'],
    )
    assert.ok(accepted.manifests.length > 0)
    assert.equal(judge({ graph: narrow, target, acknowledged: ['inexpressible'] }).blocking.length, 1)
  })

  it('acknowledges no error', () => {
    const wrong = { ...target, version: '1.2.3' }
    const { blocking } = judge({ graph: shop, target: wrong, acknowledged: ['unsupported-version'] })
    assert.deepEqual(
      blocking.map(({ code }) => code),
      ['unsupported-version'],
    )
  })

  it('has the same digest for every order in which the graph was written', () => {
    const services = Object.fromEntries(Object.entries(shop.services).reverse())
    const calls = Object.fromEntries(Object.entries(shop.calls).reverse())
    assert.equal(judge({ graph: { ...shop, services, calls }, target }).digest, judge({ graph: shop, target }).digest)
  })

  describe('and CustomResourceDefinitions', () => {
    const folder = mkdtempSync(join(tmpdir(), 'crds-'))
    const file = (name: string, text: string): string => {
      writeFileSync(join(folder, name), text)
      return join(folder, name)
    }
    const definition = (properties: object): string =>
      JSON.stringify({
        apiVersion: 'apiextensions.k8s.io/v1',
        kind: 'CustomResourceDefinition',
        metadata: { name: 'sidecars.networking.istio.io' },
        spec: {
          group: 'networking.istio.io',
          names: { kind: 'Sidecar' },
          versions: [
            { name: 'v1', schema: { openAPIV3Schema: { properties: { spec: { type: 'object', properties } } } } },
          ],
        },
      })
    const open = { 'x-kubernetes-preserve-unknown-fields': true }
    const said = (crds: string): readonly string[] =>
      judge({ graph: shop, target, schemas: { crds } }).blocking.map(printProblem)
    after(() => {
      rmSync(folder, { recursive: true })
    })

    it('is refused whole where one object does not fit them, by its name and field', () => {
      const crds = file('old.yaml', `---\n${definition({ egress: open, workloadSelector: open })}\n`)
      const [first = ''] = said(crds)
      assert.match(
        first,
        /^Sidecar \S+: `spec.outboundTrafficPolicy` is no field of its schema, so that it would be dropped/,
      )
      assert.deepEqual(judge({ graph: shop, target, schemas: { crds } }).manifests, [])
    })

    it('is let through where all of it fits, whatever else the folder holds', () => {
      mkdirSync(join(folder, 'crds'))
      file(
        'crds/istio.yaml',
        `a: [\n---\n${definition({ egress: open, workloadSelector: open, outboundTrafficPolicy: open })}\n`,
      )
      file('crds/notes.txt', 'nothing')
      assert.deepEqual(said(join(folder, 'crds')), [])
    })

    it('is refused where these cannot be read, or are none', () => {
      assert.match(said(join(folder, 'absent')).join(), /cannot be read/)
      assert.match(
        said(file('broken.yaml', 'kind: CustomResourceDefinition, Sidecar: [')).join(),
        /cannot be read as YAML/,
      )
      assert.match(said(file('other.yaml', 'kind: ConfigMap')).join(), /there is no CustomResourceDefinition/)
    })
  })
})
