import type { Problem } from '../model/problem'
import { blocking } from '../model/problem'
import type { Certificate, Key, Signature } from './certificate'
import { nameOf, showKey, showSignature } from './certificate'
import type { Mesh, Role } from './expected'

interface Taken {
  readonly key: (key: Key) => boolean
  readonly keys: string
  readonly signature: (signature: Signature) => boolean
  readonly signatures: string
}

const strong: Pick<Taken, 'signature' | 'signatures'> = {
  signature: signature => signature.kind !== 'other' && signature.hash !== 'SHA-1',
  signatures: 'ECDSA or RSA with SHA-256, SHA-384 or SHA-512',
}

/**
 * What Istio takes of every authority. It looks at no size itself where a CA is plugged in, but makes no RSA key below 2048 bits
 * (`security/pkg/pki/util/generate_csr.go` MinimumRsaKeySize) and knows two curves (`generate_cert.go` SupportedEllipticCurves); signatures
 * by SHA-1 Go refuses (`crypto/x509` SignatureAlgorithm).
 */
const istio: Taken = {
  key: key => (key.kind === 'rsa' ? key.bits >= 2048 : key.kind === 'ecdsa' && key.curve !== 'P-521'),
  keys: 'RSA of at least 2048 bits, or ECDSA on P-256 or P-384',
  ...strong,
}

const sha256 = {
  signature: (signature: Signature) => signature.kind !== 'other' && signature.hash === 'SHA-256',
  signatures: 'ECDSA or RSA with SHA-256',
}

const isP256 = (key: Key): boolean => key.kind === 'ecdsa' && key.curve === 'P-256'

/** What Linkerd takes (`pkg/issuercerts/issuercerts.go` CheckTrustAnchorAlgoRequirements, CheckIssuerCertAlgoRequirements). */
const linkerd: Readonly<Record<Role, Taken>> = {
  anchor: {
    key: key => isP256(key) || (key.kind === 'rsa' && (key.bits === 2048 || key.bits === 4096)),
    keys: 'ECDSA on P-256, or RSA of 2048 or 4096 bits',
    ...sha256,
  },
  issuer: { key: isP256, keys: 'ECDSA on P-256', ...sha256 },
  // Nothing of Linkerd's control plane looks at these; its proxies verify what follows (linkerd2-proxy `linkerd/rustls/src/crypto.rs` SUPPORTED_SIG_ALGS).
  intermediate: {
    key: key => (key.kind === 'rsa' ? key.bits >= 2048 && key.bits <= 8192 : key.kind === 'ecdsa'),
    keys: 'RSA of 2048 to 8192 bits, or ECDSA',
    ...strong,
  },
}

const taken: Readonly<Record<Mesh, Readonly<Record<Role, Taken>>>> = {
  istio: { anchor: istio, issuer: istio, intermediate: istio },
  linkerd,
}

/** Whether a mesh takes a certificate's key and the way it was signed. */
export function keyProblems(certificate: Certificate, role: Role, mesh: Mesh): readonly Problem[] {
  const takes = taken[mesh][role]
  const { at, key, signature } = certificate
  const problems: Problem[] = []
  if (!takes.key(key)) {
    const message = `${nameOf(certificate)} has a key that is ${showKey(key)}, which ${called(mesh)} does not take for an ${role}`
    problems.push(
      blocking({ code: 'key-algorithm', at, message, hint: `make it anew with a key that is ${takes.keys}` }),
    )
  }
  // Of an anchor nobody verifies the signature, but Linkerd looks at its kind all the same.
  if (!takes.signature(signature) && (role !== 'anchor' || mesh === 'linkerd')) {
    const message = `${nameOf(certificate)} is signed by ${showSignature(signature)}, which ${called(mesh)} does not take`
    const hint = `have it signed by ${takes.signatures}`
    problems.push(blocking({ code: 'signature-algorithm', at, message, hint }))
  }
  return problems
}

function called(mesh: Mesh): string {
  return { istio: 'Istio', linkerd: 'Linkerd' }[mesh]
}
