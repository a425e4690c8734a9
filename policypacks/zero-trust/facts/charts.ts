import { at, text, type Field } from '../field'
import { ofKind, type Context } from '../rule'

/** Charts of Istio itself (istio manifests/charts). */
const istioCharts: readonly (string | undefined)[] = ['base', 'istiod', 'cni', 'gateway', 'ztunnel']

/** Helm Releases of the stack. They are opaque: what they bring is not seen. */
export function releases(context: Pick<Context, 'objects'>): readonly Field[] {
  return ofKind(context, 'helm.sh', 'Release')
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
