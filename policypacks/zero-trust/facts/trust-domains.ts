import { at, gather, items, required, text, texts, type Field } from '../field'
import { ofKind, type Context, type Finding } from '../rule'
import { chartName, charts } from './charts'
import { controlPlanesOf, isSet } from './istio-authority'
import { embedded } from './linkerd-install/settings'
import { valueOf } from './linkerd-install/values'
import { isMeshConfig } from './mesh-config'

/** What each mesh is called that nobody gives a name (istio pkg/config/constants/constants.go DefaultClusterLocalDomain, linkerd2 charts/linkerd-control-plane/values.yaml clusterDomain). */
export const defaultTrustDomain = 'cluster.local'

/** A trust domain as something in the stack has it, said or by default. */
export interface StatedDomain {
  readonly field: Field
  readonly value: string
}

/** What of a stack has a trust domain of Istio: its control planes, and istio-csr where that signs for them. */
export interface IstioDomains {
  readonly planes: readonly StatedDomain[]
  readonly signers: readonly StatedDomain[]
  /** Trust domains whose identities a proxy takes beside those of its own, a list for each control plane. */
  readonly others: readonly ReadonlySet<string>[]
  /** A control plane lets in every trust domain that its anchors vouch for. */
  readonly anyDomain: boolean
  readonly findings: readonly Finding[]
}

interface Read {
  readonly plane?: StatedDomain & { readonly others: ReadonlySet<string> }
  readonly signer?: StatedDomain
  readonly anyDomain?: boolean
}

/** Reads them from the charts `istiod` and `cert-manager-istio-csr`, and from the ConfigMaps that istiod is told by. */
export function istioDomains(context: Context): IstioDomains {
  const sources = [...new Set([...charts(context), ...ofKind(context, '', 'ConfigMap')])]
  const { facts, findings } = gather(sources, read)
  const planes = facts.flatMap(({ plane }) => plane ?? [])
  return {
    planes,
    signers: facts.flatMap(({ signer }) => signer ?? []),
    others: planes.map(({ others }) => others),
    anyDomain: facts.some(({ anyDomain }) => anyDomain),
    findings,
  }
}

function read(source: Field): Read {
  if (source.of.kind === 'ConfigMap')
    return isMeshConfig(source) ? { plane: ofMeshConfig(embedded(at(source, 'data', 'mesh'))) } : {}
  if (chartName(source) === 'cert-manager-istio-csr')
    return { signer: stated(valueOf(source, 'app', 'tls', 'trustDomain')) }
  if (chartName(source) !== 'istiod') return {}
  const anyDomain = controlPlanesOf(source).some(plane => isSet(plane, 'PILOT_SKIP_VALIDATE_TRUST_DOMAIN'))
  return { plane: ofMeshConfig(valueOf(source, 'meshConfig')), anyDomain }
}

/** Aliases, and the trust domains of more anchors (istio pilot/pkg/networking/plugin/authn/util.go TrustDomainsForValidation). */
function ofMeshConfig(config: Field): Read['plane'] & object {
  const more = items(at(config, 'caCertificates')).flatMap(each => texts(at(each, 'trustDomains')))
  return {
    ...stated(at(config, 'trustDomain')),
    others: new Set([...texts(at(config, 'trustDomainAliases')), ...more]),
  }
}

function stated(field: Field): StatedDomain {
  const value = text(field) ?? ''
  return { field, value: value === '' ? defaultTrustDomain : value }
}

/** The trust domain of Linkerd's control plane, by its chart: an empty one is the cluster's (linkerd2 charts/linkerd-control-plane/templates/config.yaml). */
export function linkerdDomainOf(chart: Field): StatedDomain {
  const own = valueOf(chart, 'identityTrustDomain')
  const value = text(own) ?? ''
  return value === '' ? { ...stated(valueOf(chart, 'clusterDomain')), field: own } : { field: own, value }
}

/** The trust domain that a principal is of; nothing for a pattern, or for what is no principal. */
export function domainOf(principal: Field): string | undefined {
  const [domain = '', ...rest] = required(principal).split('/')
  return rest.length > 0 && domain !== '' && !domain.includes('*') ? domain : undefined
}
