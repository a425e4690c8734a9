import { spawnSync } from 'node:child_process'
import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'

const usage = `Changes files in every small way there is, and lists the changes that no test notices.

  npm run mutation -- core/analyze/istio/match-string.ts
  npm run mutation -- core/analyze/linkerd core/compile/linkerd
  npm run mutation -- core/analyze --sample 20            every 20th change
  npm run mutation -- core/analyze --sample 20 --from 7  others, as many: they have not been looked at yet
  npm run mutation -- core/model --tests test/unit/core/model,test/laws

The tests that have to notice are those that stand for the folder (docs/testing.md), where --tests does not name others;
--jobs says how many processes there are, 1 where it is absent.`

const verbs = ['contain', 'diff', 'equal', 'explain'].map(verb => `test/unit/cli/${verb}.test.ts`)
// Sets and single requests, each judged by its own part of the program: in a few worlds they notice most of what is wrong with either.
const agreeing = ['', '-at-gateways', '-on-linkerd', '-on-the-network'].map(
  on => `test/laws/reach-agrees-with-decide${on}.test.ts`,
)
const analyzing = ['test/unit/core/analyze', 'test/conformance', ...verbs, ...agreeing]

/** The tests of a folder: the exact ones, which take a second or so a file. */
const standing = {
  'core/analyze': analyzing,
  'core/compile': ['test/unit/core/compile', 'test/golden', 'test/unit/core/rollout'],
  'core/': ['test/unit/core'],
}

/** These say what others say too, and take as long as all others: left out where --tests does not name them. */
const slow = ['test/conformance/recorded-verdicts.test.ts', 'test/unit/core/compile/linkerd/decide.test.ts']

const options = {
  sample: { type: 'string', default: '1' },
  from: { type: 'string', default: '0' },
  jobs: { type: 'string', default: '1' },
  tests: { type: 'string' },
  help: { type: 'boolean', short: 'h' },
}

function main() {
  const { values, positionals: paths } = parseArgs({ allowPositionals: true, options })
  const [sample, from, jobs] = [values.sample, values.from, values.jobs].map(Number)
  if (values.help || paths.length === 0 || !(sample >= 1) || !(from >= 0 && from < sample) || !(jobs >= 1)) {
    console.log(usage)
    return values.help ? 0 : 2
  }
  const tests = values.tests?.split(',').flatMap(testsIn) ?? standingFor(paths)
  const env = { ZTM_RUNS: '0.2', ...process.env, ZTM_MUTATION: JSON.stringify({ paths, tests, sample, from, jobs }) }
  return spawnSync('npx', ['stryker', 'run', 'stryker.config.mjs'], { stdio: 'inherit', env }).status ?? 1
}

function standingFor(paths) {
  const folders = paths.flatMap(path => Object.entries(standing).find(([start]) => path.startsWith(start))?.[1] ?? [])
  return [...new Set(folders)].flatMap(testsIn).filter(file => !slow.includes(file))
}

function testsIn(path) {
  if (!statSync(path).isDirectory()) return [path]
  return readdirSync(path, { recursive: true })
    .filter(name => name.endsWith('.test.ts'))
    .map(name => join(path, name))
    .sort()
}

process.exitCode = main()
