import { Document, isScalar, visit } from 'yaml'
import type { DiffBlock } from './diff'
import { admittedBlocks, admittedSections, few } from './diff'
import type { Style } from './style'
import { plain } from './style'
import { capital, count, visible } from './words'

/** Whether reach stayed within a baseline, ready to be printed. */
export interface ContainView {
  /** The baseline's file. */
  readonly baseline: string
  /** The day on which it was judged. */
  readonly at: string
  /** What grew beyond the baseline and the waivers. */
  readonly grown: readonly DiffBlock[]
  /** What data planes leave open that the baseline does not list. */
  readonly floor: readonly string[]
  /** Where less is possible than the baseline says. */
  readonly shrunk: readonly string[]
  /** Waivers that have expired and are still needed. */
  readonly lapsed: readonly WaiverLine[]
  readonly unused: readonly WaiverLine[]
  readonly used: readonly WaiverLine[]
}

/** A waiver as it is told. */
export interface WaiverLine {
  readonly owner: string
  readonly reason: string
  readonly expires: string
  readonly admits: readonly string[]
  readonly at: string
}

const notice = [
  ' What could be reached when this was reviewed: of each port the requests that any of the entries',
  ' takes in, beyond what the data planes leave open by themselves. `ztm contain` holds manifests',
  ' against it; written by `ztm contain --update`, not by hand.',
].join('\n')

/** A baseline as YAML. Equal for equal plain data. */
export function renderBaseline(form: Readonly<Record<string, unknown>> | object): string {
  const document = new Document(form, { compat: 'yaml-1.1', aliasDuplicateObjects: false })
  document.commentBefore = notice
  // A dot alone, and words of control characters, are read in more than one way.
  visit(document, {
    Scalar: (_, node) => {
      if (isScalar(node) && typeof node.value === 'string' && !/^[\w/][\w/ :.→-]*$/.test(node.value))
        node.type = 'QUOTE_DOUBLE'
    },
  })
  return document.toString({ lineWidth: 0 })
}

/** Whether it fails. */
export function isBroken({ grown, floor }: Pick<ContainView, 'grown' | 'floor'>): boolean {
  return grown.length + floor.length > 0
}

/** For a terminal: what grew, the most dangerous first, then waivers, then what to do. */
export function renderContain(view: ContainView, style: Style = plain): string {
  const lists = listsOf(view).map(
    ([title, items]) =>
      `${style.dim(title)}\n${few(items)
        .map(item => `  ${visible(item)}\n`)
        .join('')}`,
  )
  const verdict = containSummary(view)
  return [
    ...admittedBlocks(view.grown, style),
    ...lists,
    `${isBroken(view) ? verdict : style.green(verdict)}\n${hintsOf(view)
      .map(hint => `${style.dim(`hint: ${hint}`)}\n`)
      .join('')}`,
  ].join('\n')
}

/** The same as Markdown. */
export function containMarkdown(view: ContainView): string {
  const lists = listsOf(view).flatMap(([title, items]) => [
    `### ${capital(title)}`,
    '',
    ...few(items).map(item => `- ${visible(item)}`),
    '',
  ])
  const hints = hintsOf(view).map(hint => `- ${hint}`)
  return ['## Containment', '', containSummary(view), '', ...admittedSections(view.grown), ...lists, ...hints, ''].join(
    '\n',
  )
}

function containSummary({ grown, floor, baseline, used }: ContainView): string {
  const by = used.length > 0 ? ` and ${count(used.length, 'waiver')}` : ''
  if (grown.length === 0 && floor.length === 0) return `contained: reach stays within ${visible(baseline)}${by}`
  const places = new Set(grown.flatMap(({ callees }) => callees)).size
  const parts = [
    ...(places > 0 ? [`reach grew at ${count(places, 'place')}`] : []),
    ...(floor.length > 0 ? ['the floor grew'] : []),
  ]
  return `not contained: ${parts.join(', ')} beyond ${visible(baseline)}${by}`
}

function hintsOf(view: ContainView): readonly string[] {
  const { shrunk } = view
  if (isBroken(view))
    return [
      'narrow the change, waive it with owner, reason and expiry (`--waivers`), or review it and write the baseline anew with `--update`',
    ]
  if (shrunk.length === 0) return []
  return [`less is possible than the baseline says at ${count(shrunk.length, 'place')}; tighten it with \`--update\``]
}

function listsOf({ floor, lapsed, unused, at }: ContainView): readonly (readonly [string, readonly string[]])[] {
  const told = ({ owner, reason, expires, admits, at: place }: WaiverLine): string =>
    `${place}: ${admits.join('; ')} (${owner}: ${reason}; expires ${expires})`
  const [expired, idle] = [unused.filter(({ expires }) => expires < at), unused.filter(({ expires }) => expires >= at)]
  const lists = [
    ['new on the floor, open whatever the policies say', floor],
    ['waivers that have expired, and would admit some of this', lapsed.map(told)],
    ['note: waivers that have expired and are not needed; remove them', expired.map(told)],
    ['note: waivers that nothing needs', idle.map(told)],
  ] as const
  return lists.filter(([, items]) => items.length > 0)
}
