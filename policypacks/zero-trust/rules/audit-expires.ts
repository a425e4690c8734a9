import { defaultPolicies } from '../../../core/analyze/linkerd/layer-linkerd'
import { cartServer, serverOf } from '../example-linkerd'
import { isSpared, nameOf, servers } from '../facts/linkerd/objects'
import { namespaceOf } from '../facts/policies'
import { isDate } from '../../../core/model/date'
import { at, finding, judgeEach, word, type Field } from '../field'
import { rule, type Context, type Finding } from '../rule'

const audited = serverOf('web', 8080, { accessPolicy: 'audit' })
const granted = (until: string) => ({ 'shop/web.port': `${until} callers from the old cluster are being counted` })

/**
 * A Server that only audits has a day from which on it no longer may. `audit` admits everybody and notes whom no policy admits (linkerd2
 * `policy-controller/k8s/index/src/defaults.rs`; recorded); nothing in Linkerd ends it. Rules have no clock: which day it is they are told.
 */
export const auditExpires = rule({
  id: 'audit-expires',
  severity: 'high',
  scope: 'object',
  controls: [
    'nist-800-53/AC-3',
    'nist-800-53/CM-3',
    'nist-800-53/SC-7(5)',
    'nist-800-207/tenet-6',
    'pci-dss/7.3.3',
    'soc-2/CC8.1',
    'iso-27001/A.8.9',
  ],
  why: 'a Server that audits admits everybody, and stays like that for as long as nobody remembers it',
  fix: 'write `accessPolicy: deny`; while callers are being found out, name the Server in `audits` with the last day and the reason, and give the day it is as `today`',
  limits: 'the day is the one that `today` says: a pipeline has to set it anew at each run',
  config: ['audits', 'today', 'exempt', 'elsewhere'],
  examples: {
    pass: [
      { title: 'no audit', objects: [cartServer] },
      {
        title: 'the day has not come',
        objects: [audited],
        config: { audits: granted('2026-09-30'), today: '2026-09-30' },
      },
      { title: 'a namespace that is left out', objects: [audited], config: { exempt: ['shop'] } },
    ],
    fail: [
      { title: 'nobody says until when', objects: [audited] },
      {
        title: 'the day has passed',
        objects: [audited],
        config: { audits: granted('2026-09-30'), today: '2026-10-01' },
      },
      { title: 'nobody says what day it is', objects: [audited], config: { audits: granted('2026-09-30') } },
      {
        title: 'a day that is none',
        objects: [audited],
        config: { audits: granted('2026-09-31'), today: '2026-09-01' },
      },
      {
        title: 'no reason is given',
        objects: [audited],
        config: { audits: { 'shop/web.port': '2026-09-30' }, today: '2026-09-01' },
      },
      {
        title: 'another Server is meant',
        objects: [serverOf('cart', 7070, { accessPolicy: 'audit' })],
        config: { audits: granted('2026-09-30'), today: '2026-09-01' },
      },
    ],
  },
  check: context => judgeEach(servers(context), server => judge(server, context)),
})

function judge(server: Field, context: Context): readonly Finding[] {
  const field = at(server, 'spec', 'accessPolicy')
  if (word(field, defaultPolicies) !== 'audit') return []
  const namespace = namespaceOf(server)
  if (isSpared(context, namespace)) return []
  const why = refusal(`${namespace}/${nameOf(server)}`, context)
  return why === undefined ? [] : [finding(field, `admits everybody, and ${why}`)]
}

/** Why a Server may not audit, or not any more. */
function refusal(server: string, { config: { audits, today } }: Context): string | undefined {
  const said = Object.hasOwn(audits, server) ? audits[server] : undefined
  if (said === undefined) return 'the setting `audits` does not say until when'
  const [, until = ''] = /^(\S+) +\S/.exec(said) ?? []
  if (!isDate(until)) return 'what `audits` says of it is not a day, `2026-09-30`, and a reason'
  if (today === undefined) return 'the setting `today` does not say what day it is'
  if (!isDate(today)) return 'the setting `today` is not a day, `2026-09-30`'
  return today > until ? 'its last day has passed' : undefined
}
