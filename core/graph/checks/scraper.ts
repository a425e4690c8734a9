import type { Problem } from '../../model/problem'
import { nameProblems } from '../names'
import { place } from '../place'
import type { Context } from './context'

/** What is wrong with the scraper's identity. */
export function scraperProblems({ graph: { scraper } }: Context): readonly Problem[] {
  if (!scraper) return []
  return [
    ...nameProblems('namespace', scraper.namespace, place('scraper', 'namespace')),
    ...nameProblems('serviceAccount', scraper.serviceAccount, place('scraper', 'serviceAccount')),
  ]
}
