import type { Sourced } from '../model/manifest'
import type { Problem } from '../model/problem'
import { blocking } from '../model/problem'
import type { KeyPart, PublicKeyOf } from './check-key-pair'
import { keyPart } from './check-key-pair'
import type { Mesh } from './expected'
import type { RevokedText } from './check-revoked'
import type { Pem } from './pem'
import type { Renewal } from './renewal'
import { parseSpan } from './renewal'

/** What a control plane issues with, as an object holds it. */
export interface IssuerTexts {
  readonly issuer: Pem
  readonly chain?: Pem
  /** The key beside it, by its public part. @default there is none */
  readonly key?: KeyPart
  /** Certificates that are good for nothing any more, of Istio. @default there is no such list */
  readonly revoked?: RevokedText
}

/** What manifests tell of a mesh's trust. Of a key only its public part is. */
export interface TrustObjects {
  readonly anchors: readonly Pem[]
  readonly issuers: readonly IssuerTexts[]
  readonly renewals: readonly Renewal[]
  readonly problems: readonly Problem[]
}

type Mapping = Readonly<Record<string, unknown>>

/** An object as far as it is looked at here. */
interface Holder {
  readonly kind: string
  readonly name: string
  /** `Secret istio-system/cacerts`, for messages. */
  readonly at: string
  readonly object: Mapping
}

/** Which keys of an object hold what, in one of the styles that a mesh reads. */
interface Place {
  readonly kind: 'Secret' | 'ConfigMap'
  readonly name: string
  readonly anchors?: string
  readonly issuer?: string
  readonly chain?: string
  readonly key?: string
  /** A list of what is revoked; of most objects there is none. */
  readonly revoked?: string
}

/** What Istio calls its list (istio `security/pkg/pki/ca/ca.go` CACRLFile). */
const revoked = 'ca-crl.pem'

const cacerts = { kind: 'Secret', name: 'cacerts' } as const
const identity = { kind: 'Secret', name: 'linkerd-identity-issuer' } as const

/**
 * Where each mesh looks, the style first that goes before the others. Istio takes that of a TLS Secret where there is a `tls.crt`, whatever
 * else is there (istio `pilot/pkg/bootstrap/istio_ca.go` detectSigningCABundleAndCRL), and makes a root of its own in `istio-ca-secret`.
 * Linkerd's issuer is in either of its two schemes (linkerd2 `pkg/k8s/labels.go` IdentityIssuerCrtName); its anchors are those of the ConfigMap,
 * and never `ca.crt` of the issuer's Secret, which `linkerd check` reads and no proxy does.
 */
const places: Readonly<Record<Mesh, readonly Place[]>> = {
  istio: [
    { ...cacerts, anchors: 'ca.crt', issuer: 'tls.crt', chain: 'tls.crt', key: 'tls.key' },
    {
      ...cacerts,
      anchors: 'root-cert.pem',
      issuer: 'ca-cert.pem',
      chain: 'cert-chain.pem',
      key: 'ca-key.pem',
      revoked,
    },
    { kind: 'Secret', name: 'istio-ca-secret', anchors: 'ca-cert.pem', issuer: 'ca-cert.pem', key: 'ca-key.pem' },
  ],
  linkerd: [
    { kind: 'ConfigMap', name: 'linkerd-identity-trust-roots', anchors: 'ca-bundle.crt' },
    { ...identity, issuer: 'tls.crt', key: 'tls.key' },
    { ...identity, issuer: 'crt.pem', key: 'key.pem' },
  ],
}

/**
 * Finds a mesh's anchors and issuer among manifests, and when cert-manager renews them.
 *
 * @param publicKeyOf what takes the public part of a key
 */
export function trustObjects(inputs: readonly Sourced[], mesh: Mesh, publicKeyOf: PublicKeyOf): TrustObjects {
  const holders = inputs.map(holderOf).filter(holder => holder !== undefined)
  const problems: Problem[] = []
  const found = holders.flatMap(holder => {
    const styles = places[mesh].filter(({ kind, name }) => kind === holder.kind && name === holder.name)
    const place = styles.find(({ issuer }) => issuer !== undefined && hasKey(holder, issuer)) ?? styles.at(-1)
    return place
      ? [
          {
            ...texts(holder, place, problems),
            ...keyIn(holder, place, publicKeyOf),
            ...revokedIn(holder, place, problems),
          },
        ]
      : []
  })
  return {
    anchors: found.flatMap(({ anchors }) => anchors ?? []),
    issuers: found.flatMap(({ issuer, anchors: _, ...beside }) => (issuer ? [{ issuer, ...beside }] : [])),
    renewals: holders.filter(({ kind }) => kind === 'Certificate').flatMap(holder => renewalOf(holder, mesh)),
    problems,
  }
}

