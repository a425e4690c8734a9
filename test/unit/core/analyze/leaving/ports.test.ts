import assert from 'node:assert/strict'
import type { Ports } from '../../../../../core/analyze/leaving/ports'
import { heldAt, joined, parsePorts, piecesOf, printPorts } from '../../../../../core/analyze/leaving/ports'

const range = (from: number, to = from): Ports => ({ from, to })
const pieces = (...ranges: readonly Ports[]): string =>
  piecesOf(ranges)
    .map(({ from, to }) => `${from}-${to}`)
    .join(' ')

describe('ports in pieces', () => {
  const table: readonly (readonly [ranges: readonly Ports[], pieces: string])[] = [
    [[], '1-65535'],
    [[range(80)], '1-79 80-80 81-65535'],
    [[range(80), range(80)], '1-79 80-80 81-65535'],
    [[range(1)], '1-1 2-65535'],
    [[range(65535)], '1-65534 65535-65535'],
    [[range(1, 65535)], '1-65535'],
    [[range(0, 70000)], '1-65535'],
    [[range(100), range(9)], '1-8 9-9 10-99 100-100 101-65535'],
    [[range(80, 90), range(85, 95)], '1-79 80-84 85-90 91-95 96-65535'],
  ]
  for (const [ranges, expected] of table)
    it(`${JSON.stringify(ranges)}: ${expected}`, () => assert.equal(pieces(...ranges), expected))

  it('hold what one of them holds, at both its ends', () => {
    const ranges = [
      { ...range(1, 79), held: 'a' },
      { ...range(80), held: 'b' },
    ]
    assert.deepEqual(
      [1, 79, 80, 81].map(port => heldAt(ranges, port)),
      ['a', 'a', 'b', undefined],
    )
  })

  it('are one where neighbours hold the same, and only then', () => {
    const of = (...ranges: readonly (readonly [number, number, string])[]): readonly unknown[] =>
      joined(
        ranges.map(([from, to, held]) => ({ from, to, held })),
        (a, b) => a === b,
      ).map(({ from, to, held }) => [from, to, held])
    assert.deepEqual(of([1, 2, 'a'], [3, 4, 'a'], [5, 5, 'a']), [[1, 5, 'a']])
    assert.deepEqual(of([1, 2, 'a'], [3, 4, 'b']), [
      [1, 2, 'a'],
      [3, 4, 'b'],
    ])
    assert.deepEqual(of([1, 2, 'a'], [4, 5, 'a']), [
      [1, 2, 'a'],
      [4, 5, 'a'],
    ])
  })
})

describe('ports in text', () => {
  const table: readonly (readonly [ranges: readonly Ports[], text: string])[] = [
    [[range(443)], '443'],
    [[range(1, 65535)], 'any'],
    [[range(1, 79), range(80, 65535)], 'any'],
    [[range(2, 65535)], '2-65535'],
    [[range(1, 65534)], '1-65534'],
    [[range(1, 79), range(81, 65535)], '1-79,81-65535'],
    [[range(81, 65535), range(1, 79)], '1-79,81-65535'],
    [[range(100), range(9)], '9,100'],
  ]
  for (const [ranges, text] of table)
    it(`${text} is written`, () => {
      assert.equal(printPorts(ranges), text)
      assert.equal(printPorts(parsePorts(text) ?? []), text, 'and read back')
    })

  for (const text of [
    '',
    'x',
    '0',
    '0-5',
    '5-4',
    '65536',
    '1-65536',
    '80,',
    '80-90-95',
    'any,80',
    '123456',
    ' 80',
    '80x',
  ])
    it(`\`${text}\` is none`, () => assert.equal(parsePorts(text), undefined))
  it('a range of one port is one', () => assert.deepEqual(parsePorts('80-80'), [range(80)]))
})
