import type { Observation } from '../model/observation'
import type { Duration } from './certificate'
import { showDuration } from './certificate'

/*
 * How the steps of a plan are printed and drawn. Commands stand on lines of their own, to be copied.
 */

/** A line with its label: `do`, `back`. */
export function labelled(label: string, text: string): readonly string[] {
  return [`    ${label.padEnd(5)} ${text.replace(/`/g, '')}`]
}

/** What to look at, and what has to be seen. */
export function seen({ kind, look, expect }: Observation): readonly string[] {
  return [`    see   ${kind === 'promql' ? 'promql: ' : '$ '}${look}`, `          → ${expect.replace(/`/g, '')}`]
}

/** A step as a picture has it. */
export interface Drawn {
  /** The state that it leads to, in words. */
  readonly state: string
  readonly title: string
  /** What has to be so after it, in words. */
  readonly gate: string
}

/** The states of a plan in Mermaid, those that follow each other and are the same as one, and what must be seen before the next. */
export function stepsPicture(from: string, steps: readonly Drawn[]): string {
  const boxes: { readonly label: string; readonly steps: Drawn[] }[] = [{ label: from, steps: [] }]
  for (const step of steps) {
    const last = boxes.at(-1)
    if (last?.label === step.state) last.steps.push(step)
    else boxes.push({ label: step.state, steps: [step] })
  }
  const after = (done: Drawn | undefined) => (done ? [`${done.title}: ${done.gate}`] : [])
  const arrows = boxes.slice(1).map(({ steps: [first] }, i) => {
    const told = [...after(boxes[i]?.steps.at(-1)), first?.title ?? ''].join('<br/>')
    return `  s${i} -- "${told}" --> s${i + 1}`
  })
  const end = after(boxes.at(-1)?.steps.at(-1)).map(seen => `  s${boxes.length - 1} -- "${seen}" --> done(["done"])`)
  return ['flowchart TD', ...boxes.map(({ label }, i) => `  s${i}["${label}"]`), ...arrows, ...end].join('\n')
}

/** How many steps, how long they take at most, and whether calls are refused meanwhile. */
export function stepsSummary(steps: readonly { readonly within?: Duration }[], outage: readonly string[]): string {
  const longest = steps.reduce((sum, { within = 0 }) => sum + within, 0)
  const waits = longest > 0 ? `, ${showDuration(longest)} of waiting at most` : ''
  const gap = outage.length > 0 ? 'calls are refused meanwhile' : 'no call is refused if each is seen before the next'
  return `${steps.length} steps${waits}: ${gap}`
}
