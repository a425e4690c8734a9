import { account, each, holdsBehindLinkerd, unmeshed } from './linkerd'
import { cluster, domain, namespaces, subject, within } from './linkerd-index'
import { server, serverAuthorization } from './linkerd-objects'

const ruled = server('ns-0/srv-8080', {
  labels: { app: 'app-0' },
  pods: { app: 'app-0' },
  port: 8080,
  protocol: 'HTTP/1',
})
const client = {
  networks: [{ cidr: '10.0.0.0/8' }],
  meshTLS: { identities: [`foo.bar.serviceaccount.identity.linkerd.${domain}`] },
}

const to = { to: 'ns-0/pod-0', port: 8080, http: 'GET /' }
const foo = account('bar/foo', domain)
const other = account('ns-0/foo', domain)

/** linkerd2 `policy-controller/k8s/index/src/inbound/tests/server_authorization.rs`. */
describe('table: ServerAuthorizations in the index', () => {
  const selections: readonly (readonly [string, object, boolean])[] = [
    ['links_server_authz_by_name', { name: 'srv-8080' }, true],
    ['links_server_authz_by_label', { selector: { matchLabels: { app: 'app-0' } } }, true],
    // Not upstream's: labels of the Server, not of its Pods, so that another value selects nothing.
    ['one for other labels', { selector: { matchLabels: { app: 'app-1' } } }, false],
    ['one for another name', { name: 'srv-8081' }, false],
  ]
  for (const [title, selected, linked] of selections) {
    describe(title, () => {
      holdsBehindLinkerd(
        [cluster(), ...namespaces, subject, ruled, serverAuthorization('ns-0/authz-foo', selected, client)],
        [
          ...each(linked ? 'allow' : 'deny', [foo], { ...to, ip: '10.1.1.1' }),
          ...each('deny', [foo], { ...to, ip: within }),
          ...each('deny', [other, unmeshed], { ...to, ip: '10.1.1.1' }),
        ],
      )
    })
  }
})
