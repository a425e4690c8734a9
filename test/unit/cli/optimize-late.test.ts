import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'

const root = join(__dirname, '../../..')

/** Prints how often a function was called before V8 had optimized it (v8 `src/runtime/runtime.h` OptimizationStatus kTurboFanned). */
const countCalls = `
  const add = (a, b) => { let sum = 0; for (let i = 0; i < 20; i++) sum += a * i + b; return sum }
  let calls = 0
  while (calls < 1_000_000 && (%GetOptimizationStatus(add) & 64) === 0) add(calls++, 1)
  console.log(calls)
`

function callsUntilOptimized(before: string): number {
  const flags = ['--allow-natives-syntax', '--no-concurrent-recompilation', '--no-use-osr']
  const argv = [...flags, '-r', 'tsx/cjs', '-e', `${before};${countCalls}`]
  const { stdout, stderr, status } = spawnSync(process.execPath, argv, { cwd: root, encoding: 'utf8' })
  assert.equal(status, 0, stderr)
  assert.doesNotMatch(stderr, /unrecognized/)
  return Number(stdout)
}

describe('optimizing late', () => {
  it('has a V8 without a cheaper compiler watch a function some ten times as long, and optimizes it then', () => {
    const usual = callsUntilOptimized('')
    const late = callsUntilOptimized(`require('./cli/optimize-late').optimizeLate()`)
    const major = Number(process.versions.v8.split('.')[0])
    assert.equal(late > 4 * usual, major <= 12, `${late} calls, and ${usual} without`)
    assert.ok(late < 1_000_000, 'never')
  })
})
