import { groupBy } from '../model/group'
import type { Style } from './style'
import { plain } from './style'
import { cell } from './markdown'
import { capital, count, visible } from './words'

type Side = 'a' | 'b'

/** Requests that two meshes do not treat alike. */
export interface UnequalLine {
  readonly only: Side | 'neither'
  readonly bound: 'certain' | 'possible' | 'unsure'
  readonly callee: string
  /** `shop/frontend → shop/cart:7070 GET /x` */
  readonly text: string
  readonly because: Readonly<Record<Side, readonly string[]>>
}

/** Whether two meshes let the same through, ready to be printed. */
export interface EqualView {
  /** Where each mesh was read from. */
  readonly names: Readonly<Record<Side, string>>
  readonly equal: boolean
  readonly differences: readonly UnequalLine[]
  readonly toldApart: readonly {
    readonly kind: string
    readonly only: Side
    readonly why: string
    readonly texts: readonly string[]
  }[]
  /** Gateways, of which nothing is said. */
  readonly gateways: readonly string[]
  readonly sameDomains: readonly (readonly [string, string])[]
  readonly workloads: number
  /** What each mesh's data plane leaves open by itself. */
  readonly floors: Readonly<Record<Side, readonly string[]>>
}

const sides = ['a', 'b', 'neither'] as const

/** For a terminal: what only one admits, then what is told apart, then what it was judged by. */
export function renderEqual(view: EqualView, style: Style = plain): string {
  const blocks = sides.flatMap(side => {
    const lines = view.differences.filter(({ only }) => only === side)
    return lines.length === 0
      ? []
      : [`${style.red(titleOf(side, view))}\n${lines.map(line => told(line, style)).join('')}`]
  })
  const apart = view.toldApart.map(
    ({ only, why, texts }) =>
      `${style.yellow(`told apart, no difference: only ${name(only, view)} admits`)}\n  ${why}\n${few(texts)
        .map(text => `  ${visible(text)}\n`)
        .join('')}`,
  )
  const floors = floorsOf(view).map(
    ([title, entries]) => `${style.dim(title)}\n${entries.map(entry => `  ${entry}\n`).join('')}`,
  )
  const notes = notesOf(view).map(note => `${style.dim(note)}\n`)
  const verdict = summary(view)
  return [
    ...blocks,
    ...apart,
    ...floors,
    ...(notes.length > 0 ? [notes.join('')] : []),
    `${view.equal ? style.green(verdict) : verdict}\n`,
  ].join('\n')
}

/** The same as Markdown. */
export function equalMarkdown(view: EqualView): string {
  const blocks = sides.flatMap(side => {
    const lines = view.differences.filter(({ only }) => only === side)
    const rows = lines.map(
      ({ text, bound, because }) => `| ${cell(text)} | ${bounds[bound]} | ${reasons(because).map(cell).join('<br>')} |`,
    )
    return lines.length === 0
      ? []
      : [`### ${capital(titleOf(side, view))}`, '', '| request | | because |', '|---|---|---|', ...rows, '']
  })
  const apart = view.toldApart.flatMap(({ only, why, texts }) => [
    `### Told apart, no difference: only ${name(only, view)} admits`,
    '',
    why,
    '',
    ...few(texts).map(text => `- ${cell(text)}`),
    '',
  ])
  const floors = floorsOf(view).flatMap(([title, entries]) => [
    `### ${capital(title)}`,
    '',
    ...entries.map(entry => `- ${entry}`),
    '',
  ])
  const notes = notesOf(view).map(note => `- ${visible(note)}`)
  return ['## Do they let the same through?', '', summary(view), '', ...blocks, ...apart, ...floors, ...notes, ''].join(
    '\n',
  )
}

const bounds: Readonly<Record<UnequalLine['bound'], string>> = {
  certain: 'for certain; the other refuses',
  possible: 'possibly; the other refuses',
  unsure: 'for certain; the other possibly not',
}

function told({ text, bound, only, because }: UnequalLine, style: Style): string {
  const note = only === 'neither' ? '' : `  (${bounds[bound]})`
  const lines = reasons(because).map(reason => `    ${style.dim(visible(reason))}\n`)
  return `  ${visible(text)}${note}\n${lines.join('')}`
}

function reasons({ a, b }: UnequalLine['because']): readonly string[] {
  return [...a.map(reason => `first: ${reason}`), ...b.map(reason => `second: ${reason}`)]
}

function titleOf(side: UnequalLine['only'], view: EqualView): string {
  return side === 'neither' ? 'not known of either' : `only ${name(side, view)} admits`
}

function name(side: Side, { names }: EqualView): string {
  return visible(names[side])
}

function notesOf(view: EqualView): readonly string[] {
  const { sameDomains, gateways } = view
  const domains = sameDomains
    .filter(([a, b]) => a !== b)
    .map(([a, b]) => `trust domain ${a} of ${name('a', view)} is taken for ${b} of ${name('b', view)}`)
  const routing = gateways.length === 0 ? [] : [`not compared: what enters through ${gateways.join(', ')}`]
  return [...domains, ...routing]
}

/** What each mesh leaves open by itself, which was not compared. */
function floorsOf({ floors, names }: EqualView): readonly (readonly [string, readonly string[]])[] {
  const listed = (['a', 'b'] as const).filter(side => floors[side].length > 0)
  return listed.map(side => [`the floor of ${visible(names[side])}, open whatever the policies say`, floors[side]])
}

function summary({ equal, differences, workloads, toldApart }: EqualView): string {
  const of = count(workloads, 'workload')
  if (equal) return `equal: both let the same into ${of}${toldApart.length > 0 ? ', but for what is told apart' : ''}`
  if (differences.length === 0) return `not known: something could not be read or computed, of ${of}`
  const callees = groupBy(differences, ({ callee }) => callee).size
  return `not equal: ${count(differences.length, 'difference')} at ${count(callees, 'place')}, of ${of}`
}

/** The first ten of many. */
function few(texts: readonly string[]): readonly string[] {
  return texts.length <= 12 ? texts : [...texts.slice(0, 10), `… and ${texts.length - 10} more`]
}
