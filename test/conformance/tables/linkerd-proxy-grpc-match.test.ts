import { account, holdsBehindLinkerd, linkerd, meshed, pod, type LinkerdRow } from './linkerd'
import { authorization, dated, grpcRouteOf, server } from './linkerd-objects'

const base = [
  linkerd(),
  meshed('ns'),
  pod('ns/web', { grpc: 8080 }),
  server('ns/web', { port: 8080, protocol: 'gRPC' }),
]
const from = account('ns/curl')
const ask = (http: string, more: object = {}) => ({ from, to: 'ns/web', port: 8080, http, ...more })

/** One route, for everybody: a request that it matches is let in, and there is no route for another. */
function matches(match: object | undefined, rows: readonly (readonly [boolean, string, object?])[]): void {
  const rules = [match === undefined ? {} : { matches: [match] }]
  const objects = [...base, grpcRouteOf('ns/one', 'web', { rules }), authorization('ns/one', 'GRPCRoute/one')]
  holdsBehindLinkerd(
    objects,
    rows.map(([matched, http, more]): LinkerdRow => [matched ? 'allow' : '404', ask(http, more)]),
  )
}

/** Two routes, the second of which alone lets anybody in; it is the one that upstream's test expects, though it comes later. */
function second(specs: readonly [object, object], asked: LinkerdRow[1]): void {
  const routes = specs.map((spec, i) => dated(i, grpcRouteOf(`ns/${i}`, 'web', spec)))
  holdsBehindLinkerd([...base, ...routes, authorization('ns/1', 'GRPCRoute/1')], [['allow', asked]])
}

const rpc = (service: string | undefined, method: string | undefined) => ({
  method: { type: 'Exact', ...(service && { service }), ...(method && { method }) },
})
const header = (name: string, value: string, type = 'Exact') => ({ type, name, value })
const rules = (...list: readonly object[]) => ({ rules: [{ matches: list }] })

/**
 * linkerd2-proxy `linkerd/http/route/src/grpc/tests.rs` and `…/grpc/match/tests.rs`. Matches of headers alone, which upstream's have too, never reach a proxy:
 * see `grpc-match-without-method-invalidates-the-server` among the recorded verdicts.
 */
describe('table: how the proxy matches gRPC', () => {
  describe('empty_match: the match of the route that a Server has while it has none', () => {
    holdsBehindLinkerd(
      [...base, authorization('ns/web', 'Server/web')],
      [
        ['allow', ask('POST /foo/bar')],
        ['404', ask('POST /foo')],
      ],
    )
  })

  // Not a match that is empty, but none at all: `find` in `linkerd/http/route/src/lib.rs` then asks for nothing, not even for gRPC.
  describe('a rule without matches', () => {
    matches(undefined, [
      [true, 'POST /foo/bar'],
      [true, 'POST /foo'],
      [true, 'GET /foo'],
    ])
  })

  describe('method', () => {
    matches(rpc(undefined, 'bar'), [
      [true, 'POST /foo/bar'],
      [false, 'POST /foo/bah'],
    ])
  })

  describe('http_method', () => {
    matches(rpc('foo', 'bar'), [
      [true, 'POST /foo/bar'],
      [false, 'GET /foo/bar'],
    ])
  })

  describe('multiple', () => {
    matches({ ...rpc('foo', 'bar'), headers: [header('x-foo', 'bar')] }, [
      [true, 'POST /foo/bar', { headers: { 'x-foo': 'bar' } }],
      [false, 'POST /foo/bar', { headers: { 'x-foo': 'bah' } }],
    ])
  })

  describe('headers, beside a service', () => {
    const headers = [header('x-foo', 'bar'), header('x-baz', 'qu+x', 'RegularExpression')]
    matches({ ...rpc('foo', undefined), headers }, [
      [false, 'POST /foo', { headers: { 'x-foo': 'bar', 'x-baz': 'qux' } }],
      [false, 'POST /foo/bar', { headers: { 'x-foo': 'bar', 'x-baz': 'zab' } }],
      [true, 'POST /foo/bar', { headers: { 'x-foo': 'bar', 'x-baz': 'quuuux' } }],
      [false, 'POST /foo/bar', { headers: { 'x-foo': 'bar', 'x-baz': 'quxa' } }],
    ])
  })

  describe('hostname_precedence', () => {
    const all = (hostname: string) => ({ hostnames: [hostname], ...rules(rpc('foo', 'bar')) })
    second([all('*.example.com'), all('foo.example.com')], ask('POST /foo/bar', { host: 'foo.example.com' }))
  })

  describe('method_precedence', () => {
    second([rules(rpc('foo', undefined)), rules(rpc('foo', 'bar'))], ask('POST /foo/bar'))
  })

  describe('header_count_precedence', () => {
    const two = [header('x-foo', 'bar'), header('x-baz', 'qux')]
    const with_ = (headers: readonly object[]) => rules({ ...rpc('foo', 'bar'), headers })
    second(
      [with_(two), with_([...two, header('x-biz', 'qyx')])],
      ask('POST /foo/bar', { headers: { 'x-foo': 'bar', 'x-baz': 'qux', 'x-biz': 'qyx' } }),
    )
  })

  describe('first_identical_wins', () => {
    const routes = [0, 1].map(i => dated(i, grpcRouteOf(`ns/${i}`, 'web', { rules: [{}, {}] })))
    holdsBehindLinkerd([...base, ...routes, authorization('ns/0', 'GRPCRoute/0')], [['allow', ask('POST /foo/bar')]])
    holdsBehindLinkerd([...base, ...routes, authorization('ns/1', 'GRPCRoute/1')], [['deny', ask('POST /foo/bar')]])
  })
})
