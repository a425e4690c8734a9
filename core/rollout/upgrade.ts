import type { Observation } from '../model/observation'
import type { Problem } from '../model/problem'
import { blocking } from '../model/problem'
import { gatewaysState, installState, nodesState, restartState, retireState, shiftState } from './upgrade-states'

/** A control plane: Istio's exact version, and the revision that its objects' names end with. */
export interface ControlPlane {
  readonly version: string
  /** @default none: the control plane without a revision, whose Service is `istiod` */
  readonly revision?: string
}

/**
 * How far the next control plane has been let in, beside the one that stands. Every state of an upgrade is such a value
 * (or its absence), so that each is reviewed, applied and taken back as any other setting is.
 */
export interface Next {
  /** Istio's exact version, at most one minor version ahead. */
  readonly version: string
  /** Its revision, `1-31-0`: another than that of the control plane that stands. */
  readonly revision: string
  /** Whether the tag points at it. Of a mesh with a tag only. @default false */
  readonly tagged?: boolean
  /** The namespaces that follow it already. Of a mesh without a tag only. @default [] */
  readonly namespaces?: readonly string[]
  /** Whether the node agents, cni and ztunnel, are at its version. @default false */
  readonly nodes?: boolean
}

/** A mesh before its upgrade. */
export interface Standing extends ControlPlane {
  /** What namespaces follow in place of the revision. @default none */
  readonly tag?: string
  /** Where istiod runs. @default 'istio-system' */
  readonly systemNamespace?: string
  /** Where the node agents run. @default the system namespace */
  readonly nodeNamespace?: string
  /** Namespaces whose Pods have sidecars. */
  readonly sidecars: readonly string[]
  /** Namespaces behind ztunnel: their Pods are not restarted, their waypoints follow their revision by themselves. @default [] */
  readonly ambient?: readonly string[]
  /** Gateways by Istio's chart, `namespace/name`. @default [] */
  readonly gateways?: readonly string[]
}

export type UpgradeStep = 'install' | 'shift' | 'restart' | 'nodes' | 'retire'

/** One state of an upgrade: how to get there, what must be seen before the next, how to go back. */
export interface UpgradeState {
  readonly step: UpgradeStep
  /** A namespace, or `gateways`, where the step is taken one after another. */
  readonly of?: string
  /** The keys of `mesh` in the stack's settings that are other than before; of a `restart` there are none. */
  readonly settings?: Readonly<Record<string, unknown>>
  /** Commands to run where settings alone do not do it. */
  readonly run: readonly string[]
  readonly observe: readonly Observation[]
  readonly back: string
}

/** An upgrade, from first to last; without states where something blocks. */
export interface UpgradePlan {
  readonly states: readonly UpgradeState[]
  readonly problems: readonly Problem[]
}

/**
 * A canary upgrade of the control plane: the new one beside the old one, what is served moved over part by part, the
 * node agents after everything else, and the old one removed once nobody is left on it.
 *
 * The node agents come last but one for two reasons: cni and ztunnel are one a node, whatever the revisions, and must not
 * be ahead of a control plane in use; and a new ztunnel resets the long-lived connections of its node, which is not to be
 * had twice on the way back (istio.io `docs/ambient/upgrade/helm`, `docs/releases/supported-releases`).
 */
export function planUpgrade(from: Standing, to: Pick<Next, 'version' | 'revision'>): UpgradePlan {
  const problems = upgradeProblems(from, to)
  if (problems.some(({ severity }) => severity === 'error')) return { states: [], problems }
  const change = { from, to: { version: to.version, revision: to.revision } }
  const restarts = from.sidecars.map(namespace => restartState(change, namespace))
  const gateways = gatewaysState(change)
  const namespaces = namespacesOf(from)
  const moves =
    from.tag !== undefined
      ? [shiftState(change, { tag: from.tag }), ...restarts, ...gateways]
      : [
          ...namespaces.flatMap((namespace, i) => [
            shiftState(change, { moved: namespaces.slice(0, i + 1) }),
            ...restarts.filter(({ of }) => of === namespace),
          ]),
          ...gateways,
        ]
  return { states: [installState(change), ...moves, nodesState(change), retireState(change)], problems }
}

/** The namespaces that follow a control plane, each once: of workloads, waypoints and gateways. */
export function namespacesOf({ sidecars, ambient = [], gateways = [] }: Standing): readonly string[] {
  return [...new Set([...sidecars, ...ambient, ...gateways.map(gateway => gateway.replace(/\/.*$/, ''))])]
}

const supported = [29, 30, 31]

/**
 * What speaks against an upgrade. Istiod may be one minor version ahead of what it serves and never behind it; upstream
 * lets sidecars skip one with revisions, but the CNI plugin, which this project always installs and of which there is one
 * for all revisions, keeps to one (istio.io `docs/releases/supported-releases`, `docs/setup/upgrade/canary`,
 * `docs/ambient/upgrade/helm`).
 */
export function upgradeProblems(from: Standing, to: Pick<Next, 'version' | 'revision'>): readonly Problem[] {
  return [...versionProblems(from, to), ...revisionProblems(from, to)]
}

