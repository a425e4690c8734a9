import { AsnConvert, OctetString } from '@peculiar/asn1-schema'
import {
  AlgorithmIdentifier,
  AttributeTypeAndValue,
  AttributeValue,
  BasicConstraints,
  Certificate,
  Extension,
  Extensions,
  KeyUsage,
  KeyUsageFlags,
  Name,
  RelativeDistinguishedName,
  SubjectKeyIdentifier,
  SubjectPublicKeyInfo,
  TBSCertificate,
  Validity,
  Version,
  AuthorityKeyIdentifier,
  KeyIdentifier,
  id_ce_authorityKeyIdentifier,
  id_ce_basicConstraints,
  id_ce_keyUsage,
  id_ce_subjectKeyIdentifier,
} from '@peculiar/asn1-x509'
import type { Instant } from '../core/trust/certificate'
import { fromHex } from '../core/trust/hex'
import { toPem } from '../core/trust/pem'

type CryptoKey = Parameters<typeof crypto.subtle.exportKey>[1]

/** A key that signs, and the one that verifies it. */
export interface Keys {
  readonly publicKey: CryptoKey
  readonly privateKey: CryptoKey
}

/** Who signs: a name and its keys. */
export interface Signer {
  readonly subject: string
  readonly keys: Keys
}

/** A certificate to be made. */
export interface Request extends Signer {
  readonly notBefore: Instant
  readonly notAfter: Instant
  readonly extensions: readonly Extension[]
  /** @default itself */
  readonly by?: Signer
}

/** New keys on P-256, which every mesh takes. */
export async function newKeys(): Promise<Keys> {
  return crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, true, ['sign', 'verify'])
}

/** Makes a certificate, PEM. */
export async function issue(request: Request): Promise<string> {
  const { by = request } = request
  const algorithm = algorithmOf(by.keys)
  const tbsCertificate = new TBSCertificate({
    version: Version.v3,
    serialNumber: serial(),
    signature: algorithm,
    issuer: commonName(by.subject),
    subject: commonName(request.subject),
    validity: new Validity({ notBefore: new Date(request.notBefore), notAfter: new Date(request.notAfter) }),
    subjectPublicKeyInfo: AsnConvert.parse(await exported(request.keys), SubjectPublicKeyInfo),
    extensions: new Extensions([...request.extensions]),
  })
  const signatureValue = await sign(AsnConvert.serialize(tbsCertificate), by.keys)
  const certificate = new Certificate({ tbsCertificate, signatureAlgorithm: algorithm, signatureValue })
  return toPem('CERTIFICATE', AsnConvert.serialize(certificate))
}

/** A private key, PEM, PKCS #8: both meshes read it (istio `security/pkg/pki/util/crypto.go`, linkerd2 `pkg/tls/codec.go`). */
export async function privateKeyPem({ privateKey }: Keys): Promise<string> {
  return toPem('PRIVATE KEY', await crypto.subtle.exportKey('pkcs8', privateKey))
}

/** What an authority's certificate says: that it is one, for signing, and by which key it is known. */
export async function authorityExtensions(
  keys: Keys,
  { pathLength, by = keys }: { readonly pathLength: number; readonly by?: Keys },
): Promise<readonly Extension[]> {
  const usage = new KeyUsage(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign)
  const keyIdentifier = new KeyIdentifier(await keyId(by))
  return [
    extension(id_ce_basicConstraints, new BasicConstraints({ cA: true, pathLenConstraint: pathLength }), 'critical'),
    extension(id_ce_keyUsage, usage, 'critical'),
    extension(id_ce_subjectKeyIdentifier, new SubjectKeyIdentifier(await keyId(keys))),
    extension(id_ce_authorityKeyIdentifier, new AuthorityKeyIdentifier({ keyIdentifier })),
  ]
}

/** An extension, from what stands in it. */
export function extension(id: string, value: object, critical?: 'critical'): Extension {
  const extnValue = new OctetString(AsnConvert.serialize(value))
  return new Extension({ extnID: id, critical: critical !== undefined, extnValue })
}

function exported({ publicKey }: Keys): Promise<ArrayBuffer> {
  return crypto.subtle.exportKey('spki', publicKey)
}

async function keyId(keys: Keys): Promise<ArrayBuffer> {
  const digest = await crypto.subtle.digest('SHA-256', await exported(keys))
  return digest.slice(0, 20) // RFC 7093 2
}

/** Positive, and never twice the same. */
function serial(): ArrayBuffer {
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  bytes[0] = ((bytes[0] ?? 0) & 0x7f) | 0x40
  return bytes.buffer
}

/** A name that is nothing but a common one. */
export function commonName(text: string): Name {
  const value = new AttributeValue({ utf8String: text })
  return new Name([new RelativeDistinguishedName([new AttributeTypeAndValue({ type: '2.5.4.3', value })])])
}

/** Parameters of RSA-PSS: SHA-256, used twice, and a salt of its length (RFC 4055 3.1). */
const pss =
  '3034a00f300d06096086480165030402010500a11c301a06092a864886f70d010108300d06096086480165030402010500a203020120'

/** How keys sign, by what Web Cryptography calls their algorithm. */
const algorithms: Readonly<Record<string, ConstructorParameters<typeof AlgorithmIdentifier>[0]>> = {
  ECDSA: { algorithm: '1.2.840.10045.4.3.2' },
  'RSASSA-PKCS1-v1_5': { algorithm: '1.2.840.113549.1.1.11', parameters: null },
  'RSA-PSS': { algorithm: '1.2.840.113549.1.1.10', parameters: fromHex(pss) },
  Ed25519: { algorithm: '1.3.101.112' },
}

/** How some keys sign what X.509 signs: with SHA-256, but for Ed25519. */
export function algorithmOf({ privateKey }: Keys): AlgorithmIdentifier {
  return new AlgorithmIdentifier(algorithms[privateKey.algorithm.name] ?? {})
}

/** The signature of {@link algorithmOf}, as X.509 has it. */
export async function sign(data: ArrayBuffer, { privateKey }: Keys): Promise<ArrayBuffer> {
  const { name } = privateKey.algorithm
  const signature = await crypto.subtle.sign({ name, hash: 'SHA-256', saltLength: 32 }, privateKey, data)
  return name === 'ECDSA' ? sequence(new Uint8Array(signature)) : signature
}

/** Web Cryptography has the two integers one after the other, a certificate has them as a sequence (RFC 3279 2.2.3). */
function sequence(both: Uint8Array): ArrayBuffer {
  const half = both.length / 2
  const body = [...integer(both.subarray(0, half)), ...integer(both.subarray(half))]
  const length = body.length < 0x80 ? [body.length] : [0x81, body.length]
  return Uint8Array.from([0x30, ...length, ...body]).buffer
}

function integer(bytes: Uint8Array): readonly number[] {
  const start = bytes.findIndex(byte => byte !== 0)
  const digits = start < 0 ? [0] : [...bytes.subarray(start)]
  const positive = (digits[0] ?? 0) < 0x80 ? digits : [0, ...digits]
  return [0x02, positive.length, ...positive]
}
