import type { Certificate } from '../../../core/trust/certificate'
import type { Pem } from '../../../core/trust/pem'
import { readCertificates } from '../../../core/trust/read'
import { at, entries, given, items, required, text, Unproven, type Field } from '../field'
import { ofKind, type Context } from '../rule'
import { isPending } from './anchors'
import { chartName, charts } from './charts'
import { controlPlaneChart } from './linkerd-install/settings'
import { valueOf } from './linkerd-install/values'

/** A text in which a stack says whom a mesh trusts. */
export interface AnchorText {
  readonly mesh: 'istio' | 'linkerd'
  readonly field: Field
}

/** Objects in which anchors may be said. */
export function anchorSources(context: Context): readonly Field[] {
  return [
    ...new Set([
      ...charts(context),
      ...ofKind(context, '', 'ConfigMap', 'Secret'),
      ...ofKind(context, 'trust.cert-manager.io', 'Bundle'),
    ]),
  ]
}

/** ConfigMaps of anchors, their keys, and whose they are: what this project publishes, istiod's in each namespace, and Linkerd's. */
const maps: Readonly<Record<string, readonly [key: string, mesh: AnchorText['mesh']]>> = {
  'zero-trust-mesh-anchors': ['ca.pem', 'istio'],
  'istio-ca-root-cert': ['root-cert.pem', 'istio'],
  'linkerd-identity-trust-roots': ['ca-bundle.crt', 'linkerd'],
}

/** The texts in an object that say whom a mesh trusts; those that are not there are left out, and one that is pending is there. */
export function anchorsIn(source: Field): readonly AnchorText[] {
  return textsIn(source).filter(({ field }) => isPending(field) || (given(field) && text(field)?.trim() !== ''))
}

function textsIn(source: Field): readonly AnchorText[] {
  switch (source.of.kind) {
    case 'ConfigMap':
      return ofMap(source)
    case 'Secret':
      return ofSecret(source)
    case 'Bundle':
      return ofBundle(source)
    default:
      return ofChart(source)
  }
}

function ofMap(map: Field): readonly AnchorText[] {
  const name = text(at(map, 'metadata', 'name')) ?? ''
  const [key, mesh] = (Object.hasOwn(maps, name) ? maps[name] : undefined) ?? []
  return key === undefined || mesh === undefined ? [] : [{ mesh, field: at(map, 'data', key) }]
}

/** The anchors beside istiod's own certificate. */
function ofSecret(secret: Field): readonly AnchorText[] {
  if (text(at(secret, 'metadata', 'name')) !== 'cacerts') return []
  const all = [...entries(at(secret, 'stringData')), ...entries(at(secret, 'data'))]
  return all.flatMap(([key, field]) => (key === 'root-cert.pem' || key === 'ca.crt' ? [{ mesh: 'istio', field }] : []))
}

function ofBundle(bundle: Field): readonly AnchorText[] {
  if (text(at(bundle, 'metadata', 'name')) !== 'linkerd-identity-trust-roots') return []
  return items(at(bundle, 'spec', 'sources')).map(source => ({ mesh: 'linkerd', field: at(source, 'inLine') }))
}

function ofChart(chart: Field): readonly AnchorText[] {
  switch (chartName(chart)) {
    case controlPlaneChart:
      return [{ mesh: 'linkerd', field: valueOf(chart, 'identityTrustAnchorsPEM') }]
    case 'istiod':
      return items(valueOf(chart, 'meshConfig', 'caCertificates')).map(each => ({
        mesh: 'istio',
        field: at(each, 'pem'),
      }))
    default:
      return []
  }
}

/** What is in a text that says whom a mesh trusts. */
export interface ReadAnchors extends AnchorText {
  readonly certificates: readonly Certificate[]
  /** Something in it is no certificate, or cannot be read. */
  readonly broken: boolean
}

/** Reads the certificates of every text of an object that says whom a mesh trusts; of one that is pending there are none to be read. */
export function readAnchors(source: Field, { cryptography }: Pick<Context, 'cryptography'>): readonly ReadAnchors[] {
  const known = anchorsIn(source).filter(({ field }) => !isPending(field))
  return known.map(anchor => {
    const { certificates, problems } = readCertificates(pemOf(anchor.field), cryptography)
    return { ...anchor, certificates, broken: problems.length > 0 }
  })
}

/** A text of certificates. What a Secret holds under `data` is in base64. */
export function pemOf(field: Field): Pem {
  const value = required(field)
  const at = field.path
  if (field.of.kind !== 'Secret' || !field.path.startsWith('data')) return { text: value, at }
  try {
    return { text: atob(value.replace(/\s+/g, '')), at }
  } catch {
    throw new Unproven(field, 'is no text in base64')
  }
}
