import { isDate } from '../core/model/date'
import type { Duration, Instant } from '../core/trust/certificate'
import { day } from '../core/trust/certificate'
import { parseSpan } from '../core/trust/renewal'
import { badInput } from './bad-input'

/** The day's first moment; today the moment it is, so that what was made a minute ago is valid. Throws BadInput. */
export function momentOf(at: string | undefined): Instant {
  if (at === undefined) return Math.floor(Date.now() / 1000) * 1000
  if (isDate(at)) return Date.parse(`${at}T00:00:00Z`)
  throw badInput('--at', `expected a date, got \`${at}\``, 'write for instance `--at 2026-12-31`')
}

/** `60d`. Throws BadInput. */
export function horizonOf(text: string): Duration {
  const [, days] = /^(\d{1,5})d$/.exec(text) ?? []
  if (days !== undefined) return Number(days) * day
  throw badInput('--horizon', `expected a number of days, got \`${text}\``, 'write for instance `--horizon 90d`')
}

/** `24h`, `90m`. Throws BadInput. */
export function spanOf(option: string, text: string): Duration {
  const span = parseSpan(text)
  if (span !== undefined && span > 0) return span
  throw badInput(option, `expected a time, got \`${text}\``, `write for instance \`${option} 24h\``)
}
