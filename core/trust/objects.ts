import type { Sourced } from '../model/manifest'
import type { Problem } from '../model/problem'
import { blocking } from '../model/problem'
import type { Mesh } from './expected'
import type { Pem } from './pem'
import type { Renewal } from './renewal'
import { parseSpan } from './renewal'

/** What a control plane issues with, as an object holds it. */
export interface IssuerTexts {
  readonly issuer: Pem
  readonly chain?: Pem
}

/** What manifests tell of a mesh's trust. No key is read: those are passed over by their names. */
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

/** Which keys of an object hold what. The first key that is there counts. */
interface Place {
  readonly kind: 'Secret' | 'ConfigMap'
  readonly name: string
  readonly anchors?: readonly string[]
  readonly issuer?: readonly string[]
  readonly chain?: readonly string[]
}

/**
 * Where each mesh looks. Istio takes either style of keys, that of a TLS Secret before its own (istio `pilot/pkg/bootstrap/istio_ca.go`
 * detectSigningCABundleAndCRL), and makes a root of its own in `istio-ca-secret`. Linkerd's issuer is in either of its two schemes
 * (linkerd2 `pkg/k8s/labels.go` IdentityIssuerCrtName); its anchors are those of the ConfigMap, and never `ca.crt` of the issuer's Secret, which
 * `linkerd check` reads and no proxy does.
 */
const places: Readonly<Record<Mesh, readonly Place[]>> = {
  istio: [
    {
      kind: 'Secret',
      name: 'cacerts',
      anchors: ['ca.crt', 'root-cert.pem'],
      issuer: ['tls.crt', 'ca-cert.pem'],
      chain: ['tls.crt', 'cert-chain.pem'],
    },
    { kind: 'Secret', name: 'istio-ca-secret', anchors: ['ca-cert.pem'], issuer: ['ca-cert.pem'] },
  ],
  linkerd: [
    { kind: 'ConfigMap', name: 'linkerd-identity-trust-roots', anchors: ['ca-bundle.crt'] },
    { kind: 'Secret', name: 'linkerd-identity-issuer', issuer: ['tls.crt', 'crt.pem'] },
  ],
}

/** Finds a mesh's anchors and issuer among manifests, and when cert-manager renews them. */
export function trustObjects(inputs: readonly Sourced[], mesh: Mesh): TrustObjects {
  const holders = inputs.map(holderOf).filter(holder => holder !== undefined)
  const problems: Problem[] = []
  const found = holders.flatMap(holder => {
    const place = places[mesh].find(({ kind, name }) => kind === holder.kind && name === holder.name)
    return place ? [{ anchors: [], ...texts(holder, place, problems) }] : []
  })
  return {
    anchors: found.flatMap(({ anchors }) => anchors),
    issuers: found.flatMap(({ issuer, chain }) => (issuer ? [{ issuer, ...(chain && { chain }) }] : [])),
    renewals: holders.filter(({ kind }) => kind === 'Certificate').flatMap(holder => renewalOf(holder, mesh)),
    problems,
  }
}

/** Where a mesh looks for its anchors and its issuer, for messages. */
export function placesOf(mesh: Mesh): string {
  return places[mesh].map(({ kind, name }) => `the ${kind} \`${name}\``).join(' and ')
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
  const [anchors, issuer, chain] = [place.anchors, place.issuer, place.chain].map(keys =>
    textAt(holder, keys, problems),
  )
  return { ...(anchors && { anchors: [anchors] }), ...(issuer && { issuer }), ...(chain && { chain }) }
}

/** The text under the first of some keys that is there; where none is though one must be, a Problem. */
function textAt(
  { kind, at, object }: Holder,
  keys: readonly string[] | undefined,
  problems: Problem[],
): Pem | undefined {
  if (!keys) return undefined
  const [plain, encoded] =
    kind === 'Secret' ? [mapping(object.stringData), mapping(object.data)] : [mapping(object.data), {}]
  for (const key of keys) {
    const [text, base64] = [plain[key], mapping(encoded)[key]]
    if (typeof text === 'string') return { text, at: `${at} ${key}` }
    const bytes = typeof base64 === 'string' ? decoded(base64) : undefined
    if (bytes !== undefined) return { text: bytes, at: `${at} ${key}` }
    if (base64 !== undefined) {
      problems.push(blocking({ code: 'malformed-secret', at, message: `\`${key}\` is no base64` }))
      return undefined
    }
  }
  const message = `there is neither \`${keys.join('` nor `')}\` in it`
  problems.push(blocking({ code: 'missing-key', at, message, hint: 'the mesh reads no other key' }))
  return undefined
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
