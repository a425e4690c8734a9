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

const isStrong = (signature: Signature): boolean =>
  signature.kind === 'ed25519' || (signature.kind !== 'other' && signature.hash !== 'SHA-1')

/**
 * What Istio takes of every authority. It looks at no size itself where a CA is plugged in, but makes no RSA key below 2048 bits
 * (`security/pkg/pki/util/generate_csr.go` MinimumRsaKeySize) and knows two curves (`generate_cert.go` SupportedEllipticCurves); signatures
 * by SHA-1 Go refuses (`crypto/x509` SignatureAlgorithm).
 *
 * Ed25519 and RSA-PSS are taken by all that verify: istiod (Go `crypto/x509/x509.go` signatureAlgorithmDetails; it also signs with Ed25519, `generate_cert.go`
 * GenCertFromCSR), Envoy (boringssl `crypto/x509/algorithm.cc` x509_digest_verify_init) and ztunnel (`src/tls/lib.rs` provider, with what rustls has by default,
 * `rustls-aws-lc-rs/src/verify.rs` SUPPORTED_SIG_ALGS). A key that is for RSA-PSS alone Go does not read (getPublicKeyAlgorithmFromOID).
 */
const istio: Taken = {
  key: key =>
    key.kind === 'rsa' ? key.bits >= 2048 : key.kind === 'ed25519' || (key.kind === 'ecdsa' && key.curve !== 'P-521'),
  keys: 'RSA of at least 2048 bits, ECDSA on P-256 or P-384, or Ed25519',
  signature: isStrong,
  signatures: 'ECDSA, RSA or RSA-PSS with SHA-256, SHA-384 or SHA-512, or by Ed25519',
}

const sha256 = {
  signature: (signature: Signature) =>
    (signature.kind === 'rsa' || signature.kind === 'ecdsa') && signature.hash === 'SHA-256',
  signatures: 'ECDSA or RSA (PKCS #1 v1.5) with SHA-256',
}

const isP256 = (key: Key): boolean => key.kind === 'ecdsa' && key.curve === 'P-256'

/**
 * What peers take of a workload: istiod's agent makes keys that are RSA of at least 2048 bits, or on P-256 or P-384 (`generate_csr.go`), and Envoy takes no signature of a
 * handshake by another one (boringssl `ssl/extensions.cc` kVerifySignatureAlgorithms).
 */
const istioLeaf: Taken = {
  ...istio,
  key: key => key.kind !== 'ed25519' && istio.key(key),
  keys: 'RSA of at least 2048 bits, or ECDSA on P-256 or P-384',
}

/** What Linkerd takes (`pkg/issuercerts/issuercerts.go` CheckTrustAnchorAlgoRequirements, CheckIssuerCertAlgoRequirements). */
const linkerd: Readonly<Record<Exclude<Role, 'leaf'>, Taken>> = {
  anchor: {
    key: key => isP256(key) || (key.kind === 'rsa' && (key.bits === 2048 || key.bits === 4096)),
    keys: 'ECDSA on P-256, or RSA of 2048 or 4096 bits',
    ...sha256,
  },
  issuer: { key: isP256, keys: 'ECDSA on P-256', ...sha256 },
  // Nothing of Linkerd's control plane looks at these; its proxies verify what follows (linkerd2-proxy `linkerd/rustls/src/crypto.rs` SUPPORTED_SIG_ALGS),
  // which has Ed25519 and no RSA-PSS.
  intermediate: {
    key: key => (key.kind === 'rsa' ? key.bits >= 2048 && key.bits <= 8192 : key.kind !== 'other'),
    keys: 'RSA of 2048 to 8192 bits, ECDSA or Ed25519',
    signature: signature => signature.kind !== 'rsa-pss' && isStrong(signature),
    signatures: 'ECDSA or RSA (PKCS #1 v1.5) with SHA-256, SHA-384 or SHA-512, or by Ed25519',
  },
}

const taken: Readonly<Record<Mesh, Readonly<Record<Role, Taken>>>> = {
  istio: { anchor: istio, issuer: istio, intermediate: istio, leaf: istioLeaf },
  // Proxies show no other key (linkerd2-proxy `linkerd/rustls/src/crypto.rs` SIGNATURE_ALG_RUSTLS_SCHEME), and verify it as an intermediate is.
  linkerd: { ...linkerd, leaf: { ...linkerd.intermediate, key: isP256, keys: 'ECDSA on P-256' } },
}

/** Whether a mesh takes a certificate's key and the way it was signed. */
export function keyProblems(certificate: Certificate, role: Role, mesh: Mesh): readonly Problem[] {
  const takes = taken[mesh][role]
  const { at, key, signature } = certificate
  const problems: Problem[] = []
  if (!takes.key(key)) {
    const message = `${nameOf(certificate)} has a key that is ${showKey(key)}, which ${called(mesh)} does not take for ${roles[role]}`
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

const roles: Readonly<Record<Role, string>> = {
  anchor: 'an anchor',
  issuer: 'an issuer',
  intermediate: 'an intermediate',
  leaf: 'a workload',
}

function called(mesh: Mesh): string {
  return { istio: 'Istio', linkerd: 'Linkerd' }[mesh]
}
