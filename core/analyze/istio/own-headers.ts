const proxied = /^(x-envoy-.*|x-forwarded-(proto|host|port|client-cert)|x-request-id|x-b3-.*|traceparent|:scheme)$/

/**
 * Whether a header, in lower case, is one that a proxy on the way sets, changes or removes: what arrives at the policy is not what was sent.
 * Source: envoy `docs/root/configuration/http/http_conn_man/headers.rst`.
 */
export function isOfProxy(name: string): boolean {
  return proxied.test(name)
}
