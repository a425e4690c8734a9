import assert from 'node:assert/strict'
import { at, guard, items, labels, required, root, text } from '../../policypacks/zero-trust/field'
import { UNKNOWN, UNREADABLE } from '../../policypacks/zero-trust/judged'
import { judgedResource } from '../../policypacks/zero-trust/resource'
import { contextOf, judgedManifest, runRule } from '../../policypacks/zero-trust/run'
import { rules } from '../../policypacks/zero-trust/rules'
import { unwrap } from '../../policypacks/zero-trust/wire'
import { sentinel } from '../support/unknowns'

const resource = (type: string, props: unknown) => judgedResource({ urn: 'urn:1', type, name: 'mine' }, unwrap(props))
const policy = { metadata: { name: 'cart', namespace: 'shop' }, spec: { rules: [{}] } }

describe('what is judged of a resource', () => {
  it('is a Kubernetes object of the type the resource has, whatever its properties say of that', () => {
    const [own] = resource('kubernetes:security.istio.io/v1:AuthorizationPolicy', {
      ...policy,
      kind: sentinel,
      apiVersion: 'v1',
    })
    assert.deepEqual(
      [own?.apiVersion, own?.kind, own?.label, own?.at],
      ['security.istio.io/v1', 'AuthorizationPolicy', 'AuthorizationPolicy shop/cart', 'urn:1'],
    )
    assert.deepEqual(
      resource('kubernetes:core/v1:Namespace', {}).map(({ apiVersion }) => apiVersion),
      ['v1'],
    )
  })

  it('is its content without what only the server or the provider writes, so that inputs and outputs are judged alike', () => {
    const outputs = {
      ...policy,
      __fieldManager: 'pulumi-kubernetes-1',
      __initialApiVersion: 'security.istio.io/v1',
      metadata: {
        ...policy.metadata,
        uid: sentinel,
        resourceVersion: '7',
        generation: 1,
        creationTimestamp: sentinel,
        managedFields: [{}],
      },
      status: { conditions: sentinel },
    }
    const type = 'kubernetes:security.istio.io/v1:AuthorizationPolicy'
    assert.deepEqual(resource(type, outputs), resource(type, policy))
  })

  it('is each item of a list; one whose items are not known may be anything', () => {
    const list = { items: [policy, { ...policy, metadata: { name: 'other', namespace: 'shop' } }] }
    const items = resource('kubernetes:security.istio.io/v1:AuthorizationPolicyList', list)
    assert.deepEqual(
      items.map(({ label }) => label),
      ['AuthorizationPolicy shop/cart', 'AuthorizationPolicy shop/other'],
    )
    const [unknown] = resource('kubernetes:security.istio.io/v1:AuthorizationPolicyList', { items: sentinel })
    assert.equal(unknown?.kind, UNREADABLE)
    for (const rule of rules.filter(({ id }) => id === 'no-allow-all-policy' || id === 'strict-mtls')) {
      assert.equal(runRule(rule, contextOf(unknown ? [unknown] : [])).length, 1, rule.id)
    }
  })

  it('is a part only, where the resource is a patch: what it leaves out is not known', () => {
    const [patch] = resource('kubernetes:security.istio.io/v1:AuthorizationPolicyPatch', { metadata: policy.metadata })
    assert.deepEqual([patch?.kind, patch?.extent], ['AuthorizationPolicy', 'patch'])
    const found = patch ? guard(root(patch), field => (text(at(field, 'spec', 'action')) === undefined ? [] : [])) : []
    assert.match(found[0]?.message ?? '', /the object this patches is not seen/)
  })

  it('keeps what is secret of the items of a list', () => {
    const secret = { '4dabf18193072939515e22adb298388d': '1b47061264138c4ac30d75fd1eb44270', value: 'x' }
    const [item] = resource('kubernetes:core/v1:SecretList', { items: [{ data: { key: secret } }] })
    assert.deepEqual([item?.kind, ...(item?.secrets ?? [])], ['Secret', 'data.key'])
  })

  it('is no list because it is called one', () => {
    assert.deepEqual(
      resource('kubernetes:example.com/v1:AllowList', { spec: {} }).map(({ kind }) => kind),
      ['AllowList'],
    )
  })

  it('is all there is to a namespace that is put into the mesh by a patch', () => {
    const [patch] = resource('kubernetes:core/v1:NamespacePatch', {
      metadata: { name: 'shop', labels: { 'istio-injection': 'enabled' } },
    })
    const inMesh = rules.filter(({ id }) => id === 'namespace-in-mesh')
    assert.deepEqual(
      inMesh.flatMap(rule => runRule(rule, contextOf(patch ? [patch] : []))),
      [],
    )
  })

  it('is no Kubernetes object, where it is a component of the provider or of another provider', () => {
    for (const type of [
      'kubernetes:yaml/v2:ConfigGroup',
      'kubernetes:kustomize/v2:Directory',
      'aws:ssm/parameter:Parameter',
      'kubernetes:yaml:ConfigFile',
    ]) {
      assert.deepEqual(
        resource(type, {}).map(({ apiVersion, kind }) => [apiVersion, kind]),
        [['', type]],
      )
    }
  })

  it('is named after the resource where the name of the object is not known', () => {
    assert.equal(resource('kubernetes:core/v1:ConfigMap', { metadata: { name: sentinel } })[0]?.label, 'ConfigMap mine')
  })
})

