import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import ts from 'typescript'

const root = resolve(__dirname, '../..')
const limits = { file: 300, medianFile: 130, function: 50, medianFunction: 10, parameters: 3 }

const files = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', '*.ts'], {
  cwd: root,
  encoding: 'utf8',
})
  .split('\n')
  .filter(file => file !== '' && existsSync(join(root, file)))
const product = files.filter(file => !/^(test|bench|scripts)\//.test(file))

interface Size {
  readonly at: string
  readonly lines: number
  readonly parameters: number
  readonly booleanParameter: boolean
}

function functions(file: string): readonly Size[] {
  const source = ts.createSourceFile(file, readFileSync(join(root, file), 'utf8'), ts.ScriptTarget.Latest, true)
  const line = (position: number): number => source.getLineAndCharacterOfPosition(position).line + 1
  const found: Size[] = []
  const visit = (node: ts.Node): void => {
    if ((ts.isFunctionLike(node) && 'body' in node && node.body) as boolean) {
      const fn = node as ts.FunctionLikeDeclaration
      const [from, to] = [line(fn.getStart()), line(fn.end)]
      found.push({
        at: `${file}:${from}`,
        lines: to - from + 1,
        parameters: fn.parameters.length,
        booleanParameter: fn.parameters.some(p => p.type?.kind === ts.SyntaxKind.BooleanKeyword),
      })
    }
    ts.forEachChild(node, visit)
  }
  visit(source)
  return found
}

const lengths = (list: readonly string[]): readonly number[] =>
  list.map(file => readFileSync(join(root, file), 'utf8').split('\n').length - 1)
const median = (numbers: readonly number[]): number =>
  [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? 0

describe('small rooms', () => {
  const all = product.flatMap(functions)

  it(`keeps every file within ${limits.file} lines`, () => {
    const all = lengths(files)
    const long = files.filter((_, i) => (all[i] ?? 0) > limits.file)
    assert.deepEqual(long, [])
  })

  it(`keeps the median file of the product within ${limits.medianFile} lines`, () => {
    assert.ok(median(lengths(product)) <= limits.medianFile, `the median is ${median(lengths(product))}`)
  })

  it(`keeps every function within ${limits.function} lines, and the median within ${limits.medianFunction}`, () => {
    assert.deepEqual(
      all.filter(f => f.lines > limits.function).map(f => `${f.at} ${f.lines}`),
      [],
    )
    assert.ok(median(all.map(f => f.lines)) <= limits.medianFunction)
  })

  it(`gives no function more than ${limits.parameters} parameters, nor a positional boolean`, () => {
    assert.deepEqual(
      all.filter(f => f.parameters > limits.parameters || f.booleanParameter).map(f => f.at),
      [],
    )
  })

  it('keeps index.ts within 60 lines', () => {
    assert.ok(readFileSync(join(root, 'index.ts'), 'utf8').split('\n').length <= 61)
  })
})
