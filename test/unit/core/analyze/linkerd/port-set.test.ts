import assert from 'node:assert/strict'
import { listsPort, mayListPort, parsePortSet } from '../../../../../core/analyze/linkerd/port-set'

describe('a list of ports in an annotation of Linkerd’s', () => {
  // linkerd2 `policy-controller/k8s/index/src/ports.rs` parse_portset, and its test
  const read: Readonly<Record<string, readonly (readonly [number, number])[]>> = {
    '': [],
    ',': [],
    ' , ': [],
    '1': [[1, 1]],
    ' 80 ': [[80, 80]],
    '+80': [[80, 80]],
    '65535': [[65_535, 65_535]],
    '1-3': [[1, 3]],
    '3-3': [[3, 3]],
    ' 1 - 3 ': [[1, 3]],
    '4,1-2': [
      [4, 4],
      [1, 2],
    ],
    '4,,5,': [
      [4, 4],
      [5, 5],
    ],
  }
  for (const [text, ranges] of Object.entries(read))
    it(`is read: \`${text}\``, () => {
      assert.deepEqual(parsePortSet(text), ranges)
    })

  for (const text of [
    '0',
    '65536',
    '2-1',
    '2-',
    '-2',
    '-',
    '1-2-3',
    '80,web',
    'web',
    '8o',
    '80 81',
    '1.5',
    '0-2',
    '1-65536',
  ])
    it(`is none: \`${text}\``, () => {
      assert.equal(parsePortSet(text), undefined)
      assert.ok(!listsPort(text, 80) && !listsPort(text, 2))
      assert.equal(mayListPort(text, 80), 'unknown')
    })

  it('has both ends of its ranges, and nothing beyond', () => {
    assert.deepEqual(
      [79, 80, 81, 82, 83, 90].filter(port => listsPort('80-82,90', port)),
      [80, 81, 82, 90],
    )
    assert.ok(!listsPort(undefined, 80))
    assert.deepEqual([mayListPort('80', 80), mayListPort('80', 81)], ['yes', 'no'])
  })
})
