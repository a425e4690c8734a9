import { groupBy } from '../../../core/model/group'
import { authorizationPolicy, cartLock, cartPolicy, cartRule, deployment, service } from '../example-objects'
import { authorizationPolicies, namespaceOf, selectorOf, selects, type Labels } from '../facts/policies'
import { valuesOf } from '../facts/rules-of-policies'
import { selectables, type Selectable } from '../facts/selectable'
import { readService, services, type ServiceFact } from '../facts/services'
import { targetRefs, type TargetRef } from '../facts/target-refs'
import { containerPorts, workloads } from '../facts/workloads'
import { at, finding, gather, required, type Field } from '../field'
import { rule, type Context, type Finding } from '../rule'

const selector = { matchLabels: { app: 'cart' } }
const front = service('cart', [{ name: 'grpc', port: 80, targetPort: 7070 }])
const onPort = (port: string) => [{ ...cartRule, to: [{ operation: { ports: [port] } }] }]
const atWaypoint = (port: string) =>
  authorizationPolicy('cart', { targetRefs: [{ kind: 'Service', name: 'cart' }], rules: onPort(port) })

/**
 * The ports of a policy are those that its proxy sees: a sidecar or ztunnel, before the Pods, their container ports; a
 * waypoint, before a Service, the Service's (istio pilot/pkg/networking/core/listener_inbound.go, listener_waypoint.go;
 * ztunnel src/proxy/inbound.rs).
 */
export const portIsWorkloadPort = rule({
  id: 'port-is-workload-port',
  severity: 'medium',
  scope: 'stack',
  controls: ['nist-800-53/AC-4', 'nist-800-53/CM-6', 'nist-800-53/CM-7', 'pci-dss/1.2.5', 'iso-27001/A.8.9'],
  why: 'a port that the proxy never sees makes an ALLOW rule an outage and a DENY rule void',
  fix: "name the container's port in a policy for Pods, and the Service's in one for a Service",
  limits:
    'ports are compared with what workloads and Services of the stack and services of the intent say; of a Service that is not in the stack, and of the listeners of a Gateway, no port is known; the Pods of other namespaces, which a policy of the root namespace is for, are not looked at',
  config: ['exempt', 'lock'],
  examples: {
    pass: [
      { title: "the container's port, before the Pods", objects: [deployment('cart'), front, cartPolicy] },
      { title: "the Service's port, before the Service", objects: [front, atWaypoint('80')] },
      { title: 'a port of the intent', objects: [cartPolicy], intent: cartLock },
    ],
    fail: [
      {
        title: "the Service's port, before the Pods",
        objects: [deployment('cart'), front, authorizationPolicy('cart', { selector, rules: onPort('80') })],
      },
      {
        title: 'the same, in a policy for the whole namespace',
        objects: [deployment('cart'), front, authorizationPolicy('all', { rules: onPort('80') })],
      },
      { title: "the container's port, before the Service", objects: [deployment('cart'), front, atWaypoint('7070')] },
      {
        title: 'a port that the intent does not have',
        objects: [
          authorizationPolicy('cart', {
            selector,
            rules: [{ from: cartRule.from, when: [{ key: 'destination.port', values: ['80'] }] }],
          }),
        ],
        intent: cartLock,
      },
    ],
  },
  check,
})

interface Ported {
  readonly namespace: string
  readonly selector: Labels | undefined
  readonly targets: readonly TargetRef[]
  readonly ports: readonly { readonly field: Field; readonly port: number }[]
}

function check(context: Context): readonly Finding[] {
  const read = gather(authorizationPolicies(context), ported)
  const policies = read.facts.filter(
    ({ namespace, ports }) => ports.length > 0 && !context.config.exempt.includes(namespace),
  )
  if (policies.length === 0) return read.findings
  const pods = selectables(context)
  const fronts = gather(services(context), readFront)
  const declared = gather(workloads(context), workload => ({ workload, ports: containerPorts(workload) }))
  const known: Known = {
    pods: groupBy(pods.facts, ({ namespace }) => namespace),
    fronts: groupBy(fronts.facts, ({ namespace }) => namespace),
    ports: new Map(declared.facts.map(({ workload, ports }) => [workload, ports.map(({ port }) => port)])),
  }
  return [
    ...read.findings,
    ...pods.findings,
    ...fronts.findings,
    ...declared.findings,
    ...policies.flatMap(policy => (policy.targets.length > 0 ? atServices(policy, known) : atPods(policy, known))),
  ]
}

