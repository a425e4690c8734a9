import { groupBy } from '../model/group'
import type { Style } from './style'
import { count, visible } from './words'

/** Something to decide about a graph that was adopted. */
export interface ToldDecision {
  readonly kind: string
  /** `shop/cart:7070`. */
  readonly about: string
  readonly text: string
}

/** What was adopted, in numbers, and what is left to decide. */
export interface AdoptView {
  readonly services: number
  readonly calls: number
  readonly decisions: readonly ToldDecision[]
  /** What the graph was compiled for, and whether all that it lets through is let through today. */
  readonly proof: string
}

/** The kinds of what is to be decided, the most dangerous first. */
const headings: readonly (readonly [kind: string, heading: string])[] = [
  ['open', 'open today to more than the graph names'],
  ['stale', 'policies for nobody'],
  ['shared', 'shared identities'],
  ['cut', 'allowed today, and not in the graph'],
  ['guessed', 'calls taken from configuration: see whether they are made'],
  ['left-out', 'left out'],
]

/** As many places as are named with one reason. */
const most = 12

/** What somebody who adopts a graph has to read: what is left to decide, by kind, and the numbers last. */
export function renderAdopted({ services, calls, decisions, proof }: AdoptView, style: Style): string {
  const parts = headings.flatMap(([kind, heading]) => {
    const own = decisions.filter(decision => decision.kind === kind)
    return own.length === 0 ? [] : [`${style.bold(heading)}\n${listed(own)}\n`]
  })
  const numbers = `${count(services, 'service')}, ${count(calls, 'call')}, ${decisions.length} to decide`
  return `${parts.join('\n')}${parts.length > 0 ? '\n' : ''}${proof}\n${numbers}\n`
}

/** What holds of several places is told once. */
function listed(decisions: readonly ToldDecision[]): string {
  return [...groupBy(decisions, ({ text }) => text)]
    .map(([text, same]) => {
      const places = [...new Set(same.map(({ about }) => about))].sort()
      const more = places.length - most
      const shown = places.slice(0, most).map(place => `    ${visible(place)}`)
      return [`  ${visible(text)}`, ...shown, ...(more > 0 ? [`    and ${more} more`] : [])].join('\n')
    })
    .join('\n')
}
