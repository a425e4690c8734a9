import { AsnConvert } from '@peculiar/asn1-schema'
import { Certificate as EncodedCertificate } from '@peculiar/asn1-x509'
import type { Problem } from '../model/problem'
import { blocking } from '../model/problem'
import { keyOf, namedBy, signatureOf } from './algorithms'
import type { Certificate } from './certificate'
import { readExtensions } from './extensions'
import { hex } from './hex'
import { showName } from './names'
import type { Encoded, Pem } from './pem'
import { readPem } from './pem'
import type { Cryptography, PublicKey, Signed } from './verify'
import { fingerprintOf, isSignedBy, rsaBits } from './verify'

/** What a mesh's trust is made of, as texts. */
export interface TrustTexts {
  /** Whom proxies trust: `root-cert.pem`, `ca-bundle.crt`. */
  readonly anchors: readonly Pem[]
  /** What the control plane issues with: the certificate first, then those between it and the anchor. @default only the anchors are looked at */
  readonly issuer?: Pem
  /** What Istio's proxies show after their own certificate, `cert-chain.pem`. @default what follows the issuer's certificate */
  readonly chain?: Pem
  /** A workload's certificate, and what it shows after it. @default none is looked at */
  readonly leaf?: Pem
}

/** What a mesh's trust is made of. */
export interface Trust {
  readonly anchors: readonly Certificate[]
  readonly issuer?: Certificate
  readonly intermediates: readonly Certificate[]
  /** What Istio's proxies show after their own certificate, where that is a file of its own. */
  readonly chain?: readonly Certificate[]
  readonly leaf?: Certificate
  /** What a workload shows after its own certificate. */
  readonly presented: readonly Certificate[]
  /** Which certificate's key signed which, verified. */
  readonly signed: (child: Certificate, by: Certificate) => boolean
}

/** What was read: nothing where there is a Problem. */
export interface ReadTrust {
  readonly trust?: Trust
  readonly problems: readonly Problem[]
}

/**
 * Reads certificates and verifies every signature among them, so that whatever is asked of them afterwards needs no cryptography.
 *
 * Verifying is the platform's Web Cryptography; it is asynchronous, and the only thing here that is.
 */
export async function readTrust(texts: TrustTexts): Promise<ReadTrust> {
  const parts = readParts(texts)
  const pairs = namedPairs(parts.all)
  const verified = await Promise.all(pairs.map(({ child, by }) => isSignedBy(signedOf(child), keyOwnedBy(by))))
  const prints = new Map(await Promise.all(parts.all.map(async one => [one, await fingerprintOf(one.der)] as const)))
  return trustOf(
    parts,
    one => prints.get(one) ?? '',
    pairs.filter((_, index) => verified[index]),
  )
}

/** The same by a cryptography that answers at once. */
export function readTrustAtOnce(texts: TrustTexts, { sha256, isSignedBy }: Cryptography): ReadTrust {
  const parts = readParts(texts)
  const pairs = namedPairs(parts.all).filter(({ child, by }) => isSignedBy(signedOf(child), keyOwnedBy(by)))
  return trustOf(parts, one => sha256(one.der), pairs)
}

/** Reads the certificates of a text as they are, at once, and verifies nothing. */
export function readCertificates(
  pem: Pem,
  { sha256 }: Pick<Cryptography, 'sha256'>,
): { readonly certificates: readonly Certificate[]; readonly problems: readonly Problem[] } {
  const { parsed, problems } = readOne(pem)
  return { certificates: parsed.map(({ shown, der }) => ({ ...shown, fingerprint: sha256(der) })), problems }
}

/** A certificate without its fingerprint, for which there has to be cryptography. */
type Shown = Omit<Certificate, 'fingerprint'>

interface Parsed {
  readonly shown: Shown
  readonly encoded: EncodedCertificate
  readonly der: Uint8Array<ArrayBuffer>
}

/** A certificate, and one by whose key it may be signed. */
interface Pair {
  readonly child: Parsed
  readonly by: Parsed
}

interface Gathered {
  readonly parsed: readonly Parsed[]
  readonly problems: readonly Problem[]
}

/** The texts, taken apart. */
interface Parts {
  readonly anchors: readonly Parsed[]
  readonly issuer: readonly Parsed[]
  readonly chain?: readonly Parsed[]
  readonly leaf: readonly Parsed[]
  readonly all: readonly Parsed[]
  readonly problems: readonly Problem[]
}

