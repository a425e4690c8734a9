import fc from 'fast-check'
import type { Json } from './json'
import { compact } from './json'
import { domains, maybe } from './world'
import { accounts, ports, workloads } from './world-objects'

/** Requests to the workloads of a world, in the format of `docs/verdicts.md`. */

const from = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      trustDomain: fc.constantFrom(...domains, 'td.example'),
      namespace: fc.constantFrom('shop', 'pay', 'elsewhere'),
      serviceAccount: fc.constantFrom(...accounts, 'unseen'),
    }),
  },
  { weight: 1, arbitrary: fc.constant({ plaintext: true }) },
)
const http = fc.record({
  method: fc.constantFrom('GET', 'POST', 'PUT', 'DELETE'),
  path: fc.constantFrom(
    '/',
    '/a',
    '/a/',
    '/a/b',
    '/a//b',
    '/a/x/b',
    '/admin',
    '/a?x=1',
    '/%61',
    '/a/../admin',
    '/x/b',
    '/a%2Fb',
    '//a',
    '/a/[x]',
    '/a/x|y/b',
  ),
  host: fc.constantFrom('cart.example', 'Cart.Example', 'cart', 'cart:80', 'web.example'),
  headers: fc.constantFrom(
    {},
    { 'x-env': 'dev' },
    { 'x-env': '' },
    { 'a-env': 'dev' },
    { 'x-env': 'prod', 'x-forwarded-for': '10.1.2.3' },
    { 'x-forwarded-for': '192.168.1.9, 10.9.9.9' },
  ),
})
const token = fc.oneof(
  fc
    .record({
      iss: fc.constantFrom('https://idp.example', 'https://other.example', 'https://unknown.example'),
      sub: maybe(fc.constantFrom('alice', 'bob')),
      aud: maybe(fc.constantFrom('api', 'web', ['api', 'x'])),
      azp: maybe(fc.constantFrom('app', 'other')),
      claims: maybe(
        fc.constantFrom(
          { groups: ['dev', 'ops'] },
          { groups: 'dev' },
          { scope: 'read write' },
          { org: { team: 'red' } },
          { groups: [] },
          { groups: 7 },
        ),
      ),
    })
    .map(compact),
  fc.constantFrom({ invalid: true, reason: 'expired' }, { invalid: true, reason: 'garbage' }),
)

/** A request to one of the world's workloads, in the format of `docs/verdicts.md`. */
export const request: fc.Arbitrary<Json> = fc
  .record({
    from,
    ip: fc.constantFrom('10.1.2.3', '10.9.9.9', '192.168.1.9', '2001:db8::7'),
    to: fc.record({
      namespace: fc.constantFrom('shop', 'pay'),
      workload: fc.constantFrom(...workloads),
      port: fc.constantFrom(...ports, 5555),
    }),
    http: fc.option(http, { nil: undefined, freq: 4 }),
    jwt: maybe(token),
  })
  .map(({ from: caller, ip, to, http: h, jwt }) =>
    compact({ id: 'r', from: { ...caller, ip }, to, http: h, jwt: h && jwt }),
  )

const servicePorts: Readonly<Record<number, number>> = { 8080: 80, 9000: 9000, 7070: 7070 }

/** A request that may name the Service before the workload, as most do. */
export const addressed: fc.Arbitrary<Json> = fc.tuple(request, fc.boolean()).map(([drawn, named]) => {
  const to = drawn.to as { readonly workload: string; readonly port: number }
  const servicePort = servicePorts[to.port]
  return named && servicePort !== undefined ? { ...drawn, to: { ...to, viaService: to.workload, servicePort } } : drawn
})
