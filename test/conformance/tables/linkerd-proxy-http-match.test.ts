import { account, holdsBehindLinkerd, linkerd, meshed, pod, type LinkerdRow } from './linkerd'
import { authorization, dated, httpRouteOf, server } from './linkerd-objects'

const base = [linkerd(), meshed('ns'), pod('ns/web', { http: 8080 }), server('ns/web', { port: 8080 })]
const from = account('ns/curl')

/** One route, for everybody: a request that it matches is let in, and there is no route for another. */
function matches(match: object | undefined, rows: readonly (readonly [boolean, string, object?])[]): void {
  const rules = [match === undefined ? {} : { matches: [match] }]
  const objects = [...base, httpRouteOf('ns/one', 'web', { rules }), authorization('ns/one', 'HTTPRoute/one')]
  const asked = rows.map(([matched, http, more]): LinkerdRow => [
    matched ? 'allow' : '404',
    { from, to: 'ns/web', port: 8080, http, ...more },
  ])
  holdsBehindLinkerd(objects, asked)
}

/** Two routes, the second of which alone lets anybody in; it is the one that upstream's test expects, though it comes later. */
function second(specs: readonly [object, object], ask: object): void {
  const routes = specs.map((spec, i) => dated(i, httpRouteOf(`ns/${i}`, 'web', spec)))
  const row: LinkerdRow = ['allow', { from, to: 'ns/web', port: 8080, http: 'GET /', ...ask }]
  holdsBehindLinkerd([...base, ...routes, authorization('ns/1', 'HTTPRoute/1')], [row])
}

const path = (type: string, value: string) => ({ path: { type, value } })
const header = (name: string, value: string, type = 'Exact') => ({ type, name, value })
const query = (name: string, value: string, type = 'Exact') => ({ queryParams: [{ type, name, value }] })

