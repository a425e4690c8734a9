import type { ReleaseArgs } from '@pulumi/kubernetes/helm/v3'
import type { Charts } from './settings'

/** The charts of an Istio release; all of them carry Istio's own version. */
export type IstioChart = 'base' | 'istiod' | 'cni' | 'ztunnel' | 'gateway'

/** The charts of a Linkerd release. */
export type LinkerdChart =
  'linkerd-crds' | 'linkerd-control-plane' | 'linkerd2-cni' | 'linkerd-viz' | 'linkerd-multicluster'

/** The chart of istio-csr. */
export const istioCsrChart = 'cert-manager-istio-csr'

/** The repository of cert-manager and what belongs to it. */
export const certManagerCharts: Charts = { repository: 'https://charts.jetstack.io' }

/** Istio's own repository. */
export const istioCharts: Charts = { repository: 'https://istio-release.storage.googleapis.com/charts' }

/** Linkerd's own repository, of its edge releases. */
export const linkerdCharts: Charts = { repository: 'https://helm.linkerd.io/edge' }

/** The version of the charts of an edge release: `2026.6.3` of `edge-26.6.3`. */
export function linkerdChartVersion(version: string): string {
  return version.replace(/^edge-/, '20')
}

/**
 * Where a Helm Release finds a mesh's chart.
 *
 * The version is given for local charts too: Helm does not look at it there, but a guard that reads the release does.
 */
export function chartOf(
  name: IstioChart | LinkerdChart | typeof istioCsrChart,
  version: string,
  charts: Charts = istioCharts,
): Pick<ReleaseArgs, 'chart' | 'version' | 'repositoryOpts'> {
  if ('directory' in charts) return { chart: local(charts.directory, name), version }
  if ('archives' in charts) return { chart: local(charts.archives, `${name}-${version}.tgz`), version }
  const repository = charts.repository.replace(/\/+$/, '')
  // Helm knows an OCI registry by the chart's own address only.
  if (repository.startsWith('oci://')) return { chart: `${repository}/${name}`, version }
  return { chart: name, version, repositoryOpts: { repo: repository } }
}

/** A path that Helm takes for one: without a leading `.` or `/` it could also be a chart of a repository named so. */
function local(directory: string, name: string): string {
  const path = `${directory.replace(/\/+$/, '')}/${name}`
  return /^(\.{0,2}\/|[A-Za-z]:)/.test(path) ? path : `./${path}`
}
