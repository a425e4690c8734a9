import { account, each, holdsBehindLinkerd, unmeshed } from './linkerd'
import { cluster, domain, namespaces, subject, within } from './linkerd-index'
import { authorization, identities, networks, server } from './linkerd-objects'

const foo = account('ns-0/foo', domain)
const ruled = server('ns-0/srv-8080', { pods: { app: 'app-0' }, port: 8080, protocol: 'HTTP/1' })
const base = [cluster(), ...namespaces, subject, ruled]
const to = { to: 'ns-0/pod-0', port: 8080, http: 'GET /', ip: within }

const mtls = identities('ns-0/mtls-authn-0', `foo.ns-0.serviceaccount.identity.linkerd.${domain}`)
const byMtls = authorization('ns-0/authz-policy-0', 'Server/srv-8080', 'MeshTLSAuthentication/mtls-authn-0')
const net = networks('ns-0/net-authn-0', '10.0.0.0/8')
const byNet = authorization('ns-0/authz-policy-0', 'Server/srv-8080', 'NetworkAuthentication/net-authn-0')

/** linkerd2 `policy-controller/k8s/index/src/inbound/tests/{meshtls_authentication,network_authentication}.rs`. */
describe('table: authentications in the index', () => {
  describe('delete_meshtls_authn_removes_authorization, reset_meshtls_authn_with_deleted_entries: before and after', () => {
    holdsBehindLinkerd([...base, byMtls, mtls], [...each('allow', [foo], to), ...each('deny', [unmeshed], to)])
    holdsBehindLinkerd([...base, byMtls], each('deny', [foo, unmeshed], to))
  })

  describe('reset_network_authn_with_deleted_entries: before and after', () => {
    holdsBehindLinkerd(
      [...base, byNet, net],
      [...each('allow', [foo, unmeshed], { ...to, ip: '10.1.1.1' }), ...each('deny', [foo, unmeshed], to)],
    )
    holdsBehindLinkerd([...base, byNet], each('deny', [foo, unmeshed], { ...to, ip: '10.1.1.1' }))
  })
})
