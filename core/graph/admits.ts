import { Language } from '../model/language'
import { pathExpression } from './paths'
import { splitHttp } from './routes'

/** Whether a route admits every request that another one does; both well-formed, and of the same kind of port. */
export function admits(wide: string, narrow: string): boolean {
  const [one, other] = [splitHttp(wide), splitHttp(narrow)]
  if (!one || !other) return wide === narrow
  return one.method === other.method && pathsOf(other.path).within(pathsOf(one.path))
}

function pathsOf(path: string): Language {
  return Language.of(pathExpression(path))
}
