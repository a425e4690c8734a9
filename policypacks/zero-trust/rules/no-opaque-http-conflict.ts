import { chartDefaults } from '../../../core/analyze/linkerd/assume'
import { mayListPort } from '../../../core/analyze/linkerd/port-set'
import { cartServer, linkerdShop, serverOf, webServer } from '../example-linkerd'
import { annotated, deployment } from '../example-objects'
import { podsOf } from '../facts/linkerd/lookup'
import { servers } from '../facts/linkerd/objects'
import { linkerdPods, type LinkerdPodFact } from '../facts/linkerd/pods'
import { portsOf, readServer, type ServerFact } from '../facts/linkerd/servers'
import { namespaceLookup, type NamespaceLookup } from '../facts/namespace-labels'
import { podOf } from '../facts/workloads'
import { at, finding, gather, guard, text, type Field } from '../field'
import { unreadable } from '../mesh'
import { rule, type Context, type Finding } from '../rule'

const opaquePorts = 'config.linkerd.io/opaque-ports'
const webOn = (port: number, annotations: Readonly<Record<string, string>> = {}) =>
  deployment('web', { ports: [{ containerPort: port }], annotations })

/**
 * No port is bytes to the proxies of callers and requests to its own. Proxies send bytes to a port that the annotation lists, whatever its Server says, and a
 * Server of HTTP or gRPC refuses bytes, whoever sends them (linkerd2 `controller/api/destination/endpoint_translator.go` createWeightedAddr, linkerd2-proxy
 * `linkerd/app/inbound/src/policy/tcp.rs` check_authorized; recorded). Where nobody says so, some ports are opaque by themselves (linkerd2
 * `charts/linkerd-control-plane/values.yaml` proxy.opaquePorts, `controller/proxy-injector/webhook.go`).
 */
export const noOpaqueHttpConflict = rule({
  id: 'no-opaque-http-conflict',
  severity: 'medium',
  scope: 'stack',
  controls: ['nist-800-53/AC-3', 'nist-800-53/AC-4', 'nist-800-53/CM-6', 'iso-27001/A.8.9'],
  why: 'a port that is opaque by annotation and HTTP by its Server refuses every caller of the mesh, and whoever then removes the Server opens it',
  fix: 'take the port out of `config.linkerd.io/opaque-ports`, with an annotation of the Pod where it is one of the usual ones, or set `proxyProtocol: opaque`',
  limits: 'what Services say of their ports is not looked at, nor are Pods that the stack does not make',
  config: ['mesh'],
  examples: {
    pass: [
      { title: 'no annotation', objects: [linkerdShop, webOn(8080), webServer] },
      {
        title: 'another port is opaque',
        objects: [webOn(8080, { [opaquePorts]: '5432,6000-6999' }), webServer],
      },
      {
        title: 'the Server takes it for bytes too',
        objects: [webOn(5432), serverOf('web', 5432, { proxyProtocol: 'opaque' })],
      },
      {
        title: 'a usual one that the Pod takes out',
        objects: [webOn(5432, { [opaquePorts]: '' }), serverOf('web', 5432)],
      },
    ],
    fail: [
      { title: 'the Pod lists the port', objects: [webOn(8080, { [opaquePorts]: '5432,8000-8999' }), webServer] },
      {
        title: 'the namespace does, of a Server that reads gRPC',
        objects: [annotated(linkerdShop, { [opaquePorts]: '7070' }), deployment('cart'), cartServer],
      },
      { title: 'it is one of the usual ones', objects: [linkerdShop, webOn(3306), serverOf('web', 3306)] },
      { title: 'a list that cannot be read', objects: [webOn(8080, { [opaquePorts]: 'http' }), webServer] },
    ],
  },
  check,
})

function check(context: Context): readonly Finding[] {
  const read = gather(servers(context), readServer)
  const reading = read.facts.filter(({ protocol }) => protocol === 'gRPC' || protocol.startsWith('HTTP/'))
  if (reading.length === 0) return read.findings
  const pods = linkerdPods(context)
  const takenBy = podsOf(pods.facts)
  const around: Around = { context, lookUp: namespaceLookup(context) }
  return [
    ...read.findings,
    ...pods.findings,
    ...reading.flatMap(server => takenBy(server).flatMap(pod => judge(server, pod, around))),
  ]
}

interface Around {
  readonly context: Context
  readonly lookUp: NamespaceLookup
}

function judge(server: ServerFact, pod: LinkerdPodFact, around: Around): readonly Finding[] {
  const { maker } = pod
  if (maker === undefined) return []
  const ports = portsOf(server, pod)
  return guard(maker, () => {
    const own = at(podOf(maker), 'metadata', 'annotations', opaquePorts)
    const listed = text(own)
    return listed === undefined ? byNamespace(server, pod, around) : byList({ field: own, list: listed, ports })
  })
}

interface Listing {
  readonly field: Field
  readonly list: string
  readonly ports: readonly number[]
}

/** The injector copies what the namespace says to Pods that say nothing (linkerd2 `pkg/inject/inject.go` AppendNamespaceAnnotations). */
function byNamespace(server: ServerFact, pod: LinkerdPodFact, { context, lookUp }: Around): readonly Finding[] {
  const own = lookUp(pod.namespace)
  if (own.kind === 'unknown') return own.findings
  const said = gather(own.kind === 'known' ? own.all : [], namespace => {
    const field = at(namespace, 'metadata', 'annotations', opaquePorts)
    return { field, list: text(field) }
  })
  if (said.findings.length > 0) return said.findings
  const [last] = said.facts.flatMap(({ field, list }) => (list === undefined ? [] : [{ field, list }])).reverse()
  return last ? byList({ ...last, ports: portsOf(server, pod) }) : byDefault(server, pod, context)
}

function byList({ field, list, ports }: Listing): readonly Finding[] {
  return ports.some(port => mayListPort(list, port) !== 'no')
    ? [finding(field, 'makes bytes of a port whose Server reads requests, and refuses bytes')]
    : []
}

function byDefault(server: ServerFact, pod: LinkerdPodFact, { mesh }: Context): readonly Finding[] {
  const declared = portsOf(server, pod).filter(port => pod.ports.some(own => own.port === port))
  const setting = mesh('opaquePorts')
  const usual = setting.kind === 'known' ? setting.value : chartDefaults.opaquePorts
  return declared.some(port => mayListPort(usual, port) !== 'no')
    ? [
        ...unreadable(setting),
        finding(server.field, `reads requests at a port that is bytes unless ${pod.name} says otherwise`),
      ]
    : unreadable(setting)
}
