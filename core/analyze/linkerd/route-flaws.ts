import type { Cursor } from '../istio/cursor'
import { gatewayGroup } from './target-kind'

/** Why the policy controller ignores a route, as a message ends; `unknown` where it may. */
export type Flaw = string

const known = ['requestHeaderModifier', 'responseHeaderModifier', 'requestRedirect']

/**
 * A filter the inbound side does not have voids the route (`policy-controller/k8s/index/src/inbound/index/http.rs` try_gateway_filter, `grpc.rs`
 * try_grpc_filter). Linkerd's own HTTPRoute has no others: what else it says cannot be read (`policy-controller/k8s/api/src/policy/httproute.rs`).
 */
export function flawsOf(filter: Cursor, group: string): readonly Flaw[] {
  const type = filter.get('type').string() ?? ''
  const field = known.find(name => !filter.get(name).absent)
  if (field === undefined) return [group === gatewayGroup ? `it has a filter ${type}` : 'unknown']
  const modifier = filter.get(field)
  const headers = [...modifier.get('set').items(), ...modifier.get('add').items()]
  const possible = headers.map(header => {
    header.required()?.only(['name', 'value'])
    return isHeaderName(header.get('name').string() ?? '') && isHeaderValue(header.get('value').string() ?? '')
  })
  return possible.includes(false) ? [`its filter ${type} has a header that cannot be`] : []
}

/** The names that Rust's crate `http` takes. */
export function isHeaderName(name: string): boolean {
  return /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/.test(name)
}

/** The values that Rust's crate `http` takes from text: no control characters but tabs. */
export function isHeaderValue(value: string): boolean {
  return /^[\t\x20-\x7e]*$/.test(value)
}
