import { account, each, holdsBehindLinkerd, pod, unmeshed } from './linkerd'
import { emojivoto, vote, votingGrpc } from './linkerd-emojivoto'
import {
  accounts,
  authorization,
  dated,
  grpcRoute,
  grpcRouteOf,
  httpRoute,
  identities,
  server,
} from './linkerd-objects'

const web = account('emojivoto/web')
const bot = account('emojivoto/default')
const everybody = [web, bot, unmeshed]
const denied = emojivoto('deny')
const toWeb = authorization('emojivoto/web', 'Server/voting-grpc', 'ServiceAccount/web')

/**
 * What is easily got wrong, on one application. Sources, in linkerd2 `policy-controller/k8s/index/src/inbound` unless another is named: those of
 * `core/analyze/linkerd/README.md`, line by line.
 */
describe('table: what is easily got wrong, on Emojivoto', () => {
  describe('no Server where the default is to deny: nobody', () => {
    holdsBehindLinkerd(denied, each('deny', everybody, vote))
  })

  describe('a Server without policies closes the port, whatever the default', () => {
    holdsBehindLinkerd([...emojivoto('all-unauthenticated'), votingGrpc()], each('deny', everybody, vote))
  })

  describe('empty references admit everybody', () => {
    holdsBehindLinkerd(
      [...denied, votingGrpc(), authorization('emojivoto/all', 'Server/voting-grpc')],
      each('allow', everybody, vote),
    )
  })

  describe('a missing authentication voids the policy', () => {
    const policy = authorization('emojivoto/all', 'Server/voting-grpc', 'MeshTLSAuthentication/nowhere')
    holdsBehindLinkerd([...denied, votingGrpc(), policy], each('deny', everybody, vote))
  })

  describe('policies for the Namespace and for a route are united', () => {
    const objects = [
      ...denied,
      votingGrpc(),
      grpcRoute('emojivoto/dog', 'voting-grpc', ['emojivoto.v1.VotingService/VoteDog']),
      authorization('emojivoto/namespace', 'Namespace/emojivoto', 'ServiceAccount/default'),
      authorization('emojivoto/route', 'GRPCRoute/dog', 'ServiceAccount/web'),
    ]
    holdsBehindLinkerd(objects, [...each('allow', [web, bot], vote), ...each('deny', [unmeshed], vote)])
  })

  describe('a port of digits in quotes is a name', () => {
    holdsBehindLinkerd([...denied, votingGrpc({ port: '8080' }), toWeb], each('deny', everybody, vote))
    holdsBehindLinkerd(
      [...emojivoto('all-unauthenticated'), votingGrpc({ port: '8080' }), toWeb],
      each('allow', everybody, vote),
    )
  })

  describe('of two Servers the older rules alone', () => {
    const older = votingGrpc({ made: 0 })
    const newer = server('emojivoto/another', { pods: { app: 'voting-svc' }, port: 'grpc', protocol: 'gRPC', made: 1 })
    const toBot = authorization('emojivoto/bot', 'Server/another', 'ServiceAccount/default')
    holdsBehindLinkerd(
      [...denied, newer, older, toWeb, toBot],
      [...each('allow', [web], vote), ...each('deny', [bot], vote)],
    )
    // Of the same age, the first by name.
    const same = [newer, votingGrpc({ made: 1 })]
    holdsBehindLinkerd(
      [...denied, ...same, toWeb, toBot],
      [...each('allow', [bot], vote), ...each('deny', [web], vote)],
    )
    // Of unknown age, the verdict is that both agree on.
    const undated = [
      votingGrpc(),
      server('emojivoto/another', { pods: { app: 'voting-svc' }, port: 'grpc', protocol: 'gRPC' }),
    ]
    holdsBehindLinkerd([...denied, ...undated, toWeb], [...each('unknown', [web], vote), ...each('deny', [bot], vote)])
  })

  describe('an HTTPRoute on a gRPC Server means nothing', () => {
    const all = httpRoute('emojivoto/dog', 'voting-grpc', ['POST /emojivoto.v1.VotingService/VoteDog'])
    const policy = authorization('emojivoto/route', 'HTTPRoute/dog', 'ServiceAccount/web')
    holdsBehindLinkerd([...denied, votingGrpc(), all, policy], each('deny', everybody, vote))
  })

  describe('a GRPCRoute beside HTTPRoutes takes these away', () => {
    const http = votingGrpc({ protocol: 'HTTP/2' })
    const joy = httpRoute('emojivoto/joy', 'voting-grpc', ['/emojivoto.v1.VotingService/VoteJoy'])
    const dog = grpcRoute('emojivoto/dog', 'voting-grpc', ['emojivoto.v1.VotingService/VoteDog'])
    holdsBehindLinkerd([...denied, http, joy, toWeb], each('404', everybody, vote))
    holdsBehindLinkerd(
      [...denied, http, joy, dog, toWeb],
      [...each('allow', [web], vote), ...each('deny', [bot], vote)],
    )
  })

  describe('a parent with a port voids a route', () => {
    const joy = grpcRoute('emojivoto/joy', 'voting-grpc', ['emojivoto.v1.VotingService/VoteJoy'])
    const withPort = joy.replace('"name":"voting-grpc"', '"name":"voting-grpc","port":8080')
    holdsBehindLinkerd([...denied, votingGrpc(), joy, toWeb], each('404', everybody, vote))
    holdsBehindLinkerd(
      [...denied, votingGrpc(), withPort, toWeb],
      [...each('allow', [web], vote), ...each('deny', [bot], vote)],
    )
  })

  describe('`accessPolicy: audit` makes policies idle', () => {
    holdsBehindLinkerd([...denied, votingGrpc({ accessPolicy: 'audit' }), toWeb], each('allow', everybody, vote))
  })

  describe('a port that is opaque by annotation, and a Server that hints HTTP', () => {
    const annotations = { 'config.linkerd.io/opaque-ports': '8080' }
    const opaque = pod('emojivoto/web', { http: 8080 }, { labels: { app: 'web-svc' }, annotations })
    const others = emojivoto('deny').filter(object => !object.includes('"name":"web","namespace"'))
    const http = server('emojivoto/web-http', { pods: { app: 'web-svc' }, port: 8080, protocol: 'HTTP/1' })
    const everyone = authorization('emojivoto/everyone', 'Server/web-http')
    const page = { to: 'emojivoto/web', port: 8080, http: 'GET /' }
    // A proxy that calls sends bytes there, unless it is told otherwise; who has none sends requests.
    holdsBehindLinkerd(
      [...others, opaque, http, everyone],
      [
        ...each('unknown', [bot], page),
        ...each('allow', [unmeshed], page),
        ...each('deny', [bot, unmeshed], { to: page.to, port: page.port }),
      ],
    )
  })

  describe('the namespace that a ServiceAccount without one is in', () => {
    const mine = account('ops/web')
    const other = { ...vote }
    // Of a reference in an AuthorizationPolicy, and in a MeshTLSAuthentication: the namespace of the object that refers.
    const elsewhere = accounts('ops/callers', 'ServiceAccount/web')
    const policy = authorization('emojivoto/ops', 'Server/voting-grpc', 'MeshTLSAuthentication/ops/callers')
    holdsBehindLinkerd(
      [...denied, votingGrpc(), toWeb],
      [...each('allow', [web], other), ...each('deny', [mine], other)],
    )
    holdsBehindLinkerd(
      [...denied, votingGrpc(), policy, elsewhere],
      [...each('allow', [mine], other), ...each('deny', [web], other)],
    )
  })

  describe('an empty namespace in a reference is one that is not there', () => {
    const policy = authorization('emojivoto/callers', 'Server/voting-grpc', 'MeshTLSAuthentication/callers')
    const callers = accounts('emojivoto/callers', 'ServiceAccount/web')
    const emptied = policy.replace('"name":"callers"}', '"name":"callers","namespace":""}')
    holdsBehindLinkerd([...denied, votingGrpc(), policy, callers], each('allow', [web], vote))
    holdsBehindLinkerd([...denied, votingGrpc(), emptied, callers], each('deny', everybody, vote))
  })

  describe('`*` is everybody in the mesh, whatever the text beside it', () => {
    const policy = authorization('emojivoto/callers', 'Server/voting-grpc', 'MeshTLSAuthentication/callers')
    const star = identities('emojivoto/callers', '*')
    const spiffe = identities('emojivoto/callers', 'spiffe://cluster.local/ns/emojivoto/sa/web')
    holdsBehindLinkerd(
      [...denied, votingGrpc(), policy, star],
      [...each('allow', [web, bot], vote), ...each('deny', [unmeshed], vote)],
    )
    // Linkerd's certificates carry names, not SPIFFE ids.
    holdsBehindLinkerd([...denied, votingGrpc(), policy, spiffe], each('deny', everybody, vote))
  })

  describe('ports that the chart leaves out of capture', () => {
    const galera = { to: 'emojivoto/web', port: 4567 }
    const strict = server('emojivoto/galera', { pods: { app: 'web-svc' }, port: 4567 })
    holdsBehindLinkerd(
      [...denied, strict],
      [...each('allow', everybody, galera), ...each('deny', everybody, { ...galera, port: 4569 })],
    )
  })

  describe('no route is 404, no permission is 403', () => {
    const objects = [
      ...denied,
      votingGrpc(),
      grpcRoute('emojivoto/dog', 'voting-grpc', ['emojivoto.v1.VotingService/VoteDog']),
    ]
    holdsBehindLinkerd(objects, [
      ...each('deny', [web], vote),
      ...each('404', [web], { ...vote, http: 'POST /emojivoto.v1.VotingService/VoteJoy' }),
      ...each('404', [web], { ...vote, http: 'GET /emojivoto.v1.VotingService/VoteDog' }),
    ])
  })

  describe('Exact and Prefix of one length: the older', () => {
    const http = server('emojivoto/web-http', { pods: { app: 'web-svc' }, port: 8080, protocol: 'HTTP/1' })
    const leaders = { to: 'emojivoto/web', port: 8080, http: 'GET /leaderboard' }
    const exact = (made: number) => dated(made, httpRoute('emojivoto/exact', 'web-http', ['/leaderboard']))
    const prefix = (made: number) => dated(made, httpRoute('emojivoto/prefix', 'web-http', ['/leaderboard*']))
    const policy = authorization('emojivoto/exact', 'HTTPRoute/exact')
    holdsBehindLinkerd([...denied, http, policy, exact(0), prefix(1)], each('allow', [bot], leaders))
    holdsBehindLinkerd([...denied, http, policy, exact(1), prefix(0)], each('deny', [bot], leaders))
  })

  describe('`cluster-authenticated` is about addresses', () => {
    holdsBehindLinkerd(emojivoto('cluster-authenticated'), [
      ...each('allow', [web], { ...vote, ip: '192.168.200.1' }),
      ...each('deny', [web], { ...vote, ip: '203.0.113.9' }),
      ...each('deny', [unmeshed], { ...vote, ip: '192.168.200.1' }),
    ])
  })

  describe('what a probe asks, anybody may', () => {
    const probed = pod('emojivoto/web', { http: 8080 }, { labels: { app: 'web-svc' }, probe: ['/leaderboard', 'http'] })
    const others = emojivoto('deny').filter(object => !object.includes('"name":"web","namespace"'))
    const page = { to: 'emojivoto/web', port: 8080, ip: '203.0.113.9' }
    holdsBehindLinkerd(
      [...others, probed],
      [
        ...each('allow', everybody, { ...page, http: 'GET /leaderboard' }),
        ...each('allow', everybody, { ...page, http: 'GET /leaderboard?x=1' }),
        ...each('deny', everybody, { ...page, http: 'GET /leaderboard/' }),
        ...each('deny', everybody, { ...page, http: 'HEAD /leaderboard' }),
      ],
    )
  })

  describe('a parent in another namespace voids a route', () => {
    const joy = grpcRouteOf('emojivoto/joy', 'voting-grpc', {
      parentRefs: [{ group: 'policy.linkerd.io', kind: 'Server', name: 'voting-grpc', namespace: 'ops' }],
      rules: [{ matches: [{ method: { type: 'Exact', service: 'emojivoto.v1.VotingService', method: 'VoteJoy' } }] }],
    })
    holdsBehindLinkerd([...denied, votingGrpc(), joy, toWeb], each('allow', [web], vote))
  })
})
