import assert from 'node:assert/strict'
import { authorizationPolicy, namespace } from '../../policypacks/zero-trust/example-objects'
import { analyzed } from '../../policypacks/zero-trust/facts/analyzed'
import { once, onceEach } from '../../policypacks/zero-trust/once'
import { contextOf } from '../../policypacks/zero-trust/run'
import { rememberSecrets } from '../../policypacks/zero-trust/secrets'
import { sharedReading, type Read } from '../../policypacks/zero-trust/shared'
import { registered } from '../support/pack'

/** A policy SDK, and how often it unpacked. */
function sdkOf() {
  const counted = { unpacked: 0, read: 0 }
  const sdk = {
    deserializeProperties: (wire: { toJavaScript(): object }, _proxySecrets: boolean): object => {
      counted.unpacked++
      return { ...wire.toJavaScript() }
    },
  }
  const unwrapped = rememberSecrets(sdk)
  const wireOf = (content: object) => ({ toJavaScript: () => (counted.read++, content) })
  return { sdk, unwrapped, wireOf, counted }
}

const objects = [
  namespace('shop'),
  authorizationPolicy('cart', {
    rules: [{ from: [{ source: { principals: ['mesh.example/ns/shop/sa/frontend'] } }] }],
  }),
]

/** What one rule after the other is given of a stack: each copies of its own, from the same wire. */
function stackOf(all = objects): () => readonly Read[] {
  const { sdk, unwrapped, wireOf } = sdkOf()
  const wires = all.map((object, i) => {
    const { urn, type, name, inputs } = registered(object, `urn:${i}`)
    return { urn, type, name, wire: wireOf(inputs) }
  })
  return () =>
    wires.map(({ wire, ...own }) => ({ ...own, properties: unwrapped(sdk.deserializeProperties(wire, false)) }))
}

describe('what the rules of a pack share', () => {
  it('is unpacked and read once, however many rules look at it', () => {
    const { sdk, unwrapped, wireOf, counted } = sdkOf()
    const wire = wireOf({ a: 'x' })
    for (let rule = 0; rule < 5; rule++)
      assert.deepEqual(unwrapped(sdk.deserializeProperties(wire, false)).content, { a: 'x' })
    // Once by the SDK, once as it came.
    assert.deepEqual(counted, { unpacked: 1, read: 2 })
    sdk.deserializeProperties(wireOf({ a: 'x' }), false)
    assert.equal(counted.unpacked, 2, 'another wire is another thing, also where it says the same')
  })

  it('is never what is mended: each that mends has a copy of its own, and none is seen by those that look', () => {
    const { sdk, unwrapped, wireOf } = sdkOf()
    const wire = wireOf({ a: 'x' })
    const looked = sdk.deserializeProperties(wire, false)
    const [one, other] = [sdk.deserializeProperties(wire, true), sdk.deserializeProperties(wire, true)]
    assert.ok(one !== other && one !== looked && other !== looked)
    Object.assign(one, { a: 'mended' })
    for (const properties of [other, looked, sdk.deserializeProperties(wire, false)])
      assert.deepEqual(unwrapped(properties).content, { a: 'x' })
  })

  it('is judged once, under one name', () => {
    const [read] = stackOf()()
    assert.ok(read)
    const shared = sharedReading()
    assert.equal(shared.of(read), shared.of({ ...read }))
    assert.deepEqual(
      shared.of({ ...read, urn: 'urn:other' }).map(({ at }) => at),
      ['urn:other'],
    )
  })

  it('is the same list for each rule of one stack, and another for another stack', () => {
    const [stack, shared] = [stackOf(), sharedReading()]
    const first = shared.all(stack())
    assert.equal(shared.all(stack()), first)
    const less = shared.all(stack().slice(1))
    assert.equal(less.length, first.length - 1)
    assert.notEqual(shared.all(stackOf()()), first)
  })

  it('is one reading of the meshes, whatever else the rules are told, unless they assume something else', () => {
    const [stack, shared] = [stackOf(), sharedReading()]
    const contexts = [{}, { config: { exempt: ['ops'] } }].map(settings => contextOf(shared.all(stack()), settings))
    const [one, other] = contexts.map(context => analyzed(context, [{ at: 'a', object: namespace('ops') }]).layer)
    assert.ok(one && one === other)
    const [context = assert.fail()] = contexts
    const more = analyzed(context, [{ at: 'a', object: namespace('pay') }]).layer
    assert.deepEqual(
      [one, more].map(({ namespaces }) => [...namespaces.keys()].sort()),
      [
        ['ops', 'shop'],
        ['pay', 'shop'],
      ],
    )
  })

  it('is a mesh by what each rule is told of it', () => {
    const judged = sharedReading().all(stackOf()())
    const versions = ['1.30.3', '1.29.0'].map(version =>
      contextOf(judged, { config: { mesh: { version } } }).mesh('version'),
    )
    assert.deepEqual(versions, [
      { kind: 'known', value: '1.30.3' },
      { kind: 'known', value: '1.29.0' },
    ])
    assert.equal(contextOf(judged).mesh('version').kind, 'unknown')
  })

  it('is nothing for whoever watches what a rule looks at: each is told of its own looks', () => {
    const judged = sharedReading().all(stackOf()())
    analyzed(contextOf(judged), [])
    const told = [0, 1].map(() => {
      const paths: string[] = []
      analyzed(contextOf(judged, { watch: (_of, path) => paths.push(path) }), [])
      return paths
    })
    assert.ok(told[0] && told[0].length > 0)
    assert.deepEqual(told[0], told[1])
  })
})

describe('a fact that is asked for once', () => {
  it('is kept by the list and what it hangs on, and asked for again where there was no answer', () => {
    let asked = 0
    const [list, other] = [[1], [1]]
    const read = onceEach((numbers: readonly number[], add: number) => (asked++, numbers.map(one => one + add)), String)
    assert.equal(read(list, 1), read(list, 1))
    assert.deepEqual([read(list, 2), read(other, 1), asked], [[3], [2], 3])
    let failed = 0
    const failing = once((_list: readonly number[]): never => {
      throw new Error(String(failed++))
    })
    for (const message of ['0', '1']) assert.throws(() => failing(list), { message })
  })
})
