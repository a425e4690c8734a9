import { leads, nobody, type Front } from './gateway'
import { chartGateway, istioGateway, rule, virtualService } from './gateway-objects'
import { mesh, namespace } from './objects'

const front: Front = { to: 'istio-system/istio-ingressgateway', port: 8080 }
const secure: Front = { ...front, port: 8443 }
const base = [mesh(), namespace('default'), chartGateway('istio-system/istio-ingressgateway')]

const plain = { port: 80, protocol: 'HTTP', hosts: ['example.org'] }
const gateway = istioGateway('default/gateway', [plain])
const wildcardGateway = istioGateway('default/gateway', [{ ...plain, hosts: ['*'] }])
const redirect = (name: string, made = 1) => istioGateway(`default/${name}`, [{ ...plain, redirect: true }], { made })
const both = istioGateway('default/gateway-https', [
  { ...plain, redirect: true },
  { port: 443, protocol: 'HTTPS', hosts: ['example.org'], tls: 'SIMPLE' },
])

const gateways = ['gateway', 'gateway-redirect']
const service = virtualService('default/virtual-service', {
  hosts: ['example.org'],
  gateways,
  http: [rule('one.default:80')],
})
const copy = virtualService(
  'default/virtual-service-copy',
  {
    hosts: ['example.org'],
    gateways,
    http: [rule('two.default:80', { uri: { prefix: '/two' } }), rule('never.default:80')],
  },
  2,
)
const wildcard = virtualService(
  'default/virtual-service-wildcard',
  { hosts: ['*.org'], gateways, http: [rule('two.default:80')] },
  2,
)
const onlySecure = virtualService('default/virtual-service-https', {
  hosts: ['example.org'],
  gateways: ['gateway-https'],
  http: [rule('example.default:8080', { port: 443 })],
})

const asked = { host: 'example.org', path: '/' }

/**
 * istio `pilot/pkg/networking/core/gateway_test.go` TestGatewayHTTPRouteConfig: upstream counts virtual hosts and routes; here it is asked where
 * requests end.
 */
describe('table: virtual hosts of a gateway', () => {
  describe('404 when no services', () => leads([...base, gateway], front, [[nobody, asked]]))

  describe('tls redirect, with and without virtual services', () => {
    leads([...base, redirect('gateway-redirect'), service], front, [[nobody, asked]])
    leads([...base, redirect('gateway-redirect-noroutes'), service], front, [[nobody, asked]])
  })

  describe('merging of virtual services when tls redirect is set, in either order', () => {
    leads([...base, gateway, redirect('gateway-redirect', 2), service, copy], front, [[nobody, asked]])
    leads([...base, redirect('gateway-redirect', 0), gateway, service, copy], front, [[nobody, asked]])
    leads([...base, gateway, redirect('gateway-redirect-noroutes', 2), service], front, [[nobody, asked]])
  })

  describe('duplicate virtual service should merge', () => {
    leads([...base, gateway, service, copy], front, [
      ['one.default:80', asked],
      ['two.default:80', { ...asked, path: '/two' }],
    ])
  })

  describe('duplicate by wildcard should merge', () => {
    leads([...base, gateway, service, wildcard], front, [
      ['one.default:80', asked],
      [nobody, { ...asked, host: 'www.example.org' }],
    ])
  })

  describe('wildcard virtual service', () => {
    leads([...base, wildcardGateway, wildcard], front, [
      ['two.default:80', asked],
      ['two.default:80', { ...asked, host: 'www.example.org' }],
      [nobody, { ...asked, host: 'example.com' }],
    ])
  })

  describe('redirection where the virtual service does not match the http port', () => {
    leads([...base, both, onlySecure], front, [[nobody, asked]])
    leads([...base, both, onlySecure], secure, [['example.default:8080', asked]])
  })
})
