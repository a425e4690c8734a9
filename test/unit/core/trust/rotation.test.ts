import assert from 'node:assert/strict'
import { day, hour } from '../../../../core/trust/certificate'
import { planRotation } from '../../../../core/trust/rotation/plan'
import { printRotation, rotationPicture, titleOf } from '../../../../core/trust/rotation/print'
import { stepProblems } from '../../../../core/trust/rotation/problems'
import type { Authority, RotationSettings } from '../../../../core/trust/rotation/rotation'
import type { Dated, Issuer, TrustState } from '../../../../core/trust/rotation/state'

const at = Date.parse('2026-06-01T00:00:00Z')

function dated(subject: string, { from = -100, until = 1000 } = {}): Dated {
  return { subject, fingerprint: `of ${subject}`, notBefore: at + from * day, notAfter: at + until * day }
}

function issuer(subject: string, by: readonly Dated[], dates?: { from?: number; until?: number }): Issuer {
  return { ...dated(subject, { until: 100, ...dates }), anchors: by.map(({ fingerprint }) => fingerprint) }
}

const [one, two] = [dated('root one'), dated('root two')]
const from: TrustState = { bundle: [one], issuer: issuer('issuer one', [one]) }
const to: TrustState = { bundle: [two], issuer: issuer('issuer two', [two]) }

function plan(
  authority: Authority,
  states: { from?: TrustState; to?: TrustState } = {},
  more: Partial<RotationSettings> = {},
) {
  return planRotation(states.from ?? from, states.to ?? to, { authority, at, ...more })
}

const titles = (...given: Parameters<typeof plan>): readonly string[] =>
  plan(...given).steps.map(step => `${titleOf(step)} until ${step.until}`)

describe('a rotation of anchor and issuer', () => {
  it('restarts whatever has its anchors from the moment at which it was made', () => {
    assert.deepEqual(titles('linkerd'), [
      'distribute until loaded',
      'restart control plane until loaded',
      'restart workloads until distributed',
      'switch until loaded',
      'wait until renewed',
      'retire until loaded',
      'restart control plane until loaded',
      'restart workloads until dropped',
    ])
  })

  it('stays within one mesh, whoever signs afterwards, and restarts what it is told to', () => {
    const codes = (now: Authority, toAuthority: Authority) =>
      plan(now, {}, { toAuthority }).problems.map(({ code }) => code)
    assert.deepEqual([codes('linkerd', 'cacerts'), codes('istio-csr', 'linkerd')], [['other-mesh'], ['other-mesh']])
    assert.deepEqual([codes('cacerts', 'istio-csr'), codes('linkerd', 'linkerd')], [[], []])
    const restarts = (namespaces?: readonly string[]) =>
      JSON.stringify(plan('linkerd', {}, namespaces ? { namespaces } : {}).steps)
    assert.ok(
      restarts(['shop']).includes('kubectl -n shop rollout restart') && !restarts(['shop']).includes('NAMESPACE'),
    )
    assert.ok(restarts().includes('kubectl -n NAMESPACE rollout restart'))
    assert.equal(restarts([]), restarts())
  })

  it('waits where anchors come with certificates, and has istiod told first that there may be several', () => {
    const common = [
      'distribute until loaded',
      'wait until distributed',
      'switch until loaded',
      'wait until renewed',
      'retire until loaded',
      'wait until dropped',
    ]
    assert.deepEqual(titles('cacerts'), ['prepare until loaded', ...common])
    assert.deepEqual(titles('istio-csr'), common)
  })

  it('waits as long as certificates last, and clocks may be wrong', () => {
    const waits = (...given: Parameters<typeof plan>) => plan(...given).steps.flatMap(({ within }) => within ?? [])
    assert.deepEqual(waits('linkerd'), [day + 10_000])
    assert.deepEqual(
      waits('istio-csr'),
      [hour, hour, hour].map(time => time + 120_000),
    )
    assert.deepEqual(waits('linkerd', {}, { leaf: 2 * hour, skew: 0 }), [2 * hour])
  })

  it('is of the issuer alone where the anchors stay', () => {
    assert.deepEqual(titles('cacerts', { to: { bundle: [one], issuer: issuer('issuer two', [one]) } }), [
      'switch until loaded',
      'wait until renewed',
    ])
  })

  it('looks again who has the anchors where it goes on from a bundle of both', () => {
    const both = { bundle: [one, two], issuer: from.issuer }
    assert.deepEqual(titles('linkerd', { from: both }).slice(0, 3), [
      'restart control plane until loaded',
      'restart workloads until distributed',
      'switch until loaded',
    ])
  })

  it('lets old certificates go before old anchors, also where the new issuer signs already', () => {
    const switched = { bundle: [one, two], issuer: to.issuer }
    assert.deepEqual(titles('istio-csr', { from: switched }), [
      'wait until renewed',
      'retire until loaded',
      'wait until dropped',
    ])
  })

  it('puts back on the way back what was taken away, and nothing that stayed', () => {
    // Read from two files, as anchors of two states are.
    const wanted = { bundle: [{ ...two }], issuer: { ...to.issuer } }
    const { steps } = plan('cacerts', { from: { bundle: [one, two], issuer: to.issuer }, to: wanted })
    const [retire] = steps.filter(({ step }) => step === 'retire')
    assert.equal(retire?.back, 'put `root one` back into the bundle')
  })

  it('is nothing where all is as it is wanted', () => {
    const none = plan('linkerd', { to: from })
    assert.deepEqual(none.steps, [])
    assert.match(printRotation(none), /^nothing to do/)
  })

  it('names the namespaces that are restarted', () => {
    const [restart] = plan('linkerd', {}, { namespaces: ['shop', 'data'] }).steps.filter(({ of }) => of === 'workloads')
    assert.match(restart?.apply.join() ?? '', /-n shop rollout restart .*-n data rollout restart/)
  })

  it('passes no key as an argument of a program', () => {
    const text = plan('cacerts').steps.flatMap(({ apply }) => apply)
    const [patch] = text.filter(line => line.includes('ca-key.pem') && line.includes('kubectl'))
    assert.match(
      patch ?? '',
      /^`printf [^|]*ca-key\.pem[^|]*\| tr [^|]*\| tr [^|]*\| tr [^|]*\| kubectl [^|]* --patch-file \/dev\/stdin`$/,
    )
  })

  it('is drawn with a box for each of its states', () => {
    assert.equal(
      rotationPicture(plan('istio-csr')),
      [
        'flowchart TD',
        '  s0["trusts root one<br/>signs with issuer one"]',
        '  s1["trusts root one, root two<br/>signs with issuer one"]',
        '  s2["trusts root one, root two<br/>signs with issuer two"]',
        '  s3["trusts root two<br/>signs with issuer two"]',
        '  s0 -- "distribute" --> s1',
        '  s1 -- "wait: everybody has these anchors<br/>switch" --> s2',
        '  s2 -- "wait: nobody shows what another issuer signed<br/>retire" --> s3',
        '  s3 -- "wait: nobody has other anchors" --> done(["done"])',
      ].join('\n'),
    )
  })
})

