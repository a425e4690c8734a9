import type { Observation } from '../model/observation'
import { statesTable } from '../model/observation'
import type { Duration } from './certificate'
import { showDuration } from './certificate'

/*
 * How the steps of a plan are printed and drawn. Commands stand on lines of their own, to be copied.
 */

/** A step of a plan, whatever its states are. */
export interface PlanStep<State> {
  readonly state: State
  readonly apply: readonly string[]
  readonly observe: readonly Observation[]
  readonly back: string
  readonly within?: Duration
}

/** A plan as far as it is printed, and what its states and steps are called. */
export interface Printed<State, Step extends PlanStep<State>> {
  readonly from: State
  readonly to: State
  readonly steps: readonly Step[]
  readonly outage: readonly string[]
  readonly notes: readonly string[]
  readonly lineOf: (state: State) => string
  readonly titleOf: (step: Step) => string
}

/** A plan as people read it, a step after another. */
export function printSteps<State, Step extends PlanStep<State>>(plan: Printed<State, Step>): string {
  const { from, to, steps, outage, notes, lineOf } = plan
  const blocks = steps.flatMap((step, i) => [...block(step, i, plan), ''])
  const head = [`now     ${lineOf(from)}`, `wanted  ${lineOf(to)}`, '']
  const told = [...outage.map(why => `outage: ${why}`), ...notes.map(note => `note: ${note}`)]
  return [...head, ...blocks, ...told, summary(steps, outage), ''].join('\n')
}

function block<State, Step extends PlanStep<State>>(
  step: Step,
  i: number,
  { from, steps, lineOf, titleOf }: Printed<State, Step>,
): readonly string[] {
  const { apply, observe, back, within } = step
  const line = lineOf(step.state)
  return [
    `${i + 1}  ${titleOf(step)}`,
    ...(line === lineOf(steps[i - 1]?.state ?? from) ? [] : [`    ${line} from now on`]),
    ...apply.map(text => labelled('do', text)),
    ...observe.flatMap(seen),
    ...(within === undefined ? [] : [labelled('then', `${showDuration(within)} later at most it is so by itself`)]),
    labelled('back', back),
  ]
}

function labelled(label: string, text: string): string {
  return `    ${label.padEnd(5)} ${text.replace(/`/g, '')}`
}

function seen({ kind, look, expect }: Observation): readonly string[] {
  return [`    see   ${kind === 'promql' ? 'promql: ' : '$ '}${look}`, `          → ${expect.replace(/`/g, '')}`]
}

/** The steps of a plan as a table in Markdown, a row a step. */
export function stepsTable<Step extends PlanStep<unknown>>(
  steps: readonly Step[],
  titleOf: (step: Step) => string,
): string {
  const rows = steps.map((step, i) => ({
    title: `${i + 1}. **${titleOf(step)}**`,
    how: step.apply,
    observe: step.observe,
    more: step.within === undefined ? [] : [`by itself ${showDuration(step.within)} later at most`],
    back: step.back,
  }))
  return statesTable(['Step', 'What to do'], rows)
}

/** How workloads are restarted: of these namespaces, or of all where none is named. */
export function workloadsRestarted(namespaces: readonly string[] = []): string {
  const of = namespaces.length > 0 ? namespaces : ['NAMESPACE']
  const each = of.map(namespace => `\`kubectl -n ${namespace} rollout restart deployment,statefulset,daemonset\``)
  return [...each, ...(namespaces.length > 0 ? [] : ['for every namespace of the mesh'])].join(', ')
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
function summary(steps: readonly { readonly within?: Duration }[], outage: readonly string[]): string {
  const longest = steps.reduce((sum, { within = 0 }) => sum + within, 0)
  const waits = longest > 0 ? `, ${showDuration(longest)} of waiting at most` : ''
  const gap = outage.length > 0 ? 'calls are refused meanwhile' : 'no call is refused if each is seen before the next'
  return `${steps.length} steps${waits}: ${gap}`
}
