import assert from 'node:assert/strict'
import { plain } from '../../../core/report/style'
import type { PackFinding } from '../../../preview/policy-pack'
import type { NotJudged, Recorded } from '../../../preview/recorded'
import { render } from '../../../preview/report'
import { renderTree } from '../../../preview/report/tree'
import { acknowledge, reasons, type Result } from '../../../preview/result'

function recorded(type: string, name: string, rest: Partial<Recorded> = {}): Recorded {
  const links = { parent: '', provider: '', dependencies: [], propertyDependencies: {}, aliases: [] }
  const options = { protect: false, ignoreChanges: [], additionalSecretOutputs: [], transforms: 0, inputs: {} }
  return { urn: `urn:${name}`, type, name, custom: true, remote: false, ...links, ...options, ...rest }
}

const stack = recorded('pulumi:pulumi:Stack', 'p-dev', { custom: false })
const policies = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'].map(name =>
  recorded('kubernetes:security.istio.io/v1:AuthorizationPolicy', name, {
    parent: stack.urn,
    inputs: { metadata: { name, namespace: 'shop' } },
  }),
)

function result(rest: Partial<Result> = {}): Result {
  const proof: Result['proof'] = {
    reach: { lines: [], closed: [], floor: ['every proxied workload:15090'] },
    comparison: { differences: [], nonCanonical: [], ungoverned: [] },
    onNetwork: [],
    stages: { shop: 'enforce', data: 'strict' },
    problems: [],
    skipped: {},
    numbers: { services: 3, flows: 7, entries: 0 },
  }
  const lists = { resources: [stack], findings: [], doubts: [], unused: [], problems: [], written: [] }
  const pack = { name: 'pack', version: '1.0.0', rules: 2 }
  const unchecked = { kinds: {}, values: [] }
  return { project: 'p', stack: 'dev', outputs: {}, said: '', proof, pack, ...lists, unchecked, ...rest }
}

const finding: PackFinding = {
  rule: 'some-rule',
  level: 'mandatory',
  message: 'why it is there\nAuthorizationPolicy shop/a: is wrong',
  description: 'why it is there',
  urn: 'urn:a',
  severity: 'high',
}
const difference = {
  kind: 'admitted',
  service: 'a',
  callee: { namespace: 'shop', serviceAccount: 'a', port: 80 },
  text: 'shop/b → shop/a:80 GET /',
  because: ['AuthorizationPolicy shop/a'],
} as const

