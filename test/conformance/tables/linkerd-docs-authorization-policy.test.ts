import { account, each, holdsBehindLinkerd, linkerd, meshed, pod, unmeshed, type LinkerdRow } from './linkerd'
import {
  accounts,
  authorization,
  httpRoute,
  identities,
  networks,
  server,
  serverAuthorization,
} from './linkerd-objects'

const emojivoto = [
  linkerd(),
  meshed('emojivoto'),
  pod('emojivoto/emoji', { grpc: 8080, prom: 8801 }, { labels: { app: 'emoji-svc' } }),
  pod('emojivoto/voting', { grpc: 8080 }, { labels: { app: 'voting-svc', environment: 'dev' } }),
  pod('emojivoto/web', { http: 8080 }, { labels: { app: 'web-svc' } }),
]
const web = account('emojivoto/web')
const books = account('booksapp/books')
const webapp = account('booksapp/webapp')
const others = [account('booksapp/traffic'), account('emojivoto/books'), unmeshed]

const authors = [linkerd(), meshed('booksapp'), pod('booksapp/authors', { service: 7001 })]
const ruled = server('booksapp/authors', { port: 'service' })
const ask = { to: 'booksapp/authors', port: 7001, http: 'GET /authors/1.json', ip: '10.1.0.1' }

