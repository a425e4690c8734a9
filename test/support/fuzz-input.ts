import assert from 'node:assert/strict'
import { readFileSync, readdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { stringify } from 'yaml'
import { run } from '../../cli/run'
import { openSession } from '../../cli/session'
import { rules } from '../../policypacks/zero-trust/rules'
import { request, shop } from '../unit/cli/support/manifests'
import { compiledExamples } from './examples'
import { mutate, pick, randomFrom } from './mutate'
import type { Random } from './mutate'

const examples = resolve(__dirname, '../../examples')

/** Small worlds that are sound: those of the tests, those the rules show, and pieces of what the examples compile to. */
export function soundTexts(): readonly string[] {
  const shown = rules.flatMap(({ examples: { pass, fail } }) => [...pass, ...fail].map(({ objects }) => objects))
  return [
    shop,
    ...shown
      .filter(objects => objects.length > 0)
      .map(objects => objects.map(object => stringify(object)).join('---\n')),
    ...compiled(),
  ]
}

function compiled(): readonly string[] {
  return compiledExamples().flatMap(name =>
    readdirSync(join(examples, name, 'expected')).flatMap(target => {
      const folder = join(examples, name, 'expected', target)
      const documents = readdirSync(folder).flatMap(file => readFileSync(join(folder, file), 'utf8').split(/^---\n/m))
      const pieces: string[] = []
      for (let i = 0; i < documents.length; i += 4) pieces.push(documents.slice(i, i + 4).join('---\n'))
      return pieces
    }),
  )
}

/** A text and what is done with it. */
export interface Trial {
  readonly args: readonly string[]
  readonly text: string
}

/** The trial of a number: a sound text, mutated, sometimes beside another one, and a verb. */
export function trialOf(texts: readonly string[], seed: number): Trial {
  const random = randomFrom(seed)
  const text = mutate(pick(random, texts), random)
  const both = random() < 0.3 ? `${text}\n---\n${pick(random, texts)}` : text
  return { args: verbOf(random), text: both }
}

function verbOf(random: Random): readonly string[] {
  const dice = random()
  if (dice < 0.6) return ['reach', '-', ...(random() < 0.5 ? ['--namespace', 'shop'] : [])]
  return dice < 0.9 ? ['decide', '--manifests', '-', '--requests', requests] : ['check', '-']
}

/** A request that the sound texts answer; it is read anew in each trial. */
export const requests = join(resolve(__dirname, '../..'), 'out/test/fuzz-requests.jsonl')
export const requestLines = ['/cart', '/other'].map((path, i) => `${request(`r${i}`, path)}\n`).join('')

/** Tries it; throws where the program crashes, says nothing, or says what is for us alone. Returns how long it took, in milliseconds. */
export async function attempt({ args, text }: Trial): Promise<number> {
  const written = { out: '', err: '' }
  const stream = (name: 'out' | 'err') => ({
    write: (part: string) => ((written[name] += part), true),
    once: () => undefined,
  })
  const session = openSession({
    stdin: chunks(text),
    stdout: stream('out') as never,
    stderr: stream('err') as never,
    env: {},
  })
  const start = performance.now()
  const code = await run(args, session)
  const took = performance.now() - start
  const { out, err } = written
  assert.ok([0, 1, 2].includes(code), `exit code ${code}\n${err}`)
  assert.doesNotMatch(out + err, /^\s+at .*:\d+:\d+\)?$|internal error|\[object Object\]|undefined:/m)
  if (code === 2) assert.match(err, /\S.*: \S/)
  for (const line of err.split('\n')) assert.ok(line.length < 10_000, `a line of ${line.length} characters`)
  return took
}

async function* chunks(text: string): AsyncGenerator<Uint8Array> {
  yield await Promise.resolve(Buffer.from(text))
}
