/** Writes the lock file of every graph of the repository; with `--check`, ends with 1 where one is out of date. */
import { existsSync, readdirSync } from 'node:fs'
import { resolve } from 'node:path'
import { run } from '../cli/run'
import { openSession } from '../cli/session'

const root = resolve(__dirname, '..')
const examples = readdirSync(resolve(root, 'examples')).map(name => `examples/${name}/graph.ts`)
const graphs = ['services.ts', ...examples.filter(file => existsSync(resolve(root, file)))].map(graph => [
  graph,
  '--lock',
])
const teams = ['services.ts', '--fragments', 'Pulumi.teams.yaml', '--lock', 'examples/app-team/intent.lock.json']

async function main(): Promise<void> {
  process.chdir(root)
  for (const graph of [...graphs, teams]) {
    const code = await run(['compile', ...graph, ...process.argv.slice(2)], openSession(process))
    if (code !== 0) process.exitCode = 1
  }
}

void main()
