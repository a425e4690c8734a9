import { statesTable } from '../../model/observation'
import { showDuration } from '../certificate'
import { labelled, seen, stepsPicture, stepsSummary } from '../steps-text'
import type { DomainState, MigrationPlan, MigrationStep } from './migration'

/** A plan as people read it, a step after another. Commands stand on lines of their own, to be copied. */
export function printMigration({ from, to, steps, outage, notes }: MigrationPlan): string {
  if (steps.length === 0) return 'nothing to do: this is what identities are of already\n'
  const blocks = steps.flatMap((step, i) => [...block(step, i, steps[i - 1]?.state ?? from), ''])
  const head = [`now     ${stateLine(from)}`, `wanted  ${stateLine(to)}`, '']
  const told = [...outage.map(why => `outage: ${why}`), ...notes.map(note => `note: ${note.replace(/`/g, '')}`)]
  return [...head, ...blocks, ...told, stepsSummary(steps, outage), ''].join('\n')
}

function stateLine({ trustDomain, aliases }: DomainState): string {
  return `identities of ${trustDomain}${aliases.length > 0 ? `; ${aliases.join(' and ')} taken for its own` : ''}`
}

function block({ step, apply, observe, back, within, state }: MigrationStep, i: number, before: DomainState) {
  return [
    `${i + 1}  ${step}`,
    ...(stateLine(state) === stateLine(before) ? [] : [`    ${stateLine(state)} from now on`]),
    ...apply.flatMap(text => labelled('do', text)),
    ...observe.flatMap(seen),
    ...(within === undefined ? [] : labelled('then', `${showDuration(within)} later at most it is so by itself`)),
    ...labelled('back', back),
  ]
}

/** The same for programs. */
export function migrationJson({ from, to, steps, outage, notes }: MigrationPlan): object {
  return {
    from,
    to,
    steps: steps.map(({ state, within, ...step }) => ({
      ...step,
      ...state,
      ...(within !== undefined && { withinSeconds: Math.ceil(within / 1000) }),
    })),
    outage,
    notes,
  }
}

/** A plan as a table in Markdown, a row a step. */
export function migrationTable({ steps }: MigrationPlan): string {
  const rows = steps.map(({ step, apply, observe, back, within }, i) => ({
    title: `${i + 1}. **${step}**`,
    how: apply,
    observe,
    more: within === undefined ? [] : [`by itself ${showDuration(within)} later at most`],
    back,
  }))
  return statesTable(['Step', 'What to do'], rows)
}

const gates = {
  told: 'the control plane has it',
  accepted: 'everybody takes both',
  renewed: 'nobody shows an identity of the old',
} as const

/** A plan as a picture in Mermaid: what identities are of, and what must be seen before the next. */
export function migrationPicture({ from, steps }: MigrationPlan): string {
  const drawn = steps.map(({ state, step, until }) => ({ state: boxOf(state), title: step, gate: gates[until] }))
  return stepsPicture(boxOf(from), drawn)
}

function boxOf(state: DomainState): string {
  return stateLine(state).replace('; ', '<br/>')
}
