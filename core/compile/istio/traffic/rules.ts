import type { Traffic } from '../../../graph/graph'
import type { Manifest } from '../../../model/manifest'
import { sorted } from '../../order'
import type { Workload } from '../context'
import type { FlowLine } from '../../../graph/flows'
import { manifest } from '../../objects'
import { planeOf } from '../plane'
import type { Settings } from '../settings'
import type { VersionOf } from '../../versions'

/** How long a call is waited for and how often it is repeated, as a route of Istio's own API says it. */
export interface Patience {
  readonly timeout?: string
  readonly retries?: { readonly attempts: number; readonly perTryTimeout?: string; readonly retryOn?: string }
}

/**
 * What a service's traffic says of waiting and repeating; of gateways' own routes to it too, which take no notice of the service's.
 *
 * Repeated is what certainly never got to the service: a connection refused or never made, a stream refused, a request reset before it was sent on.
 * The mesh's own default also repeats on gRPC's `cancelled` and `unavailable`, by which a server that did act may answer. Where each attempt has
 * its time, one that took longer is repeated too (`reset`, which is what Envoy makes of it): whoever says `perTryTimeout` asks for that.
 *
 * Sources: istio `pilot/pkg/networking/core/route/retry/retry.go` ConvertPolicy, `pkg/config/validation/agent/validation.go` ValidateHTTPRetry
 * (no attempts, no `retryOn`).
 */
export function patienceOf({ service: { traffic } }: Workload): Patience {
  const { timeout, retries } = traffic ?? {}
  return { ...(timeout !== undefined && { timeout }), ...(retries && { retries: repeated(retries) }) }
}

/** The same for a gateway's own route; before an ambient service its waypoint has it, and twice would be more than was said. */
export function patienceAtGateway(workload: Workload, settings: Settings): Patience {
  return planeOf(workload.namespace, settings) === 'ambient' ? {} : patienceOf(workload)
}

function repeated({ attempts, perTryTimeout }: NonNullable<Traffic['retries']>): NonNullable<Patience['retries']> {
  if (attempts === 0) return { attempts }
  const safe = 'connect-failure,refused-stream,reset-before-request'
  if (perTryTimeout === undefined) return { attempts, retryOn: safe }
  return { attempts, perTryTimeout, retryOn: `${safe},reset` }
}

/** A DestinationRule for one host: the parts its routes name, and when a Pod is left out. */
export interface HostRule {
  readonly name: string
  readonly namespace: string
  readonly host: string
  /** Whose proxies are to know it, as `exportTo` says it. */
  readonly exportTo: readonly string[]
  readonly versions: readonly VersionOf[]
  readonly outlierDetection: Traffic['outlierDetection']
  readonly because: readonly string[]
}

/**
 * Never `tls`: the mesh speaks mTLS by itself, and any word of ours would replace that (istio `pilot/pkg/networking/core/cluster_tls.go`
 * buildUpstreamTLSSettings). Connection pools are left alone.
 */
export function destinationRule(rule: HostRule): Manifest {
  const { name, namespace, host, exportTo, versions, outlierDetection, because } = rule
  const spec = {
    host,
    exportTo,
    ...(outlierDetection && { trafficPolicy: { outlierDetection: leftOut(outlierDetection) } }),
    ...(versions.length > 0 && { subsets: versions.map(({ name, own }) => ({ name, labels: own })) }),
  }
  return manifest({ kind: 'DestinationRule', namespace, name, spec, because })
}

function leftOut({
  consecutiveErrors = 5,
  ejectionTime = '30s',
  maxEjected = 10,
}: NonNullable<Traffic['outlierDetection']>): object {
  return { consecutive5xxErrors: consecutiveErrors, baseEjectionTime: ejectionTime, maxEjectionPercent: maxEjected }
}

/** Namespaces as `exportTo` of an object in `own` says them. */
export function shownTo(namespaces: readonly string[], own: string): string[] {
  return sorted(namespaces.map(namespace => (namespace === own ? '.' : namespace)))
}

/** The texts of some calls, as reasons. */
export function reasons(lines: readonly FlowLine[]): string[] {
  return sorted(lines.map(({ text }) => text))
}
