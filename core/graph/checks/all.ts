import type { Problem } from '../../model/problem'
import { acceptProblems } from './accepts'
import { borderProblems } from './border'
import { callProblems } from './calls'
import type { Context } from './context'
import { elsewhereProblems } from './elsewhere'
import { entryProblems } from './entries'
import { externalProblems } from './externals'
import { identityProblems } from './identities'
import { ingressProblems } from './ingress'
import { issuerProblems } from './issuers'
import { outsideProblems } from './outside'
import { scraperProblems } from './scraper'
import { selectorProblems } from './selectors'
import { serviceProblems } from './services'
import { trafficProblems } from './traffic'

/** Everything that is wrong with what a graph of the right shape says, in the order people read a graph. */
export function semanticProblems(context: Context): readonly Problem[] {
  return [
    serviceProblems,
    identityProblems,
    selectorProblems,
    trafficProblems,
    externalProblems,
    ingressProblems,
    entryProblems,
    outsideProblems,
    scraperProblems,
    issuerProblems,
    callProblems,
    borderProblems,
    acceptProblems,
    elsewhereProblems,
  ].flatMap(check => check(context))
}
