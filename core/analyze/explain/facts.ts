import { printIdentity, type Identity } from '../../model/identity'
import type { Asking } from '../istio/match-attribute'
import type { Connection } from '../ztunnel/match-rule'
import type { Facts } from './missed'

/** What an Envoy's policies see of a request, by the fields of their rules. Empty text: the request has none. */
export function factsOf(asking: Asking): Facts {
  return field => factOf(field, asking)
}

function factOf(field: string, { caller, ip, port, http, serverNames }: Asking): string | undefined {
  const known: Readonly<Record<string, string | undefined>> = {
    ...callerFacts(caller),
    ipBlocks: ip,
    ports: String(port),
    hosts: http?.host,
    methods: http?.method,
    paths: http?.paths.join(' or '),
    requestPrincipals: http?.payloadUnknown === false && !http.payload ? '' : undefined,
    'when connection.sni': serverNames.join(' or '),
  }
  return known[field] ?? known[byCondition[field] ?? ''] ?? header(field, http?.headers)
}

/** What ztunnel sees of a connection. */
export function ztunnelFacts({ caller, sourceIp, port }: Connection): Facts {
  const known: Readonly<Record<string, string | undefined>> = {
    ...callerFacts(caller),
    ipBlocks: sourceIp,
    ports: String(port),
  }
  return field => known[field]
}

function callerFacts(caller: Identity | undefined): Readonly<Record<string, string>> {
  if (!caller) return { principals: '', namespaces: '', serviceAccounts: '', trustDomains: '' }
  const { trustDomain, namespace, serviceAccount } = caller
  return {
    principals: printIdentity(caller),
    namespaces: namespace,
    serviceAccounts: `${namespace}/${serviceAccount}`,
    trustDomains: trustDomain,
  }
}

const byCondition: Readonly<Record<string, string>> = {
  'when source.ip': 'ipBlocks',
  'when source.namespace': 'namespaces',
  'when source.principal': 'principals',
  'when source.serviceAccount': 'serviceAccounts',
  'when destination.port': 'ports',
  'when request.auth.principal': 'requestPrincipals',
}

function header(field: string, headers: Readonly<Record<string, string>> | undefined): string | undefined {
  const [, name] = /^when request\.headers\[(.+)\]$/.exec(field) ?? []
  return name === undefined || !headers ? undefined : (headers[name.toLowerCase()] ?? '')
}
