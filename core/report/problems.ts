import type { Problem } from '../model/problem'
import type { Style } from './style'
import { plain } from './style'
import { count, visible } from './words'

/** More than anybody reads; the rest is counted. */
const mostShown = 200

/** What somebody wrote as a name may be megabytes of it. */
const longest = 4000

const ranks = { error: 0, narrowed: 1, delegated: 2 } as const

/**
 * Problems as people read them, errors first, each with its place, the hint on a line of its own, and their number at
 * the end. What is no error says what it is.
 */
export function renderProblems(problems: readonly Problem[], style: Style = plain): string {
  const sorted = [...problems].sort((a, b) => ranks[a.severity] - ranks[b.severity])
  const lines = sorted.slice(0, mostShown).flatMap(problem => problemLines(problem, style))
  const rest = problems.length - mostShown
  const more = rest > 0 ? [`… and ${count(rest, 'more problem')}`] : []
  return [...lines, ...more, count(problems.length, 'problem'), ''].join('\n')
}

function problemLines({ at, message, severity, hint }: Problem, style: Style): readonly string[] {
  const kind = severity === 'error' ? '' : `${style.yellow(severity)}: `
  const line = `${style.bold(shown(at))}: ${kind}${shown(message)}`
  return hint === undefined ? [line] : [line, style.dim(`  hint: ${shown(hint)}`)]
}

function shown(text: string): string {
  return visible(text.length > longest ? `${text.slice(0, longest)}…` : text)
}
