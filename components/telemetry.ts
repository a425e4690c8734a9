import { CustomResource } from '@pulumi/kubernetes/apiextensions'
import type * as pulumi from '@pulumi/pulumi'
import { managed } from '../core/model/managed'
import type { Telemetry } from './settings'

/**
 * By how Envoy's own filters for policies name their refusals, of requests and of connections; an attribute that is not
 * there makes its half neither true nor false (envoy `source/extensions/filters/{http,network}/rbac`,
 * `source/extensions/access_loggers/filters/cel/cel.cc`).
 */
const denied = ['response.code_details', 'connection.termination_details']
  .map(attribute => `${attribute}.startsWith('rbac_access_denied')`)
  .join(' || ')

/**
 * What the mesh's Envoys log, in the root namespace, where it holds for all of them, waypoints too (istio
 * `pilot/pkg/model/telemetry.go` applicableTelemetries). Nothing where nothing is to be logged.
 */
export function registerTelemetry(
  name: string,
  { level, namespace }: { readonly level: Telemetry; readonly namespace: string },
  options: pulumi.CustomResourceOptions,
): void {
  if (level === 'off') return
  const filter = level === 'denials' ? { filter: { expression: denied } } : {}
  // `envoy` is there without being configured, and writes to standard output (istio `pkg/config/mesh/mesh.go`).
  const spec = { accessLogging: [{ providers: [{ name: 'envoy' }], ...filter }] }
  const metadata = { name: 'zero-trust-mesh', namespace, labels: managed }
  new CustomResource(name, { apiVersion: 'telemetry.istio.io/v1', kind: 'Telemetry', metadata, spec }, options)
}
