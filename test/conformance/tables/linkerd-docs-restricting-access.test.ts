import { account, each, holdsBehindLinkerd, linkerd, meshed, pod, unmeshed } from './linkerd'
import { server, serverAuthorization } from './linkerd-objects'

const voting = pod('emojivoto/voting', { grpc: 8080, prom: 8801 }, { labels: { app: 'voting-svc' } })
const named = server('emojivoto/voting-grpc', {
  labels: { app: 'voting-svc' },
  pods: { app: 'voting-svc' },
  port: 'grpc',
  protocol: 'gRPC',
  version: 'v1beta1',
})
const granted = serverAuthorization(
  'emojivoto/voting-grpc',
  { name: 'voting-grpc' },
  { meshTLS: { serviceAccounts: [{ name: 'web' }] } },
)

const web = account('emojivoto/web')
const bot = account('emojivoto/default')
const to = { to: 'emojivoto/voting', port: 8080, http: 'POST /emojivoto.v1.VotingService/VoteDog', ip: '10.1.0.1' }
const other = { to: 'emojivoto/voting', port: 8801, http: 'GET /metrics', ip: '10.1.0.1' }

/** linkerd/website `linkerd.io/content/2-edge/tasks/restricting-access.md`, step by step. */
describe('table: the page on restricting access', () => {
  const objects = (defaultInboundPolicy: string, ...policies: readonly string[]) => [
    linkerd({ proxy: { defaultInboundPolicy } }),
    meshed('emojivoto'),
    voting,
    ...policies,
  ]
  describe('before', () => {
    holdsBehindLinkerd(objects('all-unauthenticated'), each('allow', [web, bot, unmeshed], to))
  })

  describe('"no clients have been authorized to access this service"', () => {
    holdsBehindLinkerd(objects('all-unauthenticated', named), [
      ...each('deny', [web, bot, unmeshed], to),
      ...each('allow', [web, bot, unmeshed], other),
    ])
  })

  describe('"all of the requests to the Voting service are authorized"', () => {
    holdsBehindLinkerd(objects('all-unauthenticated', named, granted), [
      ...each('allow', [web], to),
      ...each('deny', [bot, unmeshed], to),
    ])
  })

  describe('"we can set the default policy to deny"', () => {
    holdsBehindLinkerd(objects('deny', named, granted), [
      ...each('allow', [web], to),
      ...each('deny', [bot, unmeshed], to),
      ...each('deny', [web, bot, unmeshed], other),
    ])
  })
})
