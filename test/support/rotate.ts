import assert from 'node:assert/strict'
import { hour } from '../../core/trust/certificate'
import type { RotationStep } from '../../core/trust/rotation/rotation'
import type { Draw, Fleet } from './fleet'

/** An operator who does what a plan says, when he comes to it, and goes on when what has to be seen is seen. */
export function follow(fleet: Fleet, steps: readonly RotationStep[], draw: Draw): void {
  for (const step of steps) {
    act(fleet, step, draw)
    await_(fleet, step)
    fleet.pass(draw(30) * hour)
  }
}

/** The same of one who does not look. */
export function rush(fleet: Fleet, steps: readonly RotationStep[], draw: Draw): void {
  for (const step of steps) act(fleet, step, draw)
}

/** What a step says is to be done. */
export function act(fleet: Fleet, { step, of, state, until }: RotationStep, draw: Draw): void {
  if (step === 'prepare') {
    fleet.multiRoot = true
    fleet.restartControlPlane()
  } else if (step === 'restart') {
    if (of === 'control plane') fleet.restartControlPlane()
    else fleet.restartWorkloads()
  } else if (step === 'wait') {
    if (draw(3) === 0 && !fleet.is(until, state)) fleet.restartWorkloads()
  } else fleet.apply(state)
}

function await_(fleet: Fleet, { step, state, until, within = 0 }: RotationStep): void {
  const end = fleet.now + within + 24 * hour
  while (!fleet.is(until, state)) {
    assert.ok(fleet.now < end, `after \`${step}\` it is not \`${until}\``)
    fleet.pass(hour)
  }
}
