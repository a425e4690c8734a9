import { linkerd, meshed, pod } from './linkerd'
import { egressNetwork, egressRoute, itself, lets, type Leaving } from './linkerd-egress'

const base = [linkerd(), meshed('ns'), pod('ns/curl', {}), pod('ns/web', { http: 8080 })]
const network = (trafficPolicy: 'Allow' | 'Deny') => egressNetwork('ns/egress', trafficPolicy)
const postman: readonly Leaving[] = [
  ['leaves', 'http://postman-echo.com/get'],
  ['leaves', 'https://postman-echo.com/get'],
]
const kept: readonly Leaving[] = postman.map(([, url]) => ['stays', url])
const get = [{ path: { type: 'Exact', value: '/get' } }]
const web = { name: 'web', port: 80 }

/**
 * linkerd2 `policy-test/tests/e2e_egress_network.rs`. A call that upstream routes back into the cluster does not leave it, and is answered all the same.
 */
describe('table: what EgressNetworks let out, from end to end', () => {
  describe('default_traffic_policy_http_allow, default_traffic_policy_opaque_allow', () => {
    lets([...base, network('Allow')], 'ns/curl', postman)
  })

  describe('default_traffic_policy_http_deny, default_traffic_policy_opaque_deny', () => {
    lets([...base, network('Deny')], 'ns/curl', kept)
  })

  describe('explicit_allow_http_route', () => {
    const route = egressRoute('HTTPRoute', 'ns/http-route', { network: 'egress', port: 80, matches: get })
    lets([...base, network('Deny'), route], 'ns/curl', [
      ['leaves', 'http://postman-echo.com/get'],
      ['stays', 'http://postman-echo.com/ip'],
    ])
  })

  const named = { network: 'egress', port: 443, hostnames: ['postman-echo.com'] }
  describe('explicit_allow_tls_route', () => {
    const route = egressRoute('TLSRoute', 'ns/tls-route', { ...named, to: itself('egress') })
    lets([...base, network('Deny'), route], 'ns/curl', [
      ['leaves', 'https://postman-echo.com/get'],
      ['stays', 'https://google.com/'],
    ])
  })

  describe('explicit_allow_tcp_route', () => {
    const route = egressRoute('TCPRoute', 'ns/tcp-route', { network: 'egress', port: 443, to: itself('egress') })
    lets([...base, network('Deny'), route], 'ns/curl', [
      ['leaves', 'https://postman-echo.com/get'],
      ['stays', 'http://postman-echo.com/get'],
    ])
  })

  describe('routing_back_to_cluster_http_route', () => {
    const hostnames = ['postman-echo.com']
    const route = egressRoute('HTTPRoute', 'ns/http-route', {
      network: 'egress',
      port: 80,
      hostnames,
      matches: get,
      to: web,
    })
    lets([...base, network('Allow'), route], 'ns/curl', [
      ['stays', 'http://postman-echo.com/get'],
      ['leaves', 'http://postman-echo.com/ip'],
    ])
  })

  describe('routing_back_to_cluster_tls_route', () => {
    const route = egressRoute('TLSRoute', 'ns/tls-route', { ...named, to: web })
    lets([...base, network('Allow'), route], 'ns/curl', [
      ['stays', 'https://postman-echo.com/get'],
      ['leaves', 'https://google.com/'],
    ])
  })

  describe('routing_back_to_cluster_tcp_route', () => {
    const route = egressRoute('TCPRoute', 'ns/tcp-route', { network: 'egress', port: 443, to: web })
    lets([...base, network('Allow'), route], 'ns/curl', [
      ['stays', 'https://postman-echo.com/get'],
      ['leaves', 'http://postman-echo.com/get'],
    ])
  })
})
