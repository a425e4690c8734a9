import type { Cursor } from '../istio/cursor'
import type { LinkerdPod } from './layer-linkerd'

/** What Linkerd looks at in a PodSpec (`policy-controller/k8s/index/src/inbound/workload.rs`); ephemeral containers are none of its concern. */
export function readLinkerdPod(spec: Cursor): LinkerdPod {
  const init = spec.get('initContainers').items()
  const all = [...spec.get('containers').items(), ...init]
  return {
    proxyContainer: all.some(container => nameOf(container) === 'linkerd-proxy'),
    foreignSidecar: all.some(isForeign) || init.some(isForeignInit),
    namedPorts: all.flatMap(namedPorts),
    probes: all.flatMap(readProbes),
  }
}

function nameOf(container: Cursor): string {
  return container.get('name').string() ?? ''
}

/** Source: `pkg/healthcheck/sidecar.go` HasExistingSidecars. */
function isForeign(container: Cursor): boolean {
  const image = container.get('image').string() ?? ''
  const proxy = ['cr.l5d.io/linkerd/proxy:', 'gcr.io/istio-release/proxyv2:'].some(known => image.startsWith(known))
  return nameOf(container) === 'istio-proxy' || (proxy && nameOf(container) !== 'linkerd-proxy')
}

function isForeignInit(container: Cursor): boolean {
  const image = container.get('image').string() ?? ''
  const images = ['cr.l5d.io/linkerd/proxy-init:', 'gcr.io/istio-release/proxy_init:']
  return images.some(known => image.startsWith(known)) || ['linkerd-init', 'istio-init'].includes(nameOf(container))
}

/** Without a protocol, and with TCP in whatever case (`policy-controller/k8s/index/src/inbound/workload.rs` named_tcp_port). */
function namedPorts(container: Cursor): LinkerdPod['namedPorts'] {
  return container
    .get('ports')
    .items()
    .flatMap(entry => {
      const name = entry.get('name').string()
      const port = entry.get('containerPort').port()
      const tcp = (entry.get('protocol').string() ?? 'TCP').toUpperCase() === 'TCP'
      return name === undefined || port === undefined || !tcp ? [] : [{ name, port }]
    })
}

/** Only what is asked by HTTP (`policy-controller/k8s/index/src/inbound/workload.rs` container_http_probe_paths). */
function readProbes(container: Cursor): LinkerdPod['probes'] {
  return ['livenessProbe', 'readinessProbe', 'startupProbe'].flatMap(field => {
    const http = container.get(field).get('httpGet')
    if (http.absent) return []
    const port = probePort(http.get('port').portOrName(), container)
    const path = pathOf(http.get('path').string() ?? '/')
    return port === undefined || path === undefined ? [] : [{ port, path }]
  })
}

/** A name is looked up among the container's own ports, in whatever case; digits in quotes are a name. */
function probePort(port: number | string | undefined, container: Cursor): number | undefined {
  if (typeof port !== 'string') return port
  return namedPorts(container).find(({ name }) => name.toLowerCase() === port.toLowerCase())?.port
}

/** The path of what Rust's crate `http` takes for a URI, without its query. One without a leading slash is read as a host, whose path nobody asks for. */
function pathOf(uri: string): string | undefined {
  if (uri === '' || /[\0-\x20<>`]/.test(uri)) return undefined
  if (uri.startsWith('/')) return uri.split(/[?#]/)[0]
  const [, path] = /^[a-z][a-z\d+.-]*:\/\/[^/?#]+([^?#]*)/i.exec(uri) ?? []
  return path === undefined ? undefined : path === '' ? '/' : path
}
