import { spawnSync } from 'node:child_process'
import { randomInt } from 'node:crypto'
import { parseArgs } from 'node:util'

const usage = `Runs the laws over and over, each round on graphs and worlds that none before it drew, until one fails.

  npm run fuzz                   until it is stopped
  npm run fuzz -- --rounds 5     five rounds
  npm run fuzz -- test/laws/deny-trumps-allow.test.ts

Exits 1 with the round that failed, which ZTM_SEED repeats: ZTM_SEED=123 npx mocha test/laws/...`

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { rounds: { type: 'string', default: 'Infinity' }, help: { type: 'boolean', short: 'h' } },
})
if (values.help) {
  console.log(usage)
  process.exit(0)
}
const rounds = Number(values.rounds)
if (!(rounds >= 1)) {
  console.error(`--rounds is a number of at least 1, not \`${values.rounds}\``)
  process.exit(2)
}
const files = positionals.length > 0 ? positionals : ['test/laws/**/*.test.ts']

for (let round = 1; round <= rounds; round++) {
  const seed = String(randomInt(2 ** 31))
  console.log(`round ${round}: ZTM_SEED=${seed}`)
  const env = { ...process.env, ZTM_SEED: seed }
  const { status } = spawnSync('npx', ['mocha', '--reporter', 'dot', ...files], { stdio: 'inherit', env })
  if (status !== 0) {
    console.error(`round ${round} failed: repeat it with ZTM_SEED=${seed}`)
    process.exit(1)
  }
}