function versionProblems(from: Standing, to: Pick<Next, 'version'>): readonly Problem[] {
  const at = 'mesh.next.version'
  const [old, wanted] = [numbers(from.version), numbers(to.version)]
  if (!old || !wanted) return [] // the settings' own shape says so
  const [ahead, skew] = [compare(wanted, old), wanted[0] === old[0] ? wanted[1] - old[1] : Infinity]
  if (ahead < 0) {
    const message = `\`${to.version}\` is older than \`${from.version}\`: what is at the new version would be ahead of its control plane`
    return [blocking({ code: 'downgrade', at, message, hint: 'go back along the states of the upgrade' })]
  }
  if (skew > 1) {
    const message = `\`${to.version}\` is more than one minor version ahead of \`${from.version}\``
    return [blocking({ code: 'version-skew', at, message, hint: `upgrade to \`${old[0]}.${old[1] + 1}\` first` })]
  }
  if (wanted[0] === 1 && supported.includes(wanted[1])) return []
  const message = `Istio \`${to.version}\` is not supported`
  return [blocking({ code: 'unsupported-version', at, message, hint: 'supported are 1.29, 1.30 and 1.31' })]
}

function revisionProblems(from: Standing, { revision }: Pick<Next, 'revision'>): readonly Problem[] {
  const at = 'mesh.next.revision'
  if (!/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/.test(revision)) {
    const hint = `as in \`${revision.toLowerCase().replace(/[^a-z0-9-]/g, '-')}\``
    return [blocking({ code: 'bad-revision', at, message: `\`${revision}\` is no DNS label`, hint })]
  }
  if (revision === (from.revision ?? 'default') || revision === 'default') {
    const message = `\`${revision}\` is the control plane that stands: it would be replaced, and not have another beside it`
    return [blocking({ code: 'same-revision', at, message, hint: 'name it after its version, as in `1-31-0`' })]
  }
  if (revision === from.tag) {
    const message = `\`${revision}\` is the tag: who follows it would be injected twice`
    return [blocking({ code: 'same-revision', at, message, hint: 'name it after its version, as in `1-31-0`' })]
  }
  if (from.tag !== undefined) return []
  const message = `no tag stands between namespaces and control plane, so that the label of each of them changes: ${listed(namespacesOf(from))}`
  const hint = 'move them one after another by `mesh.next.namespaces`; with `mesh.tag` the next upgrade changes none'
  return [{ code: 'no-tag', severity: 'delegated', at: 'mesh.tag', message, hint }]
}

/** What is wrong with how far an upgrade has been taken. */
export function progressProblems(from: Standing, next: Next): readonly Problem[] {
  const { tagged = false, namespaces = [], nodes = false } = next
  const all = namespacesOf(from)
  const wrong = (key: string, message: string, hint: string): readonly Problem[] => [
    blocking({ code: 'upgrade-out-of-order', at: `mesh.next.${key}`, message, hint }),
  ]
  if (from.tag === undefined && tagged) return wrong('tagged', 'there is no tag', 'list namespaces in `namespaces`')
  if (from.tag !== undefined && namespaces.length > 0)
    return wrong('namespaces', 'namespaces follow the tag, which moves as one', 'set `tagged`')
  const strangers = namespaces.filter(name => !all.includes(name))
  if (strangers.length > 0)
    return wrong('namespaces', `no namespace of the mesh: ${listed(strangers)}`, `there are ${listed(all)}`)
  const behind = from.tag === undefined ? all.filter(name => !namespaces.includes(name)) : tagged ? [] : [from.tag]
  if (!nodes || behind.length === 0) return []
  const message = `the node agents would be ahead of the control plane that ${listed(behind)} still follows`
  return wrong('nodes', message, 'move and restart all of them first')
}

/**
 * Where an upgrade is, by the settings: the state whose settings they are, and those that follow, up to the next change
 * of settings. `undefined` where they are those of no state.
 */
export function progressOf(
  plan: UpgradePlan,
  next: Next,
): { readonly at: UpgradeState; readonly then: readonly UpgradeState[] } | undefined {
  const found = plan.states.findIndex(({ settings }) => settings !== undefined && same(settings.next, next))
  const at = plan.states[found]
  if (!at) return undefined
  const rest = plan.states.slice(found + 1)
  const stop = rest.findIndex(({ settings }) => settings !== undefined)
  return { at, then: rest.slice(0, stop < 0 ? undefined : stop + 1) }
}

function same(a: unknown, b: Next): boolean {
  return typeof a === 'object' && a !== null && canonical(a as Next) === canonical(b) // a state's own `next` is one
}

function canonical({ version, revision, tagged = false, namespaces = [], nodes = false }: Next): string {
  return JSON.stringify([version, revision, tagged, [...namespaces].sort(), nodes])
}

type Numbers = readonly [number, number, number]

function numbers(version: string): Numbers | undefined {
  const [, major, minor, patch] = /^(\d+)\.(\d+)\.(\d+)$/.exec(version) ?? []
  return major === undefined ? undefined : [Number(major), Number(minor), Number(patch)]
}

function compare(a: Numbers, b: Numbers): number {
  return a[0] - b[0] || a[1] - b[1] || a[2] - b[2]
}

function listed(names: readonly string[]): string {
  return names.map(name => `\`${name}\``).join(', ')
}
