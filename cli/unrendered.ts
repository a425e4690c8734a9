import { groupBy } from '../core/model/group'
import type { Sourced } from '../core/model/manifest'
import { count, visible } from '../core/report/words'
import { isMapping } from './shape'

/** Something that stands for objects which are not there yet. */
export interface Unrendered {
  /** What it is, in one word: `HelmRelease`, `Helm chart`. */
  readonly what: string
  readonly name: string
  /** File and line. */
  readonly at: string
  /** What turns it into objects. */
  readonly how: string
}

const helm = '`helm template` with the chart and the values it names'
const flux = '`flux build kustomization NAME --path DIR`'
const kustomize = '`kubectl kustomize DIR`'

/**
 * Kinds that others make objects from, `Kind.group`, and how to get at these. Sources: fluxcd/helm-controller,
 * fluxcd/kustomize-controller, k3s-io/helm-controller, argoproj/argo-cd, kubernetes-sigs/kustomize, rancher/fleet,
 * carvel-dev/kapp-controller, istio/istio `operator/pkg/apis`.
 */
const renderers: ReadonlyMap<string, string> = new Map([
  ['HelmRelease.helm.toolkit.fluxcd.io', helm],
  ['HelmRelease.helm.fluxcd.io', helm],
  ['HelmChart.helm.cattle.io', helm],
  ['HelmChartConfig.helm.cattle.io', helm],
  ['HelmChart.source.toolkit.fluxcd.io', helm],
  ['Kustomization.kustomize.toolkit.fluxcd.io', flux],
  ['Application.argoproj.io', '`argocd app manifests NAME`'],
  ['ApplicationSet.argoproj.io', '`argocd appset generate FILE`, and `argocd app manifests` for each'],
  ['GitRepo.fleet.cattle.io', '`fleet target`'],
  ['Bundle.fleet.cattle.io', '`fleet deploy --dry-run`'],
  ['App.kappctrl.k14s.io', '`kctrl dev`'],
  ['PackageInstall.packaging.carvel.dev', '`kctrl package installed get`'],
  ['IstioOperator.install.istio.io', '`istioctl manifest generate -f FILE`'],
])

/** Whether a kind, `Kind.group`, stands for objects that are not there yet. */
export function isUnrendered(kind: string): boolean {
  return renderers.has(kind)
}

/** Those among the objects. */
export function unrenderedObjects(inputs: readonly Sourced[]): readonly Unrendered[] {
  return inputs.flatMap(({ object, at }) => {
    if (!isMapping(object)) return []
    const how = renderers.get(kindOf(object))
    return how === undefined ? [] : [{ what: String(object.kind), name: nameOf(object), at, how }]
  })
}

function kindOf({ apiVersion, kind }: Readonly<Record<string, unknown>>): string {
  return `${String(kind)}.${String(apiVersion).split('/')[0] ?? ''}`
}

function nameOf({ metadata }: Readonly<Record<string, unknown>>): string {
  const { name, namespace }: Readonly<Record<string, unknown>> = isMapping(metadata) ? metadata : {}
  if (typeof name !== 'string') return 'one without a name'
  return typeof namespace === 'string' ? `${namespace}/${name}` : name
}

const fileKinds: readonly (readonly [RegExp, string, string])[] = [
  [/^kustomization(?:\.ya?ml)?$/i, 'Kustomization', kustomize],
  [/^helmfile\.ya?ml$/, 'helmfile', '`helmfile template`'],
]

/** The file of a tool that makes objects, told by its name; in a revision too: `git:main:kustomization.yaml`. */
export function unrenderedFile(path: string): Unrendered | undefined {
  const name = path.replace(/^git:[^:]*:/, '').replace(/.*[\\/]/, '')
  const [, what, how] = fileKinds.find(([pattern]) => pattern.test(name)) ?? []
  return what === undefined || how === undefined ? undefined : { what, name: path, at: path, how }
}

/** A directory with a chart in it: its templates are no objects yet. */
export function unrenderedChart(directory: string): Unrendered {
  return { what: 'Helm chart', name: directory, at: directory, how: '`helm template DIR` with your values' }
}

/** What of a chart's directory is the chart's own, and means something only when it is rendered. */
export function isOfChart(name: string): boolean {
  return /^(?:templates|charts|Chart\.yaml|requirements\.yaml|values.*\.(?:ya?ml|json))$/.test(name)
}

/** More than anybody wants to read; the rest is counted. */
const mostNamed = 5

/** A warning for each kind of them: what they stand for is not judged, and how it would be. */
export function unrenderedWarnings(found: readonly Unrendered[]): readonly string[] {
  return [...groupBy(found, ({ what, how }) => `${what}\n${how}`).values()].map(alike => {
    const [{ what, how } = { what: '', how: '' }] = alike
    const named = alike.slice(0, mostNamed).map(({ name, at }) => (name === at ? at : `${name} (${at})`))
    const more = alike.length > mostNamed ? [`and ${alike.length - mostNamed} more`] : []
    const names = visible([...named, ...more].join(', '))
    return `not rendered: ${count(alike.length, what)}, ${names}: what it makes is judged only if you give it, too\n  hint: ${how}`
  })
}
