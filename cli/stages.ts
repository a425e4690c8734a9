import type {
  DataPlane,
  GatewayRouting,
  GatewayTarget,
  IstioTarget,
  Mesh,
  Stage,
  WaypointScope,
} from '../core/compile/target'
import type { Graph } from '../core/graph/graph'
import { gatewayOf } from '../core/graph/resolve'
import { didYouMean } from '../core/model/problem'
import type { Problem } from '../core/model/problem'
import { BadInput } from './bad-input'

/** What the command line says of single namespaces, each as `namespace=value`. */
export interface NamespaceOptions {
  readonly stage?: readonly string[]
  readonly dataPlane?: readonly string[]
  readonly waypoint?: readonly string[]
  /** `namespace/account=routing`. */
  readonly gateway?: readonly string[]
  readonly mesh?: readonly string[]
}

type PerNamespace = Required<Pick<IstioTarget, 'stages' | 'dataPlanes' | 'waypoints' | 'gateways'>> & {
  readonly meshes: Readonly<Record<string, Mesh>>
}

/** Reads the values of `--stage`, `--data-plane`, `--waypoint`, `--gateway` and `--mesh`. Throws BadInput with all that is wrong with them. */
export function parseNamespaces(options: NamespaceOptions, graph: Graph): PerNamespace {
  const { stage, dataPlane, waypoint, gateway, mesh } = options
  const namespaces = new Set(Object.values(graph.services).map(service => service.namespace))
  const gateways = gatewaysOf(graph)
  const staged = new Set([...namespaces, ...[...gateways].map(key => key.replace(/\/.*/, ''))])
  const problems: Problem[] = []
  const read = <T>(values: readonly string[] = [], option: Option<T>, known: ReadonlySet<string> = namespaces) =>
    parse(values, option, { known, problems })
  const parsed = {
    stages: read(stage, stages, staged),
    dataPlanes: read(dataPlane, planes),
    waypoints: read(waypoint, scopes),
    gateways: read(gateway, routings, gateways),
    meshes: read(mesh, meshes, staged),
  }
  if (problems.length > 0) throw new BadInput(problems)
  return parsed
}

/** The gateways of a graph, `namespace/account`. */
function gatewaysOf({ ingress, external }: Graph): ReadonlySet<string> {
  const leaving = Object.values(external).flatMap(({ gateway }) => (gateway === undefined ? [] : [{ gateway }]))
  const all = [...Object.values(ingress), ...leaving].map(gatewayOf)
  return new Set(all.map(({ namespace, serviceAccount }) => `${namespace}/${serviceAccount}`))
}

/** An option with a value for a namespace, or a gateway. */
interface Option<T> {
  readonly flag: string
  /** What its value is for. @default 'namespace' */
  readonly of?: 'namespace' | 'gateway'
  readonly words: readonly string[]
  /** What may stand beside the words. */
  readonly other?: string
  readonly valueOf: (text: string) => T | undefined
}

const stages = words<Stage>('--stage', ['strict', 'enforce'])
const planes = words<DataPlane>('--data-plane', ['sidecar', 'ambient'])
const routing = words<GatewayRouting>('--gateway', ['istio', 'gateway-api', 'elsewhere'])
const routings: Option<GatewayTarget> = {
  ...routing,
  of: 'gateway',
  valueOf: text => {
    const found = routing.valueOf(text)
    return found && { routing: found }
  },
}
const meshes = words<Mesh>('--mesh', ['istio', 'linkerd'])
const scope = words<WaypointScope & string>('--waypoint', ['namespace', 'service'])
const scopes: Option<WaypointScope> = {
  ...scope,
  other: 'other-namespace/name',
  valueOf: text => scope.valueOf(text) ?? shared(text),
}

function words<T extends string>(flag: string, known: readonly T[]): Option<T> {
  return { flag, words: known, valueOf: text => known.find(word => word === text) }
}

function shared(text: string): WaypointScope | undefined {
  const [, namespace, name] = /^([a-z0-9][-a-z0-9]*)\/([a-z0-9][-a-z0-9]*)$/.exec(text) ?? []
  return namespace === undefined || name === undefined ? undefined : { namespace, name }
}

interface Found {
  readonly known: ReadonlySet<string>
  readonly problems: Problem[]
}

function parse<T>(values: readonly string[], option: Option<T>, { known, problems }: Found): Record<string, T> {
  const parsed = new Map<string, T>()
  for (const given of values) {
    const [namespace = '', text = '', ...rest] = given.split('=')
    const value = option.valueOf(text)
    if (value === undefined || rest.length > 0) problems.push(badValue(option, given, text))
    else if (!known.has(namespace)) problems.push(unknownName(option, namespace, known))
    else parsed.set(namespace, value)
  }
  return Object.fromEntries(parsed)
}

function badValue({ flag, words, other, of = 'namespace' }: Option<unknown>, given: string, text: string): Problem {
  const forms = [...words, ...(other === undefined ? [] : [other])].map(form => `\`${of}=${form}\``)
  const message = `expected ${forms.slice(0, -1).join(', ')} or ${forms.at(-1) ?? ''}, got \`${given}\``
  const code = `bad-${flag.replace(/^--/, '')}`
  return { code, severity: 'error', at: flag, message, ...didYouMean(text, words) }
}

function unknownName({ flag, of = 'namespace' }: Option<unknown>, name: string, known: ReadonlySet<string>): Problem {
  const message = of === 'gateway' ? `no gateway is called \`${name}\`` : `no service lives in a namespace \`${name}\``
  return { code: `unknown-${of}`, severity: 'error', at: flag, message, ...didYouMean(name, known) }
}
