import { AsnConvert } from '@peculiar/asn1-schema'
import { Certificate as EncodedCertificate } from '@peculiar/asn1-x509'
import type { Problem } from '../model/problem'
import { blocking } from '../model/problem'
import { keyOf, signatureOf } from './algorithms'
import type { Certificate } from './certificate'
import { readExtensions } from './extensions'
import { hex } from './hex'
import { showName } from './names'
import type { Encoded, Pem } from './pem'
import { readPem } from './pem'
import { fingerprintOf, isSignedBy, rsaBits } from './verify'

/** What a mesh's trust is made of, as texts. */
export interface TrustTexts {
  /** Whom proxies trust: `root-cert.pem`, `ca-bundle.crt`. */
  readonly anchors: readonly Pem[]
  /** What the control plane issues with: the certificate first, then those between it and the anchor. @default only the anchors are looked at */
  readonly issuer?: Pem
  /** What Istio's proxies show after their own certificate, `cert-chain.pem`. @default what follows the issuer's certificate */
  readonly chain?: Pem
}

/** What a mesh's trust is made of. */
export interface Trust {
  readonly anchors: readonly Certificate[]
  readonly issuer?: Certificate
  readonly intermediates: readonly Certificate[]
  /** What Istio's proxies show after their own certificate, where that is a file of its own. */
  readonly chain?: readonly Certificate[]
  /** Which certificate's key signed which, verified. */
  readonly signed: (child: Certificate, by: Certificate) => boolean
}

/**
 * Reads certificates and verifies every signature among them, so that whatever is asked of them afterwards needs no cryptography.
 *
 * Verifying is the platform's Web Cryptography; it is asynchronous, and the only thing here that is.
 */
export async function readTrust(
  texts: TrustTexts,
): Promise<{ readonly trust?: Trust; readonly problems: readonly Problem[] }> {
  const read = async (pems: readonly Pem[]) => gather(await Promise.all(pems.map(readOne)))
  const anchors = await read(texts.anchors)
  const issuer = await read(texts.issuer ? [texts.issuer] : [])
  const chain = await read(texts.chain ? [texts.chain] : [])
  const problems = [...anchors.problems, ...issuer.problems, ...chain.problems]
  if (problems.length > 0) return { problems }
  const [first, ...rest] = issuer.parsed
  const all = [...anchors.parsed, ...issuer.parsed, ...chain.parsed]
  const signed = await signatures(all)
  const trust: Trust = {
    anchors: anchors.parsed.map(told),
    ...(first && { issuer: told(first) }),
    intermediates: [...rest, ...chain.parsed].map(told),
    ...(texts.chain && { chain: chain.parsed.map(told) }),
    signed: (child, by) => signed.has(`${child.fingerprint} ${by.fingerprint}`),
  }
  return { trust, problems }
}

interface Parsed {
  readonly told: Certificate
  readonly encoded: EncodedCertificate
}

const told = (parsed: Parsed): Certificate => parsed.told

interface Gathered {
  readonly parsed: readonly Parsed[]
  readonly problems: readonly Problem[]
}

function gather(all: readonly Gathered[]): Gathered {
  return { parsed: all.flatMap(({ parsed }) => parsed), problems: all.flatMap(({ problems }) => problems) }
}

async function readOne(pem: Pem): Promise<Gathered> {
  const { encoded, problems } = readPem(pem)
  const parsed = await Promise.all(encoded.map(parse))
  const bad = encoded.filter((_, index) => parsed[index] === undefined).map(({ at }) => unreadable(at))
  return { parsed: parsed.filter(one => one !== undefined), problems: [...problems, ...bad] }
}

async function parse({ der, at }: Encoded): Promise<Parsed | undefined> {
  try {
    const encoded = AsnConvert.parse(der, EncodedCertificate)
    return { encoded, told: { ...shownOf(encoded, at), fingerprint: await fingerprintOf(der) } }
  } catch {
    return undefined // the library's reasons are no help, and could quote the text
  }
}

/** A certificate without its fingerprint, for which there would have to be cryptography. */
export type Shown = Omit<Certificate, 'fingerprint'>

/** Reads the certificates of a text as they are, at once, and verifies nothing: for those who have no time to wait. */
export function readShown(pem: Pem): {
  readonly certificates: readonly Shown[]
  readonly problems: readonly Problem[]
} {
  const { encoded, problems } = readPem(pem)
  const certificates: Shown[] = []
  const bad: Problem[] = []
  for (const { der, at } of encoded) {
    try {
      certificates.push(shownOf(AsnConvert.parse(der, EncodedCertificate), at))
    } catch {
      bad.push(unreadable(at))
    }
  }
  return { certificates, problems: [...problems, ...bad] }
}

function shownOf(encoded: EncodedCertificate, at: string): Shown {
  const { subject, issuer, serialNumber, validity, subjectPublicKeyInfo: spki, extensions } = encoded.tbsCertificate
  const { algorithm, parameters } = spki.algorithm
  if (!encoded.signatureAlgorithm.isEqual(encoded.tbsCertificate.signature))
    throw new TypeError('the algorithm that is signed is another than the one named beside it')
  const key = { algorithm, parameters: parameters ? hex(parameters) : '' }
  return {
    at,
    subject: showName(subject),
    issuer: showName(issuer),
    names: { subject: hex(AsnConvert.serialize(subject)), issuer: hex(AsnConvert.serialize(issuer)) },
    serial: hex(serialNumber),
    key: keyOf(key, () => rsaBits(spki.subjectPublicKey)),
    publicKey: hex(AsnConvert.serialize(spki)),
    signature: signatureOf(encoded.signatureAlgorithm.algorithm),
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

/** Every pair where one's key signed the other; names are compared first, since verifying is dear. */
async function signatures(all: readonly Parsed[]): Promise<ReadonlySet<string>> {
  const pairs = all.flatMap(child => all.map(by => ({ child, by })))
  const named = pairs.filter(({ child, by }) => child.told.names.issuer === by.told.names.subject)
  const verified = await Promise.all(named.map(({ child, by }) => isPair(child, by)))
  const found = named.filter((_, index) => verified[index])
  return new Set(found.map(({ child, by }) => `${child.told.fingerprint} ${by.told.fingerprint}`))
}

function isPair({ told: { signature }, encoded }: Parsed, by: Parsed): Promise<boolean> {
  const { tbsCertificateRaw: signed, signatureValue: value } = encoded
  if (!signed) return Promise.resolve(false)
  const publicKey = AsnConvert.serialize(by.encoded.tbsCertificate.subjectPublicKeyInfo)
  return isSignedBy({ signed, signature, value }, { key: by.told.key, encoded: publicKey })
}
