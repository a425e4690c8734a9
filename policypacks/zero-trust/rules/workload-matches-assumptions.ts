import type { GovernedService } from '../../../core/model/intent'
import { linkerdShop } from '../example-linkerd'
import { cartLock, deployment, service } from '../example-objects'
import { dataPlanes, type Planes } from '../facts/data-plane'
import { escapes } from '../facts/injection'
import { selects } from '../facts/policies'
import { readService, services, type ServiceFact, type ServicePortFact, type ServiceProtocol } from '../facts/services'
import {
  containerPorts,
  isMadeBy,
  readWorkload,
  serviceAccountOf,
  workloads,
  type WorkloadFact,
} from '../facts/workloads'
import { noLock } from '../lock'
import { finding, gather, guard, type Field } from '../field'
import { rule, type Context, type Finding } from '../rule'

/** What a proxy has to take a port for, so that the routes of the intent mean what they say. */
const expected: Readonly<Record<GovernedService['ports'][number]['protocol'], ServiceProtocol>> = {
  http: 'http',
  grpc: 'http',
  tcp: 'tcp',
  tls: 'tls',
}

/** To Linkerd all that is no HTTP is bytes. */
const expectedOnLinkerd: typeof expected = { ...expected, tls: 'tcp' }

/**
 * Real workloads are what the proof took them for: the Pods of a governed service carry its labels, run under its
 * ServiceAccount, behind their proxy, and listen on its ports and no others, which the Services in front of them declare
 * with the protocol of the intent.
 */
export const workloadMatchesAssumptions = rule({
  id: 'workload-matches-assumptions',
  severity: 'high',
  scope: 'stack',
  controls: ['nist-800-53/CA-9', 'nist-800-53/CM-6', 'nist-800-53/CM-7', 'nist-800-207/tenet-5', 'iso-27001/A.8.9'],
  why: 'policies are proved against the workloads of the intent; one that differs escapes its policies, or is cut off by them',
  fix: 'make labels, ServiceAccount, container ports and Service ports those of the graph, or change the graph and write the lock anew',
  config: ['lock', 'elsewhere', 'mesh'],
  examples: {
    pass: [
      {
        title: 'the workload and its Service are as the intent has them',
        objects: [deployment('cart'), service('cart', [{ name: 'grpc', port: 80, targetPort: 7070 }])],
        intent: cartLock,
      },
      { title: 'no workload of the intent is in this stack', objects: [], intent: cartLock },
      {
        title: 'on Linkerd, by the words that it knows',
        objects: [
          linkerdShop,
          deployment('cart'),
          service('cart', [{ name: 'cart', port: 80, targetPort: 7070, appProtocol: 'kubernetes.io/h2c' }]),
        ],
        intent: cartLock,
      },
    ],
    fail: [
      {
        title: 'another ServiceAccount',
        objects: [deployment('cart', { pod: { serviceAccountName: 'default' } })],
        intent: cartLock,
      },
      {
        title: "the service's identity, without its labels",
        objects: [deployment('cart', { labels: { app: 'carts' } })],
        intent: cartLock,
      },
      {
        title: 'no proxy',
        objects: [deployment('cart', { labels: { app: 'cart', 'sidecar.istio.io/inject': 'false' } })],
        intent: cartLock,
      },
      { title: 'another port', objects: [deployment('cart', { ports: [{ containerPort: 7071 }] })], intent: cartLock },
      {
        title: 'one port more, of which the intent knows nothing',
        objects: [deployment('cart', { ports: [{ containerPort: 7070 }, { containerPort: 9000 }] })],
        intent: cartLock,
      },
      {
        title: 'its Service calls the port TCP, where no route holds',
        objects: [deployment('cart'), service('cart', [{ name: 'tcp-cart', port: 80, targetPort: 7070 }])],
        intent: cartLock,
      },
      {
        title: 'on Linkerd, its Service says what only Istio reads',
        objects: [linkerdShop, deployment('cart'), service('cart', [{ name: 'grpc', port: 80, targetPort: 7070 }])],
        intent: cartLock,
      },
      {
        title: 'on Linkerd, a Pod that refuses its proxy',
        objects: [linkerdShop, deployment('cart', { annotations: { 'linkerd.io/inject': 'disabled' } })],
        intent: cartLock,
      },
      {
        title: 'nobody says what to hold the workload against',
        objects: [deployment('cart')],
        intent: noLock,
      },
    ],
  },
  check,
})

