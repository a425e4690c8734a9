import { canonicalJson } from '../../model/canonical'
import { admits } from '../admits'
import type { Consent, GuardedRoute, Routes } from '../graph'
import { own } from '../plain'
import { routeText } from '../routes'

/** The routes to one port that a callee's owner has agreed to, and those that he has not; absent where there are none. */
export interface Settled {
  readonly stand?: Routes
  readonly wait?: Routes
}

/** What stands of the routes that a caller declares to a port, given what the callee's owner said of him. */
export function settle(declared: Routes, consent: Consent | undefined, port: string): Settled {
  if (consent === 'any') return { stand: declared }
  const agreed = consent && own(consent, port)
  if (agreed === undefined) return { wait: declared }
  if (typeof declared === 'string') return agreed === declared ? { stand: declared } : { wait: declared }
  const agreedRoutes = typeof agreed === 'string' ? [] : agreed
  const [stand, wait] = [true, false].map(wanted =>
    declared.filter(route => agreedRoutes.some(other => covers(other, route)) === wanted),
  )
  return { ...(stand?.length && { stand }), ...(wait?.length && { wait }) }
}

type Route = string | GuardedRoute

/** Whoever asks for a token has not agreed to requests without it, or with another one. */
function covers(agreed: Route, declared: Route): boolean {
  if (!admits(routeText(agreed), routeText(declared))) return false
  if (typeof agreed === 'string') return true
  return typeof declared !== 'string' && canonicalJson(agreed.jwt) === canonicalJson(declared.jwt)
}
