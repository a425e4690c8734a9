import type { LabelSelector } from '../../../core/analyze/linkerd/layer-linkerd'
import { groupBy } from '../../../core/model/group'
import { cartServer, server } from '../example-linkerd'
import { cartLock, deployment } from '../example-objects'
import { podsOf } from '../facts/linkerd/lookup'
import { servers } from '../facts/linkerd/objects'
import { linkerdPods, type LinkerdPodFact } from '../facts/linkerd/pods'
import { portsOf, readServer, type ServerFact } from '../facts/linkerd/servers'
import { finding, gather } from '../field'
import { rule, type Context, type Finding } from '../rule'

const another = (podSelector: object, port: number | string = 7070) =>
  server('another', { podSelector, port, proxyProtocol: 'opaque', accessPolicy: 'all-unauthenticated' })
const matching = (labels: Readonly<Record<string, string>>) => ({ matchLabels: labels })

/**
 * No two Servers are for one port of one Pod. Of several the oldest rules, then the first by name; nothing is merged, and admission does not keep them apart
 * (linkerd2 `policy-controller/k8s/index/src/inbound/index.rs` reindex_servers; recorded).
 */
export const noOverlappingServers = rule({
  id: 'no-overlapping-servers',
  severity: 'high',
  scope: 'stack',
  controls: [
    'nist-800-53/AC-3',
    'nist-800-53/CM-6',
    'nist-800-207/tenet-5',
    'pci-dss/1.2.5',
    'soc-2/CC8.1',
    'iso-27001/A.8.9',
  ],
  why: 'of two Servers for one port the older one counts alone, so that policies for the other do nothing, and which one it is changes when one is made anew',
  fix: 'keep one Server for each port, and give them selectors that no Pod has both of',
  limits:
    'what other stacks have is not seen; two selectors that no Pod of the stack or the intent has both of are taken to be apart, unless one of them asks for all that the other does',
  config: ['lock'],
  examples: {
    pass: [
      { title: 'one Server', objects: [deployment('cart'), cartServer] },
      { title: 'another port', objects: [deployment('cart'), cartServer, another(matching({ app: 'cart' }), 8080)] },
      { title: 'other Pods', objects: [deployment('cart'), cartServer, another(matching({ app: 'web' }))] },
      {
        title: 'machines outside the cluster',
        objects: [cartServer, server('vm', { externalWorkloadSelector: {}, port: 7070 })],
      },
    ],
    fail: [
      { title: 'the same Pods and the same port', objects: [cartServer, another(matching({ app: 'cart' }))] },
      { title: 'all Pods of the namespace', objects: [cartServer, another({})] },
      {
        title: 'a Pod that has the labels of both',
        objects: [
          deployment('cart', { labels: { app: 'cart', tier: 'backend' } }),
          cartServer,
          another(matching({ tier: 'backend' })),
        ],
      },
      {
        title: 'the number of one is the name of the other',
        objects: [
          deployment('cart', { ports: [{ name: 'grpc', containerPort: 7070 }] }),
          cartServer,
          another(matching({ app: 'cart' }), 'grpc'),
        ],
      },
      {
        title: 'a service of the intent',
        objects: [cartServer, another(matching({ app: 'cart' }), 'grpc')],
        intent: cartLock,
      },
    ],
  },
  check,
})

function check(context: Context): readonly Finding[] {
  const read = gather(servers(context), readServer)
  if (read.facts.length < 2) return read.findings
  const pods = linkerdPods(context)
  const overlapping = [...bySelector(read.facts), ...byPod(read.facts, pods.facts)]
  return [...read.findings, ...pods.findings, ...overlapping.map(judge)]
}

/** Two Servers, in the order in which they were registered. */
type Pair = readonly [ServerFact, ServerFact]

function judge([one, other]: Pair): Finding {
  return finding(other.field, `is for a port that ${one.field.of.label} is for too, and the older one counts alone`)
}

function pairs(facts: readonly ServerFact[]): readonly Pair[] {
  return facts.flatMap((one, i) => facts.slice(i + 1).map(other => [one, other] as const))
}

/** Those of which one takes no Pod that the other does not, whatever Pods there are. */
function bySelector(facts: readonly ServerFact[]): readonly Pair[] {
  const order = new Map(facts.map((server, i) => [server, i]))
  const place = (server: ServerFact) => order.get(server) ?? 0
  return [...groupBy(facts, ({ namespace, port }) => JSON.stringify([namespace, port])).values()].flatMap(alike => {
    const narrower = narrowerOf(alike)
    return alike.flatMap(wide =>
      narrower(wide).map((narrow): Pair => (place(narrow) < place(wide) ? [narrow, wide] : [wide, narrow])),
    )
  })
}

/** The Servers whose selector asks for all that another one's does, found by one label of that. */
function narrowerOf(alike: readonly ServerFact[]): (wide: ServerFact) => readonly ServerFact[] {
  const labelled = groupBy(
    alike.flatMap(server => labelsOf(server).map(label => ({ server, label }))),
    ({ label }) => label,
  )
  return wide => {
    const [label] = labelsOf(wide)
    const near = label === undefined ? alike : (labelled.get(label)?.map(({ server }) => server) ?? [])
    return near.filter(narrow => narrow !== wide && isWithin(narrow, wide))
  }
}

function labelsOf({ selector }: ServerFact): readonly string[] {
  return selector === 'external' ? [] : Object.entries(selector.labels).map(label => label.join('='))
}

function isWithin({ selector: narrow }: ServerFact, { selector: wide }: ServerFact): boolean {
  return narrow !== 'external' && wide !== 'external' && includes(narrow, wide)
}

/** Those that one Pod has both of. */
function byPod(facts: readonly ServerFact[], pods: readonly LinkerdPodFact[]): readonly Pair[] {
  const takenBy = podsOf(pods)
  const taken = facts.flatMap(server => takenBy(server).map(pod => ({ server, pod })))
  return [...groupBy(taken, ({ pod }) => pod)].flatMap(([pod, group]) => {
    const ports = group.flatMap(({ server }) => [...new Set(portsOf(server, pod))].map(port => ({ server, port })))
    return [...groupBy(ports, ({ port }) => port).values()].flatMap(same => pairs(same.map(({ server }) => server)))
  })
}

/** Whether one selector asks for all that the other does, so that it takes no Pod that the other does not. */
function includes(narrow: LabelSelector, wide: LabelSelector): boolean {
  const asked = narrow.expressions.map(expression => JSON.stringify(expression))
  return (
    Object.entries(wide.labels).every(([key, value]) => narrow.labels[key] === value) &&
    wide.expressions.every(expression => asked.includes(JSON.stringify(expression)))
  )
}
