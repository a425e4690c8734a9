import { backend, frontOf, gateway, httpRoute, leads, nobody, prefix, toBackend, type RouteRow } from './gateway'
import { mesh } from './objects'

const door = 'http-listener-isolation'
/** By the one path that its Route serves, in order of specificity. */
const listeners = {
  'empty-hostname': '',
  'wildcard-example-com': '*.example.com',
  'wildcard-foo-example-com': '*.foo.example.com',
  'abc-foo-example-com': 'abc.foo.example.com',
}
const asked = ['bar.com', 'bar.example.com', 'bar.foo.example.com', 'abc.foo.example.com']

const names = Object.keys(listeners)
const rows = asked.flatMap((host, i) =>
  names.map((name, j): RouteRow => [i === j ? backend(1) : nobody, { host, path: `/${name}` }]),
)
const routes = (hostnames: readonly (readonly string[])[]) =>
  names.map((name, i) =>
    httpRoute(`attaches-to-${name}`, {
      parent: `${door}/${name}`,
      hostnames: hostnames[i] ?? [],
      rules: [toBackend(1, prefix(`/${name}`))],
    }),
  )

/** gateway-api `conformance/tests/gateway-http-listener-isolation.go`: the most specific listener has a host to itself. */
describe('table: listeners of one port', () => {
  describe('with Routes for all hosts', () => {
    leads([mesh(), gateway(door, listeners, 'All'), ...routes([])], frontOf(door), rows)
  })

  describe('with Routes that name more hosts than are theirs', () => {
    const all = ['bar.com', '*.example.com', '*.foo.example.com', 'abc.foo.example.com']
    leads([mesh(), gateway(door, listeners, 'All'), ...routes(names.map(() => all))], frontOf(door), rows)
  })
})

/** gateway-api `conformance/tests/httproute-listener-hostname-matching.go`. */
describe('table: listeners with a Route of their own each', () => {
  const own = 'httproute-listener-hostname-matching'
  const hosts = {
    'listener-1': 'bar.com',
    'listener-2': 'foo.bar.com',
    'listener-3': '*.bar.com',
    'listener-4': '*.foo.com',
  }
  const hung = (listener: string, to: number) =>
    httpRoute(`backend-${listener}`, { parent: `${own}/${listener}`, rules: [toBackend(to)] })
  leads(
    [
      mesh(),
      gateway(own, hosts),
      hung('listener-1', 1),
      hung('listener-2', 2),
      hung('listener-3', 3),
      hung('listener-4', 3),
    ],
    frontOf(own),
    [
      [backend(1), { host: 'bar.com', path: '/' }],
      [backend(2), { host: 'foo.bar.com', path: '/' }],
      [backend(3), { host: 'baz.bar.com', path: '/' }],
      [backend(3), { host: 'boo.bar.com', path: '/' }],
      [backend(3), { host: 'multiple.prefixes.bar.com', path: '/' }],
      [backend(3), { host: 'multiple.prefixes.foo.com', path: '/' }],
      [nobody, { host: 'foo.com', path: '/' }],
      [nobody, { host: 'no.matching.host', path: '/' }],
    ],
  )
})
