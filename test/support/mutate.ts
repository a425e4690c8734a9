/** Numbers from 0 to 1, the same for the same seed (mulberry32). */
export type Random = () => number

export function randomFrom(seed: number): Random {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

export function pick<T>(random: Random, list: readonly T[]): T {
  const found = list[Math.floor(random() * list.length)]
  if (found === undefined) throw new Error('nothing to pick from')
  return found
}

const values = [
  '5',
  '-1',
  '0',
  '1e400',
  '.nan',
  'true',
  'null',
  '~',
  '""',
  '[]',
  '{}',
  '[[]]',
  '[null]',
  '[{}]',
  '{a: [b]}',
  "'*'",
  '"\\u0000"',
  '"\\u202e"',
  '70000',
  '2026-01-31',
  '0x1f',
  '*x',
  '&x y',
  '!!binary aGk=',
  '!foo bar',
  '|',
  '>-',
  '"a/b/c"',
  '10.0.0.0/33',
  '::1/64',
  '"{**}"',
  '"/a/../b"',
  '"*.*"',
  'a'.repeat(300),
]
const marks = [
  '\t',
  '\0',
  '\ufeff',
  '\r',
  '{',
  '}',
  '[',
  ']',
  '&',
  '*',
  '!',
  '|',
  '>',
  "'",
  '"',
  '%',
  '@',
  '`',
  '#',
  ',',
  '?',
  ':',
  '-',
  '\\',
  '\u2028',
  '\ud800',
  '<<: ',
  '---',
  '...',
]

type Change = (lines: string[], random: Random) => void

const at = (lines: readonly string[], random: Random): number => Math.floor(random() * lines.length)

function edit(lines: string[], random: Random, change: (line: string) => string): void {
  const i = at(lines, random)
  lines[i] = change(lines[i] ?? '')
}

/** Each is something that happens to a file: by a hand, by a tool, on the way. */
const changes: readonly Change[] = [
  (lines, random) => edit(lines, random, line => line.replace(/(:|-) \S.*$/, `$1 ${pick(random, values)}`)),
  (lines, random) => edit(lines, random, line => line.replace(/[\w*./-]+(?=\W*$)/, pick(random, values))),
  (lines, random) =>
    edit(lines, random, line => {
      const i = Math.floor(random() * (line.length + 1))
      return line.slice(0, i) + pick(random, marks) + line.slice(random() < 0.5 ? i : i + 1)
    }),
  (lines, random) => edit(lines, random, line => (random() < 0.5 ? `  ${line}` : line.replace(/^ {1,2}/, ''))),
  (lines, random) =>
    edit(lines, random, line => line.replace(/\w+(?=:)/, key => (random() < 0.5 ? key.slice(1) : `${key}x`))),
  (lines, random) => edit(lines, random, line => line.replace(/: /, ': &x ')),
  (lines, random) => void lines.splice(at(lines, random), 1),
  (lines, random) => void lines.splice(at(lines, random), 0, lines[at(lines, random)] ?? ''),
  (lines, random) =>
    void lines.splice(
      at(lines, random),
      0,
      pick(random, ['---', '...', '<<: *x', '- *x', '  - a', '%YAML 1.2', '? [a]', '\tb: c', 'items: []']),
    ),
  (lines, random) => void lines.splice(at(lines, random) + 1),
  (lines, random) => {
    const [i, j] = [at(lines, random), at(lines, random)]
    ;[lines[i], lines[j]] = [lines[j] ?? '', lines[i] ?? '']
  },
  (lines, random) => {
    const [from, to] = [at(lines, random), at(lines, random)]
    lines.splice(to, 0, ...lines.slice(from, from + 5))
  },
]

/** A text that was one to three accidents ago `text`. */
export function mutate(text: string, random: Random): string {
  const lines = text.split('\n')
  for (let left = 1 + Math.floor(random() * 3); left > 0 && lines.length > 0; left--)
    pick(random, changes)(lines, random)
  return lines.join('\n')
}
