import { statesTable } from '../model/observation'
import type { UpgradePlan, UpgradeState } from './upgrade'

/** An upgrade as Markdown: a row a state. */
export function printUpgrade({ states }: UpgradePlan): string {
  const rows = states.map((state, i) => ({
    title: `${i + 1}. ${titleOf(state)}`,
    how: how(state),
    observe: state.observe,
    back: state.back,
  }))
  return statesTable(['State', 'How to get there'], rows)
}

function titleOf({ step, of }: UpgradeState): string {
  return of === undefined ? `**${step}**` : `**${step}** ${of}`
}

function how({ settings, run }: UpgradeState): readonly string[] {
  const set = Object.entries(settings ?? {}).map(([key, value]) =>
    value === undefined ? `take \`${key}\` out` : `\`${key}: ${inline(value)}\``,
  )
  return [...set, ...run.map(command => `\`${command}\``)]
}

/** As YAML writes it on one line. */
function inline(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(inline).join(', ')}]`
  if (typeof value !== 'object' || value === null) return String(value)
  return `{ ${Object.entries(value)
    .map(([key, one]) => `${key}: ${inline(one)}`)
    .join(', ')} }`
}
