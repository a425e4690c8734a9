/*
 * Gateways of Istio's own API, in as few words as will do.
 */

const text = (object: object): string => JSON.stringify(object)

/** The Pods and the Service of Istio's gateway chart, `namespace/name`; ports 80 and 443 lead to 8080 and 8443. */
export function chartGateway(id: string): string {
  const [namespace, name = ''] = id.split('/')
  const labels = { app: name, istio: name.replace(/^istio-/, '') }
  const template = {
    metadata: { labels, annotations: { 'inject.istio.io/templates': 'gateway' } },
    spec: { serviceAccountName: name, containers: [{ name: 'istio-proxy', image: 'auto' }] },
  }
  const ports = [
    { name: 'http2', port: 80, targetPort: 8080 },
    { name: 'https', port: 443, targetPort: 8443 },
  ]
  const metadata = { name, namespace }
  return [
    { apiVersion: 'apps/v1', kind: 'Deployment', metadata, spec: { selector: { matchLabels: labels }, template } },
    { apiVersion: 'v1', kind: 'Service', metadata, spec: { selector: labels, ports } },
  ]
    .map(text)
    .join('\n---\n')
}

/** One server of a Gateway. */
export interface ServerSpec {
  readonly port: number
  readonly protocol: string
  readonly hosts: readonly string[]
  readonly tls?: string
  /** Whether it only tells clients to come back in TLS. */
  readonly redirect?: boolean
}

/** A Gateway `namespace/name` for Pods labelled `istio: <selected>`; `made` orders those of one table. */
export function istioGateway(
  id: string,
  servers: readonly ServerSpec[],
  { selected = 'ingressgateway', made = 1 }: { readonly selected?: string; readonly made?: number } = {},
): string {
  const [namespace, name] = id.split('/')
  return text({
    apiVersion: 'networking.istio.io/v1',
    kind: 'Gateway',
    metadata: { name, namespace, creationTimestamp: `2026-01-01T00:00:0${made}Z` },
    spec: {
      selector: { istio: selected },
      servers: servers.map(({ port, protocol, hosts, tls, redirect }, i) => ({
        port: { number: port, name: `server-${i}`, protocol },
        hosts,
        ...(tls === undefined ? {} : { tls: { mode: tls, credentialName: 'cert' } }),
        ...(redirect === true ? { tls: { httpsRedirect: true } } : {}),
      })),
    },
  })
}

/** A VirtualService `namespace/name`. */
export function virtualService(id: string, spec: object, made = 1): string {
  const [namespace, name] = id.split('/')
  const metadata = { name, namespace, creationTimestamp: `2026-01-01T00:00:0${made}Z` }
  return text({ apiVersion: 'networking.istio.io/v1', kind: 'VirtualService', metadata, spec })
}

/** A rule of a VirtualService: where to, `service.namespace:port`, and for what. */
export function rule(to: string, ...match: readonly object[]): object {
  const [host = '', port] = to.split(':')
  const destination = { host: `${host}.svc.cluster.local`, port: { number: Number(port) } }
  return { ...(match.length > 0 ? { match } : {}), route: [{ destination }] }
}
