import { backend, frontOf, gateway, httpRoute, leads, nobody, prefix, toBackend } from './gateway'
import { mesh } from './objects'

const door = 'httproute-hostname-intersection'
const listeners = {
  'listener-1': 'very.specific.com',
  'listener-2': '*.wildcard.io',
  'listener-3': '*.anotherwildcard.io',
}

const routes = [
  httpRoute('specific-host-matches-listener-specific-host', {
    parent: door,
    hostnames: ['non.matching.com', '*.nonmatchingwildcard.io', 'very.specific.com'],
    rules: [toBackend(1, prefix('/s1'))],
  }),
  httpRoute('specific-host-matches-listener-wildcard-host', {
    parent: door,
    hostnames: ['non.matching.com', 'wildcard.io', 'foo.wildcard.io', 'bar.wildcard.io', 'foo.bar.wildcard.io'],
    rules: [toBackend(2, prefix('/s2'))],
  }),
  httpRoute('wildcard-host-matches-listener-specific-host', {
    parent: door,
    hostnames: ['non.matching.com', '*.specific.com'],
    rules: [toBackend(3, prefix('/s3'))],
  }),
  httpRoute('wildcard-host-matches-listener-wildcard-host', {
    parent: door,
    hostnames: ['*.anotherwildcard.io'],
    rules: [toBackend(1, prefix('/s4'))],
  }),
  httpRoute('no-intersecting-hosts', {
    parent: door,
    hostnames: ['specific.but.wrong.com', 'wildcard.io'],
    rules: [toBackend(2, prefix('/s5'))],
  }),
]

/** gateway-api `conformance/tests/httproute-hostname-intersection.go`. */
describe('table: hosts that HTTPRoutes and listeners have in common', () => {
  leads([mesh(), gateway(door, listeners), ...routes], frontOf(door), [
    [backend(1), { host: 'very.specific.com', path: '/s1' }],
    [backend(1), { host: 'very.specific.com:1234', path: '/s1' }],
    [nobody, { host: 'non.matching.com', path: '/s1' }],
    [nobody, { host: 'foo.nonmatchingwildcard.io', path: '/s1' }],
    [nobody, { host: 'foo.wildcard.io', path: '/s1' }],
    [nobody, { host: 'very.specific.com', path: '/non-matching-prefix' }],
    [backend(2), { host: 'foo.wildcard.io', path: '/s2' }],
    [backend(2), { host: 'bar.wildcard.io', path: '/s2' }],
    [backend(2), { host: 'foo.bar.wildcard.io', path: '/s2' }],
    [nobody, { host: 'non.matching.com', path: '/s2' }],
    [nobody, { host: 'wildcard.io', path: '/s2' }],
    [nobody, { host: 'very.specific.com', path: '/s2' }],
    [nobody, { host: 'foo.wildcard.io', path: '/non-matching-prefix' }],
    [backend(3), { host: 'very.specific.com', path: '/s3' }],
    [nobody, { host: 'non.matching.com', path: '/s3' }],
    [nobody, { host: 'foo.specific.com', path: '/s3' }],
    [nobody, { host: 'foo.wildcard.io', path: '/s3' }],
    [nobody, { host: 'very.specific.com', path: '/non-matching-prefix' }],
    [backend(1), { host: 'foo.anotherwildcard.io', path: '/s4' }],
    [backend(1), { host: 'bar.anotherwildcard.io', path: '/s4' }],
    [backend(1), { host: 'foo.bar.anotherwildcard.io', path: '/s4' }],
    [nobody, { host: 'anotherwildcard.io', path: '/s4' }],
    [nobody, { host: 'foo.wildcard.io', path: '/s4' }],
    [nobody, { host: 'very.specific.com', path: '/s4' }],
    [nobody, { host: 'foo.anotherwildcard.io', path: '/non-matching-prefix' }],
    [nobody, { host: 'specific.but.wrong.com', path: '/s5' }],
    [nobody, { host: 'wildcard.io', path: '/s5' }],
  ])
})

/** The same file: a listener that names no hostname takes those of the Route. */
describe('table: hosts of an HTTPRoute alone', () => {
  const hostnames = ['first.com', 'sub.first.com', 'second.com', 'sub.second.com']
  const route = httpRoute('all', { parent: 'all', hostnames, rules: [toBackend(2, prefix('/'))] })
  leads([mesh(), gateway('all', { http: '' }), route], frontOf('all'), [
    ...hostnames.map(host => [backend(2), { host, path: '/' }] as const),
    [nobody, { host: 'third.com', path: '/' }],
    [nobody, { host: 'sub.third.com', path: '/' }],
  ])
})
