import { cartServer, server, serverOf } from '../example-linkerd'
import { cartLock, deployment } from '../example-objects'
import { podsOf, type PodsOf } from '../facts/linkerd/lookup'
import { isSpared, servers } from '../facts/linkerd/objects'
import { linkerdPods } from '../facts/linkerd/pods'
import { readServer, type ServerFact } from '../facts/linkerd/servers'
import { at, finding, gather } from '../field'
import { rule, type Context, type Finding } from '../rule'

const named = deployment('cart', { ports: [{ name: 'grpc', containerPort: 7070 }] })

/**
 * Every Server is for Pods that there are, and for a port that their containers declare, by its number or its name. Digits in quotes are a name, which no
 * port can have (linkerd2 `policy-controller/k8s/api/src/policy/server.rs`; recorded). A number that no container declares is served too, but the proxy
 * applies the default there at first, and again after each idle time (linkerd2-proxy `linkerd/app/inbound/src/policy/store.rs`).
 */
export const serverPortExists = rule({
  id: 'server-port-exists',
  severity: 'high',
  scope: 'stack',
  controls: [
    'nist-800-53/AC-3',
    'nist-800-53/CM-6',
    'nist-800-207/tenet-5',
    'kubescape/C-0299',
    'pci-dss/1.2.5',
    'soc-2/CC6.1',
    'iso-27001/A.8.9',
  ],
  why: 'a Server that misses its Pods or their port closes nothing, so that the port is left to the default',
  fix: 'write the labels of the Pods into `podSelector`, and as `port` the number of a container port, without quotes, or its name; declare the port in the container; if another stack has the workload, name its namespace in `elsewhere`',
  limits:
    'workloads that a chart brings are not seen, nor are those of kinds that Kubernetes does not have itself; Servers for ExternalWorkloads are not looked at',
  config: ['exempt', 'elsewhere', 'lock'],
  examples: {
    pass: [
      { title: 'the number of a container port', objects: [deployment('cart'), cartServer] },
      { title: 'the name of a container port', objects: [named, serverOf('cart', 'grpc')] },
      { title: 'a port of the intent', objects: [cartServer], intent: cartLock },
      {
        title: "the proxy's own port, by the label that its injector adds",
        objects: [
          deployment('cart'),
          server('proxy-admin', {
            podSelector: { matchExpressions: [{ key: 'linkerd.io/control-plane-ns', operator: 'Exists' }] },
            port: 'linkerd-admin',
          }),
        ],
      },
      {
        title: 'machines outside the cluster',
        objects: [server('vm', { externalWorkloadSelector: { matchLabels: { app: 'vm' } }, port: 80 })],
      },
    ],
    fail: [
      { title: 'digits in quotes', objects: [deployment('cart'), serverOf('cart', '7070')] },
      { title: 'a name that no port has', objects: [named, serverOf('cart', 'http')] },
      { title: 'a number that no container declares', objects: [deployment('cart'), serverOf('cart', 80)] },
      { title: 'a label that no workload has', objects: [deployment('carts'), cartServer] },
      { title: 'a port that the intent does not have', objects: [serverOf('cart', 80)], intent: cartLock },
    ],
  },
  check,
})

function check(context: Context): readonly Finding[] {
  const read = gather(servers(context), readServer)
  const mine = read.facts.filter(({ namespace }) => !isSpared(context, namespace))
  if (mine.length === 0) return read.findings
  const pods = linkerdPods(context)
  const takenBy = podsOf(pods.facts)
  return [...read.findings, ...pods.findings, ...mine.flatMap(one => judge(one, takenBy))]
}

function judge(server: ServerFact, takenBy: PodsOf): readonly Finding[] {
  if (server.selector === 'external') return []
  const pods = takenBy(server)
  if (pods.length === 0)
    return [finding(at(server.field, 'spec', 'podSelector'), 'selects no workload that the stack or the intent has')]
  const declared = pods.flatMap(({ ports }) => ports)
  if (declared.some(({ port, name }) => (typeof server.port === 'number' ? port : name) === server.port)) return []
  return [finding(at(server.field, 'spec', 'port'), flawOf(server.port))]
}

function flawOf(port: number | string): string {
  if (typeof port === 'number') return 'is a port that no container of these Pods declares'
  return /^\d+$/.test(port)
    ? 'is digits in quotes, which are a name, and no port has it'
    : 'is the name of no port of these Pods'
}
