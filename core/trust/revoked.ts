import { AsnConvert } from '@peculiar/asn1-schema'
import { CertificateList } from '@peculiar/asn1-x509'
import type { Problem } from '../model/problem'
import { blocking } from '../model/problem'
import { namedBy, signatureOf } from './algorithms'
import type { Certificate, Instant, Signature } from './certificate'
import { fromHex, hex } from './hex'
import { showName } from './names'
import type { Pem } from './pem'
import { derOf, pemBlocks } from './pem'
import { isSignedBy } from './verify'

/** A list of certificates that are good for nothing any more, as an authority signed it (RFC 5280 5). */
export interface RevocationList {
  readonly at: string
  /** As people read it. */
  readonly issuer: string
  /** The encoded name in hexadecimal. */
  readonly issuerName: string
  readonly thisUpdate: Instant
  /** @default nobody says when there is another one */
  readonly nextUpdate?: Instant
  /** The serials of what the authority of that name has revoked, in hexadecimal. */
  readonly serials: readonly string[]
  readonly signature: Signature
  /** Object identifiers of critical extensions that verifiers may not know. */
  readonly unknownCritical: readonly string[]
  /** The fingerprints of those whose key signed it, of those that were asked about. */
  readonly signedBy: readonly string[]
}

/** Lists as they were read. */
export interface RevocationLists {
  readonly lists: readonly RevocationList[]
  readonly problems: readonly Problem[]
}

/** The issuing distribution point, which says of what a list is one: verifiers know it. */
const known = '2.5.29.28'

/** Reads lists of what is revoked, PEM, and verifies which of some authorities signed each. */
export async function readRevoked({ text, at }: Pem, authorities: readonly Certificate[]): Promise<RevocationLists> {
  const { blocks, begun } = pemBlocks(text)
  const read = await Promise.all(
    blocks.map(async ({ label, body }, index) => {
      const place = `${at}[${index}]`
      const list = label === 'X509 CRL' ? await parse(body, place, authorities) : undefined
      return list ?? malformed(place)
    }),
  )
  const lists = read.flatMap(one => ('serials' in one ? [one] : []))
  const problems = read.flatMap(one => ('serials' in one ? [] : [one]))
  return { lists, problems: begun > blocks.length || begun === 0 ? [...problems, malformed(at)] : problems }
}

function malformed(at: string): Problem {
  const message = 'there is something that is no list of revoked certificates, or one that was cut off'
  const hint = 'give PEM, `-----BEGIN X509 CRL-----`; istiod does not start with it'
  return blocking({ code: 'malformed-crl', at, message, hint })
}

async function parse(
  body: string,
  at: string,
  authorities: readonly Certificate[],
): Promise<RevocationList | undefined> {
  try {
    const encoded = AsnConvert.parse(derOf(body) ?? new ArrayBuffer(), CertificateList)
    return { ...shownOf(encoded, at), signedBy: await signersOf(encoded, authorities) }
  } catch {
    return undefined
  }
}

function shownOf({ tbsCertList: list, signatureAlgorithm }: CertificateList, at: string) {
  return {
    at,
    issuer: showName(list.issuer),
    issuerName: hex(AsnConvert.serialize(list.issuer)),
    thisUpdate: list.thisUpdate.getTime().getTime(),
    ...(list.nextUpdate && { nextUpdate: list.nextUpdate.getTime().getTime() }),
    serials: (list.revokedCertificates ?? []).map(({ userCertificate }) => hex(userCertificate)),
    signature: signatureOf(namedBy(signatureAlgorithm)),
    unknownCritical: (list.crlExtensions ?? [])
      .filter(one => one.critical && one.extnID !== known)
      .map(one => one.extnID),
  }
}

async function signersOf(encoded: CertificateList, authorities: readonly Certificate[]): Promise<readonly string[]> {
  const { tbsCertListRaw: signed, signatureAlgorithm, signature: value, tbsCertList } = encoded
  if (!signed || !signatureAlgorithm.isEqual(tbsCertList.signature)) return []
  const question = { signed, signature: signatureOf(namedBy(signatureAlgorithm)), value }
  const verified = await Promise.all(
    authorities.map(({ key, publicKey }) => isSignedBy(question, { key, encoded: fromHex(publicKey) })),
  )
  return authorities.filter((_, index) => verified[index]).map(({ fingerprint }) => fingerprint)
}