describe('a document of a file', () => {
  it('is judged as whatever it says it is; one that does not say may be anything', () => {
    assert.deepEqual(
      judgedManifest({
        object: { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop' } },
        at: 'a.yaml:1',
      }).map(({ label }) => label),
      ['Namespace shop'],
    )
    for (const object of [null, 7, [], {}, { kind: 'Namespace' }]) {
      assert.deepEqual(
        judgedManifest({ object, at: 'a.yaml:1' }).map(({ kind }) => kind),
        [UNREADABLE],
      )
    }
  })

  it('takes lists apart, lists in lists too', () => {
    const item = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop' } }
    const list = (...items: unknown[]) => ({ apiVersion: 'v1', kind: 'List', items })
    assert.deepEqual(
      judgedManifest({ object: list(item, list(item)), at: 'x' }).map(({ kind }) => kind),
      ['Namespace', 'Namespace'],
    )
  })
})

describe('reading properties as Pulumi passes them', () => {
  it('marks every kind of unknown, and notes which paths are secret', () => {
    const secret = {
      '4dabf18193072939515e22adb298388d': '1b47061264138c4ac30d75fd1eb44270',
      value: { key: 'k', more: sentinel },
    }
    const { content, secrets } = unwrap({ a: sentinel, b: ['1c4a061d-8072-4f0a-a4cb-0ff528b18fe7', secret], 'c/d': 1 })
    assert.deepEqual(content, { a: UNKNOWN, b: [UNKNOWN, { key: 'k', more: UNKNOWN }], 'c/d': 1 })
    assert.deepEqual([...secrets], ['b[1]'])
  })

  it('takes an output without a value for unknown', () => {
    assert.deepEqual(
      unwrap({ a: { '4dabf18193072939515e22adb298388d': 'd0e6a833031e9bbcd3f4e8bde6ca49a4' } }).content,
      { a: UNKNOWN },
    )
  })

  it('takes for unknown whatever throws when it is read, as the policy SDK makes unknown properties do', () => {
    const object = Object.defineProperty({ b: [1] }, 'a', { enumerable: true, get: () => assert.fail('unknown') })
    assert.deepEqual(unwrap(object).content, { a: UNKNOWN, b: [1] })
  })
})

describe('reading a field', () => {
  const [of] = judgedManifest({
    object: { apiVersion: 'v1', kind: 'X', metadata: { name: 7, labels: { a: null, b: 1 } }, list: [null], empty: '' },
    at: 'x',
  })
  const field = root(of ?? assert.fail())
  const why = (read: () => unknown): string => guard(field, () => (read(), []))[0]?.message ?? ''

  it('refuses what is of another type, by its path and without its value', () => {
    assert.equal(
      why(() => text(at(field, 'metadata', 'name'))),
      'cannot be proven at preview: `metadata.name` is not a string',
    )
    assert.equal(
      why(() => at(field, 'empty', 'below')),
      'cannot be proven at preview: `empty` is not an object',
    )
    assert.match(
      why(() => labels(at(field, 'metadata', 'labels'))),
      /`metadata.labels.b` is not a string/,
    )
    assert.match(
      why(() => items(at(field, 'metadata'))),
      /is not a list/,
    )
  })

  it('refuses the absence of what has to be there, an empty text too', () => {
    assert.match(
      why(() => required(at(field, 'nothing'))),
      /is not given/,
    )
    assert.match(
      why(() => required(at(field, 'empty'))),
      /is not given/,
    )
  })

  it('takes null for absent', () => {
    assert.equal(text(at(field, 'metadata', 'labels', 'a')), undefined)
    assert.equal(text(at(field, 'nothing', 'below')), undefined)
  })

  it('does not take a property of every object for one of this', () => {
    assert.equal(text(at(field, 'constructor', 'name')), undefined)
  })
})
