import type { DiffBlock, DiffLine, DiffView } from './diff'
import { headingOf, isWider, listsOf, notes, titles } from './diff'
import { fit, type Section } from './fit'
import { code, prose, sizeOf } from './markdown'
import { capital, count } from './words'

/** A finding in a comment. */
export interface CommentFinding {
  readonly rule: string
  /** Whether nothing may be deployed with it. */
  readonly blocks: boolean
  /** Whether it is there only since the change; not known where the old state's are not. */
  readonly isNew: boolean | undefined
  /** `PeerAuthentication shop/default` */
  readonly about: string
  readonly text: string
}

/** What a change does to a mesh, as a reviewer wants to know it. */
export interface CommentView {
  /** What changes: `shop · prod`. */
  readonly title: string
  readonly reach: DiffView
  /** Requests for which what is rendered is not what the graph means, and the objects that decide. */
  readonly differences: readonly { readonly text: string; readonly because: readonly string[] }[]
  readonly findings: readonly CommentFinding[]
  /** Why the preview is not clean, if there was one. */
  readonly reasons: readonly string[]
  /** What could not be judged. */
  readonly notJudged: readonly string[]
  /** `AuthorizationPolicy shop/cart` */
  readonly resources: Readonly<Record<'came' | 'changed' | 'gone', readonly string[]>>
  /** What a program said on the way, in lines. */
  readonly log: readonly string[]
}

/** How a comment is written. */
export interface CommentOptions {
  /** The most bytes of UTF-8 it may have. */
  readonly most: number
  /** A sentence of Markdown that says where the whole is. */
  readonly where: string
}

/** Longest name or request in a comment, in characters; a whole one has all of them. */
const longestName = 160

/** Whether somebody has to look before this is merged. */
export function isRefused({ reach, findings, reasons }: CommentView): boolean {
  return isWider(reach) || reasons.length > 0 || findings.some(({ blocks }) => blocks)
}

/**
 * A comment on a pull request: in a line what changes, then what is newly admitted, the most dangerous first, then what is cut, what the
 * rules found, and the resources. Never longer than asked for: long lists say how much they leave out.
 */
export function renderComment(view: CommentView, { most, where }: CommentOptions): string {
  const longest = most === Infinity ? Infinity : longestName
  const head = headOf(view, longest)
  return head + fit(sectionsOf(view, longest), most - sizeOf(head), where).text
}

function headOf(view: CommentView, longest: number): string {
  const { title, reach, findings, resources, reasons } = view
  const news = findings.filter(({ isNew }) => isNew === true).length
  const cells = [
    isWider(reach) ? `**${places(reach.admitted, reach.floor.came)}**` : 'nothing',
    reach.cut.length > 0 ? places(reach.cut) : 'nothing',
    findings.length === 0 ? 'none' : `${findings.length}${news > 0 ? `, **${news} new**` : ''}`,
    `+${resources.came.length} ~${resources.changed.length} −${resources.gone.length}`,
  ]
  const why = reasons.slice(0, 10).map(reason => `- refused: ${prose(reason, longest)}`)
  return [
    // By this the comment is found again when there is a next one. In it are letters alone: what ends an HTML comment cannot be there.
    `<!-- ztm comment: ${title
      .replace(/[^\w./]+/g, ' ')
      .trim()
      .slice(0, 200)} -->`,
    '',
    `## ${prose(title, 200)}`,
    '',
    '| newly admitted | newly cut | findings | resources |',
    '| --- | --- | --- | --- |',
    `| ${cells.join(' | ')} |`,
    '',
    ...(why.length > 0 ? [...why, ''] : []),
    `${count(reach.compared, 'workload')} compared.`,
    '',
    '',
  ].join('\n')
}

function places(blocks: readonly DiffBlock[], others: readonly string[] = []): string {
  return count(new Set([...blocks.flatMap(({ callees }) => callees), ...others]).size, 'place')
}

