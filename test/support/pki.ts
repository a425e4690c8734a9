import { X509Certificate } from 'node:crypto'
import { AsnConvert } from '@peculiar/asn1-schema'
import {
  BasicConstraints,
  Certificate,
  CertificateList,
  ExtendedKeyUsage,
  GeneralName,
  GeneralSubtree,
  GeneralSubtrees,
  KeyUsage,
  KeyUsageFlags,
  NameConstraints,
  RevokedCertificate,
  SubjectAlternativeName,
  TBSCertList,
  Time,
  Version,
  id_ce_basicConstraints,
  id_ce_extKeyUsage,
  id_ce_keyUsage,
  id_ce_nameConstraints,
  id_ce_subjectAltName,
} from '@peculiar/asn1-x509'
import type { Extension } from '@peculiar/asn1-x509'
import type { Keys } from '../../cli/issue'
import { algorithmOf, commonName, extension, issue, newKeys, sign } from '../../cli/issue'
import { day } from '../../core/trust/certificate'
import { toPem } from '../../core/trust/pem'

/** The day on which all is judged. */
export const at = Date.parse('2026-06-01T00:00:00Z')

/** What is asked for of an authority; what is left out is sound. */
export interface Asked {
  readonly subject: string
  readonly by?: Authority
  readonly keys?: Keys
  /** In days from {@link at}. */
  readonly from?: number
  readonly until?: number
  /** @default an authority, of any path length */
  readonly basic?: BasicConstraints | 'none'
  readonly usage?: number
  readonly extended?: readonly string[]
  readonly constraints?: NameConstraints
  readonly more?: readonly Extension[]
}

/** A certificate that was made for a test, and its keys. */
export interface Authority {
  readonly subject: string
  readonly keys: Keys
  readonly pem: string
}

/** Makes an authority as it is asked for, by itself where nobody else is named. */
export async function authority(asked: Asked): Promise<Authority> {
  const { subject, by, keys = await newKeys(), from = -10, until = by ? 300 : 3000 } = asked
  const pem = await issue({
    ...{ subject, keys, ...(by && { by }) },
    ...{ notBefore: at + from * day, notAfter: at + until * day },
    extensions: extensionsOf(asked),
  })
  return { subject, keys, pem }
}

function extensionsOf({ basic = new BasicConstraints({ cA: true }), usage, ...asked }: Asked): readonly Extension[] {
  const { extended, constraints, more = [] } = asked
  return [
    ...(basic === 'none' ? [] : [extension(id_ce_basicConstraints, basic, 'critical')]),
    extension(id_ce_keyUsage, new KeyUsage(usage ?? KeyUsageFlags.keyCertSign), 'critical'),
    ...(extended ? [extension(id_ce_extKeyUsage, new ExtendedKeyUsage([...extended]))] : []),
    ...(constraints ? [extension(id_ce_nameConstraints, constraints, 'critical')] : []),
    ...more,
  ]
}

/** A workload's certificate, for servers and clients of that DNS name. */
export async function workload(name: string, asked: Pick<Asked, 'by' | 'from' | 'until'>): Promise<Authority> {
  return leafOf([{ dNSName: name }], asked)
}

/** A workload's certificate with these names; what else is asked for is sound where it is left out. */
export async function leafOf(names: readonly Partial<GeneralName>[], asked: Partial<Asked>): Promise<Authority> {
  const all = new SubjectAlternativeName(names.map(name => new GeneralName(name)))
  return authority({
    ...{ subject: 'leaf', basic: new BasicConstraints({ cA: false }), usage: KeyUsageFlags.digitalSignature },
    extended: ['1.3.6.1.5.5.7.3.1', '1.3.6.1.5.5.7.3.2'],
    ...asked,
    more: [...(names.length === 0 ? [] : [extension(id_ce_subjectAltName, all)]), ...(asked.more ?? [])],
  })
}

/** Name constraints that permit some names and exclude others. */
export function constrained(
  permitted: readonly Partial<GeneralName>[],
  excluded: readonly Partial<GeneralName>[] = [],
) {
  const trees = (names: readonly Partial<GeneralName>[]) =>
    new GeneralSubtrees(names.map(name => new GeneralSubtree({ base: new GeneralName(name) })))
  return new NameConstraints({
    ...(permitted.length > 0 && { permittedSubtrees: trees(permitted) }),
    ...(excluded.length > 0 && { excludedSubtrees: trees(excluded) }),
  })
}

/** A list of what an authority has revoked. */
export interface Revocations {
  readonly by: Pick<Authority, 'subject' | 'keys'>
  readonly revoked?: readonly Authority[]
  /** In days from {@link at}. */
  readonly from?: number
  /** @default nobody says when there is another one */
  readonly until?: number
  readonly extensions?: Extension[]
}

/** Makes a list of what is revoked, PEM. */
export async function revocations({ by, revoked = [], from = -10, until, extensions }: Revocations): Promise<string> {
  const time = (days: number) => new Time(new Date(at + days * day))
  const signature = algorithmOf(by.keys)
  const tbsCertList = new TBSCertList({
    version: Version.v2,
    signature,
    issuer: commonName(by.subject),
    thisUpdate: time(from),
    ...(until !== undefined && { nextUpdate: time(until) }),
    ...(revoked.length > 0 && { revokedCertificates: revoked.map(({ pem }) => entryOf(pem, time(from))) }),
    ...(extensions && { crlExtensions: extensions }),
  })
  const list = new CertificateList({
    tbsCertList,
    signatureAlgorithm: signature,
    signature: await sign(AsnConvert.serialize(tbsCertList), by.keys),
  })
  return toPem('X509 CRL', AsnConvert.serialize(list))
}

function entryOf(text: string, revocationDate: Time): RevokedCertificate {
  const certificate = AsnConvert.parse(new X509Certificate(text).raw, Certificate)
  return new RevokedCertificate({ userCertificate: certificate.tbsCertificate.serialNumber, revocationDate })
}

/** New RSA keys, which sign as it is said. */
export async function rsaKeys(
  bits: number,
  name: 'RSASSA-PKCS1-v1_5' | 'RSA-PSS' = 'RSASSA-PKCS1-v1_5',
): Promise<Keys> {
  const algorithm = {
    name,
    modulusLength: bits,
    publicExponent: Uint8Array.of(1, 0, 1),
    hash: 'SHA-256',
  }
  return crypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])
}

/** New keys of Ed25519. */
export async function edKeys(): Promise<Keys> {
  // For this one the types promise no pair.
  return (await crypto.subtle.generateKey({ name: 'Ed25519' }, true, ['sign', 'verify'])) as Keys
}

/** New keys on a curve. */
export async function ecKeys(namedCurve: string): Promise<Keys> {
  return crypto.subtle.generateKey({ name: 'ECDSA', namedCurve }, true, ['sign', 'verify'])
}

/** A key as PEM, for servers of Node. */
export async function keyPem({ privateKey }: Keys): Promise<string> {
  const der = Buffer.from(await crypto.subtle.exportKey('pkcs8', privateKey)).toString('base64')
  return `-----BEGIN PRIVATE KEY-----\n${der}\n-----END PRIVATE KEY-----\n`
}
