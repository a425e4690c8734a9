import { account, each, holdsBehindLinkerd, linkerd, meshed, pod, unmeshed } from './linkerd'
import { authorization, httpRoute, networks, server } from './linkerd-objects'

const injected = { matchExpressions: [{ key: 'linkerd.io/control-plane-ns', operator: 'Exists' }] }

/** linkerd2 `viz/cmd/allow-scrapes.go`: what `linkerd viz allow-scrapes --namespace emojivoto` prints; paths without a type are prefixes. */
const printed = [
  server('emojivoto/proxy-admin', { selector: injected, port: 'linkerd-admin', protocol: 'HTTP/1' }),
  httpRoute('emojivoto/proxy-metrics', 'proxy-admin', ['/metrics*']),
  httpRoute('emojivoto/proxy-probes', 'proxy-admin', ['/live*', '/ready*']),
  authorization('emojivoto/prometheus-scrape', 'HTTPRoute/proxy-metrics', 'ServiceAccount/linkerd-viz/prometheus'),
  authorization('emojivoto/proxy-probes', 'HTTPRoute/proxy-probes', 'NetworkAuthentication/linkerd-viz/kubelet'),
  networks('linkerd-viz/kubelet', '0.0.0.0/0', '::/0'),
]

const prometheus = account('linkerd-viz/prometheus')
const web = account('emojivoto/web')
const admin = { to: 'emojivoto/web', port: 4191 }

describe('table: what viz allows scrapes with', () => {
  const base = [
    linkerd(),
    meshed('emojivoto', { 'config.linkerd.io/default-inbound-policy': 'deny' }),
    pod('emojivoto/web', { http: 8080 }),
  ]
  describe('before: a namespace that denies', () => {
    holdsBehindLinkerd(base, [
      ...each('deny', [prometheus, web, unmeshed], { ...admin, http: 'GET /metrics' }),
      ...each('allow', [unmeshed], { ...admin, http: 'GET /ready' }),
    ])
  })

  describe('after', () => {
    holdsBehindLinkerd(
      [...base, ...printed],
      [
        ...each('allow', [prometheus], { ...admin, http: 'GET /metrics' }),
        ...each('deny', [web, unmeshed], { ...admin, http: 'GET /metrics' }),
        ...each('allow', [prometheus, web, unmeshed], { ...admin, http: 'GET /ready' }),
        ...each('allow', [prometheus, web, unmeshed], { ...admin, http: 'GET /live' }),
        // Neither names a method, and the rest of the proxy's admin server has no route any more.
        ...each('allow', [prometheus], { ...admin, http: 'POST /metrics' }),
        ...each('404', [prometheus, unmeshed], { ...admin, http: 'PUT /proxy-log-level' }),
        ...each('404', [prometheus, unmeshed], { ...admin, http: 'POST /shutdown' }),
        ...each('deny', [prometheus, web, unmeshed], { to: 'emojivoto/web', port: 8080, http: 'GET /metrics' }),
      ],
    )
  })
})
