import { every, some, type Ternary } from '../../istio/kleene'
import type { Limit } from '../../network/isolation'

/** What a policy that limits a Pod says of a connection. */
export interface LimitAnswer extends Pick<Limit, 'applies'> {
  readonly answer: Ternary
}

/** Whether a connection passes: by any policy that surely limits the Pod; where none does, by all of those that perhaps do. */
export function openUnder(answers: readonly LimitAnswer[]): Ternary {
  const sure = answers.filter(({ applies }) => applies === 'yes')
  const perhaps = answers.filter(({ applies }) => applies === 'unknown')
  if (sure.length === 0) return perhaps.every(({ answer }) => answer === 'yes') ? 'yes' : 'unknown'
  return some([...sure.map(({ answer }) => answer), ...perhaps.map(({ answer }) => every([answer, 'unknown']))])
}
