/**
 * `ztm reach` beside another analyzer on the same manifests: np-guard's network-config-analyzer (`pip install network-config-analyzer`), where `nca` is on the PATH. NetworkPolicies
 * alone: of Istio's policies it refuses path templates and hosts with ports. Each run is one process, its start included.
 */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { compile } from '../core/compile/compile'
import { largeGraph } from './large-graph'

const ztm = join(resolve(__dirname, '..'), 'dist/ztm.js')

function seconds(command: string, args: readonly string[]): number {
  const start = performance.now()
  const { status } = spawnSync(command, args, { stdio: 'ignore' })
  if (status === 2 || status === null) throw new Error(`${command} ${args.join(' ')} did not answer`)
  return (performance.now() - start) / 1000
}

/** Says how long each takes for graphs of growing size. */
export function benchAnotherAnalyzer(say: (line: string) => void): void {
  if (spawnSync('nca', ['--version']).error) {
    say('  skipped: no `nca` on the PATH (pip install network-config-analyzer)')
    return
  }
  for (const size of [50, 150]) {
    const folder = mkdtempSync(join(tmpdir(), 'ztm-bench-'))
    const { assumptions, manifests } = compile(largeGraph(size), { kind: 'network-policy' })
    const objects = [...assumptions, ...manifests.map(({ object }) => object)]
    writeFileSync(join(folder, 'all.yaml'), objects.map(object => `---\n${JSON.stringify(object)}\n`).join(''))
    const theirs = seconds('nca', ['--connectivity', '-r', folder, '--output_format', 'txt'])
    const ours = seconds(process.execPath, [ztm, 'reach', folder])
    say(
      `  ${size} services, ${objects.length} objects: nca ${theirs.toFixed(1)} s, ztm ${ours.toFixed(1)} s, ratio ${(theirs / ours).toFixed(1)}`,
    )
    rmSync(folder, { recursive: true })
  }
}
