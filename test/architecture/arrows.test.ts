import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync, statSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import ts from 'typescript'

/*
 * The table of arrows: which room may import which. Each forbidden arrow would make the whole worthless: a proof by the
 * hand that wrote what it proves, a core that reads the clock, a guard that trusts what it guards.
 */
const arrows: Readonly<Record<string, readonly string[]>> = {
  'core/model': ['core/model'],
  'core/graph': ['core/graph', 'core/model'],
  'core/compile': ['core/compile', 'core/graph', 'core/model'],
  'core/analyze': ['core/analyze', 'core/model'],
  'core/report': ['core/report', 'core/model'],
  'core/adopt': ['core/adopt', 'core/model', 'core/analyze', 'core/graph'],
  'core/trust': ['core/trust', 'core/model'],
  'core/rollout': ['core/rollout', 'core/graph', 'core/model'],
  policypacks: ['policypacks', 'core/model', 'core/analyze', 'core/trust'],
  components: ['components', 'core', '@pulumi', 'node'],
  cli: ['cli', 'core', 'policypacks', 'components'],
  preview: ['preview', 'core', 'components', 'policypacks', 'cli', '@pulumi', 'node'],
  examples: ['core/graph', 'services.ts'],
  // Programs of other teams: they have the library by its name, as a reader would.
  'examples/app-team': ['examples/app-team', '@pulumi'],
  'services.ts': ['core/graph'],
  'index.ts': ['components', 'services.ts', '@pulumi'],
  'lib.ts': ['components', 'core'],
}
/** The files that may do what their room may not. */
const exceptions: Readonly<Record<string, readonly string[]>> = {
  'cli/io.ts': ['node'],
  'cli/keys.ts': ['node'],
  'cli/optimize-late.ts': ['node'],
  'cli/programs.ts': ['node'],
  'policypacks/zero-trust/index.ts': ['@pulumi', 'node'],
  'policypacks/zero-trust/lock-file.ts': ['node'],
  'policypacks/zero-trust/cryptography.ts': ['node'],
}
/** Rooms that may use no package but these. Everything else of npm is a shell's affair. */
const purePackages = [
  'refa',
  'zod',
  'yaml',
  'ipaddr.js',
  'damerau-levenshtein',
  'fnv1a',
  '@peculiar/asn1-schema',
  '@peculiar/asn1-x509',
]

const root = resolve(__dirname, '../..')

interface Import {
  readonly file: string
  readonly line: number
  readonly target: string
}

function sourceFiles(): readonly string[] {
  const listed = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', '*.ts'], {
    cwd: root,
    encoding: 'utf8',
  })
  return listed.split('\n').filter(file => file !== '' && existsSync(join(root, file)))
}

function room(file: string): string {
  const rooms = Object.keys(arrows).sort((a, b) => b.length - a.length)
  return rooms.find(name => file === name || file.startsWith(`${name}/`)) ?? file.split('/')[0] ?? file
}

/** What an import specifier stands for: `node`, `@pulumi`, `npm:name`, or a file of ours. */
function target(file: string, specifier: string): string {
  if (specifier.startsWith('.')) {
    const path = relative(root, resolve(root, dirname(file), specifier))
    const candidates = [`${path}.ts`, join(path, 'index.ts'), path]
    return (
      candidates.find(candidate => existsSync(join(root, candidate)) && statSync(join(root, candidate)).isFile()) ??
      path
    )
  }
  if (specifier.startsWith('node:')) return 'node'
  if (specifier.startsWith('@pulumi/')) return '@pulumi'
  return `npm:${specifier.startsWith('@') ? specifier.split('/').slice(0, 2).join('/') : (specifier.split('/')[0] ?? specifier)}`
}