function sectionsOf(view: CommentView, longest: number): readonly Section[] {
  const { reach, notJudged, log } = view
  const blocks = (some: readonly DiffBlock[]): readonly string[] => some.map(block => blockOf(block, longest))
  const admitted = titles.map(([openness, title]) =>
    list(capital(title), blocks(reach.admitted.filter(block => block.openness === openness)), {
      noun: 'change',
      open: 8,
    }),
  )
  const lists = listsOf(reach).map(([title, items]) => ({ title, section: named(title, items, longest) }))
  const isFloor = ({ title }: (typeof lists)[number]): boolean => title.startsWith('new on the floor')
  const all = [
    ...admitted,
    ...lists.filter(isFloor).map(({ section }) => section),
    list('Newly cut', blocks(reach.cut), { noun: 'change', open: 4 }),
    ...findingSections(view, longest),
    list(
      'Not judged',
      notJudged.map(text => `- ${prose(text, 3 * longest)}`),
      { noun: 'thing', open: 4 },
    ),
    ...resourceSections(view, longest),
    ...lists.filter(one => !isFloor(one)).map(({ section }) => section),
    { title: 'The log', noun: 'line', items: log, kind: 'log', open: 0 } as const,
  ]
  return all.filter(({ items }) => items.length > 0)
}

function list(title: string, items: readonly string[], how: Pick<Section, 'noun' | 'open'>): Section {
  return { title, items, kind: 'list', ...how }
}

function named(title: string, items: readonly string[], longest: number): Section {
  return list(
    capital(title),
    items.map(item => `- ${code(item, longest)}`),
    { noun: 'line', open: title.startsWith('new on') ? 4 : 0 },
  )
}

function findingSections({ findings, differences }: CommentView, longest: number): readonly Section[] {
  const lines = (some: readonly CommentFinding[]): readonly string[] =>
    [...some]
      .sort((a, b) => Number(b.isNew ?? false) - Number(a.isNew ?? false))
      .map(
        ({ rule, about, text, isNew }) =>
          `- ${isNew === true ? '**new** ' : ''}${code(rule, longest)} ${code(about, longest)}: ${prose(text, 3 * longest)}`,
      )
  const unmeant = differences.map(
    ({ text, because }) => `- ${code(text, 2 * longest)}${becauseLine(because, longest, '\n  - ')}`,
  )
  return [
    list('Not what the graph means', unmeant, { noun: 'difference', open: 8 }),
    list('Findings that block', lines(findings.filter(({ blocks }) => blocks)), { noun: 'finding', open: 8 }),
    list('Other findings', lines(findings.filter(({ blocks }) => !blocks)), { noun: 'finding', open: 0 }),
  ]
}

function resourceSections({ resources: { came, changed, gone } }: CommentView, longest: number): readonly Section[] {
  const marked = (mark: string, some: readonly string[]): readonly string[] =>
    some.map(name => `- ${mark} ${code(name, longest)}`)
  const items = [...marked('removed', gone), ...marked('changed', changed), ...marked('new', came)]
  return [list('Resources', items, { noun: 'resource', open: 0 })]
}

/** More of one block than anybody reads. */
const most = 8

function blockOf({ callees, lines, witness, because, openness }: DiffBlock, longest: number): string {
  const all = lines.flatMap(line => line.requests.map(request => lineOf(line, request, longest)))
  const shown = longest === Infinity || all.length <= most ? all : all.slice(0, most - 1)
  const rest = all.length > shown.length ? [`  - and ${all.length - shown.length} more`] : []
  // One request that is spelt out is its own example.
  const isPlain = openness === 'named' && all.length === 1 && !/[*…]|any /.test(all[0] ?? '')
  const such = witness === '' || isPlain ? [] : [`  - such as ${code(witness, 2 * longest)}`]
  const heading = longest === Infinity ? callees.join('; ') : headingOf(callees)
  return (
    [`- **${code(heading, 4 * longest)}**`, ...shown, ...rest, ...such].join('\n') +
    becauseLine(decisive(because), longest, '\n  - ')
  )
}

function lineOf({ callers, bound }: DiffLine, request: string, longest: number): string {
  return `  - ${code(callers, longest)}: ${code(request, longest)}${notes[bound]}`
}

/** What decides and is not the same in both states; where all that decides is the same, what else changed. */
function decisive({ old, now, changed }: DiffBlock['because']): readonly string[] {
  const all = [...new Set([...old, ...now])]
  const marked = all.filter(object => / \((?:new|removed|changed)\)$/.test(object))
  return marked.length > 0 ? marked : changed.length > 0 ? changed : all
}

function becauseLine(objects: readonly string[], longest: number, before: string): string {
  if (objects.length === 0) return ''
  const shown = longest === Infinity || objects.length <= 4 ? objects : objects.slice(0, 3)
  const rest = objects.length > shown.length ? ` and ${objects.length - shown.length} more` : ''
  return `${before}because of ${shown.map(object => code(object, longest)).join(', ')}${rest}`
}
