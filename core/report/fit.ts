import { fenced, longestRun, sizeOf } from './markdown'
import { count, visible } from './words'

/** A part of a comment: a title and what is listed under it, the most important first. */
export interface Section {
  readonly title: string
  /** What one item is called: `change`, `finding`. */
  readonly noun: string
  /** Markdown, an item of a list each, or lines of a log, of which the last count most. */
  readonly items: readonly string[]
  readonly kind: 'list' | 'log'
  /** How many are shown at once; the rest is folded. */
  readonly open: number
}

/** The sections as Markdown, and whether anything was left out. */
export interface Fitted {
  readonly text: string
  readonly cut: boolean
}

/** Titles, folds, and the line that says what was left out, in bytes. */
const frame = 400

/**
 * As much of the sections as `room` bytes hold, in their order. Where not all fits, the short ones stay whole and the long ones share
 * what is left alike; each says how much of it was left out, and `where` the whole is.
 */
export function fit(sections: readonly Section[], room: number, where: string): Fitted {
  const needs = sections.map(
    section => frame + sizeOf(where) + section.items.reduce((sum, item) => sum + costOf(item, section), 0),
  )
  const shares = shared(needs, room)
  const parts = sections.map((section, i) => sectionOf(section, shares[i] ?? 0, where))
  return { text: parts.map(({ text }) => text).join('\n'), cut: parts.some(({ cut }) => cut) }
}

/** A line of a log may hold what is shown as an escape, and backticks, which take longer fences. */
function costOf(item: string, { kind }: Section): number {
  return kind === 'log' ? sizeOf(visible(item)) + 1 + 2 * longestRun(item) : sizeOf(item) + 1
}

/** What each gets of `room`: what it needs where that is less than an equal share, else such a share of what is left. */
function shared(needs: readonly number[], room: number): readonly number[] {
  const shares = needs.map(() => 0)
  const order = needs.map((need, i) => ({ need, i })).sort((a, b) => a.need - b.need)
  let left = room
  for (const [done, { need, i }] of order.entries()) {
    const share = Math.min(need, left / (order.length - done))
    shares[i] = share
    left -= share
  }
  return shares
}

function sectionOf(section: Section, share: number, where: string): Fitted {
  const { title, items, noun, kind, open } = section
  const from = kind === 'log' ? [...items].reverse() : items
  let left = share - frame - sizeOf(where)
  const fitting = from.findIndex(item => (left -= costOf(item, section)) < 0)
  const kept = fitting < 0 ? from : from.slice(0, fitting)
  const rest = items.length - kept.length
  const cut = rest > 0 ? [`*${count(rest, noun)} left out here. ${where}*`, ''] : []
  const head = `### ${title} (${items.length})`
  if (kind === 'log')
    return {
      text: [head, '', ...cut, ...folded(`show ${count(kept.length, noun)}`, [fenced([...kept].reverse())])].join('\n'),
      cut: rest > 0,
    }
  const [shown, more] = [kept.slice(0, open), kept.slice(open)]
  const fold =
    more.length === 0
      ? []
      : folded(shown.length > 0 ? `and ${more.length} more` : `show ${count(more.length, noun)}`, more)
  const text = [head, '', ...shown, ...(shown.length > 0 ? [''] : []), ...fold, ...cut].join('\n')
  return { text, cut: rest > 0 }
}

/** Behind a line that is clicked. Markdown is read in there after an empty line (https://github.github.com/gfm/#html-blocks). */
function folded(summary: string, lines: readonly string[]): readonly string[] {
  return [`<details><summary>${summary}</summary>`, '', ...lines, '', '</details>', '']
}
