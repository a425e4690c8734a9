import { printSteps, stepsPicture, stepsTable } from '../steps-text'
import type { DomainState, MigrationPlan, MigrationStep } from './migration'

/** A plan as people read it, a step after another. Commands stand on lines of their own, to be copied. */
export function printMigration(plan: MigrationPlan): string {
  if (plan.steps.length === 0) return 'nothing to do: this is what identities are of already\n'
  return printSteps({ ...plan, notes: plan.notes.map(note => note.replace(/`/g, '')), lineOf: stateLine, titleOf })
}

function stateLine({ trustDomain, aliases }: DomainState): string {
  return `identities of ${trustDomain}${aliases.length > 0 ? `; ${aliases.join(' and ')} taken for its own` : ''}`
}

function titleOf({ step }: MigrationStep): string {
  return step
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
  return stepsTable(steps, titleOf)
}

const gates = {
  told: 'the control plane has it',
  accepted: 'everybody takes both',
  renewed: 'nobody shows an identity of the old',
} as const

/** A plan as a picture in Mermaid: what identities are of, and what must be seen before the next. */
export function migrationPicture({ from, steps }: MigrationPlan): string {
  const drawn = steps.map(step => ({ state: boxOf(step.state), title: titleOf(step), gate: gates[step.until] }))
  return stepsPicture(boxOf(from), drawn)
}

function boxOf(state: DomainState): string {
  return stateLine(state).replace('; ', '<br/>')
}
