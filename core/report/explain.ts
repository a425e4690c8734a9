import type { Style } from './style'
import { plain } from './style'
import { capital, visible } from './words'

type Answer = 'allow' | 'deny' | 'unknown'

/** Something that was looked at: a place that judges, one of several ways things may be, or what was found there. */
export type ExplainedStep =
  | {
      readonly kind: 'hop' | 'alternative'
      readonly title: string
      readonly verdict: Answer
      readonly steps: readonly ExplainedStep[]
    }
  | { readonly kind: 'note'; readonly text: string; readonly decides?: Answer }

/** One request and what becomes of it, ready to be printed. */
export interface ExplainView {
  /** `shop/frontend → shop/cart:7070 GET /cart` */
  readonly request: string
  readonly verdict: Answer
  readonly because: readonly string[]
  /** How the question was understood, and what it leaves open. */
  readonly notes: readonly string[]
  readonly steps: readonly ExplainedStep[]
}

const words: Readonly<Record<Answer, string>> = { allow: 'allowed', deny: 'denied', unknown: 'not known' }
const signs: Readonly<Record<Answer, string>> = { allow: '✓', deny: '✗', unknown: '?' }

/** For a terminal: the verdict and what decided it, then each hop with what was found there, in the order in which it is asked. */
export function renderExplanation(view: ExplainView, style: Style = plain): string {
  const { verdict, because } = view
  const head = `${paint(verdict, style)(words[verdict])}: ${visible(view.request)}\n`
  const why = [...new Set(because)].slice(0, mostReasons).map(reason => `  ${visible(reason)}\n`)
  const notes = view.notes.map(note => style.dim(`note: ${visible(note)}\n`))
  return [head, ...why, ...notes, ...(view.steps.length > 0 ? ['\n'] : []), ...lines(view.steps, 0, style)].join('')
}

const mostReasons = 8

/** As Markdown. */
export function explanationMarkdown(view: ExplainView): string {
  const item = (text: string, depth: number): string => `${'  '.repeat(depth)}- ${text}`
  const list = (steps: readonly ExplainedStep[], depth: number): readonly string[] =>
    shown(steps).flatMap(step =>
      step.kind === 'note'
        ? [item(`${sign(step.decides)}${code(step.text)}`, depth)]
        : [item(`**${title(step)}**: ${words[step.verdict]}`, depth), ...list(step.steps, depth + 1)],
    )
  return [
    `## ${capital(words[view.verdict])}: ${code(view.request)}`,
    '',
    ...view.because.map(reason => `- ${code(reason)}`),
    ...view.notes.map(note => `- ${visible(note)}`),
    '',
    ...list(view.steps, 0),
    '',
  ].join('\n')
}

function lines(steps: readonly ExplainedStep[], depth: number, style: Style): readonly string[] {
  const indent = '  '.repeat(depth)
  return shown(steps).flatMap(step => {
    if (step.kind === 'note')
      return [`${indent}${step.decides ? paint(step.decides, style)(sign(step.decides)) : '· '}${visible(step.text)}\n`]
    const heading = `${indent}${style.bold(title(step))}: ${paint(step.verdict, style)(words[step.verdict])}\n`
    return [heading, ...lines(step.steps, depth + 1, style)]
  })
}

/** More ways than anybody reads, of which one is real. */
const mostWays = 3

/** Of many alternatives those that differ in their answer, and a few more. */
function shown(steps: readonly ExplainedStep[]): readonly ExplainedStep[] {
  const ways = steps.filter(({ kind }) => kind === 'alternative')
  if (ways.length <= mostWays) return steps
  const telling = ways.filter((way, i) => ways.findIndex(other => answerOf(other) === answerOf(way)) === i)
  const kept = [...new Set([...telling, ...ways])].slice(0, mostWays)
  const rest: ExplainedStep = { kind: 'note', text: `… and ${ways.length - kept.length} more ways it may be` }
  return [...steps.filter(step => step.kind !== 'alternative' || kept.includes(step)), rest]
}

function answerOf(step: ExplainedStep): Answer | undefined {
  return step.kind === 'note' ? step.decides : step.verdict
}

function title(step: Exclude<ExplainedStep, { readonly kind: 'note' }>): string {
  return visible(step.kind === 'alternative' ? `either ${step.title}` : step.title)
}

function sign(answer: Answer | undefined): string {
  return answer ? `${signs[answer]} ` : ''
}

function paint(answer: Answer, style: Style): (text: string) => string {
  return { allow: style.green, deny: style.red, unknown: style.yellow }[answer]
}

function code(text: string): string {
  return `\`${visible(text).replace(/`/g, "'")}\``
}