function imports(file: string): readonly Import[] {
  const source = ts.createSourceFile(file, readFileSync(join(root, file), 'utf8'), ts.ScriptTarget.Latest, true)
  const found: Import[] = []
  const add = (node: ts.Node, specifier: string): void => {
    const line = source.getLineAndCharacterOfPosition(node.getStart()).line + 1
    found.push({ file, line, target: target(file, specifier) })
  }
  const visit = (node: ts.Node): void => {
    if (
      (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) &&
      node.moduleSpecifier &&
      ts.isStringLiteral(node.moduleSpecifier)
    ) {
      add(node, node.moduleSpecifier.text)
    }
    if (ts.isCallExpression(node)) {
      const [argument] = node.arguments
      const loads = node.expression.kind === ts.SyntaxKind.ImportKeyword || node.expression.getText() === 'require'
      if (loads && argument && ts.isStringLiteral(argument)) add(node, argument.text)
    }
    ts.forEachChild(node, visit)
  }
  visit(source)
  return found
}

function allowed({ file, target: to }: Import): boolean {
  const may = [...(arrows[room(file)] ?? []), ...(exceptions[file] ?? [])]
  if (to.startsWith('npm:')) return !room(file).startsWith('core') || purePackages.includes(to.slice(4))
  return may.some(name => to === name || to.startsWith(`${name}/`))
}

const files = sourceFiles().filter(file => !/^(test|bench|scripts)\//.test(file))
const all = files.flatMap(imports)

describe('the arrows between the rooms', () => {
  it('covers every source file of the product with a row of the table', () => {
    assert.deepEqual(
      files.filter(file => !(room(file) in arrows)),
      [],
    )
    assert.ok(files.length > 50, `only ${files.length} files were found`)
  })

  it('allows each import', () => {
    const refused = all.filter(entry => !allowed(entry)).map(({ file, line, target: to }) => `${file}:${line} → ${to}`)
    assert.deepEqual(refused, [])
  })

  it('would notice a forbidden arrow', () => {
    const forbidden = [
      ['core/analyze/reach.ts', 'core/graph/graph.ts'],
      ['core/compile/compile.ts', 'core/analyze/reach.ts'],
      ['core/model/flow.ts', 'node'],
      ['policypacks/zero-trust/rules/strict-mtls.ts', '@pulumi'],
      ['components/istio.ts', 'policypacks/zero-trust/rule.ts'],
      ['policypacks/zero-trust/rule.ts', 'components/istio.ts'],
      ['core/report/lines.ts', 'npm:commander'],
    ] as const
    assert.deepEqual(
      forbidden.filter(([file, to]) => allowed({ file, line: 1, target: to })),
      [],
    )
  })

  it('has no cycles', () => {
    const edges = new Map<string, Set<string>>()
    for (const { file, target: to } of all)
      if (to.endsWith('.ts')) edges.set(file, (edges.get(file) ?? new Set<string>()).add(to))
    const done = new Set<string>()
    const cycles: string[] = []
    const visit = (file: string, path: readonly string[]): void => {
      if (path.includes(file)) cycles.push([...path.slice(path.indexOf(file)), file].join(' → '))
      if (done.has(file) || path.includes(file)) return
      for (const to of edges.get(file) ?? []) visit(to, [...path, file])
      done.add(file)
    }
    for (const file of edges.keys()) visit(file, [])
    assert.deepEqual(
      cycles.filter(cycle => !typeOnly(cycle)),
      [],
    )
  })
})

/** Two files that only share types depend on each other in name alone: nothing is loaded in a circle. */
function typeOnly(cycle: string): boolean {
  const steps = cycle.split(' → ')
  return steps.slice(1).some((to, i) => {
    const from = steps[i] ?? ''
    const source = ts.createSourceFile(from, readFileSync(join(root, from), 'utf8'), ts.ScriptTarget.Latest, true)
    return source.statements
      .filter(ts.isImportDeclaration)
      .filter(node => ts.isStringLiteral(node.moduleSpecifier) && target(from, node.moduleSpecifier.text) === to)
      .every(node => node.importClause?.isTypeOnly === true)
  })
}
