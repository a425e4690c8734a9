import { linkerdShop, serverOf } from '../example-linkerd'
import { deployment, service } from '../example-objects'
import { dataPlanes } from '../facts/data-plane'
import { readLinkerdPod, type LinkerdPodFact } from '../facts/linkerd/pods'
import { servers as serversOf } from '../facts/linkerd/objects'
import { readServer, takes, type ServerFact } from '../facts/linkerd/servers'
import { namespaceOf, selects } from '../facts/policies'
import { readService, services, type ServiceFact } from '../facts/services'
import { isMadeBy, workloads } from '../facts/workloads'
import { finding, gather, guard, type Field } from '../field'
import { rule, type Context, type Finding } from '../rule'

/**
 * On Linkerd a workload declares every port that a Service leads to or a Server is for. Of declared ports the proxy knows the policies before it takes a connection; of
 * others it asks when the first one comes, takes the default meanwhile, and forgets them when nobody calls (linkerd2-proxy linkerd/app/inbound/src/policy/store.rs). A
 * name that no container declares is no port at all.
 */
export const declaredContainerPorts = rule({
  id: 'declared-container-ports',
  severity: 'medium',
  scope: 'stack',
  controls: [
    'nist-800-53/AC-3',
    'nist-800-53/CM-6',
    'nist-800-53/CM-7',
    'nist-800-207/tenet-6',
    'pci-dss/1.2.5',
    'iso-27001/A.8.9',
  ],
  why: 'to a port that is not declared the default applies until its policies are known, each time anew after nobody called for a while',
  fix: 'list the port under `ports` of the container that listens on it, with the name that Services and Servers use',
  limits: 'ports that a workload listens on, and that neither a Service nor a Server names, are not seen',
  config: ['exempt', 'elsewhere', 'mesh'],
  examples: {
    pass: [
      {
        title: 'the port is declared',
        objects: [
          linkerdShop,
          deployment('cart'),
          service('cart', [{ name: 'grpc', port: 80, targetPort: 7070 }]),
          serverOf('cart', 7070),
        ],
      },
      {
        title: 'a Service for other Pods',
        objects: [linkerdShop, deployment('cart'), service('web', [{ name: 'http', port: 8080 }])],
      },
    ],
    fail: [
      {
        title: 'a Service leads to a port that is not declared',
        objects: [linkerdShop, deployment('cart'), service('cart', [{ name: 'metrics', port: 9090 }])],
      },
      {
        title: 'a Service leads to a name that no port has',
        objects: [linkerdShop, deployment('cart'), service('cart', [{ name: 'grpc', port: 7070, targetPort: 'grpc' }])],
      },
      {
        title: 'a Server is for a port that is not declared',
        objects: [linkerdShop, deployment('cart', { ports: [] }), serverOf('cart', 7070)],
      },
    ],
  },
  check,
})

interface Naming {
  readonly fronts: readonly ServiceFact[]
  readonly servers: readonly ServerFact[]
}

function check(context: Context): readonly Finding[] {
  const { exempt, elsewhere } = context.config
  const planes = dataPlanes(context)
  const all = workloads(context)
  const real = gather(all, field => ({ field, namespace: namespaceOf(field), made: isMadeBy(field, all) }))
  const mine = real.facts
    .filter(({ made, namespace }) => !made && !exempt.includes(namespace) && !elsewhere.includes(namespace))
    .map(one => ({ ...one, plane: planes(one.namespace) }))
  const unread = mine.flatMap(({ plane }) => (plane.kind === 'unknown' ? plane.findings : []))
  const onLinkerd = mine.filter(({ plane }) => plane.kind === 'linkerd')
  if (onLinkerd.length === 0) return [...real.findings, ...unread]
  const fronts = gather(services(context), readService)
  const servers = gather(serversOf(context), readServer)
  const naming = { fronts: fronts.facts, servers: servers.facts }
  return [
    ...real.findings,
    ...unread,
    ...fronts.findings,
    ...servers.findings,
    ...onLinkerd.flatMap(({ field }) => guard(field, () => undeclared(field, naming))),
  ]
}

function undeclared(workload: Field, { fronts, servers }: Naming): readonly Finding[] {
  const pod = readLinkerdPod(workload)
  const toServices = fronts
    .filter(
      ({ namespace, selector }) =>
        namespace === pod.namespace && selector !== undefined && selects(selector, pod.labels),
    )
    .flatMap(front =>
      front.ports
        .filter(({ protocol }) => protocol !== 'udp')
        .map(({ target }) => ({ port: target, by: front.field.of.label })),
    )
  const toServers = servers
    .filter(server => takes(server, pod) && typeof server.port === 'number')
    .map(({ port, field }) => ({ port, by: field.of.label }))
  return [...toServices, ...toServers]
    .filter(({ port }) => !isDeclared(port, pod))
    .map(({ port, by }) => finding(workload, `does not declare the port \`${port}\`, which ${by} names`))
}

function isDeclared(port: number | string, { ports }: LinkerdPodFact): boolean {
  return ports.some(own => own.port === port || own.name === port)
}