/** linkerd/website `linkerd.io/content/2-edge/reference/authorization-policy.md`: its words, and its examples. */
describe('table: the reference of authorization policy', () => {
  describe('default policies', () => {
    const here = '10.1.0.1'
    const there = '198.51.100.1'
    const says: Readonly<Record<string, readonly LinkerdRow[0][]>> = {
      'all-unauthenticated': ['allow', 'allow', 'allow', 'allow'],
      'all-authenticated': ['allow', 'allow', 'deny', 'deny'],
      'cluster-authenticated': ['allow', 'deny', 'deny', 'deny'],
      'cluster-unauthenticated': ['allow', 'deny', 'allow', 'deny'],
      deny: ['deny', 'deny', 'deny', 'deny'],
      audit: ['allow', 'allow', 'allow', 'allow'],
    }
    for (const [policy, verdicts] of Object.entries(says)) {
      const rows = [web, unmeshed].flatMap(from => [here, there].map(ip => ({ ...ask, from, ip })))
      const expected = rows.map((row, i): LinkerdRow => [verdicts[i] ?? 'deny', row])
      const objects = (cluster: string, namespace: object, own: object) => [
        linkerd({ proxy: { defaultInboundPolicy: cluster } }),
        meshed('booksapp', { ...namespace }),
        pod('booksapp/authors', { service: 7001 }, { annotations: { ...own } }),
      ]
      const annotation = 'config.linkerd.io/default-inbound-policy'
      const inverse = policy === 'deny' ? 'all-unauthenticated' : 'deny'
      describe(`${policy}: of the cluster, of the namespace, of the Pod`, () => {
        holdsBehindLinkerd(objects(policy, {}, {}), expected)
        holdsBehindLinkerd(objects(inverse, { [annotation]: policy }, {}), expected)
        holdsBehindLinkerd(objects(inverse, { [annotation]: inverse }, { [annotation]: policy }), expected)
      })
    }
  })

  describe('a Server for a label and a port by name', () => {
    const grpc = server('emojivoto/emoji-grpc', {
      pods: { app: 'emoji-svc' },
      port: 'grpc',
      protocol: 'gRPC',
      version: 'v1beta1',
    })
    holdsBehindLinkerd(
      [...emojivoto, grpc],
      [
        ...each('deny', [web], { to: 'emojivoto/emoji', port: 8080, http: 'POST /emojivoto.v1.EmojiService/ListAll' }),
        ...each('allow', [web, unmeshed], { to: 'emojivoto/emoji', port: 8801, http: 'GET /metrics' }),
        ...each('allow', [web, unmeshed], { to: 'emojivoto/voting', port: 8080, http: 'POST /a.B/C' }),
      ],
    )
  })

  describe('a Server by expressions', () => {
    const selector = {
      matchExpressions: [
        { key: 'app', operator: 'In', values: ['voting-svc', 'emoji-svc'] },
        { key: 'environment', operator: 'NotIn', values: ['dev'] },
      ],
    }
    const backend = server('emojivoto/backend-services', {
      selector,
      port: 8080,
      protocol: 'HTTP/2',
      version: 'v1beta1',
    })
    holdsBehindLinkerd(
      [...emojivoto, backend],
      [
        ...each('deny', [web], { to: 'emojivoto/emoji', port: 8080, http: 'POST /a.B/C' }),
        ...each('allow', [web], { to: 'emojivoto/voting', port: 8080, http: 'POST /a.B/C' }),
        ...each('allow', [web], { to: 'emojivoto/web', port: 8080, http: 'GET /' }),
      ],
    )
  })

  describe('an AuthorizationPolicy for a route', () => {
    const policy = authorization(
      'booksapp/authors-get-policy',
      'HTTPRoute/authors-get-route',
      'MeshTLSAuthentication/authors-get-authn',
    )
    const route = httpRoute('booksapp/authors-get-route', 'authors', ['GET /authors.json*', 'GET /authors/*'])
    const names = ['books', 'webapp'].map(app => `${app}.booksapp.serviceaccount.identity.linkerd.cluster.local`)
    const says = [
      ...each('allow', [books, webapp], ask),
      ...each('deny', others, ask),
      ...each('404', [books, webapp], { ...ask, http: 'DELETE /authors/1.json' }),
    ]
    describe('by identities', () => {
      holdsBehindLinkerd([...authors, ruled, policy, route, identities('booksapp/authors-get-authn', ...names)], says)
    })
    describe('by references, "an alternative way to specify the same thing"', () => {
      const byRef = accounts('booksapp/authors-get-authn', 'ServiceAccount/books', 'ServiceAccount/webapp')
      holdsBehindLinkerd([...authors, ruled, policy, route, byRef], says)
    })
    describe('by `*`, "all meshed identities"', () => {
      holdsBehindLinkerd(
        [...authors, ruled, policy, route, identities('booksapp/authors-get-authn', '*')],
        [...each('allow', [books, webapp, ...others.slice(0, 2)], ask), ...each('deny', [unmeshed], ask)],
      )
    })
  })

  for (const target of ['Server/authors', 'Namespace/booksapp']) {
    describe(`an AuthorizationPolicy for ${target} and one account`, () => {
      holdsBehindLinkerd(
        [...authors, ruled, authorization('booksapp/authors-policy', target, 'ServiceAccount/webapp')],
        [...each('allow', [webapp], ask), ...each('deny', [books, ...others], ask)],
      )
    })
  }

  describe('a NetworkAuthentication', () => {
    const cidrs = ['10.0.0.0/8', '100.64.0.0/10', '172.16.0.0/12', '192.168.0.0/16']
    const policy = authorization('booksapp/authors-policy', 'Server/authors', 'NetworkAuthentication/cluster-network')
    holdsBehindLinkerd(
      [...authors, ruled, policy, networks('booksapp/cluster-network', ...cidrs)],
      [
        ...['10.1.0.1', '100.127.255.255', '172.31.0.1', '192.168.0.1'].flatMap(ip =>
          each('allow', [unmeshed, books], { ...ask, ip }),
        ),
        ...['100.128.0.0', '172.32.0.1', '198.51.100.1', 'fd00::1'].flatMap(ip =>
          each('deny', [unmeshed, books], { ...ask, ip }),
        ),
      ],
    )
  })

  describe('a ServerAuthorization for all accounts of a namespace', () => {
    const grpc = server('emojivoto/emoji-grpc', {
      pods: { app: 'emoji-svc' },
      labels: { app: 'emoji-svc' },
      port: 'grpc',
      protocol: 'gRPC',
    })
    const all = serverAuthorization(
      'emojivoto/emoji-grpc',
      { selector: { matchLabels: { app: 'emoji-svc' } } },
      { meshTLS: { identities: ['*.emojivoto.serviceaccount.identity.linkerd.cluster.local'] } },
    )
    const to = { to: 'emojivoto/emoji', port: 8080, http: 'POST /emojivoto.v1.EmojiService/ListAll', ip: '10.1.0.1' }
    holdsBehindLinkerd([...emojivoto, grpc, all], [...each('allow', [web], to), ...each('deny', [books, unmeshed], to)])
  })

  describe('a ServerAuthorization for everybody', () => {
    const http = server('emojivoto/web-http', { pods: { app: 'web-svc' }, port: 'http', protocol: 'HTTP/1' })
    const client = { unauthenticated: true, networks: [{ cidr: '0.0.0.0/0' }, { cidr: '::/0' }] }
    const to = { to: 'emojivoto/web', port: 8080, http: 'GET /' }
    holdsBehindLinkerd(
      [...emojivoto, http, serverAuthorization('emojivoto/web-public', { name: 'web-http' }, client)],
      [
        ...each('allow', [web, unmeshed], to),
        ...each('allow', [unmeshed], { ...to, ip: 'fd00::1' }),
        ...each('allow', [unmeshed], { ...to, ip: '198.51.100.1' }),
      ],
    )
  })

  describe('a ServerAuthorization for an account of another namespace', () => {
    const prom = server('emojivoto/prom', { pods: { app: 'emoji-svc' }, port: 'prom', protocol: 'HTTP/1' })
    const client = { meshTLS: { serviceAccounts: [{ namespace: 'linkerd-viz', name: 'prometheus' }] } }
    const to = { to: 'emojivoto/emoji', port: 8801, http: 'GET /metrics', ip: '10.1.0.1' }
    holdsBehindLinkerd(
      [...emojivoto, prom, serverAuthorization('emojivoto/prom-prometheus', { name: 'prom' }, client)],
      [
        ...each('allow', [account('linkerd-viz/prometheus')], to),
        ...each('deny', [account('emojivoto/prometheus'), web, unmeshed], to),
      ],
    )
  })
})
