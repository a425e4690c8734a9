import { account, each, holdsBehindLinkerd, linkerd, meshed, pod, unmeshed } from './linkerd'
import { authorization, httpRoute, identities, server } from './linkerd-objects'

/** linkerd/website, samples of other pages: each names its own. */
describe("table: samples of Linkerd's other pages", () => {
  describe('`2-edge/tasks/pod-to-pod-multicluster.md`: identity is not lost without a gateway', () => {
    const objects = [
      linkerd(),
      meshed('mc-demo'),
      pod('mc-demo/bb', { http: 8080 }),
      server('mc-demo/bb', { port: 8080 }),
      authorization('mc-demo/bb-authz', 'Server/bb', 'MeshTLSAuthentication/bb-good'),
      identities('mc-demo/bb-good', 'slow-cooker.mc-demo.serviceaccount.identity.linkerd.cluster.local'),
    ]
    const to = { to: 'mc-demo/bb', port: 8080, http: 'GET /' }
    holdsBehindLinkerd(objects, [
      ...each('allow', [account('mc-demo/slow-cooker')], to),
      ...each('deny', [account('mc-demo/slow-cooker-evil'), unmeshed], to),
      // Through a gateway the caller is the gateway, "because client identity is lost".
      ...each('deny', [account('linkerd-multicluster/linkerd-gateway')], to),
    ])
  })

  describe('`2-edge/tasks/configuring-rate-limiting.md`: whom a Server lets in, however often', () => {
    const web = pod('emojivoto/web', { http: 8080 }, { labels: { app: 'web-svc' } })
    const open = { pods: { app: 'web-svc' }, port: 'http', protocol: 'HTTP/1', accessPolicy: 'all-unauthenticated' }
    const limit = {
      apiVersion: 'policy.linkerd.io/v1alpha1',
      kind: 'HTTPLocalRateLimitPolicy',
      metadata: { namespace: 'emojivoto', name: 'web-http' },
      spec: {
        targetRef: { group: 'policy.linkerd.io', kind: 'Server', name: 'web-http' },
        identity: { requestsPerSecond: 4 },
      },
    }
    const to = { to: 'emojivoto/web', port: 8080, http: 'GET /' }
    holdsBehindLinkerd(
      [linkerd(), meshed('emojivoto'), web, server('emojivoto/web-http', open), JSON.stringify(limit)],
      each('allow', [unmeshed, account('emojivoto/default')], to),
    )
  })

  describe('`blog/2023/0526-osm-migration`: one account for one prefix', () => {
    const objects = [
      linkerd(),
      meshed('default'),
      pod('default/user', { http: 8080 }, { labels: { app: 'user-workload' } }),
      server('default/user-server', { pods: { app: 'user-workload' }, port: 'http', version: 'v1beta1' }),
      httpRoute('default/user-routes', 'user-server', ['/users*']),
      identities('default/website-authn', 'website.default.serviceaccount.identity.linkerd.cluster.local'),
    ]
    const policy = (name: string) =>
      authorization('default/users-policy', `HTTPRoute/${name}`, 'MeshTLSAuthentication/website-authn')
    const website = account('default/website')
    const to = { to: 'default/user', port: 8080, http: 'GET /users/1' }
    // What the page means.
    holdsBehindLinkerd(
      [...objects, policy('user-routes')],
      [
        ...each('allow', [website], to),
        ...each('deny', [account('default/other'), unmeshed], to),
        ...each('404', [website], { ...to, http: 'GET /admin' }),
      ],
    )
    // What it says: a route that is not there, so that nobody is let in.
    holdsBehindLinkerd([...objects, policy('users-routes')], each('deny', [website, unmeshed], to))
  })

  describe('`2-edge/tasks/adding-non-kubernetes-workloads.md`: a default that stands on a Server', () => {
    // The page has "our default policy is `deny`" there, where nothing reads it; the Server without policies denies all the same.
    const objects = [
      linkerd(),
      meshed('mixed-env'),
      pod('mixed-env/app', { http: 8080 }, { labels: { app: 'legacy-app' } }),
    ]
    const annotated = server('mixed-env/in-cluster-endpoint', {
      pods: { app: 'legacy-app' },
      port: 'http',
      protocol: 'HTTP/1',
      version: 'v1beta2',
    })
    const deny = annotated.replace(
      '"metadata":{',
      '"metadata":{"annotations":{"config.linkerd.io/default-inbound-policy":"deny"},',
    )
    const allow = deny.replace('"deny"', '"all-unauthenticated"')
    const to = { to: 'mixed-env/app', port: 8080, http: 'GET /' }
    for (const written of [deny, allow]) {
      holdsBehindLinkerd([...objects, written], each('deny', [unmeshed, account('mixed-env/default')], to))
    }
  })
})
