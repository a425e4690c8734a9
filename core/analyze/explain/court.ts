import type { Answer, Court } from '../istio/judge-policies'
import { firstOf } from '../first-of'
import { nameOf } from '../istio/verdict'
import type { Missed } from './missed'
import { describeMissed } from './missed'
import { isTraced, note } from './trace'

/** More policies than anybody reads of those that do not match. */
const most = 4

/** Writes down how the policies of one hop answer, in the order in which they are asked: DENY and CUSTOM, then ALLOW. */
export function tellCourt(court: Court, answers: readonly Answer[]): void {
  if (!isTraced()) return
  note(() => dry(answers))
  note(
    () =>
      answers.length === 0 ? `no AuthorizationPolicy applies to ${court.to}: Istio lets everything in` : undefined,
    'allow',
  )
  const inForce = answers.filter(({ inForce: held }) => held !== 'no')
  if (inForce.length > 0) {
    tellRefusing(
      court,
      inForce.filter(({ policy }) => policy.action !== 'ALLOW'),
    )
    tellAllowing(
      court,
      inForce.filter(({ policy }) => policy.action === 'ALLOW' || policy.action === 'unknown'),
    )
  } else if (answers.length > 0) note(() => `no policy is in force at ${court.to}: Istio lets everything in`, 'allow')
}

function dry(answers: readonly Answer[]): string | undefined {
  const names = answers.filter(({ inForce }) => inForce === 'no').map(({ policy }) => nameOf(policy))
  return names.length === 0 ? undefined : `in a dry run, so that it does not count: ${names.join(', ')}`
}

function tellRefusing(court: Court, answers: readonly Answer[]): void {
  for (const answer of answers.filter(({ matches }) => matches !== 'no')) {
    const { policy, rule, matches, inForce } = answer
    const sure = policy.action === 'DENY' && matches === 'yes' && inForce === 'yes'
    const may = policy.action === 'CUSTOM' ? 'hands it to an authorizer, whose answer is not known' : 'may refuse it'
    const doubt = matches === 'unknown' ? `: ${whyUnsure(answer, court)}` : ''
    note(() => (sure ? `DENY ${rule} matches` : `${rule} ${may}${doubt}`), sure ? 'deny' : 'unknown')
  }
  const others = answers.filter(({ matches }) => matches === 'no').map(({ policy }) => nameOf(policy))
  note(() => (others.length === 0 ? undefined : `DENY that does not match: ${firstOf(others)}`))
}

function tellAllowing(court: Court, answers: readonly Answer[]): void {
  const passing = answers.find(({ matches, inForce }) => matches === 'yes' && inForce === 'yes')
  if (answers.length === 0)
    return note(() => `no ALLOW policy applies to ${court.to}: whatever no DENY refuses is let in`, 'allow')
  if (passing) return note(() => `ALLOW ${passing.rule} matches${fields(passing)}`, 'allow')
  for (const answer of answers.filter(({ matches }) => matches !== 'no'))
    note(() => `ALLOW ${answer.rule} may let it in: ${whyUnsure(answer, court)}`, 'unknown')
  const refusing = answers.filter(({ matches }) => matches === 'no')
  const decides = refusing.length === answers.length && refusing.some(({ inForce }) => inForce === 'yes')
  if (decides) note(() => `no ALLOW policy of ${court.to} matches`, 'deny')
  for (const text of nearestOf(refusing, court)) note(() => text)
}

function fields({ policy, rule }: Answer): string {
  const index = Number(/rules\[(\d+)\]$/.exec(rule)?.[1])
  const found = policy.rules[index]
  if (found?.kind !== 'rule') return ''
  const asked = [...found.from, ...found.to].flatMap(one =>
    Object.entries(one).flatMap(([field, values]) => (values.length > 0 ? [field] : [])),
  )
  const names = [...new Set([...asked, ...found.when.map(({ key }) => `when ${key}`)])]
  return names.length === 0 ? ': it asks for nothing' : ` in ${names.join(', ')}`
}

function whyUnsure({ policy, matches, inForce }: Answer, court: Court): string {
  if (inForce === 'unknown') return `whether ${nameOf(policy)} is in force here is not known`
  const unsure = policy.rules.flatMap(rule =>
    court.matches(rule, policy) === matches ? [court.missed(rule, policy)] : [],
  )
  return describeMissed(unsure[0] ?? [], court.facts)
}

interface Near {
  readonly name: string
  readonly missed: readonly Missed[]
}

/** Of each policy the rule that misses least, the nearest first, and what it misses. */
function nearestOf(answers: readonly Answer[], court: Court): readonly string[] {
  const empty = answers.filter(({ policy }) => policy.rules.length === 0).map(({ policy }) => nameOf(policy))
  const near = answers
    .flatMap(({ policy }): readonly Near[] =>
      policy.rules
        .map((rule, i): Near => ({ name: `${nameOf(policy)} rules[${i}]`, missed: court.missed(rule, policy) }))
        .sort(byMissed)
        .slice(0, 1),
    )
    .sort(byMissed)
    .map(({ name, missed }, i) => `${i === 0 ? 'the nearest is ' : ''}${name}: ${describeMissed(missed, court.facts)}`)
  const nobody = empty.length === 0 ? [] : [`${firstOf(empty)}: without rules, it lets nobody in`]
  return [...near.slice(0, most), ...nobody]
}

function byMissed(a: Near, b: Near): number {
  return a.missed.length - b.missed.length
}
