import type { Observation } from '../model/observation'
import type { UpgradePlan, UpgradeState } from './upgrade'

/** An upgrade as Markdown: a row a state. */
export function printUpgrade({ states }: UpgradePlan): string {
  const rows = states.map(
    (state, i) => `| ${[`${i + 1}. ${titleOf(state)}`, how(state), seen(state), state.back].map(cell).join(' | ')} |`,
  )
  return [
    '| State | How to get there | What must be seen before the next | How to go back |',
    '| --- | --- | --- | --- |',
    ...rows,
  ].join('\n')
}

function titleOf({ step, of }: UpgradeState): string {
  return of === undefined ? `**${step}**` : `**${step}** ${of}`
}

function how({ settings, run }: UpgradeState): string {
  const set = Object.entries(settings ?? {}).map(([key, value]) =>
    value === undefined ? `take \`${key}\` out` : `\`${key}: ${inline(value)}\``,
  )
  return [...set, ...run.map(command => `\`${command}\``)].join('<br>')
}

/** As YAML writes it on one line. */
function inline(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(inline).join(', ')}]`
  if (typeof value !== 'object' || value === null) return String(value)
  return `{ ${Object.entries(value)
    .map(([key, one]) => `${key}: ${inline(one)}`)
    .join(', ')} }`
}

function seen({ observe }: UpgradeState): string {
  return observe.map(({ look, expect }: Observation) => `\`${look}\`: ${expect}`).join('<br>')
}

/** A pipe would end the cell, also within code. */
function cell(text: string): string {
  return text.replace(/\|/g, '\\|')
}
