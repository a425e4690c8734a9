import assert from 'node:assert/strict'
import { judgeEach, root } from '../../policypacks/zero-trust/field'
import { namespaceInMesh } from '../../policypacks/zero-trust/rules/namespace-in-mesh'
import type { Rule } from '../../policypacks/zero-trust/rule'
import { checkManifests, contextOf, judgedManifest, printFinding, runRule } from '../../policypacks/zero-trust/run'
import { rememberSecrets } from '../../policypacks/zero-trust/secrets'

const object = {
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'a', namespace: 'shop' },
  data: { password: 'hunter2' },
}
const broken = (check: Rule['check']): Rule => ({ ...namespaceInMesh, id: 'broken', check })
const fail = (): never => {
  throw new TypeError('hunter2')
}

describe('running a rule', () => {
  it('takes a rule that throws for one that found something, and does not repeat what it says', () => {
    const [found, ...rest] = checkManifests([broken(fail)], [{ object, at: 'a.yaml' }])
    assert.deepEqual(
      [found?.rule, found?.message, rest],
      ['broken', 'could not be judged: the rule failed (TypeError)', []],
    )
  })

  it('names the object a rule fails on, and goes on with the others', () => {
    const context = contextOf([...judgedManifest({ object, at: 'a' }), ...judgedManifest({ object, at: 'b' })])
    const rule = broken(({ objects }) =>
      judgeEach(objects, field =>
        field.of.at === 'a' ? fail() : [{ at: 'b', resource: 'B', path: '', message: 'm' }],
      ),
    )
    assert.deepEqual(
      runRule(rule, context).map(({ at, message }) => `${at} ${message}`),
      ['a could not be judged: the rule failed (TypeError)', 'b m'],
    )
  })

  it('says a thing once', () => {
    const twice = { at: '', resource: 'the stack', path: '', message: 'm' }
    assert.equal(
      runRule(
        broken(() => [twice, { ...twice }]),
        contextOf([]),
      ).length,
      1,
    )
  })

  it('prints resource, path and message', () => {
    assert.equal(printFinding({ at: '', resource: 'Pod a/b', path: 'spec.x', message: 'm' }), 'Pod a/b spec.x: m')
    assert.equal(printFinding({ at: '', resource: 'Pod a/b', path: '', message: 'm' }), 'Pod a/b: m')
  })
})

describe('knowing what was secret', () => {
  const wire = {
    toJavaScript: () => ({ a: { '4dabf18193072939515e22adb298388d': '1b47061264138c4ac30d75fd1eb44270', value: 'x' } }),
  }

  it('comes from watching the SDK unpack', () => {
    const sdk = { deserializeProperties: (_wire: unknown): unknown => ({ a: 'x' }) }
    const read = rememberSecrets(sdk)
    const properties = sdk.deserializeProperties(wire)
    assert.deepEqual([...read(properties).secrets], ['a'])
    assert.equal(read(properties), read(sdk.deserializeProperties(wire)), 'the same wire is read once')
  })

  it('is nothing, where the SDK unpacks in another way: then nothing counts as secret', () => {
    for (const sdk of [{}, { deserializeProperties: 7 }, Object.freeze({ deserializeProperties: () => ({}) })]) {
      const { content, secrets } = rememberSecrets(sdk)({ a: 'x' })
      assert.deepEqual([content, [...secrets]], [{ a: 'x' }, []])
    }
  })

  it('is read through the proxy of the SDK', () => {
    const sdk = { deserializeProperties: (_wire: unknown): unknown => ({ a: 'x' }) }
    const read = rememberSecrets(sdk)
    const inside = sdk.deserializeProperties(wire)
    assert.deepEqual(
      [
        ...read(new Proxy({}, { get: (_target, key) => (key === '__getSpecialProxyTarget' ? inside : assert.fail()) }))
          .secrets,
      ],
      ['a'],
    )
  })
})

describe('the root of a field', () => {
  it('is the whole of what is judged', () => {
    const [of] = judgedManifest({ object, at: 'a' })
    assert.equal(root(of ?? assert.fail()).path, '')
  })
})
