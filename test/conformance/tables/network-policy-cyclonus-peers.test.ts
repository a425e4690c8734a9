import { crossed, grid, others, podIs, reachedBy, reaches } from './network'
import { base } from './network-policy-cyclonus-base'

const everybody = others('x/a')
const spaceX = { namespaceSelector: { matchLabels: { ns: 'x' } } }
const [all, near, inZ] = [{ podSelector: {} }, ['x/b', 'x/c'], ['z/a', 'z/b', 'z/c']]

interface Peer {
  readonly title: string
  readonly peer: object
  /** The Pods it means, of all but `x/a`. */
  readonly means: readonly string[]
  /** Those whose addresses it means: whether they are taken for what the block is of is up to the plugin (kubernetes documentation, "Network Policies"). */
  readonly perhaps?: readonly string[]
}

/** The Pods of `z` have the addresses 10.3.0.1 to 10.3.0.3. */
const peers: readonly Peer[] = [
  { title: 'empty pods + nil ns', peer: all, means: near },
  { title: 'pods by label + nil ns', peer: podIs('c'), means: ['x/c'] },
  { title: 'nil pods + empty ns', peer: { namespaceSelector: {} }, means: everybody },
  { title: 'empty pods + empty ns', peer: { ...all, namespaceSelector: {} }, means: everybody },
  { title: 'pods by label + empty ns', peer: { ...podIs('c'), namespaceSelector: {} }, means: ['x/c', 'y/c', 'z/c'] },
  { title: 'nil pods + ns by label', peer: spaceX, means: near },
  { title: 'empty pods + ns by label', peer: { ...all, ...spaceX }, means: near },
  { title: 'pods by label + ns by label', peer: { ...podIs('c'), ...spaceX }, means: ['x/c'] },
  { title: 'simple ipblock', peer: { ipBlock: { cidr: '10.3.0.0/24' } }, means: [], perhaps: inZ },
  {
    title: 'ipblock with except',
    peer: { ipBlock: { cidr: '10.3.0.0/24', except: ['10.3.0.2/31'] } },
    means: [],
    perhaps: ['z/a'],
  },
]

const pods = grid({ addresses: true })

function both(some: readonly Peer[]): void {
  const means = [...new Set(some.flatMap(each => each.means))]
  const perhaps = some.flatMap(each => each.perhaps ?? []).filter(id => !means.includes(id))
  describe(some.map(({ title }) => title).join(', ') || 'empty peers', () => {
    const listed = some.map(({ peer }) => peer)
    // Neither direction hangs on the other: nobody but `x/a` is closed.
    const made = [...pods, base({ ingress: { peers: listed }, egress: { peers: listed } })]
    crossed(made, [{ to: 'x/a', from: means, perhaps }], [{ from: 'x/a', to: means, perhaps }])
  })
}

/** Facts: cyclonus `pkg/generator/peerscases.go`. */
describe('table: NetworkPolicies of the cases of cyclonus for peers', () => {
  describe('empty peers', () => {
    reachedBy(
      [...pods, base({ ingress: { peers: [] } })],
      [
        { to: 'x/a', from: everybody, addresses: ['198.51.100.1'] },
        { to: 'x/a', port: 81, from: [], notAddresses: ['198.51.100.1'] },
      ],
    )
    reaches([...pods, base({ egress: { peers: [] } })], [{ from: 'x/a', to: everybody }])
  })

  describe('an ipblock means addresses for certain that are no Pod’s', () => {
    const listed = peers.slice(-1).map(({ peer }) => peer)
    reachedBy(
      [...pods, base({ ingress: { peers: listed } })],
      [
        {
          to: 'x/a',
          from: [],
          perhaps: ['z/a'],
          addresses: ['10.3.0.99'],
          notAddresses: ['10.4.0.99', '198.51.100.1'],
        },
      ],
    )
  })

  for (const one of peers) both([one])
  peers.forEach((one, i) => {
    for (const other of peers.slice(i + 1)) both([one, other])
  })
})