function check(context: Context): readonly Finding[] {
  const all = workloads(context)
  const { intent } = context
  const real = gather(all, field => (isMadeBy(field, all) ? [] : [readWorkload(field)]))
  const mine = real.facts.flat().filter(({ namespace }) => !context.config.elsewhere.includes(namespace))
  if (intent.kind === 'missing') {
    const [first] = mine
    return [
      ...real.findings,
      ...(first ? [finding(first.field, `cannot be held against an intent: ${intent.why}`)] : []),
    ]
  }
  const fronts = gather(services(context), readService)
  const around = { fronts: fronts.facts, planes: dataPlanes(context) }
  return [
    ...real.findings,
    ...fronts.findings,
    ...mine.flatMap(workload => guard(workload.field, () => judge(workload, intent.intent.governed, around))),
  ]
}

function judge(workload: WorkloadFact, governed: readonly GovernedService[], around: Around): readonly Finding[] {
  const account = serviceAccountOf(workload.field) ?? 'default'
  return governed
    .filter(({ namespace }) => namespace === workload.namespace)
    .flatMap(service => {
      if (selects(service.labels, workload.labels)) return asMeant(service, { ...around, workload, account })
      if (service.serviceAccount !== account || governed.some(other => isMeant(other, workload, account))) return []
      return [
        finding(
          workload.field,
          `runs under the ServiceAccount of the service \`${service.service}\` without its labels, so that its policies pass it by`,
        ),
      ]
    })
}

/** Whether a workload is in all the Pods of that service: services that share an account are told apart by labels. */
function isMeant(
  { namespace, serviceAccount, labels }: GovernedService,
  workload: WorkloadFact,
  account: string,
): boolean {
  return namespace === workload.namespace && serviceAccount === account && selects(labels, workload.labels)
}

/** What the stack has around its workloads. */
interface Around {
  readonly fronts: readonly ServiceFact[]
  readonly planes: Planes
}

interface Real extends Around {
  readonly workload: WorkloadFact
  readonly account: string
}

function asMeant(service: GovernedService, { workload, account, fronts, planes }: Real): readonly Finding[] {
  const { field } = workload
  const stranger =
    account === service.serviceAccount
      ? []
      : [
          finding(
            field,
            `has the labels of the service \`${service.service}\` and does not run under its ServiceAccount`,
          ),
        ]
  const mine = fronts.filter(
    ({ namespace, selector }) =>
      namespace === workload.namespace && selector !== undefined && selects(selector, workload.labels),
  )
  return [
    ...stranger,
    ...escapes(field, () => planes(workload.namespace)),
    ...portFindings(service, field),
    ...mine.flatMap(front => protocolFindings(service, front, { workload: field, planes })),
  ]
}

function portFindings({ service, ports }: GovernedService, workload: Field): readonly Finding[] {
  const real = containerPorts(workload)
  const missing = real.length === 0 ? [] : ports.filter(({ port }) => !real.some(own => own.port === port))
  const more = real.filter(({ port }) => !ports.some(own => own.port === port))
  return [
    ...missing.map(({ port }) => finding(workload, `does not listen on port ${port} of the service \`${service}\``)),
    ...more.map(({ field }) =>
      finding(field, `is a port that the service \`${service}\` does not have, so that nothing is proved of it`),
    ),
  ]
}

function protocolFindings(
  { service, ports }: GovernedService,
  front: ServiceFact,
  { workload, planes }: { readonly workload: Field; readonly planes: Planes },
): readonly Finding[] {
  const named = new Map(containerPorts(workload).map(({ name, port }) => [name, port]))
  const targetOf = ({ target }: ServicePortFact): number | undefined =>
    typeof target === 'number' ? target : named.get(target)
  return front.ports.flatMap(port => {
    const meant = ports.find(own => own.port === targetOf(port))
    if (meant === undefined) return []
    const plane = planes(front.namespace)
    const isRight =
      plane.kind === 'linkerd'
        ? expectedOnLinkerd[meant.protocol] === port.onLinkerd
        : expected[meant.protocol] === port.protocol
    if (isRight) return plane.kind === 'unknown' ? plane.findings : []
    return [
      finding(
        port.field,
        `leads to port ${meant.port} of the service \`${service}\`, which is ${meant.protocol}; its name and \`appProtocol\` say otherwise`,
      ),
    ]
  })
}
