import { grid, namespaceIs, others, podIs, policy, reachedBy } from './network'

const a = { podSelector: { matchLabels: { pod: 'a' } } }
const closed = policy('x/closed', { ...a, ingress: [] })

/** Facts: cyclonus `pkg/generator/conflictcases.go`, the conflicts and denials that it lists. */
describe('table: NetworkPolicies of the conflict cases of cyclonus', () => {
  describe('for ingress: deny all, plus allow layered on top', () => {
    reachedBy(
      [...grid(), closed, policy('x/open', { ...a, ingress: [{}] })],
      [{ to: 'x/a', from: others('x/a'), addresses: ['198.51.100.1'] }],
    )
    reachedBy(
      [...grid(), closed, policy('x/pods', { ...a, ingress: [{ from: [{ namespaceSelector: {} }] }] })],
      [{ to: 'x/a', from: others('x/a'), notAddresses: ['198.51.100.1'] }],
    )
  })

  describe('for traffic: allow ingress side, deny egress side', () => {
    reachedBy(
      [
        ...grid(),
        policy('x/open', { ...a, ingress: [{}] }),
        policy('y/closed', { podSelector: {}, policyTypes: ['Egress'] }),
      ],
      [{ to: 'x/a', from: others('x/a').filter(id => !id.startsWith('y/')) }],
    )
  })

  describe('allow a different port, protocol, or namespace and Pod: deny the traffic', () => {
    const only = (rule: object) => [...grid(), policy('x/p', { ...a, ingress: [rule] })]
    reachedBy(only({ ports: [{ port: 81 }] }), [{ to: 'x/a', from: [] }])
    reachedBy(only({ ports: [{ port: 80, protocol: 'UDP' }] }), [{ to: 'x/a', from: [] }])
    reachedBy(only({ from: [{ ...namespaceIs('y'), ...podIs('b') }] }), [{ to: 'x/a', from: ['y/b'] }])
  })
})
