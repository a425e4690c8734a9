/**
 * All measurements, one run: each size and each start in a process of its own, the median of several, compared as ratios. Says what it
 * measured and judges nothing.
 */
import { spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { benchAnotherAnalyzer } from './another-analyzer'
import { bundled } from './bundled'
import { benchCommandLine } from './command-line'

const root = resolve(__dirname, '..')
const node = ['-r', 'tsx/cjs']
const say = (line: string): void => void process.stdout.write(`${line}\n`)

const folder = mkdtempSync(join(tmpdir(), 'ztm-bench-'))
const pipeline = bundled('bench/pipeline.ts', folder)
const boutique = bundled('bench/boutique.ts', folder)
process.on('exit', () => {
  rmSync(folder, { recursive: true })
})

function median(numbers: readonly number[]): number {
  return [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? NaN
}

type Run = Readonly<Record<string, number>>

/** The median of several processes for each number that they print. */
function medians(times: number, ...argv: readonly string[]): Run {
  const runs = Array.from({ length: times }, () => {
    const { stdout } = spawnSync(process.execPath, argv, { cwd: root, encoding: 'utf8' })
    return JSON.parse(stdout) as Record<string, number>
  })
  return Object.fromEntries(Object.keys(runs[0] ?? {}).map(key => [key, median(runs.map(run => run[key] ?? NaN))]))
}

function pipelineOf(size: number, plane: 'sidecar' | 'ambient' | 'linkerd', layers: 'mesh' | 'all' = 'mesh'): Run {
  return medians(3, pipeline, String(size), plane, layers)
}

/** An application as it is, of a dozen services. */
function benchBoutique(): void {
  const { parse = NaN, read = NaN, reach = NaN, objects = NaN } = medians(7, boutique)
  const each = [parse, read, reach].map(taken => taken.toFixed(0)).join(' + ')
  say(`  ${objects} objects: parse, read and reach ${each} = ${(parse + read + reach).toFixed(0)} ms after the start`)
}

function tableRow(cells: readonly string[]): string {
  return cells.map(cell => cell.padStart(14)).join('')
}

/** All data planes side by side, by themselves and with NetworkPolicies below, in turns, so that what else the machine does falls on all. */
function benchPipeline(): void {
  const small = pipelineOf(150, 'sidecar')
  const sidecar = pipelineOf(1500, 'sidecar')
  const ambient = pipelineOf(1500, 'ambient')
  const linkerd = pipelineOf(1500, 'linkerd')
  const layered = pipelineOf(1500, 'sidecar', 'all')
  const ambientLayered = pipelineOf(1500, 'ambient', 'all')
  const linkerdLayered = pipelineOf(1500, 'linkerd', 'all')
  const larger = pipelineOf(7500, 'sidecar')
  const columns: Readonly<Record<string, Run>> = {
    '150 sidecar': small,
    '1500 sidecar': sidecar,
    '1500 ambient': ambient,
    '1500 linkerd': linkerd,
    'sidecar, all': layered,
    'ambient, all': ambientLayered,
    'linkerd, all': linkerdLayered,
    '7500 sidecar': larger,
  }
  say(`  ${''.padEnd(20)}${tableRow(Object.keys(columns))}`)
  for (const key of Object.keys(sidecar)) {
    say(`  ${key.padEnd(20)}${tableRow(Object.values(columns).map(run => (run[key] ?? 0).toFixed(2)))}`)
  }
  const work = (run: Run): number => (run.compile ?? 0) + (run.reach ?? 0) + (run.compare ?? 0)
  say(`  growth exponent of compile + reach + compare: ${Math.log10(work(sidecar) / work(small)).toFixed(2)}`)
  const growth = Math.log(work(larger) / work(sidecar)) / Math.log(5)
  say(`  growth exponent from 1,500 to 7,500: ${growth.toFixed(2)} (limit 1.15)`)
  say(`  all layers by the mesh alone, on sidecars: ${(work(layered) / work(sidecar)).toFixed(2)}`)
  say(`  ambient by sidecar, compile + reach + compare: ${(work(ambient) / work(sidecar)).toFixed(2)}`)
  say(`  linkerd by sidecar, compile + reach + compare: ${(work(linkerd) / work(sidecar)).toFixed(2)} (limit 1.5)`)
}

/** Seconds from the start of the SDK's own runner to the port on which a pack answers. */
function packStart(directory: string): Promise<number> {
  const runner = join(root, 'node_modules/@pulumi/pulumi/cmd/run-policy-pack')
  const start = performance.now()
  const child = spawn(process.execPath, [runner, '127.0.0.1:1', '.'], {
    cwd: directory,
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  return new Promise(done => {
    child.stdout.once('data', () => {
      done((performance.now() - start) / 1000)
      child.kill()
    })
  })
}

async function benchPack(): Promise<void> {
  const bare = mkdtempSync(join(tmpdir(), 'bare-pack-'))
  symlinkSync(join(root, 'node_modules'), join(bare, 'node_modules'))
  writeFileSync(join(bare, 'package.json'), '{"name":"bare","version":"1.0.0","main":"index.js"}')
  writeFileSync(join(bare, 'PulumiPolicy.yaml'), 'runtime: nodejs\nversion: 1.0.0\n')
  writeFileSync(join(bare, 'index.js'), "new (require('@pulumi/policy').PolicyPack)('bare', { policies: [] })\n")
  const [ours, theirs]: [number[], number[]] = [[], []]
  for (let i = 0; i < 7; i++) {
    ours.push(await packStart(join(root, 'policypacks/zero-trust')))
    theirs.push(await packStart(bare))
  }
  rmSync(bare, { recursive: true })
  say(
    `  ours ${median(ours).toFixed(2)} s, without rules ${median(theirs).toFixed(2)} s, ratio ${(median(ours) / median(theirs)).toFixed(2)}`,
  )
}

function benchPreview(): void {
  const seconds = Array.from({ length: 5 }, () => {
    const start = performance.now()
    spawnSync(process.execPath, ['dist/preview.js'], { cwd: root })
    return (performance.now() - start) / 1000
  })
  say(`  ${median(seconds).toFixed(2)} s`)
}

async function main(): Promise<void> {
  say('type instantiations of a graph of 1,500 services and 9,300 calls')
  spawnSync(process.execPath, [...node, 'bench/types.ts'], { cwd: root, stdio: 'inherit' })
  say('seconds for 150 and for 1,500 services')
  benchPipeline()
  say('Online Boutique on sidecars, with what they let out and NetworkPolicies below')
  benchBoutique()
  say('start of the policy pack')
  await benchPack()
  say('embedded preview of the example, cold')
  benchPreview()
  say('the command line')
  benchCommandLine(say)
  say('preview under the real engine, 150 and 1,500 services')
  spawnSync(process.execPath, [...node, 'bench/engine.ts'], { cwd: root, stdio: 'inherit' })
  say('who can reach whom under NetworkPolicies, beside another analyzer')
  benchAnotherAnalyzer(say)
}

void main()
