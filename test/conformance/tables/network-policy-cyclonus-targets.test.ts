import { grid, namespace, others, pod, reachedBy, reaches } from './network'
import { base, callees, callers, podsAOrB, spacesYOrZ } from './network-policy-cyclonus-base'

const but = (to: string, ...left: readonly string[]): readonly string[] => others(to).filter(id => !left.includes(id))

/** Facts: cyclonus `pkg/generator/targetcases.go`, `rulescases.go`, `namespacecases.go`, `actioncases.go`. */
describe('table: NetworkPolicies of the cases of cyclonus for targets, rules and actions', () => {
  describe('set namespace', () => {
    reachedBy(
      [...grid(), base()],
      [
        { to: 'x/a', from: callers },
        { to: 'x/a', port: 81, from: [] },
        { to: 'y/a', from: others('y/a') },
        { to: 'y/a', port: 81, from: but('y/a', 'x/a') },
        { to: 'y/c', from: but('y/c', 'x/a') },
        { to: 'x/b', from: but('x/b', 'x/a') },
      ],
    )
    reachedBy(
      [...grid(), base({ namespace: 'y' })],
      [
        { to: 'y/a', from: callers },
        { to: 'z/a', from: others('z/a') },
        { to: 'x/a', from: but('x/a', 'y/a') },
        { to: 'y/c', from: but('y/c', 'y/a') },
      ],
    )
    reachedBy(
      [...grid(), base({ namespace: 'z' })],
      [
        { to: 'z/a', from: callers },
        { to: 'z/b', from: others('z/b') },
        { to: 'z/c', from: but('z/c', 'z/a') },
        { to: 'x/a', from: but('x/a', 'z/a') },
      ],
    )
  })

  describe('set pod selector', () => {
    // Who is closed itself gets out of `x` alone.
    reachedBy(
      [...grid(), base({ target: {} })],
      [
        { to: 'x/a', from: ['y/b', 'y/c'] },
        { to: 'x/c', from: ['y/b', 'y/c'] },
        { to: 'y/b', from: others('y/b') },
        { to: 'y/c', from: but('y/c', 'x/a', 'x/b', 'x/c') },
      ],
    )
    reachedBy(
      [...grid(), base({ target: podsAOrB })],
      [
        { to: 'x/a', from: ['x/c', 'y/b', 'y/c'] },
        { to: 'x/b', from: ['x/c', 'y/b', 'y/c'] },
        { to: 'x/c', from: but('x/c', 'x/a', 'x/b') },
      ],
    )
  })

  describe('deny all and allow all', () => {
    reachedBy([...grid(), base({ ingress: [] })], [{ to: 'x/a', from: [], notAddresses: ['198.51.100.1'] }])
    const open = [...grid(), base({ ingress: [{}] })]
    reachedBy(open, [
      { to: 'x/a', from: others('x/a'), addresses: ['198.51.100.1'] },
      { to: 'x/a', port: 81, from: others('x/a') },
    ])
    reaches([...grid(), base({ egress: [] })], [{ from: 'x/a', to: [] }])
    const out = [...grid(), base({ egress: [{}] })]
    reaches(out, [
      { from: 'x/a', to: others('x/a') },
      { from: 'x/a', port: 81, to: others('x/a') },
    ])
  })

  describe('select namespace by default label', () => {
    const peers = [{ namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'z' } } }]
    reachedBy([...grid(), base({ ingress: { peers } })], [{ to: 'x/a', from: ['z/a', 'z/b', 'z/c'] }])
    reaches([...grid(), base({ egress: { peers } })], [{ from: 'x/a', to: ['z/a', 'z/b', 'z/c'] }])
  })

  describe('delete policy', () => {
    reachedBy(grid(), [{ to: 'x/a', from: others('x/a') }])
  })

  describe('create namespace: its Pods are told by its labels', () => {
    const beside = [namespace('y-2', { ns: 'y' }), pod('y-2/a'), pod('y-2/b')]
    const made = [...grid(), ...beside, base()]
    reaches(made, [
      { from: 'y-2/a', to: [], among: ['x/a'] },
      { from: 'y-2/b', to: ['x/a'], among: ['x/a'] },
      { from: 'x/a', to: [...callees, 'y-2/a', 'y-2/b'], among: [...others('x/a'), 'y-2/a', 'y-2/b'] },
    ])
  })

  describe('update namespace so that policy applies', () => {
    const peers = [{ namespaceSelector: { matchLabels: { 'new-ns': 'qrs' } } }]
    reachedBy([...grid(), base({ ingress: { peers } })], [{ to: 'x/a', from: [] }])
    const labelled = grid({ spaces: { y: { 'new-ns': 'qrs' } } })
    reachedBy([...labelled, base({ ingress: { peers } })], [{ to: 'x/a', from: ['y/a', 'y/b', 'y/c'] }])
  })

  describe('create pod: no policy is for it', () => {
    const made = [...grid(), pod('x/d'), base()]
    reaches(made, [
      { from: 'x/d', to: ['x/b'], among: ['x/a', 'x/b'] },
      { from: 'x/b', to: ['x/d', 'x/a'], among: ['x/d', 'x/a'] },
      { from: 'x/a', to: [], among: ['x/d'] },
    ])
  })

  describe('update pod so that policy applies', () => {
    const peers = [{ podSelector: { matchLabels: { 'new-label': 'abc' } }, namespaceSelector: spacesYOrZ }]
    reachedBy([...grid(), base({ ingress: { peers } })], [{ to: 'x/a', from: [] }])
    const labelled = grid({ labels: { 'y/b': { 'new-label': 'abc' }, 'x/b': { 'new-label': 'abc' } } })
    reachedBy([...labelled, base({ ingress: { peers } })], [{ to: 'x/a', from: ['y/b'] }])
  })
})
