import type { Problem } from '../../model/problem'
import { nameProblems } from '../names'
import { place } from '../place'
import type { Context } from './context'
import { defaultAccountProblems } from './default-account'

/** What is wrong with the scraper's identity. */
export function scraperProblems({ graph: { scraper } }: Context): readonly Problem[] {
  if (!scraper) return []
  const at = place('scraper', 'serviceAccount')
  return [
    ...nameProblems('namespace', scraper.namespace, place('scraper', 'namespace')),
    ...nameProblems('serviceAccount', scraper.serviceAccount, at),
    ...defaultAccountProblems(scraper.serviceAccount, at),
  ]
}