describe('a rotation that cannot be', () => {
  const refused: readonly (readonly [string, TrustState, string])[] = [
    ['to an issuer that no wanted anchor vouches for', { bundle: [one], issuer: to.issuer }, 'issuer-not-chained'],
    ['to an anchor that has ended', { ...to, bundle: [dated('root two', { until: -1 })] }, 'expired'],
    ['to an issuer that has not begun', { ...to, issuer: issuer('issuer two', [two], { from: 1 }) }, 'not-yet-valid'],
    [
      'to an issuer that outlives its anchor',
      { ...to, issuer: issuer('issuer two', [two], { until: 2000 }) },
      'outlives-authority',
    ],
  ]
  for (const [what, wanted, code] of refused)
    it(`is refused: ${what}`, () => {
      const { steps, problems } = plan('cacerts', { to: wanted })
      assert.deepEqual([steps, problems.map(problem => problem.code)], [[], [code]])
    })

  it('is refused where a leaked issuer would still be trusted', () => {
    const { steps, problems } = plan('linkerd', { to: { ...to, bundle: [one, two] } }, { leaked: true })
    assert.deepEqual(steps, [])
    assert.deepEqual(
      problems.map(({ code, message }) => [code, message.includes('root one')]),
      [['leaked-and-trusted', true]],
    )
  })
})

describe('a rotation that comes late', () => {
  const late = (until: number) => ({ bundle: [dated('root one', { until })], issuer: issuer('issuer one', [one]) })

  it('says that an outage cannot be avoided where the anchor has ended, and replaces all at once', () => {
    const broken = plan('linkerd', { from: late(-2) })
    assert.deepEqual(broken.steps.map(titleOf), ['replace', 'restart control plane', 'restart workloads'])
    assert.match(
      broken.outage.join('\n'),
      /the anchor `root one` does not hold since 2026-05-30T00:00:00Z: every proxy refuses every other/,
    )
    assert.match(printRotation(broken), /calls are refused meanwhile\n$/)
  })

  it('needs no new anchor where only the issuer has ended', () => {
    const ended = { bundle: [one], issuer: issuer('issuer one', [one], { until: -1 }) }
    const { outage } = plan('linkerd', { from: ended, to: { bundle: [one], issuer: issuer('issuer two', [one]) } })
    assert.match(outage.join('\n'), /nobody is given an identity[^]*reached again as soon as/)
  })

  it('asks for restarts where the old anchor ends before all the waiting is over', () => {
    assert.deepEqual(plan('cacerts', { from: late(10) }).notes, [])
    const { notes, outage } = plan('cacerts', { from: late(2) })
    assert.deepEqual(outage, [])
    assert.match(
      notes.join(),
      /`root one` ends at 2026-06-03T00:00:00Z, in 2 d: .*restart workloads instead of waiting/,
    )
  })

  it('tells how long a leaked key is good for', () => {
    assert.match(
      plan('linkerd', {}, { leaked: true }).notes.join('\n'),
      /any workload until the old anchor is gone everywhere/,
    )
  })
})

describe('a change of trust in one step', () => {
  const codes = (next: TrustState): readonly string[] =>
    stepProblems(from, next, 'here').map(({ message }) => message.slice(0, 24))

  it('may add an anchor, or change the issuer under the same ones', () => {
    assert.deepEqual(codes({ bundle: [one, two], issuer: from.issuer }), [])
    assert.deepEqual(codes({ bundle: [one], issuer: issuer('issuer two', [one]) }), [])
    assert.deepEqual(codes(from), [])
  })

  it('may do nothing else', () => {
    assert.deepEqual(codes(to), ['anchors are exchanged: w', 'the issuer changes toget', 'anchors are taken away t'])
    assert.deepEqual(codes({ bundle: [one, two], issuer: to.issuer }), ['the issuer changes toget'])
    assert.deepEqual(codes({ bundle: [two], issuer: from.issuer }), [
      'no anchor of the bundle ',
      'anchors are exchanged: w',
    ])
  })
})
