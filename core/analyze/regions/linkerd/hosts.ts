import type { Expression } from '../../../model/language'
import { Language } from '../../../model/language'
import { Region } from '../../../model/region'
import { always, unknowable } from '../bounds'
import type { Fitting } from './order'

/**
 * The requests that a route's host names take, by how well: an exact name goes before a suffix, and a longer one before a shorter (proxy
 * `linkerd/http/route/src/http/match/host.rs`). Attribute `authority` is the host as it was sent, since case counts; that of a request without one is not known.
 */
export function hostFits(hostnames: readonly string[]): readonly Fitting[] {
  if (hostnames.length === 0) return [{ fit: [0, 0], requests: always }]
  const nameless = Region.where('authority', Language.literals(['']))
  return [...hostnames.map(fitOf), { fit: 'any', requests: { must: Region.none, may: nameless } }]
}

/** The port does not count, nor a dot at the end, unless the name has one. */
function fitOf(hostname: string): Fitting {
  if (!/^(?:\*\.)?[\w.-]+$/.test(hostname)) return { fit: 'any', requests: unknowable }
  const isSuffix = hostname.startsWith('*.')
  const name = isSuffix ? hostname.slice(1) : hostname
  const dot: Expression = hostname.endsWith('.') ? '' : { choice: ['', '.'] }
  const authorities = Language.of({ sequence: [isSuffix ? { any: true } : '', name, dot, port] })
  const region = Region.where('authority', authorities)
  return { fit: [isSuffix ? 1 : 2, name.length], requests: { must: region, may: region } }
}

const port: Expression = { choice: ['', { sequence: [':', { star: { chars: '0123456789' } }] }] }
