/** Reads mutated manifests until one of them makes the program crash or hang. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { Worker, isMainThread, parentPort, workerData } from 'node:worker_threads'
import { attempt, requestLines, requests, soundTexts, trialOf } from '../test/support/fuzz-input'

const usage = `Mutates manifests, and lets reach, decide and check read them.

  npm run fuzz:input                                100,000 of them
  npm run fuzz:input -- --rounds 1000 --seed 5000   those from number 5000 on

Exits 1 at a crash, a message that is none, or one that takes longer than five minutes; its input is left in out/fuzz.`

/** One document, in milliseconds; on a busy machine too. */
const patience = 300_000
const folder = resolve(__dirname, '../out/fuzz')

interface Range {
  readonly first: number
  readonly rounds: number
}

interface Beat {
  readonly seed: number
  readonly took: number
  readonly failed?: string
}

async function work({ first, rounds }: Range): Promise<void> {
  const texts = soundTexts()
  for (let seed = first; seed < first + rounds; seed++) {
    parentPort?.postMessage({ seed, took: 0 } satisfies Beat)
    try {
      parentPort?.postMessage({ seed, took: await attempt(trialOf(texts, seed)) } satisfies Beat)
    } catch (error) {
      parentPort?.postMessage({
        seed,
        took: 0,
        failed: error instanceof Error ? error.message : String(error),
      } satisfies Beat)
    }
  }
}

function watch(range: Range): void {
  const worker = new Worker(__filename, { workerData: range, execArgv: process.execArgv })
  let last = { seed: range.first, at: Date.now() }
  let slowest = { seed: range.first, took: 0 }
  let failures = 0
  const report = (seed: number, why: string): void => {
    const { args, text } = trialOf(soundTexts(), seed)
    writeFileSync(resolve(folder, `${seed}.yaml`), text)
    console.error(`out/fuzz/${seed}.yaml: ztm ${args.join(' ')}\n${why}`)
    failures++
  }
  worker.on('message', ({ seed, took, failed }: Beat) => {
    last = { seed, at: Date.now() }
    if (took > slowest.took) slowest = { seed, took }
    if (failed !== undefined) report(seed, failed)
    if (took > 0 && (seed - range.first + 1) % 10_000 === 0) console.log(`${seed - range.first + 1} read`)
  })
  const clock = setInterval(() => {
    if (Date.now() - last.at < patience) return
    report(last.seed, `no answer within ${patience / 1000} s`)
    process.exit(1)
  }, 1000)
  worker.on('exit', () => {
    clearInterval(clock)
    console.log(
      `${range.rounds} read, ${failures} failed; the slowest, ${slowest.seed}, took ${Math.round(slowest.took)} ms`,
    )
    process.exitCode = failures > 0 ? 1 : 0
  })
}

function main(): void {
  const options = {
    rounds: { type: 'string', default: '100000' },
    seed: { type: 'string', default: '0' },
    help: { type: 'boolean', short: 'h' },
  } as const
  const { values } = parseArgs({ options })
  const range = { first: Number(values.seed), rounds: Number(values.rounds) }
  if (values.help || !(range.rounds >= 1) || !(range.first >= 0)) {
    console.log(usage)
    process.exitCode = values.help ? 0 : 2
    return
  }
  mkdirSync(folder, { recursive: true })
  mkdirSync(dirname(requests), { recursive: true })
  writeFileSync(requests, requestLines)
  watch(range)
}

// Data of a worker is what its parent gave it.
if (isMainThread) main()
else void work(workerData as Range)
