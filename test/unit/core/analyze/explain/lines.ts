import type { Step } from '../../../../../core/analyze/explain/trace'

/** Steps as lines: a place with its verdict, below it what was found there and what that decides. */
export function linesOf(steps: readonly Step[], depth = ''): readonly string[] {
  return steps.flatMap(step => {
    if (step.kind === 'note') return [`${depth}${step.decides === undefined ? '' : `${step.decides}: `}${step.text}`]
    const way = step.kind === 'alternative' ? 'perhaps ' : ''
    return [`${depth}${way}${step.title} (${step.verdict})`, ...linesOf(step.steps, `${depth}  `)]
  })
}
