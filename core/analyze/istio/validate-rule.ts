/**
 * What Istio's webhook refuses in a rule although its types are right: istio `pkg/config/validation/validation.go`
 * ValidateAuthorizationPolicy and `pkg/config/security/security.go`. Slipped past the webhook, such a value drops its rule
 * from ALLOW and widens DENY, so nothing may be concluded from a rule that has one.
 */
import { parseBlock } from './match-ip'
import type { Condition, Operation, Source } from '../layer'
import type { Cursor } from './cursor'
import { conditionKey } from './when-key'

type Check = (value: string) => string | undefined

const fine: Check = () => undefined
const port: Check = value => (/^\d+$/.test(value) && Number(value) <= 65535 ? undefined : 'a port number in decimal')
const address: Check = value => (parseBlock(value) ? undefined : 'an IP address or a CIDR')

/** `*` alone, at the start or at the end. */
const wildcard: Check = value =>
  value === '*' || (!value.slice(1, -1).includes('*') && stars(value) <= 1)
    ? undefined
    : 'at most one `*`, first or last'
const trustDomain: Check = value => (value.includes('/') ? 'a trust domain without `/`' : wildcard(value))
const serviceAccount: Check = value =>
  /^([^/*]+\/)?[^/*]+$/.test(value) && value.length <= 320
    ? undefined
    : '`serviceAccount` or `namespace/serviceAccount`'

function stars(value: string): number {
  return value.split('*').length - 1
}

const literal = /^[a-zA-Z0-9-._~%!$&'()+,;:@=]+$/

/**
 * `{*}` and `{**}` are whole segments; nothing but literals follows `{**}`. Envoy also asks of a template that it starts
 * with one slash and holds no empty segments, and refuses the whole listener otherwise
 * (envoy `source/extensions/path/uri_template_lib/uri_template_internal.cc` parsePathPatternSyntax).
 */
const path: Check = value => {
  const templated = value.includes('{*}') || value.includes('{**}')
  if (templated && !/^\/(?!\/)(.*[^/])?\/?$/s.test(value))
    return 'a template that starts with one slash and ends with at most one'
  let rest = false
  for (const segment of value.replace(/^\/+|\/+$/g, '').split('/')) {
    if (segment === '{*}' || segment === '{**}') {
      if (rest) return 'no operator after `{**}`'
      rest = segment === '{**}'
    } else if (/[{}]/.test(segment)) return '`{*}` or `{**}` as a whole segment'
    else if (templated && !literal.test(segment)) return 'literal segments of characters that a path may have'
  }
  return undefined
}

const sourceChecks: Partial<Record<keyof Source, Check>> = {
  serviceAccounts: serviceAccount,
  notServiceAccounts: serviceAccount,
  trustDomains: trustDomain,
  notTrustDomains: trustDomain,
  ipBlocks: address,
  notIpBlocks: address,
  remoteIpBlocks: address,
  notRemoteIpBlocks: address,
}
const operationChecks: Partial<Record<keyof Operation, Check>> = {
  ports: port,
  notPorts: port,
  paths: path,
  notPaths: path,
}

export function checkSource(source: Cursor, value: Source): void {
  for (const [key, values] of entries(value)) checkValues(source.get(key), values, sourceChecks[key] ?? fine)
  const { serviceAccounts, notServiceAccounts, principals, notPrincipals, namespaces, notNamespaces } = value
  const named = serviceAccounts.length + notServiceAccounts.length > 0
  if (named && principals.length + notPrincipals.length + namespaces.length + notNamespaces.length > 0) {
    source.wrong('no `serviceAccounts` beside principals or namespaces')
  }
  for (const key of ['serviceAccounts', 'notServiceAccounts'] as const) {
    if (value[key].length > 16) source.get(key).wrong('at most 16 values')
  }
}

export function checkOperation(operation: Cursor, value: Operation): void {
  for (const [key, values] of entries(value)) checkValues(operation.get(key), values, operationChecks[key] ?? fine)
}

export function checkCondition(condition: Cursor, { key, values, notValues }: Condition): void {
  const known = conditionKey(key)
  if (!known) {
    condition.get('key').wrong('a condition key such as `source.ip` or `request.headers[x]`')
    return
  }
  const check = conditionChecks[known.kind] ?? fine
  checkValues(condition.get('values'), values, check)
  checkValues(condition.get('notValues'), notValues, check)
}

const conditionChecks: Partial<Record<string, Check>> = {
  'source.ip': address,
  'remote.ip': address,
  'destination.ip': address,
  'destination.port': port,
  'source.serviceAccount': serviceAccount,
  'source.trustDomain': wildcard,
}

function checkValues(field: Cursor, values: readonly string[], check: Check): void {
  field.items().forEach((item, index) => {
    const value = values[index]
    const expected = value === '' ? 'a value that is not empty' : value === undefined ? undefined : check(value)
    if (expected !== undefined) item.wrong(expected)
  })
}

/** The entries of a record with fixed keys; the cast says what its type already does. */
function entries<K extends string, V>(record: Readonly<Record<K, V>>): readonly (readonly [K, V])[] {
  return Object.entries(record) as [K, V][]
}
