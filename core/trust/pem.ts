import type { Problem } from '../model/problem'
import { blocking } from '../model/problem'

/** A text that should hold certificates, and where it was given. */
export interface Pem {
  readonly text: string
  readonly at: string
}

/** A certificate as it is encoded, and where. */
export interface Encoded {
  readonly der: Uint8Array<ArrayBuffer>
  readonly at: string
}

/** Bytes as PEM, in lines of 64 characters (RFC 7468 2). */
export function toPem(label: string, der: ArrayBuffer | Uint8Array): string {
  const base64 = btoa(String.fromCharCode(...new Uint8Array(der)))
  const lines = base64.match(/.{1,64}/g) ?? []
  return [`-----BEGIN ${label}-----`, ...lines, `-----END ${label}-----`, ''].join('\n')
}

/** A text that may hold PEM, taken apart. */
export interface PemBlocks {
  /** In their order; what is between the lines that begin and end a block is its body. */
  readonly blocks: readonly { readonly label: string; readonly body: string; readonly text: string }[]
  /** How many are begun; where that is more than there are, one has no end. */
  readonly begun: number
  /** By its words rather than by its structure: a key that was cut off or indented is still a key. */
  readonly holdsKey: boolean
}

/** Takes a text apart, whatever it is. */
export function pemBlocks(text: string): PemBlocks {
  const found = [...text.matchAll(/-----BEGIN ([A-Z0-9 ]+)-----([\s\S]*?)-----END \1-----/g)]
  return {
    blocks: found.map(([block, label = '', body = '']) => ({ label, body, text: block })),
    begun: text.match(/-----BEGIN /g)?.length ?? 0,
    holdsKey: text.includes('PRIVATE KEY'),
  }
}

/**
 * Takes a PEM text apart. Nothing is passed over: what is no certificate is a Problem, since meshes pass over it in silence
 * (linkerd2 `pkg/tls/codec.go` decodeCertificatePEM skips other blocks, istio `security/pkg/pki/util/crypto.go` ParseRootCerts drops what
 * cannot be read), and a bundle that lacks an anchor is an outage.
 *
 * No message shows any of the text, since what was pasted by mistake may be a key.
 */
export function readPem({ text, at }: Pem): { readonly encoded: readonly Encoded[]; readonly problems: Problem[] } {
  const { blocks, begun, holdsKey } = pemBlocks(text)
  if (holdsKey) return { encoded: [], problems: [privateKey(at)] }
  const encoded: Encoded[] = []
  const problems: Problem[] = []
  blocks.forEach(({ label, body }, index) => {
    const place = `${at}[${index}]`
    const der = label === 'CERTIFICATE' ? derOf(body) : undefined
    if (der) encoded.push({ der, at: place })
    else problems.push(label === 'CERTIFICATE' ? malformed(place, body) : noCertificate(place, label))
  })
  return { encoded, problems: [...problems, ...missing(begun, blocks.length, at)] }
}

/** The bytes of a block's body in PEM; nothing where they are not one whole value of ASN.1, such as where the end was cut off. */
export function derOf(body: string): Uint8Array<ArrayBuffer> | undefined {
  try {
    const bytes = Uint8Array.from(atob(body.replace(/\s+/g, '')), character => character.charCodeAt(0))
    return wholeLength(bytes) === bytes.length ? bytes : undefined
  } catch {
    return undefined // no base64; the reason would quote the text
  }
}

/** How long the outermost value says that it is, with its own header. */
function wholeLength([tag, first = 0, ...rest]: Uint8Array): number | undefined {
  if (tag !== 0x30) return undefined
  if (first < 0x80) return first + 2
  const size = first - 0x80
  return rest.slice(0, size).reduce((sum, byte) => sum * 256 + byte, 0) + 2 + size
}

function privateKey(at: string): Problem {
  return blocking({
    code: 'private-key',
    at,
    message: 'there is a private key where only certificates belong',
    hint: 'give the certificates alone, and replace the key if others could read it here',
  })
}

function malformed(at: string, body: string): Problem {
  const nested = body.includes('-----BEGIN ')
  return blocking({
    code: 'malformed-certificate',
    at,
    message: nested ? 'the certificate has no end before the next one begins' : 'the certificate cannot be read',
    hint: 'a part of it may be cut off or indented; copy the whole block again, from `-----BEGIN` to `-----END`',
  })
}

function noCertificate(at: string, label: string): Problem {
  return blocking({
    code: 'no-certificate',
    at,
    message: `a \`${label}\` is no certificate`,
    hint: 'give the certificate, `-----BEGIN CERTIFICATE-----`, in its place',
  })
}

function missing(begun: number, found: number, at: string): readonly Problem[] {
  if (begun > found) {
    const message = `block ${begun} of the PEM is begun and not ended`
    return [blocking({ code: 'malformed-pem', at, message, hint: 'the end of the text was cut off; copy all of it' })]
  }
  if (found > 0) return []
  const hint = 'give PEM: `-----BEGIN CERTIFICATE-----`'
  return [blocking({ code: 'no-certificate', at, message: 'there is no certificate in there', hint })]
}
