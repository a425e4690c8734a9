import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { printUpgrade } from '../../../../core/rollout/print-upgrade'
import type { Next, Standing } from '../../../../core/rollout/upgrade'
import { planUpgrade, progressOf, progressProblems } from '../../../../core/rollout/upgrade'

const tagged: Standing = {
  version: '1.30.3',
  revision: '1-30-3',
  tag: 'stable',
  sidecars: ['data', 'shop'],
  ambient: ['web'],
  gateways: ['istio-ingress/istio-ingress'],
}
const { tag: _, ...untagged } = tagged
const to = { version: '1.31.0', revision: '1-31-0' }

const titles = (from: Standing, next = to): readonly string[] =>
  planUpgrade(from, next).states.map(({ step, of }) => (of === undefined ? step : `${step} ${of}`))
const codes = (from: Standing, next: { version: string; revision: string }): readonly string[] =>
  planUpgrade(from, next).problems.map(({ code }) => code)

describe('planUpgrade', () => {
  it('installs, moves the tag, restarts each namespace of sidecars and the gateways, then the nodes, and retires', () => {
    assert.deepEqual(titles(tagged), [
      'install',
      'shift',
      'restart data',
      'restart shop',
      'restart gateways',
      'nodes',
      'retire',
    ])
  })

  it('without a tag labels one namespace after another, and restarts each before the next is labelled', () => {
    assert.deepEqual(titles(untagged), [
      'install',
      'shift data',
      'restart data',
      'shift shop',
      'restart shop',
      'shift web',
      'shift istio-ingress',
      'restart gateways',
      'nodes',
      'retire',
    ])
    const { problems } = planUpgrade(untagged, to)
    assert.deepEqual(
      problems.map(({ code, severity }) => [code, severity]),
      [['no-tag', 'delegated']],
    )
    assert.match(problems[0]?.message ?? '', /`data`, `shop`, `web`, `istio-ingress`/)
  })

  it('leaves nobody on the old control plane, nor its node agents, when that is removed', () => {
    for (const from of [tagged, untagged]) {
      const states = planUpgrade(from, to).states
      const last = states.at(-2)
      assert.equal(last?.step, 'nodes')
      const next = last.settings?.next as Next
      assert.deepEqual(progressProblems(from, next), [])
      assert.ok(last.observe.some(({ look }) => look.includes('pilot_xds{pod=~"istiod-1-30-3-')))
      assert.deepEqual(states.at(-1)?.settings, { ...to, next: undefined })
    }
  })

  it('says of every state what to look at and how to go back', () => {
    for (const { observe, back, settings, run } of planUpgrade(tagged, to).states) {
      assert.ok(observe.length > 0 && back !== '')
      assert.ok(settings !== undefined || run.length > 0)
    }
  })

  it('refuses more than one minor version, an older one, and one that is not supported', () => {
    assert.deepEqual(codes({ ...tagged, version: '1.29.6' }, { version: '1.31.0', revision: '1-31-0' }), [
      'version-skew',
    ])
    assert.deepEqual(codes(tagged, { version: '2.0.0', revision: 'two' }), ['version-skew'])
    assert.deepEqual(codes(tagged, { version: '1.30.2', revision: '1-30-2' }), ['downgrade'])
    assert.deepEqual(codes({ ...tagged, version: '1.31.0' }, { version: '1.32.0', revision: '1-32-0' }), [
      'unsupported-version',
    ])
    assert.deepEqual(codes(tagged, { version: '1.30.4', revision: '1-30-4' }), [])
  })

  it('refuses a revision that stands already, that is the tag, or that has dots', () => {
    assert.deepEqual(codes(tagged, { ...to, revision: '1-30-3' }), ['same-revision'])
    assert.deepEqual(codes(tagged, { ...to, revision: 'stable' }), ['same-revision'])
    assert.deepEqual(codes({ version: '1.30.3', sidecars: [] }, { ...to, revision: 'default' }), ['same-revision'])
    const { problems, states } = planUpgrade(tagged, { ...to, revision: '1.31.0' })
    assert.deepEqual([problems[0]?.code, problems[0]?.hint, states], ['bad-revision', 'as in `1-31-0`', []])
  })

  it('tells a control plane without a revision from the one that comes after it', () => {
    const { revision: __, ...plain } = untagged
    const old =
      planUpgrade(plain, to)
        .states.find(({ step }) => step === 'nodes')
        ?.observe.at(-1)?.look ?? ''
    const pattern = new RegExp(`^${/pod=~"([^"]+)"/.exec(old)?.[1] ?? 'none'}$`)
    assert.match('istiod-6d4f7c9b8d-x2x4k', pattern)
    assert.doesNotMatch('istiod-1-31-0-6d4f7c9b8d-x2x4k', pattern)
  })
})

describe('progressOf', () => {
  it('knows each state by its settings, and what comes up to the next change of them', () => {
    const plan = planUpgrade(tagged, to)
    const { at, then } = progressOf(plan, { ...to, tagged: true }) ?? {}
    assert.equal(at?.step, 'shift')
    assert.deepEqual(
      then?.map(({ step }) => step),
      ['restart', 'restart', 'restart', 'nodes'],
    )
    assert.equal(progressOf(plan, { ...to, tagged: false })?.at.step, 'install')
    assert.deepEqual(
      progressOf(plan, { ...to, tagged: true, nodes: true })?.then.map(({ step }) => step),
      ['retire'],
    )
    assert.equal(progressOf(plan, { ...to, nodes: true }), undefined)
  })
})

describe('progressProblems', () => {
  const found = (from: Standing, next: Omit<Next, 'version' | 'revision'>) =>
    progressProblems(from, { ...to, ...next }).map(({ at }) => at)

  it('refuses node agents ahead of a control plane that somebody follows', () => {
    assert.deepEqual(found(tagged, { nodes: true }), ['mesh.next.nodes'])
    assert.deepEqual(found(untagged, { nodes: true, namespaces: ['shop'] }), ['mesh.next.nodes'])
    assert.deepEqual(found(tagged, { nodes: true, tagged: true }), [])
  })

  it('refuses two ways of moving, and namespaces that are none', () => {
    assert.deepEqual(found(tagged, { namespaces: ['shop'] }), ['mesh.next.namespaces'])
    assert.deepEqual(found(untagged, { tagged: true }), ['mesh.next.tagged'])
    assert.deepEqual(found(untagged, { namespaces: ['shopp'] }), ['mesh.next.namespaces'])
    assert.deepEqual(found(untagged, { namespaces: ['shop'] }), [])
  })
})

describe('docs/upgrade.md', () => {
  it('shows the plans as they are computed', () => {
    const page = readFileSync('docs/upgrade.md', 'utf8')
    for (const from of [tagged, { version: '1.30.3', sidecars: ['shop'] }]) {
      const table = printUpgrade(planUpgrade(from, to))
      assert.ok(page.includes(table), `docs/upgrade.md lacks:\n${table}`)
    }
  })
})
