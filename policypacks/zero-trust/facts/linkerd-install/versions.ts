import { at, given, text, type Field } from '../../field'
import { chartName } from '../charts'
import { controlPlaneChart } from './settings'

/** A release of Linkerd: the year, the month and the number in it. */
export type Edge = readonly [year: number, month: number, number: number]

/** Linkerd 2.18, the oldest whose behaviour the rules and the proof know. */
export const oldestKnown: Edge = [25, 4, 4]

/** The last year whose releases they know. */
export const lastYearKnown = 26

/** `edge-26.6.3`, as images and the CLI call a release, or `2026.6.3`, as charts do; nothing for another word. */
export function edgeOf(version: string): Edge | undefined {
  const [, year, month, number] = /^(?:edge-|20)(\d{2})\.(\d{1,2})\.(\d+)$/.exec(version) ?? []
  return year === undefined ? undefined : [Number(year), Number(month), Number(number)]
}

export function isBefore(one: Edge, other: Edge): boolean {
  const [difference = 0] = one.map((part, i) => part - (other[i] ?? 0)).filter(part => part !== 0)
  return difference < 0
}

type Path = readonly string[]

/** Values that choose what the control plane runs, which is what decides on policies (linkerd2 charts/linkerd-control-plane/values.yaml). */
const controlPlaneVersions: readonly Path[] = [
  ['linkerdVersion'],
  ['controllerImageVersion'],
  ['policyController', 'image', 'version'],
]

/** All values that choose images by their version; the charts of extensions have some of them. */
const imageVersions: readonly Path[] = [
  ...controlPlaneVersions,
  ['proxy', 'image', 'version'],
  ['debugContainer', 'image', 'version'],
]

/** Those that a chart is given. The CNI plugin's has numbers of its own. */
export function versionsIn(chart: Field): readonly Field[] {
  return chartName(chart) === 'linkerd2-cni' ? [] : chosen(chart, imageVersions)
}

/** Those of the control plane that its chart is given. */
export function controlPlaneVersionsIn(chart: Field): readonly Field[] {
  return chartName(chart) === controlPlaneChart ? chosen(chart, controlPlaneVersions) : []
}

function chosen(chart: Field, paths: readonly Path[]): readonly Field[] {
  const values = at(chart, 'values')
  return paths.map(path => at(values, ...path)).filter(field => given(field) && text(field) !== '')
}

/** The edge release that a numbered one is (linkerd.io, releases); those before them are older than all that is known. */
const numbered: Readonly<Record<string, Edge>> = { '18': oldestKnown, '19': [25, 10, 7], '20': [26, 6, 3] }

/** The same for a numbered release too, `2.20`. */
export function releaseOf(version: string): Edge | undefined {
  const [, minor] = /^(?:stable-)?2\.(\d+)(?:\.\d+)*$/.exec(version) ?? []
  if (minor === undefined) return edgeOf(version)
  return numbered[minor] ?? (Number(minor) < 18 ? [0, 0, 0] : undefined)
}
