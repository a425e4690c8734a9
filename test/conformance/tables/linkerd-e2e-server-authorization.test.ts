import { account, each, holdsBehindLinkerd, linkerd, meshed, pod, unmeshed } from './linkerd'
import { server, serverAuthorization } from './linkerd-objects'

const base = [
  linkerd(),
  meshed('ns'),
  pod('ns/web', { http: 8080 }),
  server('ns/web', { port: 'http', protocol: 'HTTP/1' }),
]
const authorize = (name: string, client: object) => serverAuthorization(`ns/${name}`, { name: 'web' }, client)

const blessed = { injected: '10.1.0.1', uninjected: '10.1.0.2' }
const cursed = '10.1.0.3'
const both = [{ cidr: `${blessed.injected}/32` }, { cidr: `${blessed.uninjected}/32` }]
const anybody = { meshTLS: { identities: ['*'] } }

const web = { to: 'ns/web', port: 8080, http: 'GET /' }
const curl = account('ns/curl')

/** linkerd2 `policy-test/tests/e2e_server_authorization.rs`, with the Pod, the Server and the clients of `policy-test/src`. */
describe('table: what ServerAuthorizations let in, from end to end', () => {
  describe('meshtls', () => {
    // Without networks it holds within the cluster's, where upstream's clients are.
    holdsBehindLinkerd(
      [...base, authorize('web', anybody)],
      [
        ...each('allow', [curl], { ...web, ip: blessed.injected }),
        ...each('deny', [unmeshed], { ...web, ip: blessed.uninjected }),
      ],
    )
  })

  describe('network', () => {
    const client = { unauthenticated: true, networks: [{ cidr: `${blessed.uninjected}/32` }] }
    holdsBehindLinkerd(
      [...base, authorize('web', client)],
      [
        ...each('allow', [unmeshed], { ...web, ip: blessed.uninjected }),
        ...each('deny', [unmeshed], { ...web, ip: cursed }),
      ],
    )
  })

  describe('both', () => {
    holdsBehindLinkerd(
      [...base, authorize('web', { networks: both, ...anybody })],
      [
        ...each('allow', [curl], { ...web, ip: blessed.injected }),
        ...each('deny', [unmeshed], { ...web, ip: blessed.uninjected }),
        ...each('deny', [curl, unmeshed], { ...web, ip: cursed }),
      ],
    )
  })

  describe('either', () => {
    const fromIp = authorize('web-from-ip', { unauthenticated: true, networks: both })
    holdsBehindLinkerd(
      [...base, fromIp, authorize('web-from-id', anybody)],
      [
        ...each('allow', [curl], { ...web, ip: blessed.injected }),
        ...each('allow', [unmeshed], { ...web, ip: blessed.uninjected }),
        ...each('allow', [curl], { ...web, ip: cursed }),
        ...each('deny', [unmeshed], { ...web, ip: cursed }),
      ],
    )
  })
})
