/** Writes the lock file of every graph of the repository; with `--check`, ends with 1 where one is out of date. */
import { spawnSync } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { resolve } from 'node:path'

const root = resolve(__dirname, '..')
const graphs = ['services.ts', ...readdirSync(resolve(root, 'examples')).map(name => `examples/${name}/graph.ts`)]

for (const graph of graphs) {
  const options = ['compile', graph, '--lock', ...process.argv.slice(2)]
  const run = spawnSync(process.execPath, ['-r', 'ts-node/register/transpile-only', 'cli/main.ts', ...options], {
    cwd: root,
    stdio: 'inherit',
  })
  if (run.status !== 0) process.exitCode = 1
}
