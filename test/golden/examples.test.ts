import assert from 'node:assert/strict'
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join, resolve } from 'node:path'
import { compile } from '../../core/compile/compile'
import type { Compiled, Target } from '../../core/compile/target'
import type { Graph } from '../../core/graph/graph'
import { renderObjects, renderYaml } from '../../core/report/yaml'

const examples = resolve(__dirname, '../../examples')
const names = readdirSync(examples).filter(name => existsSync(join(examples, name, 'graph.ts')))
const rewrite = process.env.UPDATE_GOLDEN === '1'

const target: Target = {
  kind: 'istio-sidecar',
  version: '1.30.3',
  trustDomain: 'prod.example.com',
  revision: '1-30-3',
}

/** As the program loads it; native `import` would want a compiled file. */
const load = createRequire(__filename)

function graphOf(name: string): Graph {
  return (load(join(examples, name, 'graph')) as { readonly default: Graph }).default
}

/** What is written down of an example: its manifests, and what they assume. */
function filesOf({ manifests, assumptions }: Compiled): Readonly<Record<string, string>> {
  return { 'istio-sidecar.yaml': renderYaml(manifests), 'assumptions.yaml': renderObjects(assumptions) }
}

describe('the examples', () => {
  it('are there', () => {
    assert.ok(names.includes('online-boutique') && names.includes('bookinfo'), names.join())
  })

  for (const name of names) {
    it(`compile ${name} to what was read and approved`, () => {
      const compiled = compile(graphOf(name), target)
      assert.deepEqual(compiled.problems, [])
      const folder = join(examples, name, 'expected')
      const files = filesOf(compiled)
      if (rewrite) mkdirSync(folder, { recursive: true })
      for (const [file, text] of Object.entries(files)) {
        if (rewrite) writeFileSync(join(folder, file), text)
        assert.equal(text, readFileSync(join(folder, file), 'utf8'), `${file} differs: npm run golden rewrites it`)
      }
      assert.deepEqual(readdirSync(folder).sort(), Object.keys(files).sort())
    })
  }
})
