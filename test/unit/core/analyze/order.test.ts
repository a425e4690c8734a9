import assert from 'node:assert/strict'
import { oldest, orders } from '../../../../core/analyze/istio/order'
import type { Named } from '../../../../core/analyze/layer'

/** `name`, `namespace/name`, with an age: `shop/a@2`. */
function named(text: string): Named {
  const [id = '', created] = text.split('@')
  const [name = '', namespace] = id.split('/').reverse()
  const placed = namespace === undefined ? {} : { namespace }
  return { kind: 'Sidecar', name, at: text, ...placed, ...(created === undefined ? {} : { created: Number(created) }) }
}

function print({ name, namespace, created }: Named): string {
  return `${namespace === undefined ? '' : `${namespace}/`}${name}${created === undefined ? '' : `@${created}`}`
}

const eldest = (...texts: readonly string[]) => oldest(texts.map(named)).map(print)
const ordered = (...texts: readonly string[]) => orders(texts.map(named)).map(order => order.map(print).join(' '))

describe('the oldest of several objects', () => {
  it('is the one that was made first, in whichever order they stand', () => {
    assert.deepEqual(eldest('a@3', 'b@1', 'c@2'), ['b@1'])
    assert.deepEqual(eldest('c@2', 'b@1', 'a@3'), ['b@1'])
  })
  it('is, of those of one second, the first by name, and then by namespace', () => {
    assert.deepEqual(eldest('shop/b@1', 'web/a@1', 'shop/c@1'), ['web/a@1'])
    assert.deepEqual(eldest('web/a@1', 'shop/a@1', 'shop/ab@1'), ['shop/a@1'])
  })
  it('may be any whose age is not known, and the oldest of the rest', () => {
    assert.deepEqual(eldest('a@2', 'b', 'c@1', 'd'), ['c@1', 'b', 'd'])
    assert.deepEqual(eldest(), [])
  })
  it('goes by another name where that is told', () => {
    const hosts = oldest([named('shop/a@1'), named('blue/b@1')], ({ namespace = '' }) => namespace)
    assert.deepEqual(hosts.map(print), ['blue/b@1'])
  })
})

describe('the orders in which objects may stand', () => {
  it('are one where all ages are known', () => {
    assert.deepEqual(ordered('a@3', 'c@1', 'b@1'), ['b@1 c@1 a@3'])
    assert.deepEqual(ordered('a'), ['a'])
    assert.deepEqual(ordered(), [''])
  })
  it('are one for each that may come first, with each object in it once', () => {
    assert.deepEqual(ordered('a@2', 'b', 'c@1'), ['c@1 b a@2', 'b c@1 a@2'])
  })
})
