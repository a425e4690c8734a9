import type { Problem } from '../../model/problem'
import { byText } from '../../model/order'
import { Region, TooComplex } from '../../model/region'
import type { Questions } from '../../model/token'
import { entriesOf } from '../diff/entries'
import { otherPorts, printFloor } from '../floor'
import { Cursor } from '../istio/cursor'
import { housed } from '../network/at-home'
import type { Reach } from '../reach'
import { besideFloor } from '../beside-floor'
import { nobody, trustedCallers } from '../regions/callers'
import { leavingNow, leavingPlaces, storedLeaving } from './leaving'
import type { StoredLeaving } from './leaving'
import type { KnownPods, KnownPodsForm } from './pods'
import { knownPods, knownPodsForm, parseKnownPods } from './pods'
import { parseLeavingName } from '../diff/leaving'
import type { RegionForm } from './region-form'
import { parseRegion, regionForm } from './region-form'

/** What somebody could reach when it was reviewed. */
export interface Baseline {
  /** What data planes left open by themselves, in words. */
  readonly floor: readonly string[]
  /** What is possible at each port beyond that, for callers with a home from there, by `shop/cart:7070`; of what gateways send on by `istio-ingress/istio-ingress:443 → boutique/frontend:8080`. */
  readonly reach: ReadonlyMap<string, Region>
  /** What may leave the mesh, by the workload: `shop/cart`. */
  readonly leaving: ReadonlyMap<string, StoredLeaving>
  /** Who is told apart where `reach` asks from where a request comes; absent where nothing does. */
  readonly pods?: KnownPods
}

/** A baseline as it is stored: predicates alone, so that it holds wherever it is read. */
export interface BaselineForm {
  readonly version: typeof version
  readonly floor: readonly string[]
  readonly pods?: KnownPodsForm
  readonly reach: Readonly<Record<string, RegionForm>>
  readonly leaving: Readonly<Record<string, RegionForm>>
}

/** Of the format: 2 since what leaves the mesh is part of it, 3 since it says which Pods it tells apart. */
const version = 3

/** What is reached now, to be held against a baseline or written as one. */
export function baselineOf(reached: Reach): Baseline {
  const reach = new Map<string, Region>()
  const add = (name: string, region: Region): void => {
    reach.set(name, (reach.get(name) ?? Region.none).union(region))
  }
  for (const port of reached.ports) {
    const { namespace, name } = port.workload
    add(`${namespace}/${name}:${port.port}`, housed(besideFloor(port).bounds.may, reached.homes, 'may'))
  }
  for (const [name, { bounds }] of entriesOf(reached)) add(name, bounds.may)
  const pods = knownPods(reached.pods())
  return { floor: printFloor(reached.floor), reach, leaving: leavingNow(reached), ...(pods && { pods }) }
}

/** What a baseline says of a port; of one that it does not name what it says of all those that no object names, and nothing of a workload that it does not know. */
export function storedAt({ reach }: Pick<Baseline, 'reach'>, name: string): Region {
  return reach.get(name) ?? reach.get(otherOf(name)) ?? Region.none
}

function otherOf(name: string): string {
  return name.replace(/:\d+$/, `:${otherPorts}`)
}

/**
 * A baseline as plain data, sorted: equal for equal reach. Ports like all others of their workload are left out, and workloads that nobody reaches. What
 * cannot be written is a Problem.
 */
export function baselineForm(
  { floor, reach, leaving, pods }: Baseline,
  { questions, domains }: Pick<Reach, 'questions' | 'domains'>,
): { readonly form: BaselineForm; readonly problems: readonly Problem[] } {
  const problems: Problem[] = []
  const trusted = trustedCallers(domains)
  const terms = { questions, callers: [trusted, trusted.union(nobody)] }
  const written = (places: Iterable<readonly [string, Region]>): Readonly<Record<string, RegionForm>> => {
    const lines = [...places].flatMap(([name, region]): readonly (readonly [string, RegionForm])[] => {
      try {
        return [[name, regionForm(region, terms)]]
      } catch (error) {
        if (!(error instanceof TooComplex)) throw error
        problems.push(unwritable(name))
        return []
      }
    })
    return Object.fromEntries(lines.sort(([a], [b]) => byText(a, b)))
  }
  const told = [...reach].filter(([name, region]) => {
    const other = otherOf(name)
    return region !== (other === name ? Region.none : (reach.get(other) ?? Region.none))
  })
  const places = { reach: written(told), leaving: written(leavingPlaces(leaving)) }
  return { form: { version, floor, ...(pods && { pods: knownPodsForm(pods) }), ...places }, problems }
}

/** Reads a baseline; Problems, with their place, where it is none. What its claims ask is added to `questions`. */
export function parseBaseline(
  value: unknown,
  at: string,
  questions: Questions,
): { readonly baseline?: Baseline; readonly problems: readonly Problem[] } {
  const problems: Problem[] = []
  const file = new Cursor(value, '', { problems, subject: 'baseline', at, isUnknown: () => false })
  if (!file.required()?.object()) return { problems }
  file.only(['$schema', 'version', 'floor', 'pods', 'reach', 'leaving'])
  checkVersion(file.get('version'))
  const reach = regionsIn(file.get('reach'), questions, isPort)
  const places = regionsIn(file.get('leaving'), questions, name => parseLeavingName(name) !== undefined)
  const floor = file.get('floor').strings()
  const pods = parseKnownPods(file.get('pods'))
  if (problems.length > 0) return { problems }
  return { baseline: { floor, reach, leaving: storedLeaving(places), ...(pods && { pods }) }, problems }
}

function checkVersion(field: Cursor): void {
  if (field.value === version) return
  const hint = 'write another file with `ztm contain --update`, review it, and put that in place of this one'
  const missing = { 1: 'what leaves the mesh', 2: 'the Pods that it tells apart' }[String(field.value)]
  if (missing !== undefined)
    field.report('old-baseline', `is ${String(field.value)}: such a baseline says nothing of ${missing}`, { hint })
  else field.wrong(`${version}, the only version there is`)
}

function regionsIn(
  list: Cursor,
  questions: Questions,
  isPlace: (name: string) => boolean,
): ReadonlyMap<string, Region> {
  const found = new Map<string, Region>()
  for (const [name, field] of list.required()?.fields() ?? []) {
    if (!isPlace(name)) {
      const example = isPlace('a/b:1') ? 'namespace/workload:port' : 'namespace/workload → outside:port'
      field.report('malformed-field', `is no port: write \`${example}\``)
    }
    const region = parseRegion(field.value, questions)
    if (typeof region === 'string') field.report('malformed-field', region)
    else found.set(name, region)
  }
  return found
}

function isPort(name: string): boolean {
  return /^[^/ ]+\/[^/ ]+:(?:\d+|other)(?: → .+)?$/.test(name)
}

function unwritable(at: string): Problem {
  const message = 'who may reach it makes more distinctions than can be written down'
  return { code: 'too-complex', severity: 'error', at, message, hint: 'use fewer patterns in its policies' }
}
