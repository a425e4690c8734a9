import { linkerd, meshed, pod } from './linkerd'
import { egressNetwork, egressRoute, itself, lets } from './linkerd-egress'

const base = [
  linkerd(),
  meshed('egress-test'),
  meshed('other'),
  pod('egress-test/client', {}, { serviceAccount: 'default' }),
  pod('other/client', {}, { serviceAccount: 'default' }),
]
const client = 'egress-test/default'
const network = 'all-egress-traffic'
const getOnly = egressRoute('HTTPRoute', 'egress-test/httpbin-get', {
  network,
  port: 80,
  matches: [{ path: { value: '/get' } }],
})
const tls = (hostnames?: readonly string[]) =>
  egressRoute('TLSRoute', 'egress-test/tls-egress', {
    network,
    port: 443,
    ...(hostnames && { hostnames }),
    to: itself(network),
  })

/** linkerd/website `linkerd.io/content/2-edge/tasks/managing-egress-traffic.md`, step by step, and the example of `reference/egress-network.md`. */
describe('table: the pages on egress', () => {
  describe('"all traffic is allowed and we are simply observing it"', () => {
    lets([...base, egressNetwork(`egress-test/${network}`, 'Allow')], client, [
      ['leaves', 'http://httpbin.org/get'],
      ['leaves', 'https://httpbin.org/get'],
    ])
  })

  const denied = [...base, egressNetwork(`egress-test/${network}`, 'Deny')]
  describe('"we have forbidden all egress traffic originating from the local namespace"', () => {
    lets(denied, client, [
      ['stays', 'http://httpbin.org/get'],
      ['stays', 'https://httpbin.org/get'],
    ])
    lets(denied, 'other/default', [['leaves', 'https://httpbin.org/get']])
  })

  describe('"requests that target the /get endpoint", of any host', () => {
    lets([...denied, getOnly], client, [
      ['leaves', 'http://httpbin.org/get'],
      ['leaves', 'http://github.com/get'],
      ['stays', 'http://httpbin.org/ip'],
      ['stays', 'https://httpbin.org/get'],
    ])
  })

  describe('"HTTPS requests to the external service succeeding", and github.com not', () => {
    lets([...denied, getOnly, tls(['httpbin.org'])], client, [
      ['leaves', 'https://httpbin.org/get'],
      ['leaves', 'https://httpbin.org/ip'],
      ['stays', 'https://github.com/'],
    ])
  })

  describe('"all other unencrypted HTTP traffic need to be redirected to an internal service"', () => {
    const inside = { kind: 'Service', name: 'internal-egress', port: 80 }
    const rest = egressRoute('HTTPRoute', 'egress-test/unencrypted-http', { network, port: 80, to: inside })
    // Which of two routes takes a request of both hangs on lengths, here `/get` before `/`.
    lets([...denied, getOnly, tls(), rest], client, [
      ['leaves', 'http://httpbin.org/get'],
      ['leaves', 'https://httpbin.org/ip'],
      ['leaves', 'https://github.com/'],
      ['stays', 'http://httpbin.org/ip'],
    ])
  })

  describe('the reference: in the namespace that holds for all', () => {
    const everywhere = [
      ...base,
      egressNetwork(`linkerd-egress/${network}`, 'Deny'),
      egressRoute('TLSRoute', 'linkerd-egress/tls-egress', {
        network,
        port: 443,
        hostnames: ['httpbin.org'],
        to: itself(network),
      }),
    ]
    for (const caller of [client, 'other/default']) {
      lets(everywhere, caller, [
        ['leaves', 'https://httpbin.org/get'],
        ['stays', 'https://github.com/'],
        ['stays', 'http://httpbin.org/get'],
      ])
    }
  })
})
