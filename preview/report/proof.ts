import type { Difference } from '../../core/analyze/compare'
import type { Style } from '../../core/report/style'
import { plain } from '../../core/report/style'
import { count } from '../../core/report/words'
import type { Proof } from '../proof'
import { holds } from '../proof'

/** More witnesses than anybody reads. */
const mostShown = 50

/** What was proved, in a sentence. */
export function sentence(proof: Proof, style: Style = plain): string {
  const { comparison, numbers } = proof
  if (!comparison) return style.yellow('Nothing to hold it against: the project has no graph.')
  const entries = numbers.entries > 0 ? `, ${count(numbers.entries, 'entry', 'entries')} through gateways` : ''
  const of = `${count(numbers.services, 'service')}, ${count(numbers.flows, 'flow')}${entries}; ${stages(proof)}`
  if (holds(proof)) {
    return `${style.green('Yes')}: what is rendered lets through exactly what the graph means, and the floor (${of}).`
  }
  const differences = count(comparison.differences.length, 'difference')
  return `${style.red('No')}: what is rendered is not what the graph means: ${differences} (${of}).`
}

const meaning = {
  enforce: 'the declared calls and no other',
  strict: 'the declared calls and any other of a mesh identity, as policies are only shadowed',
}

/** `at stage enforce (…) boutique, load; at stage strict (…) data`. */
function stages({ stages: given }: Proof): string {
  const groups = (['enforce', 'strict'] as const).map(stage => {
    const namespaces = Object.keys(given).filter(name => given[name] === stage)
    return namespaces.length === 0 ? '' : `${namespaces.join(', ')} at \`${stage}\`: ${meaning[stage]}`
  })
  return groups.filter(Boolean).join('; ')
}

const verbs: Readonly<Record<Difference['kind'], string>> = {
  admitted: 'let in, though nobody declared it',
  cut: 'declared, but not certain to get through',
  unjudged: 'nothing can be proved',
}

/** The witnesses, what else is worth knowing, and what could not be read. */
export function renderDifferences({ comparison, onNetwork, problems, skipped }: Proof, style: Style): string {
  const differences = comparison?.differences ?? []
  const shown = differences
    .slice(0, mostShown)
    .flatMap(({ kind, text, because }) => [
      `  ${style.red(verbs[kind])}: ${text}`,
      ...because.map(object => style.dim(`    because of ${object}`)),
    ])
  const rest = differences.length - mostShown
  return [
    ...shown,
    ...(rest > 0 ? [`  … and ${count(rest, 'more difference')}`] : []),
    ...(comparison?.nonCanonical ?? []).map(path =>
      style.dim(`beside the declared routes, a path or host no client writes: ${path}`),
    ),
    ...beyond(onNetwork, style),
    ...listed('not governed by the graph', comparison?.ungoverned ?? []),
    ...problems.map(({ at, message }) => style.yellow(`${at}: ${message}`)),
    ...listed(
      'kinds that say nothing of who may call whom',
      Object.entries(skipped).map(([kind, n]) => `${n} ${kind}`),
    ),
  ]
    .map(line => `${line}\n`)
    .join('')
}

/** More of what the mesh holds anyway than anybody reads. */
const mostBeyond = 10

function beyond(onNetwork: Proof['onNetwork'], style: Style): readonly string[] {
  const rest = onNetwork.length - mostBeyond
  return [
    ...onNetwork.slice(0, mostBeyond).map(({ text, because }) => {
      const opened = because.length > 0 ? ` (${because.join(', ')})` : ''
      return style.yellow(`held by the mesh alone, as NetworkPolicies let it through: ${text}${opened}`)
    }),
    ...(rest > 0 ? [style.yellow(`… and ${count(rest, 'more port')} that NetworkPolicies leave to the mesh`)] : []),
  ]
}

function listed(title: string, items: readonly string[]): readonly string[] {
  return items.length === 0 ? [] : [`${title}: ${[...items].sort().join(', ')}`]
}
