import { grid, namespaceIs, others, podIs, policy, reachedBy } from './network'

const isA = { podSelector: { matchLabels: { pod: 'a' } } }
const inSpace = (space: string) => ['a', 'b', 'c'].map(name => `${space}/${name}`)

/** Facts: github.com/ahmetb/kubernetes-network-policy-recipes, by the numbers and titles of its pages. */
describe('table: NetworkPolicies of the recipes', () => {
  describe('01 deny all traffic to an application', () => {
    reachedBy(
      [...grid(), policy('x/web-deny-all', { ...isA, ingress: [] })],
      [
        { to: 'x/a', from: [], notAddresses: ['203.0.113.7'] },
        { to: 'x/b', from: others('x/b') },
      ],
    )
  })

  describe('02 limit traffic to an application', () => {
    reachedBy(
      [...grid(), policy('x/api-allow', { ...isA, ingress: [{ from: [podIs('b')] }] })],
      [{ to: 'x/a', from: ['x/b'] }],
    )
  })

  describe('02a allow all traffic to an application', () => {
    const objects = [policy('x/deny', { ...isA, ingress: [] }), policy('x/web-allow-all', { ...isA, ingress: [{}] })]
    reachedBy([...grid(), ...objects], [{ to: 'x/a', from: others('x/a'), addresses: ['203.0.113.7'] }])
  })

  describe('04 deny all traffic from other namespaces', () => {
    reachedBy(
      [...grid(), policy('x/deny-from-other', { podSelector: {}, ingress: [{ from: [{ podSelector: {} }] }] })],
      [{ to: 'x/a', from: ['x/b', 'x/c'], notAddresses: ['203.0.113.7'] }],
    )
  })

  describe('05 allow traffic to an application from all namespaces', () => {
    reachedBy(
      [...grid(), policy('x/web', { ...isA, ingress: [{ from: [{ namespaceSelector: {} }] }] })],
      [{ to: 'x/a', from: others('x/a'), notAddresses: ['203.0.113.7'] }],
    )
  })

  describe('06 allow all traffic from a namespace', () => {
    reachedBy(
      [...grid(), policy('x/web', { ...isA, ingress: [{ from: [namespaceIs('y')] }] })],
      [{ to: 'x/a', from: inSpace('y') }],
    )
  })

  describe('07 allow all traffic from some Pods in another namespace', () => {
    const peer = { ...namespaceIs('y'), ...podIs('b') }
    reachedBy([...grid(), policy('x/web', { ...isA, ingress: [{ from: [peer] }] })], [{ to: 'x/a', from: ['y/b'] }])
  })

  describe('08 allow external traffic', () => {
    const objects = [
      policy('x/deny', { podSelector: {}, ingress: [] }),
      policy('x/web', { ...isA, ingress: [{ from: [] }] }),
    ]
    reachedBy([...grid(), ...objects], [{ to: 'x/a', from: others('x/a'), addresses: ['203.0.113.7'] }])
  })

  describe('09 allow traffic only to a port of an application', () => {
    reachedBy(
      [...grid(), policy('x/api', { ...isA, ingress: [{ ports: [{ port: 81 }], from: [podIs('b')] }] })],
      [
        { to: 'x/a', port: 81, from: ['x/b'] },
        { to: 'x/a', port: 80, from: [] },
      ],
    )
  })

  describe('10 allow traffic with multiple selectors', () => {
    reachedBy(
      [...grid(), policy('x/redis', { ...isA, ingress: [{ from: [podIs('b'), podIs('c')] }] })],
      [{ to: 'x/a', from: ['x/b', 'x/c'] }],
    )
  })

  describe('11 deny egress traffic from an application', () => {
    reachedBy(
      [...grid(), policy('x/deny', { ...isA, policyTypes: ['Egress'], egress: [] })],
      [
        { to: 'y/a', from: others('y/a').filter(id => id !== 'x/a') },
        { to: 'x/a', from: others('x/a') },
      ],
    )
  })

  describe('12 deny all non-whitelisted traffic from a namespace', () => {
    reachedBy(
      [...grid(), policy('x/deny', { podSelector: {}, policyTypes: ['Egress'], egress: [] })],
      [{ to: 'y/a', from: others('y/a').filter(id => !id.startsWith('x/')) }],
    )
  })

  describe('14 deny external egress traffic', () => {
    const egress = [{ ports: [{ port: 53, protocol: 'UDP' }, { port: 53 }] }, { to: [{ namespaceSelector: {} }] }]
    reachedBy(
      [...grid(), policy('x/deny', { ...isA, policyTypes: ['Egress'], egress })],
      [{ to: 'y/a', from: others('y/a') }],
    )
  })
})
