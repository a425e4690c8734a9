import { at, gather, given, items, number, text, texts, word, type Field, type Gathered } from '../field'
import { ofKind, type Context } from '../rule'

export function destinationRules(context: Context): readonly Field[] {
  return ofKind(context, 'networking.istio.io', 'DestinationRule')
}

export function serviceEntries(context: Context): readonly Field[] {
  return ofKind(context, 'networking.istio.io', 'ServiceEntry')
}

/** A host outside the mesh, and what the ServiceEntry that declares it says of its certificates. */
export interface OutsideHost {
  readonly host: string
  readonly subjectAltNames: readonly string[]
  /** Its ServiceEntry; absent where only the setting names the host. */
  readonly entry?: Field
}

/** Hosts that ServiceEntries of the stack, or the setting `external`, show to be outside the mesh. */
export function outsideHosts(context: Context): Gathered<OutsideHost> {
  const declared = gather(serviceEntries(context), outsideHostsOf)
  const named = context.config.external.map(host => ({ host, subjectAltNames: [] }))
  return { facts: [...named, ...declared.facts.flat()], findings: declared.findings }
}

function outsideHostsOf(entry: Field): readonly OutsideHost[] {
  const spec = at(entry, 'spec')
  if (text(at(spec, 'location')) === 'MESH_INTERNAL') return []
  const subjectAltNames = texts(at(spec, 'subjectAltNames'))
  return texts(at(spec, 'hosts'))
    .filter(host => !isOfCluster(host))
    .map(host => ({ host, subjectAltNames, entry }))
}

/**
 * Whether every port of a host outside that these settings are for is HTTP to the proxy that calls: by its `protocol`, whatever
 * its name (istio pilot/pkg/serviceregistry/serviceentry/conversion.go convertPort, pkg/config/protocol/instance.go).
 */
export function isHttp({ entry }: OutsideHost, { level }: TlsSettings): boolean {
  const only = level && number(at(level, 'port', 'number'))
  const ports = entry === undefined ? [] : items(at(entry, 'spec', 'ports'))
  const called = ports.filter(one => level === undefined || number(at(one, 'number')) === only)
  return called.length > 0 && called.every(one => /^(http2?|grpc(-web)?)$/i.test(text(at(one, 'protocol')) ?? ''))
}

/** What the cluster's own DNS answers for, whatever a ServiceEntry calls it. */
function isOfCluster(host: string): boolean {
  return !host.includes('.') || /\.local$|\.svc(\.|$)/.test(host)
}

const modes = ['DISABLE', 'SIMPLE', 'MUTUAL', 'ISTIO_MUTUAL'] as const

/** How a proxy calls by these TLS settings; without a mode, in plaintext (istio networking/v1alpha3/destination_rule.proto). */
export function tlsModeOf(tls: Field): (typeof modes)[number] {
  return word(at(tls, 'mode'), modes) ?? 'DISABLE'
}

/** TLS settings, and the `portLevelSettings` they stand in; without these, they are for every port. */
export interface TlsSettings {
  readonly tls: Field
  readonly level?: Field
}

/** All TLS settings of a DestinationRule: of the host, of its ports, and of its subsets. */
export function tlsSettings(rule: Field): readonly TlsSettings[] {
  const subsets = items(at(rule, 'spec', 'subsets')).map(subset => at(subset, 'trafficPolicy'))
  return [at(rule, 'spec', 'trafficPolicy'), ...subsets].flatMap((policy): readonly TlsSettings[] => {
    const ports = items(at(policy, 'portLevelSettings')).map(level => ({ tls: at(level, 'tls'), level }))
    return [{ tls: at(policy, 'tls') }, ...ports].filter(({ tls }) => given(tls))
  })
}
