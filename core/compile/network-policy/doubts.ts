import { listing } from '../../graph/place'
import { own } from '../../graph/plain'
import type { Problem } from '../../model/problem'
import { blocking, didYouMean } from '../../model/problem'
import { groupBy } from '../../model/group'
import { sorted } from '../order'
import { overlaps } from '../overlaps'
import { unknownNamespace } from '../settings'
import type { Context } from './context'
import { listeningPorts, routingOf, strangersOf } from './strangers'
import { isolated } from './subjects'

/** What is wrong with a graph on the network. */
export interface Doubts {
  /** Names of services that get no policy, since it would also hold for others; their namespace's default closes them. */
  readonly services: ReadonlySet<string>
  readonly problems: readonly Problem[]
}

/** Judges services, gateways and settings. */
export function doubts(context: Context): Doubts {
  const byNamespace = groupBy(context.workloads.values(), ({ namespace }) => namespace)
  // Policies add up: what opens a service's Pods would open those of every other that has its labels.
  const overlapping = [...byNamespace.values()].flatMap(overlaps)
  return {
    services: new Set(overlapping.map(({ name }) => name)),
    problems: [
      ...overlapping.map(({ problem }) => problem),
      ...unknownNames(context, [...byNamespace.keys()]),
      ...unknownPods(context),
      ...unknownDoors(context),
      ...remoteCallers(context),
    ],
  }
}

/** Settings for what is not there: a slip that would leave closed what was meant to be open. */
function unknownNames(context: Context, namespaces: readonly string[]): Problem[] {
  const { settings, graph } = context
  const { stages, mesh, externals, callers, gatewayPorts } = settings
  const strangers = strangersOf(context)
  const named = strangers.map(({ namespace, serviceAccount }) => `${namespace}/${serviceAccount}`)
  const unknown = (field: string, record: object, known: readonly string[]): Problem[] =>
    sorted(Object.keys(record))
      .filter(name => !known.includes(name))
      .map(name => {
        const at = `target.${field}.${name}`
        const message = `nothing in the graph is called \`${name}\``
        return blocking({ code: 'unknown-name', at, message, ...didYouMean(name, known) })
      })
  return [
    // A mesh complains of its own.
    ...(mesh ? [] : sorted(Object.keys(stages)))
      .filter(namespace => !namespaces.includes(namespace))
      .map(namespace => unknownNamespace(namespace, 'stages', namespaces)),
    ...unknown('externals', externals, Object.keys(graph.external)),
    ...unknown('callers', callers, named),
    ...unknown('gatewayPorts', gatewayPorts, named),
  ]
}

/** Who stands in a namespace that is closed, and whose Pods nobody can tell from the others there, goes nowhere. */
function unknownPods(context: Context): Problem[] {
  return isolated(context).flatMap(({ namespace, serviceAccount, labels }) => {
    if (labels) return []
    const account = `${namespace}/${serviceAccount}`
    const message = `\`${account}\` is closed with its namespace, since the labels of its Pods are not known: its calls are cut`
    const hint = `say them in \`callers\`: \`{ '${account}': { app: '${serviceAccount}' } }\``
    return [{ code: 'unknown-labels', severity: 'narrowed', at: `Namespace ${namespace}`, message, hint }]
  })
}

/** Gateways that are closed, and of which only somebody else knows what they listen on. */
function unknownDoors(context: Context): Problem[] {
  return isolated(context).flatMap((gateway): Problem[] => {
    const { namespace, serviceAccount, role, labels } = gateway
    const account = `${namespace}/${serviceAccount}`
    if (role !== 'gateway' || !labels || own(context.settings.gatewayPorts, account)) return []
    const isOurs = context.sides.some(side => side.istio && side.isHere(namespace))
    if (isOurs && routingOf(gateway, context) !== 'elsewhere') return []
    const ports = listeningPorts(gateway, context).join(', ')
    const message = `what \`${account}\` listens on is not known: it is let in on ${ports} alone`
    const hint = `say it in \`gatewayPorts\`: \`{ '${account}': [8080, 8443] }\``
    return [{ code: 'unknown-ports', severity: 'narrowed', at: `Namespace ${namespace}`, message, hint }]
  })
}

/** Who calls an exported service from another cluster has labels there, and addresses that nobody has told. */
function remoteCallers({ settings: { mesh }, isClosed }: Context): Problem[] {
  const target = mesh?.kind === 'hybrid' ? mesh.linkerd : mesh
  if (target?.kind !== 'linkerd') return []
  const called = Object.entries(target.exports ?? {}).filter(([service, how]) => {
    return how !== 'gateway' && isClosed(service.replace(/\/.*/, ''))
  })
  if (called.length === 0) return []
  const services = listing(sorted(called.map(([service]) => service)))
  const message = `callers in other clusters are told by nothing a NetworkPolicy knows: none of them gets to ${services}`
  const hint = 'let them come by the gateway, or declare their networks under `outside`'
  return [{ code: 'remote-callers', severity: 'narrowed', at: 'target.exports', message, hint }]
}
