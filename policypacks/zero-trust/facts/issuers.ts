import { at, entries, gather, given, items, text, type Field, type Gathered } from '../field'
import type { Context } from '../rule'
import { isPending } from './anchors'
import { chartName } from './charts'
import { anchorsIn, anchorSources, type AnchorText } from './known-anchors'
import { controlPlaneChart } from './linkerd-install/settings'
import { valueOf } from './linkerd-install/values'

/** The certificate that a mesh signs with, as a stack says it. */
export interface IssuerText {
  readonly mesh: AnchorText['mesh']
  /** The certificate, and what may follow it on the way to an anchor. */
  readonly field: Field
  /** What Istio's proxies show after their own certificate, where that is a text of its own. */
  readonly chain?: Field
}

/** All that somebody trusts at one place. */
export interface AnchorSet {
  readonly mesh: AnchorText['mesh']
  readonly fields: readonly Field[]
  /** Some of it is only named, and not seen. */
  readonly partial: boolean
  /** The place, for messages. */
  readonly label: string
}

/** What a stack says that its meshes sign with. */
export function issuersOf(context: Context): Gathered<IssuerText> {
  const { facts, findings } = gather(anchorSources(context), issuersIn)
  return { facts: facts.flat(), findings }
}

function issuersIn(source: Field): readonly IssuerText[] {
  if (source.of.kind === 'Secret') return ofSecret(source)
  return chartName(source) === controlPlaneChart ? ofChart(source) : []
}

/** Keys under which a Secret has a certificate to sign with, those first that go before the others, and its chain. */
interface Style {
  readonly issuer: string
  readonly chain?: string
}

const secrets: Readonly<Record<string, readonly [AnchorText['mesh'], readonly Style[]]>> = {
  // Where there is a `tls.crt` the others are not looked at (istio pilot/pkg/bootstrap/istio_ca.go detectSigningCABundleAndCRL).
  cacerts: ['istio', [{ issuer: 'tls.crt' }, { issuer: 'ca-cert.pem', chain: 'cert-chain.pem' }]],
  // Of `kubernetes.io/tls` and of `linkerd.io/tls` (linkerd2 pkg/k8s/labels.go IdentityIssuerCrtName).
  'linkerd-identity-issuer': ['linkerd', [{ issuer: 'tls.crt' }, { issuer: 'crt.pem' }]],
}

/** No key is read: only these are looked at. */
function ofSecret(secret: Field): readonly IssuerText[] {
  const name = text(at(secret, 'metadata', 'name')) ?? ''
  const [mesh, styles] = (Object.hasOwn(secrets, name) ? secrets[name] : undefined) ?? []
  if (mesh === undefined || styles === undefined) return []
  const held = heldIn(secret)
  const style = styles.find(({ issuer }) => held.has(issuer))
  const field = style && held.get(style.issuer)
  if (field === undefined) return []
  const chain = style?.chain === undefined ? undefined : held.get(style.chain)
  return [{ mesh, field, ...(chain && { chain }) }]
}

/** What is given as text goes before what is given in base64 (kubernetes staging/src/k8s.io/api/core/v1/types.go, Secret.StringData). */
function heldIn(secret: Field): ReadonlyMap<string, Field> {
  return new Map([...entries(at(secret, 'data')), ...entries(at(secret, 'stringData'))])
}

/** With the scheme of TLS Secrets the value is not looked at (linkerd2 charts/linkerd-control-plane/templates/identity.yaml). */
function ofChart(chart: Field): readonly IssuerText[] {
  if (text(valueOf(chart, 'identity', 'issuer', 'scheme')) === 'kubernetes.io/tls') return []
  const field = valueOf(chart, 'identity', 'issuer', 'tls', 'crtPEM')
  return isPending(field) || given(field) ? [{ mesh: 'linkerd', field }] : []
}

/** Whom a stack says that its meshes trust, by the places where all of it is said. */
export function anchorSetsOf(context: Context): Gathered<AnchorSet> {
  const { facts, findings } = gather(anchorSources(context), setsIn)
  return { facts: facts.flat(), findings }
}

function setsIn(source: Field): readonly AnchorSet[] {
  const { label } = source.of
  // These are trusted beside the anchors of what istiod signs with, and vouch for others.
  if (chartName(source) === 'istiod') return []
  const texts = anchorsIn(source)
  if (source.of.kind !== 'Bundle')
    return texts.map(({ mesh, field }) => ({ mesh, fields: [field], partial: false, label }))
  const [first] = texts
  if (first === undefined) return []
  const partial = items(at(source, 'spec', 'sources')).length > texts.length
  return [{ mesh: first.mesh, fields: texts.map(({ field }) => field), partial, label }]
}
