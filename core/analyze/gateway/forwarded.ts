import type { Layer, Workload } from '../layer'
import type { Request } from '../request'

const header = 'x-forwarded-for'

/**
 * A request as a gateway's policies may see it: whom it is from (`remote.ip`) is the entry of `X-Forwarded-For` that as many trusted proxies after it wrote, and the
 * connection's own address where none is trusted, or too few wrote any. Told by its last entry, which is what everything here takes for it.
 * Sources: istio `pilot/pkg/networking/core/gateway.go` buildGatewayConnectionManager (XffNumTrustedHops), createGatewayHTTPFilterChainOpts (useRemoteAddress).
 */
export function asSeen(layer: Layer, workload: Workload, request: Request): readonly Request[] {
  const { http } = request
  const written = http?.headers[header]
  if (!http || written === undefined) return [request]
  const entries = written.split(',').map(entry => entry.trim())
  const trusted = trustedBy(layer, workload)
  const counts = trusted === undefined ? [0, ...entries.map((_, index) => index + 1)] : [trusted]
  return counts.map(count => {
    const { [header]: _, ...others } = http.headers
    const remote = count === 0 ? undefined : entries.at(-count)
    return { ...request, http: { ...http, headers: remote === undefined ? others : { ...others, [header]: remote } } }
  })
}

/** How many proxies before a gateway's Pods are trusted; a Pod may say otherwise than the mesh. */
export function trustedBy({ mesh }: Layer, { annotations }: Workload): number | undefined {
  return annotations['proxy.istio.io/config'] === undefined ? mesh.trustedProxies : undefined
}
