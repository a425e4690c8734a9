import { hour, type Duration } from '../../../core/trust/certificate'
import { parseSpan } from '../../../core/trust/renewal'
import { at, flag, gather, given, number, required, text, type Field } from '../field'
import { ofKind, type Context, type Finding } from '../rule'
import { namespaceOf } from './policies'

/** A Certificate of cert-manager that may sign others. */
export interface Authority {
  readonly field: Field
  /** `namespace/name` of the Secret that its key is in. */
  readonly secret: string
  /** Who signs it: `Issuer shop/root`, `ClusterIssuer root`, or that of another program. */
  readonly signer: string
  /** Signed by itself. Where who signs it is not in the stack, nobody knows. */
  readonly isRoot: boolean
}

/** Authorities of a stack, and whose Secret each signer of it signs with. */
export interface Authorities {
  readonly all: readonly Authority[]
  /** By signer, the name of the Secret; `namespace/name` for an Issuer, and only a name for a ClusterIssuer, whose namespace is cert-manager's to choose. */
  readonly signWith: ReadonlyMap<string, string>
  readonly findings: readonly Finding[]
}

/** Reads Certificates with `isCA`, and the Issuers of cert-manager that sign by themselves or by a Secret. */
export function readAuthorities(context: Context): Authorities {
  const signers = gather(ofKind(context, 'cert-manager.io', 'Issuer', 'ClusterIssuer'), readSigner)
  const roots = new Set(signers.facts.filter(({ selfSigned }) => selfSigned).map(({ name }) => name))
  const certificates = gather(ofKind(context, 'cert-manager.io', 'Certificate'), readCertificate)
  return {
    all: certificates.facts.flatMap(one => (one ? [{ ...one, isRoot: roots.has(one.signer) }] : [])),
    signWith: new Map(signers.facts.flatMap(({ name, secret }) => (secret === undefined ? [] : [[name, secret]]))),
    findings: [...signers.findings, ...certificates.findings],
  }
}

interface SignerFact {
  readonly name: string
  readonly selfSigned: boolean
  readonly secret?: string
}

function readSigner(field: Field): SignerFact {
  const own = required(at(field, 'metadata', 'name'))
  const spec = at(field, 'spec')
  const secret = text(at(spec, 'ca', 'secretName'))
  const namespace = field.of.kind === 'ClusterIssuer' ? '' : `${namespaceOf(field)}/`
  return {
    name: `${field.of.kind} ${namespace}${own}`,
    selfSigned: given(at(spec, 'selfSigned')),
    ...(secret !== undefined && { secret: `${namespace}${secret}` }),
  }
}

/** Of what is no authority nothing more is read. */
function readCertificate(field: Field): Omit<Authority, 'isRoot'> | undefined {
  if (flag(at(field, 'spec', 'isCA')) !== true) return undefined
  const secret = `${namespaceOf(field)}/${required(at(field, 'spec', 'secretName'))}`
  return { field, secret, signer: signerNamed(field) }
}

/** Who signs a Certificate. An issuer of no kind is an Issuer (cert-manager pkg/apis/meta/v1/types.go IssuerReference). */
function signerNamed(certificate: Field): string {
  const reference = at(certificate, 'spec', 'issuerRef')
  const name = text(at(reference, 'name')) ?? ''
  const kind = text(at(reference, 'kind')) ?? 'Issuer'
  const group = text(at(reference, 'group')) ?? 'cert-manager.io'
  const signer = `${kind} ${kind === 'Issuer' ? `${namespaceOf(certificate)}/` : ''}${name}`
  return group === 'cert-manager.io' ? signer : `${group} ${signer}`
}

/** The Certificates of the stack that are signed by an authority's key, but for itself. */
export function signedBy({ field, secret }: Authority, context: Context, { signWith }: Authorities): readonly Field[] {
  const signers = [...signWith].filter(([, own]) => isSame(own, secret)).map(([name]) => name)
  const certificates = ofKind(context, 'cert-manager.io', 'Certificate')
  return certificates.filter(one => one !== field && signers.includes(signerNamed(one)))
}

function isSame(own: string, secret: string): boolean {
  return own === secret || (!own.includes('/') && secret.endsWith(`/${own}`))
}

/** The authority of the stack by whose key another one is signed. */
export function signerOf({ signer }: Authority, { all, signWith }: Authorities): Authority | undefined {
  const secret = signWith.get(signer)
  if (secret === undefined) return undefined
  return all.find(other => isSame(secret, other.secret))
}

/** How long a certificate lasts, and how long before its end the next one is made. */
export interface Life {
  readonly duration: Duration
  readonly renewBefore: Duration
}

/** 90 days, and a third of whatever it is (cert-manager pkg/apis/certmanager/v1/const.go). */
const usual: Duration = 2160 * hour
const share = 1 / 3

/** The life of a Certificate; nothing where it is written in no way that cert-manager takes. */
export function lifeOf(certificate: Field): Life | undefined {
  const spec = at(certificate, 'spec')
  const [lasts, before] = [text(at(spec, 'duration')), text(at(spec, 'renewBefore'))]
  const percentage = number(at(spec, 'renewBeforePercentage'))
  const duration = lasts === undefined ? usual : parseSpan(lasts)
  if (duration === undefined) return undefined
  const rest = percentage === undefined ? duration * share : (duration * percentage) / 100
  const renewBefore = before === undefined ? rest : parseSpan(before)
  return renewBefore === undefined ? undefined : { duration, renewBefore }
}

/** The Secret of Linkerd's issuer, which has rules of its own. */
export function isOfLinkerd({ secret }: Authority): boolean {
  return secret.endsWith('/linkerd-identity-issuer')
}
