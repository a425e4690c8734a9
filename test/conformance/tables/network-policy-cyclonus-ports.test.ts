import { crossed, grid, reachedBy } from './network'
import { base, callees, callers } from './network-policy-cyclonus-base'

interface Case {
  readonly ports: readonly object[]
  /** Of 80 and 81 those that are open by TCP. */
  readonly open: readonly number[]
}

const one = (open: readonly number[], port: object): Case => ({ ports: [port], open })
const TCP = { protocol: 'TCP' }
const range = (endPort: number): object => ({ port: 53, endPort })

/** Without a protocol it is TCP; by UDP or SCTP nothing is opened for TCP (kubernetes `staging/src/k8s.io/api/networking/v1/types.go` NetworkPolicyPort). */
const cases: readonly Case[] = [
  { ports: [], open: [80, 81] },
  ...[{}, TCP].flatMap(protocol => [
    one([80, 81], protocol),
    one([80], { ...protocol, port: 80 }),
    one([81], { ...protocol, port: 81 }),
  ]),
  ...['UDP', 'SCTP'].flatMap(protocol => [
    one([], { protocol }),
    one([], { protocol, port: 80 }),
    one([], { protocol, port: 81 }),
    one([], { protocol, port: `serve-80-${protocol.toLowerCase()}` }),
    one([], { protocol, port: `serve-81-${protocol.toLowerCase()}` }),
    one([], { protocol, ...range(80) }),
    one([], { protocol, ...range(84) }),
  ]),
  one([80], { ...TCP, port: 'serve-80-tcp' }),
  one([81], { ...TCP, port: 'serve-81-tcp' }),
  one([80], { ...TCP, ...range(80) }),
  one([80, 81], { ...TCP, ...range(84) }),
  // A named port that doesn't match its protocol, one that isn't served, and a number that isn't.
  one([], { ...TCP, port: 'serve-81-udp' }),
  one([], { ...TCP, port: 'serve-7981-udp' }),
  one([], { ...TCP, port: 7981 }),
  { ports: [{}, { port: 80 }], open: [80, 81] },
  { ports: [{}, { port: 'serve-80-tcp' }], open: [80, 81] },
  { ports: [{}, { protocol: 'UDP' }], open: [80, 81] },
  { ports: [{ port: 80 }, { port: 81 }], open: [80, 81] },
  { ports: [{ port: 80 }, { port: 'serve-81-tcp' }], open: [80, 81] },
  { ports: [{ port: 80 }, { protocol: 'UDP', port: 'serve-81-udp' }], open: [80] },
  {
    ports: [
      { protocol: 'UDP', port: 80 },
      { protocol: 'UDP', port: 'serve-81-udp' },
    ],
    open: [],
  },
]

const pods = grid({ udp: true })

/** Facts: cyclonus `pkg/generator/portprotocolcases.go`. */
describe('table: NetworkPolicies of the cases of cyclonus for ports and protocols', () => {
  for (const { ports, open } of cases) {
    describe(JSON.stringify(ports), () => {
      // Neither direction hangs on the other: nobody but `x/a` is closed.
      const made = [...pods, base({ ingress: { ports }, egress: { ports } })]
      crossed(
        made,
        [80, 81].map(port => ({ to: 'x/a', port, from: open.includes(port) ? callers : [] })),
        [80, 81].map(port => ({ from: 'x/a', port, to: open.includes(port) ? callees : [] })),
      )
    })
  }

  describe('a numbered port that is served by nobody is open all the same', () => {
    const ports = [{ ...TCP, port: 7981 }]
    reachedBy([...pods, base({ ingress: { ports } })], [{ to: 'x/a', port: 7981, from: callers }])
  })
})