function ported(field: Field): Ported {
  return {
    namespace: namespaceOf(field),
    selector: selectorOf(field),
    targets: targetRefs(field),
    ports: valuesOf(field, 'ports').map(value => ({ field: value, port: Number(required(value)) })),
  }
}

/** Judged where all that the policy is for are Services of the stack. */
function atServices({ namespace, targets, ports }: Ported, { fronts: all }: Known): readonly Finding[] {
  const fronts = targets.map(({ kind, name }) =>
    all.get(namespace)?.find(one => kind === 'Service' && one.name === name),
  )
  if (fronts.includes(undefined)) return []
  const own = new Set(fronts.flatMap(one => one?.ports.map(({ port }) => port) ?? []))
  return ports.flatMap(({ field, port }) =>
    own.has(port)
      ? []
      : [finding(field, 'is no port of the Service that the policy is for, and a waypoint sees no others')],
  )
}

interface Front extends ServiceFact {
  readonly name: string
}

function readFront(field: Field): Front {
  return { ...readService(field), name: required(at(field, 'metadata', 'name')) }
}

interface Known {
  readonly pods: ReadonlyMap<string, readonly Selectable[]>
  readonly fronts: ReadonlyMap<string, readonly Front[]>
  /** The container ports that workloads declare. */
  readonly ports: ReadonlyMap<Field | undefined, readonly number[]>
}

function atPods({ namespace, selector, ports }: Ported, known: Known): readonly Finding[] {
  const pods = known.pods.get(namespace)?.filter(({ labels }) => selects(selector, labels)) ?? []
  const declared = containerPortsOf(pods, known)
  const others = ports.filter(({ port }) => !declared.has(port))
  if (others.length === 0) return []
  const fronts = known.fronts.get(namespace)?.filter(one => isBefore(one, pods)) ?? []
  // A container need not declare what it listens on: that a Service leads there is as good.
  const targets = new Set(fronts.flatMap(one => one.ports.map(({ target }) => target)))
  const isWhole = selector !== undefined && isGoverned(pods)
  return others.flatMap(({ field, port }) => {
    if (targets.has(port)) return []
    const front = fronts.find(one => one.ports.some(other => other.port === port))
    if (front === undefined && (!isWhole || isOfProxy(port))) return []
    return [
      finding(
        field,
        front === undefined ? unknownToIntent : `is a port of ${front.field.of.label} and of no container; ${seen}`,
      ),
    ]
  })
}

const unknownToIntent = 'is no port of the services of the intent that it selects'
const seen = 'the proxy of a Pod sees container ports'

function isBefore({ selector }: ServiceFact, pods: readonly Selectable[]): boolean {
  return selector !== undefined && pods.some(({ labels }) => selects(selector, labels))
}

/** What workloads declare, and what the intent knows. */
function containerPortsOf(pods: readonly Selectable[], { ports }: Known): ReadonlySet<number> {
  return new Set(
    pods.flatMap(({ maker, governed }) => [
      ...(ports.get(maker) ?? []),
      ...(governed?.ports.map(({ port }) => port) ?? []),
    ]),
  )
}

/** Whether the intent has all of these Pods, and with them all their ports. */
function isGoverned(pods: readonly Selectable[]): boolean {
  const services = pods.flatMap(({ governed }) => governed ?? [])
  return pods.length > 0 && pods.every(({ labels }) => services.some(service => selects(service.labels, labels)))
}

/** Ports of the proxy itself, which no graph has (istio.io/docs/ops/deployment/application-requirements). */
function isOfProxy(port: number): boolean {
  return port >= 15000 && port <= 15090
}
