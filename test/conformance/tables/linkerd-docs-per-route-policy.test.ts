import { account, each, holdsBehindLinkerd, linkerd, meshed, pod, unmeshed } from './linkerd'
import { authorization, httpRoute, identities, networks, server } from './linkerd-objects'

const labels = { app: 'authors', project: 'booksapp' }
const name = (app: string) => `${app}.booksapp.serviceaccount.identity.linkerd.cluster.local`

const steps = {
  server: [server('booksapp/authors-server', { pods: labels, port: 'service' })],
  get: [
    httpRoute('booksapp/authors-get-route', 'authors-server', ['GET /authors.json*', 'GET /authors/*']),
    authorization(
      'booksapp/authors-get-policy',
      'HTTPRoute/authors-get-route',
      'MeshTLSAuthentication/authors-get-authn',
    ),
    identities('booksapp/authors-get-authn', name('books'), name('webapp')),
  ],
  probe: [
    httpRoute('booksapp/authors-probe-route', 'authors-server', ['GET /ping*']),
    networks('booksapp/authors-probe-authn', '0.0.0.0/0', '::/0'),
    authorization(
      'booksapp/authors-probe-policy',
      'HTTPRoute/authors-probe-route',
      'NetworkAuthentication/authors-probe-authn',
    ),
  ],
  modify: [
    httpRoute('booksapp/authors-modify-route', 'authors-server', [
      'DELETE /authors/*',
      'PUT /authors/*',
      'POST /authors.json*',
    ]),
  ],
  grant: [
    authorization(
      'booksapp/authors-modify-policy',
      'HTTPRoute/authors-modify-route',
      'MeshTLSAuthentication/authors-modify-authn',
    ),
    identities('booksapp/authors-modify-authn', name('webapp')),
  ],
}

const base = [
  linkerd(),
  meshed('booksapp'),
  pod('booksapp/authors', { service: 7001 }, { labels, probe: ['/ping', 7001] }),
]
const after = (...done: readonly (keyof typeof steps)[]) => [...base, ...done.flatMap(step => steps[step])]

const books = account('booksapp/books')
const webapp = account('booksapp/webapp')
const traffic = account('booksapp/traffic')
const ask = (http: string) => ({ to: 'booksapp/authors', port: 7001, http })

/** linkerd/website `linkerd.io/content/2-edge/tasks/configuring-per-route-policy.md`, step by step. */
describe('table: the page on per-route policy', () => {
  describe('by default everything is let in', () => {
    holdsBehindLinkerd(after(), each('allow', [books, webapp, unmeshed], ask('DELETE /authors/1')))
  })

  describe('"all traffic to authors is currently unauthorized", but for probes', () => {
    holdsBehindLinkerd(after('server'), [
      ...each('deny', [books, webapp, unmeshed], ask('GET /authors.json')),
      ...each('allow', [unmeshed], ask('GET /ping')),
    ])
  })

  describe('"the default route for liveness and readiness probes will no longer be used"', () => {
    holdsBehindLinkerd(after('server', 'get'), [
      ...each('allow', [books, webapp], ask('GET /authors/1.json')),
      ...each('deny', [traffic, unmeshed], ask('GET /authors/1.json')),
      ...each('404', [unmeshed], ask('GET /ping')),
    ])
  })

  describe('"rejects those requests with a 404"', () => {
    holdsBehindLinkerd(after('server', 'get', 'probe'), [
      ...each('allow', [unmeshed], ask('GET /ping')),
      ...each('allow', [books, webapp], ask('GET /authors.json')),
      ...each('404', [webapp], ask('DELETE /authors/1')),
      ...each('404', [webapp], ask('PUT /authors/1')),
      ...each('404', [webapp], ask('POST /authors.json')),
    ])
  })

  describe('"we haven\'t authorized requests to that route"', () => {
    holdsBehindLinkerd(
      after('server', 'get', 'probe', 'modify'),
      each('deny', [webapp, books], ask('DELETE /authors/1')),
    )
  })

  describe('"author deleted"', () => {
    holdsBehindLinkerd(after('server', 'get', 'probe', 'modify', 'grant'), [
      ...each('allow', [webapp], ask('DELETE /authors/1')),
      ...each('allow', [webapp], ask('PUT /authors/1')),
      ...each('allow', [webapp], ask('POST /authors.json')),
      ...each('deny', [books, traffic, unmeshed], ask('DELETE /authors/1')),
      ...each('allow', [books, webapp], ask('GET /authors/1.json')),
      ...each('allow', [unmeshed], ask('GET /ping')),
      // Paths are taken as they are sent.
      ...each('404', [webapp], ask('DELETE //authors/1')),
    ])
  })
})
