/** Where the proxy itself listens: for other proxies, for tap, and for metrics and health (`charts/linkerd-control-plane/values.yaml` proxy.ports). */
export const proxyPorts = { inbound: 4143, control: 4190 } as const

/** Speaks nothing but HTTP, and asks the policies of its own port (proxy `linkerd/app/admin/src/stack.rs`). */
export const adminPort = 4191
