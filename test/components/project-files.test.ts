import assert from 'node:assert/strict'
import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import ts from 'typescript'
import { parse } from 'yaml'
import type { StackSettings } from '../../components/config'
import { readConfig } from '../../components/config'
import { configShape } from '../../components/config-shape'
import { record } from './recorder'

const root = join(__dirname, '../..')
const text = (file: string) => readFileSync(join(root, file), 'utf8')
const stacks = readdirSync(root).filter(file => /^Pulumi\..+\.yaml$/.test(file))
const project = parse(text('Pulumi.yaml'))

/** As Pulumi hands a stack's configuration to the program. */
function configOf(stack: string): Record<string, string> {
  const given: Record<string, unknown> = parse(text(stack)).config
  const own = Object.entries(given).map(([key, value]) => [key.replace('zero-trust-mesh:', ''), value] as const)
  const defaults = Object.entries<{ default?: unknown }>(project.config)
    .filter(([, declared]) => declared.default !== undefined)
    .map(([key, declared]) => [key, declared.default] as const)
  const scalar = (value: unknown) => (typeof value === 'string' ? value : JSON.stringify(value))
  return Object.fromEntries([...defaults, ...own].map(([key, value]) => [key, scalar(value)]))
}

describe('the files of the Pulumi project', () => {
  it('name the program, since Pulumi would otherwise load the library and delete the stack', () => {
    assert.equal(project.main, 'index.ts')
    assert.deepEqual(project.runtime, {
      name: 'nodejs',
      options: { typescript: false, nodeargs: '--require tsx/cjs' },
    })
  })

  it('leave the library to package.json, with its types and its command', () => {
    const { exports, main, types, bin } = JSON.parse(text('package.json'))
    assert.deepEqual(exports['.'], { types: './types/lib.d.ts', default: './dist/lib.js' })
    assert.deepEqual([main, types, bin.ztm], ['./dist/lib.js', './types/lib.d.ts', 'dist/ztm.js'])
  })

  it('declare every key that the program reads, with a type and a description', () => {
    const known = [...Object.keys(configShape.shape), 'context', 'kubeconfig', 'lock']
    assert.deepEqual(Object.keys(project.config).sort(), known.sort())
    for (const [key, declared] of Object.entries<Record<string, unknown>>(project.config)) {
      assert.ok(['string', 'object', 'array'].includes(String(declared.type)), key)
      assert.ok(String(declared.description).length > 30, key)
    }
  })

  it('declare no secret, which Pulumi would demand of every stack and take no default for', () => {
    for (const declared of Object.values<Record<string, unknown>>(project.config)) assert.ok(!('secret' in declared))
  })

  it('say in the description of each object which keys it has', () => {
    for (const key of ['mesh', 'linkerd', 'trust', 'namespaces'] as const) {
      const schema = configShape.shape[key]
      const shape = 'shape' in schema ? schema.shape : schema.unwrap().shape
      for (const field of Object.keys(shape)) assert.ok(project.config[key].description.includes(field), field)
    }
  })

  it('hold no secret and no salt', () => {
    const names = ['ambient', 'dev', 'hybrid', 'linkerd', 'mixed', 'prod', 'teams']
    assert.deepEqual(
      stacks,
      names.map(name => `Pulumi.${name}.yaml`),
    )
    for (const stack of stacks) assert.doesNotMatch(text(stack), /encryptionsalt|secure:|secretsprovider|encryptedkey/)
  })

  it('are configurations that the program takes, and that name no cluster', async () => {
    for (const stack of stacks) {
      let settings: StackSettings | undefined
      await record(() => (settings = readConfig()), { config: configOf(stack), preview: true })
      assert.deepEqual(settings?.cluster, {}, stack)
    }
  })

  it('differ in what matters: version, revision, trust domain, trust, stages and levels', () => {
    const [dev, prod] = ['Pulumi.dev.yaml', 'Pulumi.prod.yaml'].map(configOf)
    for (const key of ['mesh', 'trust', 'stages', 'policies', 'gateways']) assert.notEqual(dev?.[key], prod?.[key], key)
    const domains = stacks.map(configOf).flatMap(({ mesh = '{}', linkerd = '{}' }) => {
      return [mesh, linkerd].flatMap(text => JSON.parse(text).trustDomain ?? [])
    })
    assert.equal(new Set(domains).size, stacks.length + 1, 'each its own, and a stack of both meshes two')
  })
})

describe('index.ts', () => {
  const source = ts.createSourceFile('index.ts', text('index.ts'), ts.ScriptTarget.ES2022, true)

  it('fits on a screen', () => {
    assert.ok(text('index.ts').split('\n').length <= 60)
  })

  it('decides nothing: it has no branch, no loop and no function but itself', () => {
    const forbidden: string[] = []
    const visit = (node: ts.Node): void => {
      const isProgram = ts.isExportAssignment(node.parent ?? node)
      if ((ts.isFunctionLike(node) && !isProgram) || ts.isIterationStatement(node, false) || isBranch(node)) {
        forbidden.push(node.getText())
      }
      ts.forEachChild(node, visit)
    }
    visit(source)
    assert.deepEqual(forbidden, [])
  })
})

function isBranch(node: ts.Node): boolean {
  if (ts.isBinaryExpression(node)) {
    const { AmpersandAmpersandToken, BarBarToken, QuestionQuestionToken } = ts.SyntaxKind
    return [AmpersandAmpersandToken, BarBarToken, QuestionQuestionToken].some(kind => kind === node.operatorToken.kind)
  }
  if (ts.isPropertyAccessExpression(node) || ts.isCallExpression(node)) return node.questionDotToken !== undefined
  return (
    ts.isIfStatement(node) || ts.isConditionalExpression(node) || ts.isSwitchStatement(node) || ts.isTryStatement(node)
  )
}
