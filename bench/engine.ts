/**
 * A preview under the real engine: this project's program beside one that registers the same objects one by one, and the same with the policy pack.
 * No cluster is named, so that what is measured is the engine and the programs. The CLI is found as the end-to-end tests find it.
 */
import { mkdirSync, readFileSync, symlinkSync, cpSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { stringify } from 'yaml'
import { renderLock } from '../cli/lock'
import { intentOf } from '../core/graph/intent'
import { rules } from '../policypacks/zero-trust/rules'
import { ForeignProject } from '../test/support/e2e/foreign-project'
import { toolPath } from '../test/support/e2e/tools'
import { Workspace } from '../test/support/e2e/workspace'
import { largeGraph } from './large-graph'

const root = resolve(__dirname, '..')
const say = (line: string): void => void process.stdout.write(`${line}\n`)

/** What one preview took: `wall` seconds in all, and of the program alone processor seconds and resident megabytes at their most. */
export interface Run {
  readonly wall: number
  readonly cpu: number
  readonly megabytes: number
  readonly said: string
}

const usage = `
process.on('exit', () => {
  const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage()
  require('node:fs').writeFileSync(process.cwd() + '/usage.json', JSON.stringify({ cpu: (userCPUTime + systemCPUTime) / 1e6, megabytes: maxRSS / 1024 }))
})
`

/** The program of this repository with a generated graph. */
function ours(workspace: Workspace, size: number): string {
  const folder = join(workspace.folder, `ours-${size}`)
  mkdirSync(folder)
  for (const name of ['components', 'core', 'bench']) symlinkSync(join(root, name), join(folder, name))
  for (const name of ['Pulumi.yaml', 'package.json']) cpSync(join(root, name), join(folder, name))
  writeFileSync(join(folder, 'index.ts'), readFileSync(join(root, 'index.ts'), 'utf8') + usage)
  const graph = `import { largeGraph } from './bench/large-graph'\nconst graph = largeGraph(${size})\nexport default graph\n`
  writeFileSync(join(folder, 'services.ts'), graph)
  const config = {
    context: 'none',
    mesh: { version: '1.30.3', trustDomain: 'td.example', install: false },
    trust: { selfSigned: true },
  }
  const own = Object.fromEntries(Object.entries(config).map(([key, value]) => [`zero-trust-mesh:${key}`, value]))
  writeFileSync(join(folder, 'Pulumi.dev.yaml'), stringify({ config: own }))
  writeFileSync(join(folder, 'intent.lock.json'), renderLock(intentOf(largeGraph(size))))
  const settings = rules.map(({ id, config: keys }) => [
    id,
    { enforcementLevel: 'advisory', ...(keys.includes('lock') && { lock: 'intent.lock.json' }) },
  ])
  writeFileSync(join(folder, 'policy-config.json'), JSON.stringify(Object.fromEntries(settings)))
  return folder
}

interface Step {
  readonly newState: { readonly type: string; readonly inputs?: object }
}

/** The objects of a preview, registered one by one by the plainest program there is, through the same runner. */
function raw(workspace: Workspace, size: number, said: string): string {
  const document = JSON.parse(said.slice(said.search(/^\{$/mu), said.search(/^\}$/mu) + 1)) as { steps: Step[] }
  const objects = document.steps.map(({ newState }) => newState).filter(({ type }) => type.startsWith('kubernetes:'))
  const folder = join(workspace.folder, `raw-${size}`)
  mkdirSync(folder)
  writeFileSync(join(folder, 'objects.json'), JSON.stringify(objects.map(({ inputs }) => inputs)))
  writeFileSync(
    join(folder, 'Pulumi.yaml'),
    'name: raw\nmain: index.ts\nruntime:\n  name: nodejs\n  options: { typescript: false, nodeargs: --require tsx/cjs }\n',
  )
  writeFileSync(join(folder, 'package.json'), '{ "name": "raw", "version": "1.0.0" }')
  writeFileSync(join(folder, 'index.ts'), rawProgram + usage)
  return folder
}

const rawProgram = `
import { readFileSync } from 'node:fs'
import { Provider } from '@pulumi/kubernetes/provider'
import { CustomResource } from '@pulumi/kubernetes/apiextensions'
const provider = new Provider('kubernetes', { context: 'none' })
JSON.parse(readFileSync('objects.json', 'utf8')).forEach((object: any, i: number) => new CustomResource('object-' + i, object, { provider }))
`

async function preview(project: ForeignProject, ...args: readonly string[]): Promise<Run> {
  const start = performance.now()
  const { code, said } = await project.pulumi('preview', '--json', ...args)
  const wall = (performance.now() - start) / 1000
  if (code !== 0) throw new Error(said.slice(-2000))
  // The program wrote it.
  const used = JSON.parse(readFileSync(join(project.folder, 'usage.json'), 'utf8')) as Pick<Run, 'cpu' | 'megabytes'>
  return { wall, ...used, said }
}

const installed = 'node_modules/zero-trust-mesh/policypacks/zero-trust/start'

function row(name: string, run: Run, theirs: Run): string {
  const { wall, cpu, megabytes } = run
  const by = (key: 'wall' | 'cpu' | 'megabytes'): string => `(${(run[key] / theirs[key]).toFixed(2)})`
  const program = `program ${cpu.toFixed(1)} s of processor ${by('cpu')}, ${megabytes.toFixed(0)} MB ${by('megabytes')}`
  return `    ${name.padEnd(14)} ${wall.toFixed(1)} s ${by('wall')}; ${program}`
}

/** One size: ours, the raw one, and ours with the pack, after each other. */
async function measure(workspace: Workspace, size: number): Promise<void> {
  const project = new ForeignProject(workspace, `p-ours-${size}`)
  const plain = new ForeignProject(workspace, `p-raw-${size}`)
  try {
    await project.create(ours(workspace, size))
    const own = await preview(project)
    await plain.create(raw(workspace, size, own.said))
    const theirs = await preview(plain)
    const objects = own.said.match(/"op": "create"/g)?.length ?? 0
    const each = ((theirs.wall * 1000) / objects).toFixed(0)
    say(`  ${size} services, ${objects} resources, ${each} ms a resource without us; behind each the ratio to that`)
    say(row('same objects', theirs, theirs))
    say(row('ours', own, theirs))
    const pack = ['--policy-pack', installed, '--policy-pack-config', 'policy-config.json']
    say(row('with the pack', await preview(project, ...pack), theirs))
  } finally {
    project.close()
    plain.close()
  }
}

async function main(sizes: readonly number[]): Promise<void> {
  const workspace = new Workspace()
  try {
    toolPath('pulumi', workspace)
    for (const size of sizes) await measure(workspace, size)
  } catch (error) {
    say(`  not measured: ${error instanceof Error ? error.message : String(error)}`)
  } finally {
    await workspace.close()
  }
}

if (require.main === module) {
  const sizes = process.argv.slice(2).map(Number)
  void main(sizes.length > 0 ? sizes : [150, 1500])
}
