import assert from 'node:assert/strict'
import type { KubernetesObject } from '../../core/model/manifest'
import type { Example, Rule } from '../../policypacks/zero-trust/rule'
import { rules } from '../../policypacks/zero-trust/rules'
import { contextOf, printFinding, runRule } from '../../policypacks/zero-trust/run'
import { judgedResource } from '../../policypacks/zero-trust/resource'
import { unwrap } from '../../policypacks/zero-trust/wire'
import type { PackFinding, PolicyPack } from '../../preview/policy-pack'
import { secretSignature, signatureKey, type JsonObject } from '../../preview/wire'
import { ask, freshPack, Locks, registered, type Registered } from '../support/pack'
import { places, withUnknown } from '../support/unknowns'

/** An example as a stack of Pulumi has it: a Helm Release has no metadata. */
function objectsOf({ objects }: Example): readonly KubernetesObject[] {
  return objects.map(object =>
    object.apiVersion.startsWith('helm.sh/') ? { ...object, metadata: {} as KubernetesObject['metadata'] } : object,
  )
}

function here(rule: Rule, { config, intent }: Example, objects: readonly KubernetesObject[]): readonly string[] {
  const judged = objects
    .map((object, i) => registered(object, `urn:${i}`))
    .flatMap(resource => judgedResource(resource, unwrap(resource.inputs)))
  const found = runRule(rule, contextOf(judged, { ...(config && { config }), ...(intent && { intent }) }))
  return found.map(finding => `${finding.at} ${rule.why}\n${printFinding(finding)}`).sort()
}

function told(findings: readonly PackFinding[]): readonly string[] {
  return findings.map(({ urn, message }) => `${urn} ${message}`).sort()
}

/** Rules that compute who may call whom. */
const proofs = ['reach-equals-intent', 'no-shadowed-rule']