/** linkerd2-proxy `linkerd/http/route/src/http/tests.rs` and the tests of `…/http/match/{path,host,header,query_param}.rs` and `…/http/match/tests.rs`. */
describe('table: how the proxy matches requests', () => {
  describe('empty_match', () => {
    matches(undefined, [
      [true, 'GET /'],
      [true, 'HEAD /'],
    ])
  })

  describe('method', () => {
    matches({ method: 'GET' }, [
      [true, 'GET /foo'],
      [false, 'HEAD /'],
    ])
  })

  describe('headers', () => {
    const match = { headers: [header('x-foo', 'bar'), header('x-baz', 'qu+x', 'RegularExpression')] }
    matches(match, [
      [false, 'GET /foo'],
      [false, 'GET /', { headers: { 'x-foo': 'bar', 'x-baz': 'zab' } }],
      [true, 'GET /', { headers: { 'x-foo': 'bar', 'x-baz': 'quuuux' } }],
      [false, 'GET /', { headers: { 'x-foo': 'bar', 'x-baz': 'quxa' } }],
    ])
  })

  describe('headers_regex', () => {
    matches({ headers: [header('foo', 'bar*', 'RegularExpression')] }, [
      [true, 'GET /', { headers: { foo: 'bar' } }],
      [true, 'GET /', { headers: { foo: 'barr' } }],
      [false, 'GET /', { headers: { foo: 'bah' } }],
      [false, 'GET /', { headers: { foo: 'barro' } }],
    ])
  })

  describe('path_exact', () => {
    matches(path('Exact', '/foo/bar'), [
      [true, 'GET /foo/bar'],
      [false, 'GET /foo'],
      [false, 'GET /foo/bah'],
      [false, 'GET /foo/bar/qux'],
    ])
  })

  for (const prefix of ['/', '/foo', '/foo/']) {
    describe(`path_prefix ${prefix}`, () => {
      matches(path('PathPrefix', prefix), [
        [true, 'GET /foo'],
        [true, 'GET /foo/'],
        [true, 'GET /foo/bar'],
        [true, 'GET /foo/bar/qux'],
        [prefix === '/', 'GET /foobar'],
      ])
    })
  }

  describe('path_regex', () => {
    matches(path('RegularExpression', String.raw`/foo/\d+`), [
      [true, 'GET /foo/4'],
      [true, 'GET /foo/4321'],
      [false, 'GET /bar/foo/4'],
      [false, 'GET /foo/4abc'],
      [false, 'GET /foo/4/bar'],
      [false, 'GET /foo/bar'],
    ])
  })

  describe('query_param_exact', () => {
    matches(query('foo', 'bar'), [
      [true, 'GET /?foo=bar'],
      [true, 'GET /?foo=bar&fah=bah'],
      [true, 'GET /?fah=bah&foo=bar'],
      [false, 'GET /?foo=bah'],
    ])
  })

  describe('query_param_regex', () => {
    matches(query('foo', 'bar*', 'RegularExpression'), [
      [true, 'GET /?foo=bar'],
      [true, 'GET /?foo=ba&fah=bah'],
      [true, 'GET /?foo=barr&fah=bah'],
      [true, 'GET /?bar=foo&foo=bar'],
      [true, 'GET /?foo=bah&foo=bar'],
      [false, 'GET /?foo=bah'],
      [false, 'GET /?bar=foo'],
      [false, 'GET /?foo=barro'],
    ])
    matches(query('foo', 'bar/.+', 'RegularExpression'), [
      [true, 'GET /?foo=bar%2Fhi'],
      [false, 'GET /?foo=bah%20hi'],
    ])
    matches(query('foo', '.*', 'RegularExpression'), [[true, 'GET /?foo']])
  })

  describe('multiple', () => {
    const match = {
      ...path('Exact', '/foo/bar'),
      ...query('foo', 'bar'),
      headers: [header('x-foo', 'bar')],
      method: 'GET',
    }
    matches(match, [
      [true, 'GET /foo/bar?foo=bar', { headers: { 'x-foo': 'bar' } }],
      [false, 'HEAD /foo/bar?foo=bar', { headers: { 'x-foo': 'bar' } }],
    ])
  })

  const foo = { rules: [{ matches: [path('Exact', '/foo')] }] }
  describe('hostname_precedence', () => {
    second(
      [
        { hostnames: ['*.example.com'], ...foo },
        { hostnames: ['foo.example.com'], ...foo },
      ],
      {
        http: 'GET /foo',
        host: 'foo.example.com',
      },
    )
  })

  describe('path_length_precedence', () => {
    const specs = [path('PathPrefix', '/foo'), path('Exact', '/foo/bar')].map(match => ({
      rules: [{ matches: [match] }],
    }))
    second(specs as [object, object], { http: 'GET /foo/bar' }) // two of them, as listed
  })

  describe('header_count_precedence', () => {
    const two = [header('x-foo', 'bar'), header('x-baz', 'qux')]
    const rules = (headers: readonly object[]) => ({ rules: [{ matches: [{ headers }] }] })
    second([rules(two), rules([...two, header('x-biz', 'qyx')])], {
      headers: { 'x-foo': 'bar', 'x-baz': 'qux', 'x-biz': 'qyx' },
    })
  })

  describe('first_identical_wins', () => {
    const routes = [0, 1].map(i => dated(i, httpRouteOf(`ns/${i}`, 'web', { rules: [{}, {}] })))
    const ask = { from, to: 'ns/web', port: 8080, http: 'GET /' }
    holdsBehindLinkerd([...base, ...routes, authorization('ns/0', 'HTTPRoute/0')], [['allow', ask]])
    holdsBehindLinkerd([...base, ...routes, authorization('ns/1', 'HTTPRoute/1')], [['deny', ask]])
  })

  const hosts = (hostname: string, rows: readonly (readonly [boolean, string])[]) => {
    const objects = [
      ...base,
      httpRouteOf('ns/one', 'web', { hostnames: [hostname], rules: [{}] }),
      authorization('ns/one', 'HTTPRoute/one'),
    ]
    const asked = rows.map(([matched, host]): LinkerdRow => [
      matched ? 'allow' : '404',
      { from, to: 'ns/web', port: 8080, http: 'GET /foo/bar', host },
    ])
    holdsBehindLinkerd(objects, asked)
  }

  // A name in a route cannot end with a dot (Gateway API's schema), in a request it can.
  describe('host: exact', () => {
    hosts('example.com', [
      [true, 'example.com'],
      [true, 'example.com.'],
      [false, 'foo.example.com'],
    ])
  })

  describe('host: suffix', () => {
    hosts('*.example.com', [
      [false, 'example.com'],
      [true, 'foo.example.com'],
      [true, 'foo.example.com.'],
      [true, 'bar.foo.example.com'],
    ])
  })

  describe('host: cmp', () => {
    const all = (hostname: string) => ({ hostnames: [hostname], rules: [{}] })
    second([all('*.foo.example.com'), all('bar.foo.example.com')], { host: 'bar.foo.example.com' })
    second([all('*.example.com'), all('*.foo.example.com')], { host: 'bar.foo.example.com' })
  })
})
