/** How long the built `ztm` takes: to start, to decide many requests, to compare two large states. Each run is a process, the median of several. */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'

const root = resolve(__dirname, '..')
const ztm = join(root, 'dist/ztm.js')
const one = 'examples/online-boutique/expected/istio-sidecar/assumptions.yaml'
const requests = 100_000

/** Seconds of one process, the median of five. */
function seconds(argv: readonly string[], times = 5): number {
  const all = Array.from({ length: times }, () => {
    const start = performance.now()
    spawnSync(process.execPath, argv, { cwd: root, stdio: 'ignore' })
    return (performance.now() - start) / 1000
  })
  return all.sort((a, b) => a - b)[Math.floor(times / 2)] ?? NaN
}

/** Start-up beside Node's own, requests a second, and the comparison of two states of 1,500 services. */
export function benchCommandLine(say: (line: string) => void): void {
  const bare = seconds(['-e', '0'])
  const tell = (what: string, taken: number): void => {
    say(`  ${what.padEnd(44)} ${taken.toFixed(2)} s, ${(taken / bare).toFixed(1)} times bare node`)
  }
  tell('ztm --help', seconds([ztm, '--help']))
  tell('ztm check of one file, one rule', seconds([ztm, 'check', one, '--rule', 'strict-mtls']))
  const folder = mkdtempSync(join(tmpdir(), 'ztm-bench-'))
  const made = ['-r', 'tsx/cjs', 'bench/requests.ts', folder, '1500', String(requests)]
  spawnSync(process.execPath, made, { cwd: root, stdio: 'inherit' })
  const manifests = join(folder, 'manifests.json')
  const decide = [ztm, 'decide', '--manifests', manifests, '--requests', join(folder, 'requests.jsonl')]
  const reading = seconds([ztm, 'decide', '--manifests', manifests, '--requests', '/dev/null'], 3)
  const deciding = seconds(decide, 3) - reading
  say(`  ztm decide: ${Math.round(requests / deciding)} requests a second, after ${reading.toFixed(2)} s of reading`)
  tell('ztm diff of two like states, 1,500 services', seconds([ztm, 'diff', manifests, manifests], 3))
  rmSync(folder, { recursive: true })
}
