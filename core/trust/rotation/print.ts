import { showInstant } from '../certificate'
import { printSteps, stepsPicture, stepsTable } from '../steps-text'
import type { RotationPlan, RotationStep } from './rotation'
import type { TrustState } from './state'

/** A plan as people read it, a step after another. Commands stand on lines of their own, to be copied. */
export function printRotation(plan: RotationPlan): string {
  if (plan.steps.length === 0) return 'nothing to do: this is what is trusted and signed with already\n'
  return printSteps({ ...plan, lineOf: stateLine, titleOf })
}

function stateLine({ bundle, issuer }: TrustState): string {
  return `trusts ${bundle.map(({ subject }) => subject).join(' and ')}; signs with ${issuer.subject}`
}

/** A step by its name: `restart workloads`. */
export function titleOf({ step, of }: RotationStep): string {
  return of === undefined ? step : `${step} ${of}`
}

/** The same for programs. */
export function rotationJson({ from, to, steps, outage, notes }: RotationPlan): object {
  return {
    from: told(from),
    to: told(to),
    steps: steps.map(({ state, within, ...step }) => ({
      ...step,
      ...told(state),
      ...(within !== undefined && { withinSeconds: Math.ceil(within / 1000) }),
    })),
    outage,
    notes,
  }
}

function told({ bundle, issuer }: TrustState): object {
  const one = ({ subject, fingerprint, notAfter }: TrustState['bundle'][number]): object => ({
    subject,
    fingerprint,
    notAfter: showInstant(notAfter),
  })
  return { bundle: bundle.map(one), issuer: one(issuer) }
}

/** A plan as a table in Markdown, a row a step. */
export function rotationTable({ steps }: RotationPlan): string {
  return stepsTable(steps, titleOf)
}

const gates = {
  loaded: 'the control plane has it',
  distributed: 'everybody has these anchors',
  renewed: 'nobody shows what another issuer signed',
  dropped: 'nobody has other anchors',
} as const

/** A plan as a picture in Mermaid: what is trusted and signed with, and what must be seen before the next. */
export function rotationPicture({ from, steps }: RotationPlan): string {
  const drawn = steps.map(step => ({ state: boxOf(step.state), title: titleOf(step), gate: gates[step.until] }))
  return stepsPicture(boxOf(from), drawn)
}

function boxOf({ bundle, issuer }: TrustState): string {
  return `trusts ${bundle.map(({ subject }) => subject).join(', ')}<br/>signs with ${issuer.subject}`.replace(/"/g, "'")
}
