import type { DataPlane, Stage, Target, WaypointScope } from '../core/compile/target'
import type { Graph } from '../core/graph/graph'
import { didYouMean } from '../core/model/problem'
import type { Problem } from '../core/model/problem'
import { BadInput } from './bad-input'

/** What the command line says of single namespaces, each as `namespace=value`. */
export interface NamespaceOptions {
  readonly stage?: readonly string[]
  readonly dataPlane?: readonly string[]
  readonly waypoint?: readonly string[]
}

type PerNamespace = Required<Pick<Target, 'stages' | 'dataPlanes' | 'waypoints'>>

/** Reads the values of `--stage`, `--data-plane` and `--waypoint`. Throws BadInput with all that is wrong with them. */
export function parseNamespaces({ stage, dataPlane, waypoint }: NamespaceOptions, graph: Graph): PerNamespace {
  const namespaces = new Set(Object.values(graph.services).map(service => service.namespace))
  const problems: Problem[] = []
  const read = <T>(values: readonly string[] = [], option: Option<T>) => parse(values, option, { namespaces, problems })
  const parsed = { stages: read(stage, stages), dataPlanes: read(dataPlane, planes), waypoints: read(waypoint, scopes) }
  if (problems.length > 0) throw new BadInput(problems)
  return parsed
}

/** An option with a value for a namespace. */
interface Option<T> {
  readonly flag: string
  readonly words: readonly string[]
  /** What may stand beside the words. */
  readonly other?: string
  readonly valueOf: (text: string) => T | undefined
}

const stages = words<Stage>('--stage', ['strict', 'enforce'])
const planes = words<DataPlane>('--data-plane', ['sidecar', 'ambient'])
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
  readonly namespaces: ReadonlySet<string>
  readonly problems: Problem[]
}

function parse<T>(values: readonly string[], option: Option<T>, { namespaces, problems }: Found): Record<string, T> {
  const parsed = new Map<string, T>()
  for (const given of values) {
    const [namespace = '', text = '', ...rest] = given.split('=')
    const value = option.valueOf(text)
    if (value === undefined || rest.length > 0) problems.push(badValue(option, given, text))
    else if (!namespaces.has(namespace)) problems.push(badNamespace(option, namespace, namespaces))
    else parsed.set(namespace, value)
  }
  return Object.fromEntries(parsed)
}

function badValue({ flag, words, other }: Option<unknown>, given: string, text: string): Problem {
  const forms = [...words, ...(other === undefined ? [] : [other])].map(form => `\`namespace=${form}\``)
  const message = `expected ${forms.slice(0, -1).join(', ')} or ${forms.at(-1) ?? ''}, got \`${given}\``
  const code = `bad-${flag.replace(/^--/, '')}`
  return { code, severity: 'error', at: flag, message, ...didYouMean(text, words) }
}

function badNamespace({ flag }: Option<unknown>, namespace: string, namespaces: ReadonlySet<string>): Problem {
  const message = `no service lives in a namespace \`${namespace}\``
  return { code: 'unknown-namespace', severity: 'error', at: flag, message, ...didYouMean(namespace, namespaces) }
}
