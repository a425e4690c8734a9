import type { Traffic } from '../../../graph/graph'
import type { Workload } from '../context'

/**
 * How long a call is waited for and how often it is repeated, as annotations of a route say it; nothing where it is left to the mesh, which waits for ever and never
 * repeats. On a route they go before those of its Service (linkerd2 `policy-controller/grpc/src/outbound/http.rs` convert_outbound_route).
 *
 * Sources: linkerd2 `policy-controller/k8s/index/src/outbound/index.rs` parse_timeouts, `…/index/http.rs` parse_http_retry, `…/index/grpc.rs` parse_grpc_retry.
 */
export function patience(
  { service: { traffic = {} } }: Workload,
  kind: 'HTTPRoute' | 'GRPCRoute',
): Readonly<Record<string, string>> | undefined {
  const { timeout, retries } = traffic
  const annotations = {
    ...(timeout !== undefined && { 'timeout.linkerd.io/request': timeout }),
    ...(retries && retries.attempts > 0 && repeated(retries, kind)),
  }
  return Object.keys(annotations).length > 0 ? annotations : undefined
}

/**
 * A proxy repeats by what is answered. These are the answers of a proxy that could not pass the call on; what may have been acted on, as any other error,
 * is not asked again (linkerd2-proxy `linkerd/app/outbound/src/http/logical/policy/route/retry.rs` is_retryable).
 */
const unreached = {
  HTTPRoute: { 'retry.linkerd.io/http': 'gateway-error' },
  GRPCRoute: { 'retry.linkerd.io/grpc': 'unavailable' },
} as const

function repeated(
  { attempts, perTryTimeout }: NonNullable<Traffic['retries']>,
  kind: 'HTTPRoute' | 'GRPCRoute',
): Readonly<Record<string, string>> {
  return {
    ...unreached[kind],
    'retry.linkerd.io/limit': String(attempts),
    ...(perTryTimeout !== undefined && { 'retry.linkerd.io/timeout': perTryTimeout }),
  }
}