/** Where a mesh looks for its anchors and its issuer, for messages. */
export function placesOf(mesh: Mesh): string {
  return [...new Set(places[mesh].map(({ kind, name }) => `the ${kind} \`${name}\``))].join(' and ')
}

function holderOf({ object }: Sourced): Holder | undefined {
  const { kind, metadata } = mapping(object)
  const { name, namespace } = mapping(metadata)
  if (typeof kind !== 'string' || typeof name !== 'string') return undefined
  const path = typeof namespace === 'string' ? `${namespace}/${name}` : name
  return { kind, name, at: `${kind} ${path}`, object: mapping(object) }
}

interface Texts {
  readonly anchors?: readonly Pem[]
  readonly issuer?: Pem
  readonly chain?: Pem
}

function texts(holder: Holder, place: Place, problems: Problem[]): Texts {
  const [anchors, issuer, chain] = [place.anchors, place.issuer, place.chain].map(key => textAt(holder, key, problems))
  return { ...(anchors && { anchors: [anchors] }), ...(issuer && { issuer }), ...(chain && { chain }) }
}

/** The key of a place, where there is one, by its public part. */
function keyIn(holder: Holder, { key }: Place, publicKeyOf: PublicKeyOf): { readonly key?: KeyPart } {
  if (key === undefined || !hasKey(holder, key)) return {}
  return { key: keyPart(contentAt(holder, key), `${holder.at} ${key}`, publicKeyOf) }
}

/** The list of what is revoked; of TLS Secrets it is not read (istio `pilot/pkg/bootstrap/istio_ca.go` detectSigningCABundleAndCRL). */
function revokedIn(holder: Holder, place: Place, problems: Problem[]): { readonly revoked?: RevokedText } {
  if (holder.name !== cacerts.name || !hasKey(holder, revoked)) return {}
  const found = textAt(holder, revoked, problems)
  return found ? { revoked: { ...found, isRead: place.revoked !== undefined } } : {}
}

/** What an object holds as it is, and what in base64. */
function contents({ kind, object }: Holder): { readonly plain: Mapping; readonly encoded: Mapping } {
  if (kind === 'ConfigMap') return { plain: mapping(object.data), encoded: {} }
  return { plain: mapping(object.stringData), encoded: mapping(object.data) }
}

function hasKey(holder: Holder, key: string): boolean {
  const { plain, encoded } = contents(holder)
  return key in plain || key in encoded
}

/** The text under a key; where there is none, a Problem. */
function textAt(holder: Holder, key: string | undefined, problems: Problem[]): Pem | undefined {
  if (key === undefined) return undefined
  const { at } = holder
  const found = contentAt(holder, key)
  if (found !== undefined) return { text: found, at: `${at} ${key}` }
  const message = hasKey(holder, key) ? `\`${key}\` is no text in base64` : `there is no \`${key}\` in it`
  problems.push(blocking({ code: 'missing-key', at, message, hint: 'the mesh looks for it there' }))
  return undefined
}

/** The text under a key, taken out of base64. */
function contentAt(holder: Holder, key: string): string | undefined {
  const { plain, encoded } = contents(holder)
  const [text, base64] = [plain[key], encoded[key]]
  if (typeof text === 'string') return text
  return typeof base64 === 'string' ? decoded(base64) : undefined
}

function decoded(base64: string): string | undefined {
  try {
    return atob(base64.replace(/\s+/g, ''))
  } catch {
    return undefined
  }
}

/** cert-manager's default of both (cert-manager `pkg/apis/certmanager/v1/const.go`): 90 days, renewed after two thirds. */
const usual = { duration: '2160h', share: 1 / 3 }

/** When a certificate of an authority is renewed; of those that are none nobody's trust hangs on it. */
function renewalOf({ at, object }: Holder, mesh: Mesh): readonly Renewal[] {
  const {
    isCA,
    duration: lasts = usual.duration,
    renewBefore,
    renewBeforePercentage,
    secretName,
  } = mapping(object.spec)
  const duration = typeof lasts === 'string' ? parseSpan(lasts) : undefined
  if (isCA !== true || duration === undefined) return []
  const given = typeof renewBefore === 'string' ? parseSpan(renewBefore) : undefined
  const share = typeof renewBeforePercentage === 'number' ? renewBeforePercentage / 100 : usual.share
  const isIssuer = places[mesh].some(({ kind, name, issuer }) => kind === 'Secret' && issuer && name === secretName)
  return [{ at, duration, renewBefore: given ?? duration * share, role: isIssuer ? 'issuer' : 'anchor' }]
}

function mapping(value: unknown): Mapping {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Mapping) : {}
}
