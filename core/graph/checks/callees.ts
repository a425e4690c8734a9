import type { Problem } from '../../model/problem'
import { didYouMean } from '../../model/problem'
import type { Callees, Graph, Port, Routes } from '../graph'
import { defect, place } from '../place'
import type { Step } from '../place'
import { own } from '../plain'
import type { Context } from './context'
import { routeProblems } from './routes'
import { tokenProblems } from './tokens'

/** Callees, where they are declared, and whether hosts outside the cluster may be among them. */
export interface DeclaredCallees {
  readonly callees: Callees
  readonly path: readonly Step[]
  readonly among: 'services' | 'services and externals'
}

/** What is wrong with whom somebody calls: names that are not declared, ports that they do not have, routes. */
export function calleeProblems(context: Context, { callees, path, among }: DeclaredCallees): readonly Problem[] {
  return Object.entries(callees).flatMap(([name, ports]) => {
    const steps = [...path, name]
    const section = sectionOf(context.graph, name)
    const found = own<{ readonly ports: Readonly<Record<string, Port>> }>(context.graph[section] ?? {}, name)
    if (!found) return unknownCallee(context, name, { steps, among })
    if (section === 'external' && among === 'services') return [notWithin(name, steps)]
    return portProblems(context, { declared: found.ports, called: ports, target: [section, name], steps })
  })
}

function sectionOf({ services, elsewhere = {} }: Graph, name: string): Section {
  if (Object.hasOwn(services, name)) return 'services'
  return Object.hasOwn(elsewhere, name) ? 'elsewhere' : 'external'
}

/** Where a callee is declared. */
type Section = 'services' | 'elsewhere' | 'external'

interface Wanted {
  readonly steps: readonly Step[]
  readonly among: DeclaredCallees['among']
}

function unknownCallee({ graph, lost }: Context, name: string, { steps, among }: Wanted): readonly Problem[] {
  if (lost('services', name) || lost('external', name) || lost('elsewhere', name)) return []
  const externals = among === 'services' ? [] : Object.keys(graph.external)
  const { services, elsewhere = {} } = graph
  const near = didYouMean(name, [...Object.keys(services), ...Object.keys(elsewhere), ...externals])
  const what = among === 'services' ? 'service' : 'service or external'
  return [defect({ code: 'unknown-service', at: place(...steps), message: `no ${what} named \`${name}\``, ...near })]
}

function notWithin(name: string, steps: readonly Step[]): Problem {
  const message = `\`${name}\` is outside the cluster: traffic that comes in cannot be sent there`
  return defect({ code: 'external-callee', at: place(...steps), message, hint: 'only services may be named here' })
}

interface CalledPorts {
  readonly declared: Readonly<Record<string, Port>>
  readonly called: Readonly<Record<string, Routes>>
  /** Where the callee is declared. */
  readonly target: readonly [section: Section, name: string]
  readonly steps: readonly Step[]
}

function portProblems(context: Context, { declared, called, target, steps }: CalledPorts): readonly Problem[] {
  const { lost, damaged } = context
  const [section, name] = target
  if (Object.keys(called).length === 0 && !damaged(...steps)) return [noPorts(name, steps)]
  return Object.entries(called).flatMap(([portName, routes]) => {
    const path = [...steps, portName]
    const at = place(...path)
    const port = own(declared, portName)
    if (port) {
      const whole = { routes, protocol: port.protocol, port: `port \`${portName}\` of \`${name}\``, at }
      const told = routeProblems({ ...whole, lost: index => lost(...path, index) })
      const guarded = tokenProblems(context, { routes, section: section === 'external' ? section : 'services', path })
      return [...told, ...guarded]
    }
    if (lost(...target, 'ports', portName)) return []
    const { hint = portHint(Object.keys(declared)) } = didYouMean(portName, Object.keys(declared))
    return [defect({ code: 'unknown-port', at, message: `\`${name}\` has no port named \`${portName}\``, hint })]
  })
}

function noPorts(name: string, steps: readonly Step[]): Problem {
  const hint = 'name a port and its routes, or leave the callee out'
  return defect({ code: 'empty-routes', at: place(...steps), message: `no routes are declared to \`${name}\``, hint })
}

function portHint(names: readonly string[]): string {
  return names.length === 0 ? 'it declares no ports' : `its ports: ${names.map(name => `\`${name}\``).join(', ')}`
}
