import { cartServer, linkerdShop, serverOf } from '../example-linkerd'
import { cartLock, deployment, namespace } from '../example-objects'
import { dataPlanes, isLinkerd, type Plane, type Planes } from '../facts/data-plane'
import { serversFor, type ServersOf } from '../facts/linkerd/lookup'
import { isSpared, policyGroup, servers } from '../facts/linkerd/objects'
import { governedPods, readLinkerdPod, type LinkerdPodFact, type LinkerdPort } from '../facts/linkerd/pods'
import { portsOf, readServer } from '../facts/linkerd/servers'
import { namespaceOf } from '../facts/policies'
import { podOf, workloads } from '../facts/workloads'
import { finding, gather, judgeEach, type Field } from '../field'
import { rule, type Context, type Finding } from '../rule'

const twoPorts = deployment('cart', { ports: [{ containerPort: 7070 }, { name: 'metrics', containerPort: 9090 }] })

/**
 * Every port of a Pod on Linkerd has a Server. Without one the default of the Pod decides, which it got when it was injected, and no AuthorizationPolicy has a
 * say, not even one for the Namespace (linkerd2 `policy-controller/k8s/index/src/inbound/index.rs` default_inbound_server; recorded).
 */
export const serverForEveryPort = rule({
  id: 'server-for-every-port',
  severity: 'high',
  scope: 'stack',
  controls: [
    'nist-800-53/AC-3',
    'nist-800-53/AC-4',
    'nist-800-53/SC-7(5)',
    'nist-800-204/SAUZ-SR-1',
    'nist-800-207/tenet-6',
    'kubescape/C-0260',
    'pci-dss/1.2.5',
    'pci-dss/7.3.3',
    'soc-2/CC6.1',
    'iso-27001/A.8.3',
  ],
  why: 'a port without a Server is up to the default that its Pod got when it was injected, and no policy of Linkerd has a say there',
  fix: 'write a Server for the port, with `accessPolicy: deny`, also where nobody may call it',
  limits: 'ports that no container declares, and workloads that a chart brings, are not seen',
  config: ['exempt', 'elsewhere', 'mesh', 'lock'],
  examples: {
    pass: [
      { title: 'a Server for the one port', objects: [linkerdShop, deployment('cart'), cartServer] },
      { title: 'a port of the intent', objects: [linkerdShop, cartServer], intent: cartLock },
      {
        title: 'UDP, which Linkerd does not carry',
        objects: [linkerdShop, deployment('dns', { ports: [{ containerPort: 53, protocol: 'UDP' }] })],
      },
      { title: 'a namespace on another mesh', objects: [namespace('shop'), deployment('cart')] },
    ],
    fail: [
      { title: 'one port of two has none', objects: [linkerdShop, twoPorts, cartServer] },
      { title: 'it misses the Pods by a label', objects: [linkerdShop, deployment('carts'), cartServer] },
      {
        title: 'digits in quotes, which are a name',
        objects: [linkerdShop, deployment('cart'), serverOf('cart', '7070')],
      },
      {
        title: 'a Pod that joins Linkerd by itself',
        objects: [namespace('shop', {}), deployment('cart', { annotations: { 'linkerd.io/inject': 'enabled' } })],
      },
      { title: 'a port of the intent has none', objects: [linkerdShop], intent: cartLock },
      {
        title: 'nobody says which mesh the namespace is on, and there are Servers in the stack',
        objects: [deployment('cart'), serverOf('web', 8080)],
      },
      {
        title: 'a namespace on Linkerd by the settings of the mesh',
        objects: [deployment('cart')],
        config: { mesh: { kind: 'linkerd' } },
      },
    ],
  },
  check,
})

interface Around {
  readonly context: Context
  readonly planes: Planes
  readonly serversOf: ServersOf
}

function check(context: Context): readonly Finding[] {
  const read = gather(servers(context), readServer)
  const around: Around = { context, planes: dataPlanes(context), serversOf: serversFor(read.facts) }
  const governed = context.intent.kind === 'found' ? governedPods(context.intent.intent) : []
  return [
    ...read.findings,
    ...judgeEach(workloads(context), field => judgeWorkload(field, around)),
    ...governed.flatMap(pod =>
      isSpared(context, pod.namespace) ? [] : judge(around.planes(pod.namespace), () => pod, around),
    ),
  ]
}

function judgeWorkload(field: Field, around: Around): readonly Finding[] {
  const namespace = namespaceOf(field)
  if (isSpared(around.context, namespace)) return []
  const plane: Plane = isLinkerd(podOf(field)) ? { kind: 'linkerd' } : around.planes(namespace)
  return judge(plane, () => readLinkerdPod(field), around)
}

/** Ports are read only where the Pod is on Linkerd, or may be: where nothing is of Linkerd, a namespace of which nothing is known is not taken to be either. */
function judge(plane: Plane, pod: () => LinkerdPodFact, around: Around): readonly Finding[] {
  switch (plane.kind) {
    case 'linkerd':
      return lacking(pod(), around)
    case 'unknown':
      return [...plane.findings, ...(hasLinkerd(around.context) ? doubted(pod(), plane.why, around) : [])]
    default:
      return []
  }
}

function openPorts(pod: LinkerdPodFact, { serversOf }: Around): readonly LinkerdPort[] {
  const served = new Set(serversOf(pod).flatMap(server => portsOf(server, pod)))
  return pod.ports.filter(({ port, ofProxy }) => !ofProxy && !served.has(port))
}

function lacking(pod: LinkerdPodFact, around: Around): readonly Finding[] {
  const message = 'has no Server, so that the default of its Pod decides who may call it'
  return openPorts(pod, around).map(({ port, field }) =>
    field ? finding(field, message) : about(pod, `port ${port} ${message}`),
  )
}

function hasLinkerd({ objects }: Context): boolean {
  return objects.some(({ of }) => of.apiVersion.startsWith(`${policyGroup}/`))
}

function doubted(pod: LinkerdPodFact, why: string, around: Around): readonly Finding[] {
  return openPorts(pod, around).length === 0 ? [] : [about(pod, `has ports without a Server, and ${why}`)]
}

function about({ maker, name }: LinkerdPodFact, message: string): Finding {
  return maker ? finding(maker, message) : { at: '', resource: name, path: '', message }
}