describe('the pack, run and asked as Pulumi does it', () => {
  let pack: PolicyPack
  const locks = new Locks()

  before(async () => {
    pack = await freshPack()
  })
  after(() => {
    pack.close()
    locks.remove()
  })

  async function configure(rule: Rule, { config, intent }: Example): Promise<void> {
    const lock = rule.config.includes('lock') ? locks.path(intent) : undefined
    const own = { enforcementLevel: 'mandatory', ...config, ...(lock !== undefined && { lock }) }
    assert.deepEqual(await pack.configure({ all: 'disabled', [rule.id]: own }, 'test'), [])
  }

  it('serves every rule under its id, as mandatory', () => {
    assert.deepEqual(
      [...pack.levels.keys()],
      rules.map(({ id }) => id),
    )
    assert.deepEqual([...new Set(pack.levels.values())], ['mandatory'])
  })

  for (const rule of rules) {
    it(`finds by ${rule.id} what the rule finds, with every value known and with any one unknown, and never as an advice`, async function () {
      this.timeout(120_000)
      let asked = 0
      for (const example of [...rule.examples.pass, ...rule.examples.fail]) {
        await configure(rule, example)
        const objects = objectsOf(example)
        // A proof takes its time: of what it refuses, one stack each will do here; unknowns.test.ts does them all.
        const isProof = proofs.includes(rule.id) && rule.examples.fail.includes(example)
        const variants = (isProof ? [] : objects).flatMap((object, i) =>
          places(object).map(place => objects.map((other, j) => (i === j ? withUnknown(object, place) : other))),
        )
        for (const variant of [objects, ...variants]) {
          const findings = await ask(
            pack,
            rule,
            variant.map((object, i) => registered(object, `urn:${i}`)),
          )
          assert.deepEqual(
            [...new Set(findings.map(({ level }) => level))].filter(level => level !== 'mandatory'),
            [],
            JSON.stringify(findings),
          )
          assert.deepEqual(told(findings), here(rule, example, variant), example.title)
          asked++
        }
      }
      assert.ok(asked > rule.examples.pass.length + rule.examples.fail.length)
    })
  }

  const resource = (type: string, inputs: JsonObject): Registered => ({ urn: 'urn:1', type, name: 'mine', inputs })
  const ruleOf = (id: string): Rule => rules.find(rule => rule.id === id) ?? assert.fail(id)
  const key = '-----BEGIN PRIVATE KEY-----\nMIGHAgEA\n-----END PRIVATE KEY-----'

  it('lets a private key be that is a secret on the wire, and never repeats one that is not', async () => {
    const rule = ruleOf('no-private-key-in-plain-state')
    await configure(rule, { title: '', objects: [] })
    const secret = { [signatureKey]: secretSignature, value: key }
    assert.deepEqual(
      await ask(pack, rule, [resource('kubernetes:core/v1:Secret', { stringData: { 'tls.key': secret } })]),
      [],
    )
    const [found, ...rest] = await ask(pack, rule, [
      resource('aws:ssm/parameter:Parameter', { value: key, other: secret }),
    ])
    assert.deepEqual([found?.urn, found?.level, rest], ['urn:1', 'mandatory', []])
    assert.ok(!found?.message.includes('MIGH'))
  })

  it('judges a text asset, and passes by a file', async () => {
    const rule = ruleOf('no-private-key-in-plain-state')
    const asset = { [signatureKey]: 'c44067f5952c0a294b673a41bacd8c17' }
    const found = await ask(pack, rule, [
      resource('aws:s3/bucketObject:BucketObject', {
        source: { ...asset, text: key },
        other: { ...asset, path: '/dev/null' },
      }),
    ])
    assert.equal(found.length, 1)
  })

  it('complains of a setting the rule does not take', async () => {
    const rule = ruleOf('no-allow-all-policy')
    await pack.configure({ all: 'disabled', [rule.id]: { enforcementLevel: 'mandatory', opens: ['a/b'] } }, 'test')
    const [found] = await ask(pack, rule, [resource('kubernetes:core/v1:Namespace', {})])
    assert.match(found?.message ?? '', /takes no setting `opens`/)
  })

  it('looks for a relative lock in its own folder and in those above, and refuses what is none', async () => {
    const rule = ruleOf('reach-equals-intent')
    const missing = async (lock: string): Promise<string> => {
      assert.deepEqual(
        await pack.configure({ all: 'disabled', [rule.id]: { enforcementLevel: 'mandatory', lock } }, 'test'),
        [],
      )
      return (await ask(pack, rule, [])).map(({ message }) => message).join()
    }
    assert.match(await missing('tsconfig.json'), /`tsconfig.json` has no intent of version 1/)
    assert.match(await missing('no-such-lock.json'), /there is no file `no-such-lock.json`/)
    assert.match(await missing('docs'), /there is no file `docs` that can be read/)
  })

  it('keeps the level a stack sets', async () => {
    const rule = ruleOf('no-allow-all-policy')
    const [example] = rule.examples.fail
    await pack.configure({ all: 'disabled', [rule.id]: 'advisory' }, 'test')
    const found = await ask(
      pack,
      rule,
      (example?.objects ?? []).map(object => registered(object, 'urn:1')),
    )
    assert.deepEqual(
      found.map(({ level }) => level),
      ['advisory'],
    )
  })

  it('judges each stack anew, however alike two of them are', async () => {
    const rule = ruleOf('namespace-in-mesh')
    await configure(rule, { title: '', objects: [] })
    const stack = (labels: JsonObject) => [
      resource('kubernetes:core/v1:Namespace', { metadata: { name: 'shop', labels } }),
    ]
    assert.equal((await ask(pack, rule, stack({}))).length, 1)
    assert.equal((await ask(pack, rule, stack({ 'istio-injection': 'enabled' }))).length, 0)
    assert.equal((await ask(pack, rule, stack({}))).length, 1)
  })

  it('runs all rules over one stack, and each reports under its own name', async () => {
    assert.deepEqual(await pack.configure({}, 'test'), [])
    const found = await pack.analyzeStack(
      [
        resource('kubernetes:core/v1:Namespace', {
          metadata: { name: 'shop', labels: { 'istio-injection': 'enabled' } },
        }),
      ],
      'stack',
    )
    assert.deepEqual(
      found.map(({ rule }) => rule),
      ['strict-mtls', 'default-deny-present', 'reach-equals-intent'],
    )
  })
})