function readParts({ anchors: pems, issuer: own, chain: shown, leaf: workload }: TrustTexts): Parts {
  const anchors = gather(pems.map(readOne))
  const issuer = gather(own ? [readOne(own)] : [])
  const chain = gather(shown ? [readOne(shown)] : [])
  const leaf = gather(workload ? [readOne(workload)] : [])
  const { parsed: all, problems } = gather([anchors, issuer, chain, leaf])
  return {
    anchors: anchors.parsed,
    issuer: issuer.parsed,
    ...(shown && { chain: chain.parsed }),
    leaf: leaf.parsed,
    all,
    problems,
  }
}

function gather(all: readonly Gathered[]): Gathered {
  return { parsed: all.flatMap(({ parsed }) => parsed), problems: all.flatMap(({ problems }) => problems) }
}

function readOne(pem: Pem): Gathered {
  const { encoded, problems } = readPem(pem)
  const parsed = encoded.map(parse)
  const bad = encoded.filter((_, index) => parsed[index] === undefined).map(({ at }) => unreadable(at))
  return { parsed: parsed.filter(one => one !== undefined), problems: [...problems, ...bad] }
}

function parse({ der, at }: Encoded): Parsed | undefined {
  try {
    const encoded = AsnConvert.parse(der, EncodedCertificate)
    return { encoded, der, shown: shownOf(encoded, at) }
  } catch {
    return undefined // the library's reasons are no help, and could quote the text
  }
}

/** What was read, once it is known who signed whom. */
function trustOf(parts: Parts, fingerprint: (one: Parsed) => string, pairs: readonly Pair[]): ReadTrust {
  const { anchors, issuer, chain, leaf, problems } = parts
  if (problems.length > 0) return { problems }
  const told = (one: Parsed): Certificate => ({ ...one.shown, fingerprint: fingerprint(one) })
  const [first, ...rest] = issuer.map(told)
  const shown = chain?.map(told)
  const [workload, ...presented] = leaf.map(told)
  const signed = new Set(pairs.map(({ child, by }) => `${fingerprint(child)} ${fingerprint(by)}`))
  const trust: Trust = {
    anchors: anchors.map(told),
    ...(first && { issuer: first }),
    intermediates: [...rest, ...(shown ?? [])],
    ...(shown && { chain: shown }),
    ...(workload && { leaf: workload }),
    presented,
    signed: (child, by) => signed.has(`${child.fingerprint} ${by.fingerprint}`),
  }
  return { trust, problems }
}

function shownOf(encoded: EncodedCertificate, at: string): Shown {
  const { subject, issuer, serialNumber, validity, subjectPublicKeyInfo: spki, extensions } = encoded.tbsCertificate
  if (!encoded.signatureAlgorithm.isEqual(encoded.tbsCertificate.signature))
    throw new TypeError('the algorithm that is signed is another than the one named beside it')
  return {
    at,
    subject: showName(subject),
    issuer: showName(issuer),
    names: { subject: hex(AsnConvert.serialize(subject)), issuer: hex(AsnConvert.serialize(issuer)) },
    serial: hex(serialNumber),
    key: keyOf(namedBy(spki.algorithm), () => rsaBits(spki.subjectPublicKey)),
    publicKey: hex(AsnConvert.serialize(spki)),
    signature: signatureOf(namedBy(encoded.signatureAlgorithm)),
    notBefore: instantOf(validity.notBefore.getTime()),
    notAfter: instantOf(validity.notAfter.getTime()),
    ...readExtensions(extensions ?? []),
  }
}

/** @throws where a date is none */
function instantOf(date: Date): number {
  if (Number.isNaN(date.getTime())) throw new RangeError('no date')
  return date.getTime()
}

function unreadable(at: string): Problem {
  const message = 'the certificate cannot be read: its PEM is whole, and what is in it is no certificate'
  return blocking({ code: 'malformed-certificate', at, message, hint: 'export it again from where it was issued' })
}

/** Every pair where one's key may have signed the other; names are compared first, since verifying is dear. */
function namedPairs(all: readonly Parsed[]): readonly Pair[] {
  const pairs = all.flatMap(child => all.map(by => ({ child, by })))
  return pairs.filter(({ child, by }) => child.shown.names.issuer === by.shown.names.subject)
}

function signedOf({ shown: { signature }, encoded }: Parsed): Signed {
  const { tbsCertificateRaw: signed = new ArrayBuffer(), signatureValue: value } = encoded
  return { signed, signature, value }
}

function keyOwnedBy({ shown: { key }, encoded }: Parsed): PublicKey {
  return { key, encoded: AsnConvert.serialize(encoded.tbsCertificate.subjectPublicKeyInfo) }
}
