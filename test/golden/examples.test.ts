import assert from 'node:assert/strict'
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join, resolve } from 'node:path'
import { compile } from '../../core/compile/compile'
import type { Compiled, IstioTarget, MeshTarget, Target } from '../../core/compile/target'
import type { Graph } from '../../core/graph/graph'
import { renderObjects, renderYaml } from '../../core/report/yaml'

const examples = resolve(__dirname, '../../examples')
const names = readdirSync(examples).filter(name => existsSync(join(examples, name, 'graph.ts')))
const rewrite = process.env.UPDATE_GOLDEN === '1'

const shared = { version: '1.30.3', trustDomain: 'prod.example.com', revision: '1-30-3' } as const
/** By the name of their folders. */
const meshes: Readonly<Record<string, MeshTarget>> = {
  'istio-sidecar': { ...shared, kind: 'istio-sidecar' },
  'istio-ambient': { ...shared, kind: 'istio-ambient' },
  linkerd: { kind: 'linkerd', version: '2.20', trustDomain: 'prod.example.com', nodeNetworks: ['10.0.0.0/16'] },
}

/** Who routes at the gateways of an example, where it is not Istio's own API; so that both are read and approved. */
const gateways: Readonly<Record<string, IstioTarget['gateways']>> = {
  bookinfo: { 'bookinfo-ingress/bookinfo-gateway-istio': { routing: 'gateway-api', service: 'ClusterIP' } },
}

/** Each mesh, the network below each, and the network of a cluster without one; each routed as an example has it. */
function targetsFor(name: string): Readonly<Record<string, Target>> {
  const routed = Object.entries(meshes).map(([to, mesh]) => [to, routedAs(name, mesh)] as const)
  const below = routed.map(([to, mesh]) => [`network-policy-below-${to}`, { kind: 'network-policy', mesh }] as const)
  return { ...Object.fromEntries(routed), 'network-policy': { kind: 'network-policy' }, ...Object.fromEntries(below) }
}

/** As the program loads it; native `import` would want a compiled file. */
const load = createRequire(__filename)

function graphOf(name: string): Graph {
  return (load(join(examples, name, 'graph')) as { readonly default: Graph }).default
}

/** What is written down of an example: its manifests, and what they assume, which below a mesh is what the mesh does. */
function filesOf(name: string, { manifests, assumptions }: Compiled): Readonly<Record<string, string>> {
  return {
    [`${name}/manifests.yaml`]: renderYaml(manifests),
    ...(!name.includes('-below-') && { [`${name}/assumptions.yaml`]: renderObjects(assumptions) }),
  }
}

function soundly(graph: Graph, target: Target): Compiled {
  const compiled = compile(graph, target)
  const open = compiled.problems.filter(({ code, severity }) => severity !== 'delegated' || !elsewhere.includes(code))
  assert.deepEqual(open, [])
  return compiled
}

/** What an example leaves to others: on Linkerd who enters, and who leaves; in ambient namespaces what a scraper asks; on the network who somebody is, and what is asked. */
const elsewhere = [
  'unlisted-entry',
  'egress-needs-network-policy',
  'scrape-at-l4',
  'network-without-requests',
  'network-without-identities',
  'network-one-port',
  'network-behind-waypoint',
  'network-whole-namespace',
]

function routedAs(name: string, target: MeshTarget): MeshTarget {
  return target.kind === 'linkerd' || target.kind === 'hybrid' ? target : { ...target, gateways: gateways[name] ?? {} }
}

function filesIn(folder: string): string[] {
  return readdirSync(folder).flatMap(to => readdirSync(join(folder, to)).map(file => `${to}/${file}`))
}

describe('the examples', () => {
  it('are there', () => {
    assert.deepEqual(names, ['bookinfo', 'emojivoto', 'online-boutique'])
  })

  for (const name of names) {
    it(`compile ${name} to what was read and approved`, () => {
      const folder = join(examples, name, 'expected')
      const targets = targetsFor(name)
      const compiled = Object.entries(targets).map(([to, target]) => filesOf(to, soundly(graphOf(name), target)))
      const files = Object.assign({}, ...compiled) as Readonly<Record<string, string>> // of records of texts
      for (const to of rewrite ? Object.keys(targets) : []) mkdirSync(join(folder, to), { recursive: true })
      for (const [file, text] of Object.entries(files)) {
        if (rewrite) writeFileSync(join(folder, file), text)
        assert.equal(text, readFileSync(join(folder, file), 'utf8'), `${file} differs: npm run golden rewrites it`)
      }
      assert.deepEqual(filesIn(folder).sort(), Object.keys(files).sort())
    })
  }
})
