import { apiVersionOf, writtenKind, type Kind } from '../../../../../core/model/kinds'

/** `shop/cart`. Written without the helpers beside it, which the specimens are used to test. */
function cart(kind: Kind, spec: object, metadata: object = {}): Readonly<Record<string, unknown>> {
  return {
    apiVersion: apiVersionOf(kind),
    kind: writtenKind(kind),
    metadata: { namespace: 'shop', name: 'cart', ...metadata },
    spec,
  }
}

const group = 'policy.linkerd.io'
const selector = {
  matchLabels: { app: 'cart' },
  matchExpressions: [{ key: 'tier', operator: 'In', values: ['web'] }],
}
const parentRefs = [{ group, kind: 'Server', name: 'cart', namespace: 'shop' }]
const headers = [{ type: 'Exact', name: 'x-env', value: 'dev' }]
const filters = [{ type: 'RequestHeaderModifier', requestHeaderModifier: { set: [{ name: 'x', value: '1' }] } }]

/** One object of each of Linkerd's kinds that is judged, with every field that is read, and nothing else. */
export const linkerdSpecimens = [
  cart(
    'Server',
    { podSelector: selector, port: 8080, proxyProtocol: 'HTTP/1', accessPolicy: 'deny' },
    { labels: { app: 'cart' } },
  ),
  cart('LinkerdAuthorizationPolicy', {
    targetRef: { group, kind: 'Server', name: 'cart' },
    requiredAuthenticationRefs: [{ group, kind: 'MeshTLSAuthentication', name: 'web', namespace: 'web' }],
  }),
  cart('MeshTLSAuthentication', {
    identities: ['*'],
    identityRefs: [{ group: 'core', kind: 'ServiceAccount', name: 'web', namespace: 'web' }],
  }),
  cart('NetworkAuthentication', { networks: [{ cidr: '10.0.0.0/8', except: ['10.1.0.0/16'] }] }),
  cart('ServerAuthorization', {
    server: { selector },
    client: {
      networks: [{ cidr: '10.0.0.0/8', except: ['10.1.0.1'] }],
      unauthenticated: false,
      meshTLS: {
        unauthenticatedTLS: false,
        identities: ['*'],
        serviceAccounts: [{ name: 'web', namespace: 'web' }],
      },
    },
  }),
  cart('LinkerdHTTPRoute', {
    parentRefs,
    hostnames: ['cart'],
    rules: [
      {
        matches: [{ path: { type: 'Exact', value: '/' }, method: 'GET', headers, queryParams: headers }],
        filters,
      },
    ],
  }),
  cart('GRPCRoute', {
    parentRefs,
    hostnames: ['cart'],
    rules: [{ matches: [{ method: { type: 'Exact', service: 's', method: 'm' }, headers }], filters }],
  }),
  cart('EgressNetwork', { trafficPolicy: 'Deny', networks: [{ cidr: '0.0.0.0/0', except: ['10.0.0.0/8'] }] }),
  cart('TLSRoute', {
    parentRefs: [{ group, kind: 'EgressNetwork', name: 'net', namespace: 'shop', port: 443 }],
    hostnames: ['cart.example'],
    rules: [{ backendRefs: [{ group, kind: 'EgressNetwork', name: 'net', namespace: 'shop', port: 443 }] }],
  }),
  cart('LinkerdHTTPRoute', {
    parentRefs: [{ group: '', kind: 'Service', name: 'cart', namespace: 'shop', port: 80 }],
    hostnames: ['cart'],
    rules: [{ matches: [{ method: 'GET', headers }], backendRefs: [{ name: 'cart', port: 80 }] }],
  }),
]
