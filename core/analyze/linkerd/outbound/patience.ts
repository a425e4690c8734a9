import type { Labels } from '../../layer'

const duration = /^(0|\d{1,9}(ms|s|m|h|d))$/
const code = '[1-5]\\d\\d'

/** What of timeouts and retries the controller can read of a route's annotations; what else is there makes nothing of the whole route. */
const readable: Readonly<Record<string, RegExp>> = {
  'timeout.linkerd.io/request': duration,
  'timeout.linkerd.io/response': duration,
  'timeout.linkerd.io/idle': duration,
  'retry.linkerd.io/timeout': duration,
  'retry.linkerd.io/limit': /^\d{1,4}$/,
  'retry.linkerd.io/http': new RegExp(`^((5xx|gateway-error|${code})(,(?!$)|$))+$`),
  'retry.linkerd.io/grpc': /^((cancelled|deadline-exceeded|internal|resource-exhausted|unavailable)(,(?!$)|$))+$/,
}

/**
 * Whether nothing that a route's annotations say of timeouts and retries keeps the controller from following it (`outbound/index.rs` parse_timeouts, `outbound/index/http.rs`
 * parse_http_retry, `outbound/index/grpc.rs` parse_grpc_retry). Rare spellings are left out: a route with one may count or not.
 */
export function isPatient(annotations: Labels): boolean {
  return Object.entries(readable).every(([name, form]) => {
    const text = annotations[name]
    return text === undefined || form.test(text)
  })
}
