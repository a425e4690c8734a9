import fc from 'fast-check'
import type { Json } from './json'
import { compact } from './json'
import { maybe, some } from './world'

/** Routes of both kinds that hang on the Servers of a world, some of which Linkerd ignores. */

const path = fc.constantFrom(
  undefined,
  { type: 'PathPrefix', value: '/' },
  { type: 'PathPrefix', value: '/a' },
  { type: 'PathPrefix', value: '/a/' },
  { type: 'Exact', value: '/a' },
  { type: 'Exact', value: '/a/b' },
  { type: 'Exact', value: '/a/' },
  { type: 'RegularExpression', value: '/[a-z]+' },
  { type: 'RegularExpression', value: '/a|/a/b' },
  { type: 'RegularExpression', value: '/a(/b)?' },
  { type: 'RegularExpression', value: '^/(a|b)/.*$' },
)
const header = fc.constantFrom(
  { name: 'X-Env', value: 'dev' },
  { name: 'x-env', value: 'dev|prod', type: 'RegularExpression' },
  { name: 'host', value: 'cart.example' },
)
const query = fc.constantFrom({ name: 'x', value: '1' }, { name: 'x', value: '[0-9]+', type: 'RegularExpression' })

const httpMatch = fc
  .record({
    path,
    method: fc.constantFrom(undefined, undefined, 'GET', 'POST'),
    headers: maybe(some(header, 1)),
    queryParams: maybe(some(query, 1)),
  })
  .map(compact)
const grpcMatch = fc.oneof(
  {
    weight: 9,
    arbitrary: fc
      .record({
        method: fc.constantFrom({ service: 'a' }, { service: 'a', method: 'b' }, { method: 'b' }),
        headers: maybe(some(header, 1)),
      })
      .map(compact),
  },
  { weight: 1, arbitrary: fc.constant<Json>({ headers: [{ name: 'x-env', value: 'dev' }] }) },
)

const filters = fc.constantFrom(
  undefined,
  undefined,
  undefined,
  undefined,
  [{ type: 'RequestRedirect', requestRedirect: { statusCode: 302 } }],
  [{ type: 'URLRewrite', urlRewrite: { hostname: 'else.example' } }],
)
const rules = (match: fc.Arbitrary<Json>): fc.Arbitrary<readonly Json[]> =>
  some(fc.record({ matches: maybe(some(match)), filters }).map(compact))

const parent = fc.constantFrom(
  { name: 'one' },
  { name: 'one' },
  { name: 'two' },
  { name: 'one', namespace: 'shop' },
  { name: 'two', port: 8080 },
)
const hostnames = fc.constantFrom(
  undefined,
  undefined,
  undefined,
  ['cart.example'],
  ['*.example'],
  ['*.example', 'cart.example', 'Cart.Example'],
)

const route = (match: fc.Arbitrary<Json>): fc.Arbitrary<Json> =>
  fc.record({ parentRefs: some(parent), hostnames, rules: rules(match) }).map(({ parentRefs, ...spec }) => ({
    parentRefs: parentRefs.map(ref => ({ group: 'policy.linkerd.io', kind: 'Server', ...ref })),
    ...compact(spec),
  }))

/** Mostly HTTPRoutes, since a GRPCRoute beside them takes them all away. */
export const linkerdRoute: fc.Arbitrary<Json> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.tuple(fc.constantFrom('a', 'b', 'c'), route(httpMatch)).map(([name, spec]) => ({
      apiVersion: name === 'c' ? 'gateway.networking.k8s.io/v1' : 'policy.linkerd.io/v1beta3',
      kind: 'HTTPRoute',
      metadata: { name, namespace: 'shop' },
      spec,
    })),
  },
  {
    weight: 1,
    arbitrary: fc.tuple(fc.constantFrom('a', 'b'), route(grpcMatch)).map(([name, spec]) => ({
      apiVersion: 'gateway.networking.k8s.io/v1',
      kind: 'GRPCRoute',
      metadata: { name, namespace: 'shop' },
      spec,
    })),
  },
)

/** Requests to the workloads of a world behind Linkerd's proxies, in the format of `docs/verdicts.md`. */
export const linkerdRequest: fc.Arbitrary<Json> = fc
  .record({
    from: fc.oneof(
      {
        weight: 4,
        arbitrary: fc.record({
          trustDomain: fc.constantFrom('td.example', 'td.example', 'td.example', 'foreign.example'),
          namespace: fc.constantFrom('shop', 'pay'),
          serviceAccount: fc.constantFrom('cart', 'web', 'old.cart'),
        }),
      },
      { weight: 1, arbitrary: fc.constant<Json>({ plaintext: true }) },
    ),
    ip: fc.constantFrom('10.1.2.3', '10.1.2.3', '10.9.9.9', '192.168.1.9', '2001:db8::7', '127.0.0.1'),
    to: fc.record({
      namespace: fc.constant('shop'),
      workload: fc.constantFrom('cart', 'cart', 'web'),
      port: fc.constantFrom(8080, 8080, 8080, 9000, 7070, 4191, 4567, 5555),
    }),
    http: fc.option(
      fc.record({
        method: fc.constantFrom('GET', 'GET', 'POST', 'PUT'),
        path: fc.constantFrom(
          '/',
          '/a',
          '/a/',
          '/a/b',
          '/a/b/c',
          '/ab',
          '/a?x=1',
          '/a?x=2&x=a',
          '/ab?y=1#x=1',
          '/live',
        ),
        host: fc.constantFrom('cart.example', 'Cart.Example', 'cart.example.:80', 'web.example:', 'cart', undefined),
        headers: fc.constantFrom({}, { 'x-env': 'dev' }, { 'x-env': 'prod' }, { 'x-env': 'développement' }),
      }),
      { nil: undefined, freq: 5 },
    ),
  })
  .map(({ from, ip, to, http }) => compact({ id: 'r', from: { ...from, ip }, to, http: http && compact(http) }))
