import { groupBy } from '../model/group'

/** More requests than anybody reads of one caller. */
const most = 12

/**
 * Requests on one line: those of one method behind it, and those below one path in braces. `GET /, /cart; POST /cart/{checkout, empty}`. Past a dozen they are counted,
 * unless `detail` asks for all.
 */
export function compactRequests(requests: readonly string[], detail?: 'all'): string {
  const shown = detail ? requests : requests.slice(0, most)
  const rest = requests.length - shown.length
  const simple = shown.map(request => /^(\S+) (\/[^,;{}]*)$/.exec(request))
  const odd = shown.filter((_, i) => !simple[i])
  const routes = simple.flatMap(match => (match ? [{ verb: match[1] ?? '', path: match[2] ?? '' }] : []))
  const byVerb = [...groupBy(routes, ({ verb }) => verb)].map(
    ([verb, group]) => `${verb} ${braced(group.map(({ path }) => path)).join(', ')}`,
  )
  return [...byVerb, ...odd, ...(rest > 0 ? [`… and ${rest} more`] : [])].join('; ')
}

/** Paths that differ in their last segment alone, in braces. */
function braced(paths: readonly string[]): readonly string[] {
  const parts = paths.map(path => {
    const [, parent = '', last = path, tail = ''] = /^(\/.+\/)([^/ ]+)( and below)?$/.exec(path) ?? []
    return { path, parent, last, tail }
  })
  return [...groupBy(parts, ({ path, parent, tail }) => (parent === '' ? path : `${parent} ${tail}`)).values()].map(
    group => {
      const [{ path, parent, tail } = { path: '', parent: '', tail: '' }, ...others] = group
      return others.length === 0 ? path : `${parent}{${group.map(({ last }) => last).join(', ')}}${tail}`
    },
  )
}
