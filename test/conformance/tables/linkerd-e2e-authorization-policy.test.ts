import { account, each, holdsBehindLinkerd, linkerd, meshed, pod, unmeshed } from './linkerd'
import { accounts, authorization, httpRoute, identities, networks, server } from './linkerd-objects'

/*
 * linkerd2 `policy-test/src/web.rs`: the Pod and its Server; `policy-test/src/curl.rs`: the clients, under the account `curl`, with a proxy and
 * without one. What upstream awaits of an exit code is here whether the request gets through.
 */
const base = [
  linkerd(),
  meshed('ns'),
  pod('ns/web', { http: 8080 }),
  server('ns/web', { port: 'http', protocol: 'HTTP/1' }),
]
const authenticated = 'MeshTLSAuthentication/ns/all-authenticated'
const ips = 'NetworkAuthentication/ns/allow-pod'
const anybody = identities('ns/all-authenticated', '*')

const blessed = '10.1.0.1'
const cursed = '10.1.0.2'
const allowed = networks('ns/allow-pod', `${blessed}/32`)

const web = { to: 'ns/web', port: 8080, http: 'GET /' }
const curl = account('ns/curl')

/** linkerd2 `policy-test/tests/e2e_authorization_policy.rs`. */
describe('table: what AuthorizationPolicies let in, from end to end', () => {
  describe('meshtls', () => {
    holdsBehindLinkerd(
      [...base, anybody, authorization('ns/web', 'Server/web', authenticated)],
      [...each('allow', [curl], web), ...each('deny', [unmeshed], web)],
    )
  })

  describe('targets_route', () => {
    const routes = [httpRoute('ns/root', 'web', ['/']), httpRoute('ns/roux', 'web', ['/roux'])]
    const rooted = [...base, anybody, ...routes, authorization('ns/root-authz', 'HTTPRoute/root', authenticated)]
    holdsBehindLinkerd(rooted, [
      ...each('allow', [curl], web),
      ...each('404', [curl], { ...web, http: 'GET /noroute' }),
      ...each('deny', [unmeshed], web),
      ...each('deny', [curl], { ...web, http: 'GET /roux' }),
    ])
    describe('with a policy for the Server too', () => {
      holdsBehindLinkerd(
        [...rooted, authorization('ns/server-authz', 'Server/web', authenticated)],
        each('allow', [curl], { ...web, http: 'GET /roux' }),
      )
    })
  })

  describe('targets_namespace', () => {
    holdsBehindLinkerd(
      [...base, anybody, authorization('ns/web', 'Namespace/ns', authenticated)],
      [...each('allow', [curl], web), ...each('deny', [unmeshed], web)],
    )
  })

  describe('meshtls_namespace', () => {
    const beside = accounts('ns/all-authenticated', 'Namespace/ns')
    holdsBehindLinkerd(
      [...base, beside, authorization('ns/web', 'Server/web', authenticated)],
      [...each('allow', [curl], web), ...each('deny', [unmeshed, account('other/curl')], web)],
    )
  })

  describe('network', () => {
    holdsBehindLinkerd(
      [...base, allowed, authorization('ns/web', 'Server/web', ips)],
      [...each('allow', [unmeshed], { ...web, ip: blessed }), ...each('deny', [unmeshed], { ...web, ip: cursed })],
    )
  })

  describe('both', () => {
    holdsBehindLinkerd(
      [...base, anybody, allowed, authorization('ns/web', 'Server/web', ips, authenticated)],
      [
        ...each('allow', [curl], { ...web, ip: blessed }),
        ...each('deny', [unmeshed], { ...web, ip: blessed }),
        ...each('deny', [curl, unmeshed], { ...web, ip: cursed }),
      ],
    )
  })

  describe('either', () => {
    const fromIp = authorization('ns/web-from-ip', 'Server/web', ips)
    const fromId = authorization('ns/web-from-id', 'Server/web', authenticated)
    holdsBehindLinkerd(
      [...base, anybody, allowed, fromIp, fromId],
      [
        ...each('allow', [curl, unmeshed], { ...web, ip: blessed }),
        ...each('allow', [curl], { ...web, ip: cursed }),
        ...each('deny', [unmeshed], { ...web, ip: cursed }),
      ],
    )
  })

  describe('empty_authentications', () => {
    holdsBehindLinkerd([...base, authorization('ns/web', 'Server/web')], each('allow', [curl, unmeshed], web))
  })
})