describe('the report of a preview', () => {
  it('says what nobody has checked, since no cluster was asked', () => {
    const kinds = { 'Sidecar.networking.istio.io': 3 }
    const unchecked = { kinds, values: ['ConfigMap shop/settings data.url'] }
    for (const format of ['text', 'markdown'] as const) {
      // Markdown may quote or escape names.
      const text = render(result({ unchecked }), format, plain).replace(/[`\\]/g, '')
      assert.match(text, /Not checked without a cluster/)
      assert.match(text, /rules in CEL, formats, defaults, quotas and webhooks/)
      assert.match(text, /fields of 3 Sidecar\.networking\.istio\.io: no definition is given/)
      assert.match(text, /1 value not known before deployment: ConfigMap shop\/settings data\.url/)
    }
  })

  it('shows many leaves of one type in one line', () => {
    assert.equal(
      renderTree([stack, ...policies]),
      'Stack p-dev\n└─ AuthorizationPolicy × 8: shop/a, shop/b, shop/c, shop/d, shop/e, shop/f and 2 more\n',
    )
  })

  it('shows few of them one by one', () => {
    assert.equal(
      renderTree([stack, ...policies.slice(0, 2)]),
      'Stack p-dev\n├─ AuthorizationPolicy shop/a\n└─ AuthorizationPolicy shop/b\n',
    )
  })

  it('is clean where nothing is wrong, and says what was proved at which stage', () => {
    assert.deepEqual(reasons(result()), [])
    const text = render(result(), 'text', plain)
    assert.match(
      text,
      /Yes: what is rendered lets through exactly what the graph means, and the floor \(3 services, 7 flows; shop at `enforce`: .*; data at `strict`: /,
    )
    assert.match(text, /no findings; 2 rules/)
    assert.match(text, /clean: 1 resource to register\n$/)
  })

  it('names a finding once, with the rule and why the rule is there', () => {
    const refused = result({ resources: [stack, ...policies], findings: [finding] })
    assert.deepEqual(reasons(refused), ['1 mandatory finding'])
    assert.match(
      render(refused, 'text', plain),
      /mandatory some-rule {2}why it is there\n {6}AuthorizationPolicy shop\/a: is wrong\n/,
    )
    assert.match(render(refused, 'markdown', plain), /- `AuthorizationPolicy shop\/a`: is wrong/)
  })

  it('does not refuse for an advisory', () => {
    assert.deepEqual(reasons(result({ findings: [{ ...finding, level: 'advisory' }] })), [])
  })

  it('refuses for a difference, with its witness and the objects that decide', () => {
    const proof = { ...result().proof, comparison: { differences: [difference], nonCanonical: [], ungoverned: [] } }
    const refused = result({ proof })
    assert.deepEqual(reasons(refused), ['reach differs from the graph in 1 way'])
    for (const format of ['text', 'markdown'] as const) {
      const text = render(refused, format, plain)
      assert.match(text, /No: what is rendered is not what the graph means: 1 difference/)
      assert.match(
        text,
        /let in, though nobody declared it: shop\/b → shop\/a:80 GET \/\n.*because of AuthorizationPolicy shop\/a/,
      )
    }
    assert.equal(JSON.parse(render(refused, 'json', plain)).proof.holds, false)
  })

  it('tells of what the mesh alone holds, and does not refuse for it', () => {
    const onNetwork = Array.from({ length: 12 }, (_, i) => ({
      ...difference,
      text: `any Pod of another namespace → shop/a:${i} on the network`,
      because: ['NetworkPolicy shop/a'],
    }))
    const told = result({ proof: { ...result().proof, onNetwork } })
    assert.deepEqual(reasons(told), [])
    for (const format of ['text', 'markdown'] as const) {
      const text = render(told, format, plain)
      const line =
        /held by the mesh alone, as NetworkPolicies let it through: any Pod of another namespace → shop\/a:9 on the network \(NetworkPolicy shop\/a\)/
      assert.match(text, line)
      assert.match(text, /… and 2 more ports that NetworkPolicies leave to the mesh/)
    }
    assert.equal(JSON.parse(render(told, 'json', plain)).proof.onNetwork.length, 12)
  })

  it('refuses where something could not be read', () => {
    const unread = { code: 'wrong-type', severity: 'error', message: 'no', at: 'x' } as const
    assert.deepEqual(reasons(result({ proof: { ...result().proof, problems: [unread] } })), [
      '1 thing could not be read',
    ])
  })

  it('accepts what is acknowledged by kind or one by one, and nothing else', () => {
    const doubts: readonly NotJudged[] = [
      { what: 'invoke', at: 'aws:index:getRegion', message: '' },
      { what: 'invoke', at: 'aws:index:getZones', message: '' },
      { what: 'read', at: 'urn:x', message: '' },
    ]
    const accepted = (...words: readonly string[]) =>
      acknowledge(doubts, words).doubts.map(({ acknowledged }) => acknowledged)
    assert.deepEqual(accepted('invoke'), [true, true, false])
    assert.deepEqual(accepted('invoke=aws:index:getZones', 'read'), [false, true, true])
    assert.deepEqual(acknowledge(doubts, ['transform', 'read']).unused, ['transform'])
    assert.deepEqual(reasons(result(acknowledge(doubts, ['invoke']))), ['1 thing could not be judged'])
  })
})
