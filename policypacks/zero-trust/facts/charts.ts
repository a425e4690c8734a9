import { at, text, type Field } from '../field'
import { ofKind, type Context } from '../rule'

/** Charts of Istio itself (istio manifests/charts). */
const istioCharts: readonly (string | undefined)[] = ['base', 'istiod', 'cni', 'gateway', 'ztunnel']

/** Charts of Linkerd itself (linkerd2 charts, viz/charts, multicluster/charts); nobody else's are called so. */
const linkerdCharts: readonly (string | undefined)[] = [
  'linkerd-crds',
  'linkerd-control-plane',
  'linkerd2-cni',
  'linkerd-viz',
  'linkerd-multicluster',
]

/** Helm Releases of the stack. They are opaque: what they bring is not seen. */
export function releases(context: Pick<Context, 'objects'>): readonly Field[] {
  return ofKind(context, 'helm.sh', 'Release')
}

/** Releases, and Charts that say what they are; the children of the others are judged one by one. */
export function charts(context: Pick<Context, 'objects'>): readonly Field[] {
  return [...releases(context), ...ofKind(context, 'helm.sh', 'Chart').filter(({ of }) => of.kind === 'Chart')]
}

/** A chart's own name: the end of its path, archive or OCI address, without a version. */
export function chartName(chart: Field): string | undefined {
  const last = text(at(chart, 'chart'))?.split('/').filter(Boolean).at(-1)
  return last?.replace(/\.tgz$/, '').replace(/-v?\d+\.\d+\.\d+.*$/, '')
}

/** Whether it is named like one of Istio's charts. Some of the names are common ones. */
export function isNamedLikeIstio(chart: Field): boolean {
  return istioCharts.includes(chartName(chart))
}

/** Whether it is certainly one of Istio's charts: from a place that says so, too. */
export function isIstioChart(chart: Field): boolean {
  const place = `${text(at(chart, 'chart')) ?? ''} ${text(at(chart, 'repositoryOpts', 'repo')) ?? ''}`
  return isNamedLikeIstio(chart) && /istio/i.test(place)
}

/** Whether it is one of Linkerd's charts. */
export function isLinkerdChart(chart: Field): boolean {
  return linkerdCharts.includes(chartName(chart))
}

/** Whether it installs a mesh, or a part of one. */
export function isMeshChart(chart: Field): boolean {
  return isIstioChart(chart) || isLinkerdChart(chart)
}

/** Whether it installs who signs for a mesh in istiod's place. It cannot be in the mesh, as it signs before there is one. */
export function isSignerChart(chart: Field): boolean {
  return chartName(chart) === 'cert-manager-istio-csr'
}
