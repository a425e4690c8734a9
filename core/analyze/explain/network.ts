import { nameOf } from '../istio/verdict'
import type { Answer, Side } from '../network/hop'
import type { Limit } from '../network/isolation'
import type { End } from '../network/match-rule'
import { admits } from '../network/match-rule'
import type { Pod } from '../network/pods'
import { unheardOf } from '../network/unseen'
import { isTraced, note } from './trace'

/** Writes down what a Pod's own NetworkPolicies make of a connection that enters or leaves it. */
export function tellSide(pod: Pod, asked: Side, answers: readonly (Limit & Answer)[]): void {
  if (!isTraced()) return
  const { direction } = asked
  const way = direction === 'ingress' ? 'in' : 'out'
  const passing = answers.find(({ applies, answer }) => applies === 'yes' && answer === 'yes')
  if (answers.length === 0)
    return note(
      () => `no NetworkPolicy isolates ${nameOfPod(pod)} for ${direction}: the network lets everything ${way}`,
    )
  if (passing) return note(() => `${passing.rules.join(', ')} lets it ${way}`)
  for (const limit of answers) {
    const { applies, answer, policy } = limit
    const sure = applies === 'yes' && answer === 'no' && answers.every(one => one.answer === 'no')
    note(
      () => (answer === 'no' ? refusal(limit, pod, asked) : `whether ${nameOf(policy)} lets it ${way} is not known`),
      sure ? 'deny' : 'unknown',
    )
  }
}

/** Which part of the rules does not fit, found by asking the same rules without their ports. */
function refusal({ policy, applies }: Limit, pod: Pod, asked: Side): string {
  const { direction, port, far } = asked
  const rules = policy[direction]
  const selects = applies === 'yes' ? 'selects' : 'may select'
  const whose = `${nameOf(policy)} ${selects} ${nameOfPod(pod)}`
  if (rules.length === 0)
    return `${whose}, and has no ${direction} rules: it lets nothing ${direction === 'ingress' ? 'in' : 'out'}`
  const near = rules.findIndex(({ peers }) => admits(peers ? { peers } : {}, policy, asked) === 'yes')
  if (near >= 0) return `${whose}, but port ${port} on the wire is not among the ports of ${direction}[${near}]`
  return `${whose}, but ${nameOfEnd(far)} is not among its ${direction} rules`
}

function nameOfEnd(end: End): string {
  return end.kind === 'pod' ? nameOfPod(end.pod) : (end.ip ?? 'what is no Pod')
}

function nameOfPod({ key }: Pod): string {
  return key === unheardOf ? 'a Pod of another namespace' : key
}
