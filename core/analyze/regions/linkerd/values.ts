import { Language } from '../../../model/language'
import type { Variable } from '../../../model/region'
import { absent, Region } from '../../../model/region'
import type { ValueMatch } from '../../linkerd/layer-linkerd'
import type { Match } from '../bounds'
import { textsOf } from './text'

/** Requests with such a header (proxy `linkerd/http/route/src/http/match/header.rs`). Whether the proxy sees a `host` header hangs on the version of HTTP. */
export function headerMatch(header: ValueMatch): Match {
  const { must, may } = textsOf(header)
  const variable = `header:${header.name}`
  const perhaps = header.name === 'host' ? may.union(none) : may.minus(none)
  return { must: Region.where(variable, must.minus(none)), may: Region.where(variable, perhaps) }
}

const none = Language.literals([absent])

/**
 * Requests with such a parameter in their query; any of that name will do (proxy `linkerd/http/route/src/http/match/query_param.rs`). The attribute is the
 * question itself, since a query may have several parameters of a name.
 */
export function queryMatch({ kind, name, value }: ValueMatch): Match {
  const asked = encodeURIComponent(name).replace(/~/g, '%7E')
  const variable = `query:${asked}${kind === 'exact' ? '=' : '~'}${value}`
  const answers = (words: readonly string[]): Region => Region.where(variable, Language.literals(words))
  return { must: answers(['yes']), may: answers(['yes', 'unknown']) }
}

/** What a request answers to a question about its query: `yes`, `no`, or `unknown` where it cannot be known; nothing where the attribute is none. */
export function queryAnswer(variable: Variable, path: string): string | undefined {
  const [, name, kind, value] = /^query:([^=~]*)([=~])(.*)$/s.exec(variable) ?? []
  if (name === undefined || value === undefined) return undefined
  const { must, may } = textsOf({ kind: kind === '=' ? 'exact' : 'regex', value })
  const given = parametersOf(path).flatMap(([key, text]) => (key === decodeURIComponent(name) ? [text] : []))
  if (given.some(text => must.contains(text))) return 'yes'
  return given.some(text => may.contains(text)) ? 'unknown' : 'no'
}

/** Decoded as forms are. */
function parametersOf(path: string): readonly (readonly [string, string])[] {
  const [, query = ''] = /^[^?#]*\?([^#]*)/.exec(path) ?? []
  return [...new URLSearchParams(query)]
}
