import { grid, namespaceIs, others, podIs, policy, reachedBy } from './network'

const isA = { podSelector: { matchLabels: { pod: 'a' } } }
const from = (...peers: readonly object[]) => ({ ...isA, ingress: [{ from: peers }] })
const inSpace = (space: string) => ['a', 'b', 'c'].map(name => `${space}/${name}`)

/** Facts: kubernetes `test/e2e/network/netpol/network_policy.go`, by the titles of its tests. */
describe('table: NetworkPolicies of the kubernetes conformance tests', () => {
  describe("should support a 'default-deny-ingress' policy", () => {
    reachedBy(
      [...grid(), policy('x/deny', { podSelector: {}, policyTypes: ['Ingress'] })],
      [
        { to: 'x/a', from: [] },
        { to: 'y/a', from: others('y/a') },
      ],
    )
  })

  describe("should support a 'default-deny-all' policy", () => {
    reachedBy(
      [...grid(), policy('x/deny', { podSelector: {}, policyTypes: ['Ingress', 'Egress'] })],
      [
        { to: 'x/a', from: [] },
        { to: 'y/a', from: others('y/a').filter(id => !id.startsWith('x/')) },
      ],
    )
  })

  describe('should enforce policy to allow traffic from pods within server namespace based on PodSelector', () => {
    reachedBy([...grid(), policy('x/p', from(podIs('b')))], [{ to: 'x/a', from: ['x/b'] }])
  })

  describe('should enforce policy to allow traffic only from a different namespace, based on NamespaceSelector', () => {
    reachedBy([...grid(), policy('x/p', from(namespaceIs('y')))], [{ to: 'x/a', from: inSpace('y') }])
  })

  describe('should enforce policy based on PodSelector with MatchExpressions', () => {
    const expressions = { podSelector: { matchExpressions: [{ key: 'pod', operator: 'In', values: ['b'] }] } }
    reachedBy([...grid(), policy('x/p', from(expressions))], [{ to: 'x/a', from: ['x/b'] }])
  })

  describe('should enforce policy based on NamespaceSelector with MatchExpressions', () => {
    const expressions = {
      namespaceSelector: { matchExpressions: [{ key: 'ns', operator: 'NotIn', values: ['x', 'y'] }] },
    }
    reachedBy([...grid(), policy('x/p', from(expressions))], [{ to: 'x/a', from: inSpace('z') }])
  })

  describe('should enforce policy based on PodSelector or NamespaceSelector', () => {
    reachedBy(
      [...grid(), policy('x/p', from(podIs('b'), namespaceIs('y')))],
      [{ to: 'x/a', from: ['x/b', ...inSpace('y')] }],
    )
  })

  describe('should enforce policy based on PodSelector and NamespaceSelector', () => {
    reachedBy([...grid(), policy('x/p', from({ ...podIs('b'), ...namespaceIs('y') }))], [{ to: 'x/a', from: ['y/b'] }])
  })

  describe('should enforce policy based on any PodSelectors', () => {
    reachedBy(
      [
        ...grid(),
        policy('x/p', from({ ...podIs('b'), namespaceSelector: {} }, { ...podIs('c'), ...namespaceIs('y') })),
      ],
      [{ to: 'x/a', from: ['x/b', 'y/b', 'y/c', 'z/b'] }],
    )
  })

  describe('should enforce policy based on Ports', () => {
    const spec = { ...isA, ingress: [{ from: [namespaceIs('y')], ports: [{ port: 81 }] }] }
    reachedBy(
      [...grid(), policy('x/p', spec)],
      [
        { to: 'x/a', port: 81, from: inSpace('y') },
        { to: 'x/a', port: 80, from: [] },
      ],
    )
  })

  describe('should enforce multiple, stacked policies with overlapping podSelectors', () => {
    const on = (port: number) => ({ ...isA, ingress: [{ from: [namespaceIs('y')], ports: [{ port }] }] })
    reachedBy(
      [...grid(), policy('x/p', on(80)), policy('x/q', on(81))],
      [
        { to: 'x/a', port: 80, from: inSpace('y') },
        { to: 'x/a', port: 81, from: inSpace('y') },
      ],
    )
  })

  describe('should support allow-all policy', () => {
    reachedBy(
      [...grid(), policy('x/deny', { podSelector: {} }), policy('x/all', { podSelector: {}, ingress: [{}] })],
      [{ to: 'x/a', from: others('x/a'), addresses: ['203.0.113.7'] }],
    )
  })

  describe('should allow ingress access on one named port', () => {
    const spec = { ...isA, ingress: [{ ports: [{ port: 'serve-81-tcp' }] }] }
    reachedBy(
      [...grid(), policy('x/p', spec)],
      [
        { to: 'x/a', port: 81, from: others('x/a') },
        { to: 'x/a', port: 80, from: [] },
      ],
    )
  })

  describe('should allow egress access on one named port', () => {
    const spec = { ...isA, policyTypes: ['Egress'], egress: [{ ports: [{ port: 'serve-80-tcp' }] }] }
    reachedBy(
      [...grid(), policy('x/p', spec)],
      [
        { to: 'y/b', port: 80, from: others('y/b') },
        { to: 'y/b', port: 81, from: others('y/b').filter(id => id !== 'x/a') },
      ],
    )
  })

  describe('should enforce egress policy allowing traffic to a server in a different namespace based on PodSelector and NamespaceSelector', () => {
    const spec = { ...isA, policyTypes: ['Egress'], egress: [{ to: [{ ...podIs('a'), ...namespaceIs('y') }] }] }
    reachedBy(
      [...grid(), policy('x/p', spec)],
      [
        { to: 'y/a', from: others('y/a') },
        { to: 'y/b', from: others('y/b').filter(id => id !== 'x/a') },
      ],
    )
  })

  describe('should work with Ingress, Egress specified together', () => {
    const spec = {
      ...isA,
      policyTypes: ['Ingress', 'Egress'],
      ingress: [{ from: [podIs('b')] }],
      egress: [{ ports: [{ port: 80 }] }],
    }
    reachedBy(
      [...grid(), policy('x/p', spec)],
      [
        { to: 'x/a', from: ['x/b'] },
        { to: 'y/a', port: 80, from: others('y/a') },
        { to: 'y/a', port: 81, from: others('y/a').filter(id => id !== 'x/a') },
      ],
    )
  })

  describe('should not allow access by UDP when a policy specifies only TCP, nor the other way round', () => {
    const spec = { ...isA, ingress: [{ ports: [{ port: 80, protocol: 'UDP' }] }] }
    reachedBy([...grid(), policy('x/p', spec)], [{ to: 'x/a', from: [] }])
  })

  // Upstream's plugins take Pods in by their addresses; the documentation leaves that to them.
  describe('should enforce except clause while egress access to server in CIDR block', () => {
    const block = { ipBlock: { cidr: '10.2.0.0/16', except: ['10.2.0.2/32'] } }
    reachedBy(
      [...grid({ addresses: true }), policy('x/p', { ...isA, policyTypes: ['Egress'], egress: [{ to: [block] }] })],
      [
        { to: 'y/a', from: others('y/a').filter(id => id !== 'x/a'), perhaps: ['x/a'] },
        { to: 'y/b', from: others('y/b').filter(id => id !== 'x/a') },
        { to: 'z/a', from: others('z/a').filter(id => id !== 'x/a') },
      ],
    )
  })
})
