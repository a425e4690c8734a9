import { execFileSync } from 'node:child_process'
import type { GitOutcome } from './git'

/** More than any repository's manifests, in bytes. */
const largestOutput = 1 << 30

/** Runs git, on what is given as its standard input. */
export function runGit(args: readonly string[], input: string): GitOutcome {
  return run('git', args, input)
}

/** Runs the Pulumi CLI, without a shell; it asks nothing. */
export function runPulumi(args: readonly string[]): GitOutcome {
  return run('pulumi', args, '')
}

function run(program: string, args: readonly string[], input: string): GitOutcome {
  try {
    return { kind: 'done', output: execFileSync(program, args, { input, maxBuffer: largestOutput, stdio: 'pipe' }) }
  } catch (error) {
    if (!(error instanceof Error)) throw error
    if ('code' in error && error.code === 'ENOENT') return { kind: 'absent' }
    const said = 'stderr' in error ? String(error.stderr) : error.message
    return { kind: 'failed', why: (said.split('\n')[0] ?? '').replace(/^fatal: /, '') }
  }
}
