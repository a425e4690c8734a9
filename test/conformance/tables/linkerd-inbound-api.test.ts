import { account, each, holdsBehindLinkerd, linkerd, meshed, pod, unmeshed } from './linkerd'
import { authorization, dated, httpRoute, networks, server, serverAuthorization } from './linkerd-objects'

/* The Pod does nothing, so that policies are for its proxy's own server. */
const base = [linkerd(), meshed('ns'), pod('ns/pause', {})]
const everything = { selector: {}, port: 4191, protocol: 'HTTP/1' }
const admin = server('ns/linkerd-admin', everything)
const allNets = networks('ns/all-admin', '0.0.0.0/0', '::/0')

const curl = account('ns/curl')
const to = { to: 'ns/pause', port: 4191, http: 'GET /metrics', ip: '10.1.0.1' }
const anybody = (verdict: 'allow' | 'deny' | '404', http = 'GET /metrics') =>
  each(verdict, [curl, unmeshed], { ...to, http })

/** linkerd2 `policy-test/tests/inbound_api.rs`: what a proxy is told of one port, and so whom it lets in. */
describe('table: what the policy controller tells a proxy', () => {
  describe('server_with_server_authorization', () => {
    holdsBehindLinkerd(base, anybody('allow'))
    holdsBehindLinkerd([...base, admin], anybody('deny'))
    const all = serverAuthorization('ns/all-admin', { name: 'linkerd-admin' }, { unauthenticated: true })
    holdsBehindLinkerd([...base, admin, all], anybody('allow'))
  })

  describe('server_with_authorization_policy', () => {
    const policy = authorization('ns/all-admin', 'Server/linkerd-admin', 'NetworkAuthentication/ns/all-admin')
    holdsBehindLinkerd([...base, admin, allNets, policy], anybody('allow'))
  })

  describe('servers_ordered_by_creation', () => {
    // The second would let everybody in; the first is older.
    const older = server('ns/linkerd-admin-0', { ...everything, made: 0 })
    const newer = server('ns/linkerd-admin-1', { ...everything, made: 1, accessPolicy: 'all-unauthenticated' })
    holdsBehindLinkerd([...base, newer, older], anybody('deny'))
    holdsBehindLinkerd([...base, newer], anybody('allow'))
  })

  describe('server_with_audit_policy', () => {
    holdsBehindLinkerd(
      [...base, server('ns/linkerd-admin', { ...everything, accessPolicy: 'audit' })],
      anybody('allow'),
    )
  })

  describe('server_with_http_route', () => {
    const route = httpRoute('ns/metrics-route', 'linkerd-admin', ['GET /metrics'])
    holdsBehindLinkerd([...base, admin, route], [...anybody('deny'), ...anybody('404', 'GET /shutdown')])
    const policy = authorization('ns/all-admin', 'HTTPRoute/metrics-route', 'NetworkAuthentication/ns/all-admin')
    const authorized = [...base, admin, route, allNets, policy]
    holdsBehindLinkerd(authorized, [...anybody('allow'), ...anybody('404', 'POST /metrics')])
  })

  describe('http_routes_ordered_by_creation', () => {
    // Of equal matches the oldest route has it, whatever their names: only its policy lets in.
    const policy = authorization('ns/all-admin', 'HTTPRoute/d', 'NetworkAuthentication/ns/all-admin')
    const routes = (d: number, a: number) => [
      dated(a, httpRoute('ns/a', 'linkerd-admin', ['GET /metrics'])),
      dated(d, httpRoute('ns/d', 'linkerd-admin', ['GET /metrics'])),
    ]
    holdsBehindLinkerd([...base, admin, allNets, policy, ...routes(0, 1)], anybody('allow'))
    holdsBehindLinkerd([...base, admin, allNets, policy, ...routes(1, 0)], anybody('deny'))
    // Of the same age, by name.
    holdsBehindLinkerd([...base, admin, allNets, policy, ...routes(1, 1)], anybody('deny'))
  })

  describe('default_http_routes: the probes are one of them', () => {
    holdsBehindLinkerd([...base, admin], [...anybody('allow', 'GET /ready'), ...anybody('deny', 'GET /readyz')])
  })
})
