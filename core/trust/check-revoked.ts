import type { Problem } from '../model/problem'
import { blocking } from '../model/problem'
import type { Certificate, Instant } from './certificate'
import { nameOf, showInstant } from './certificate'
import type { Path } from './path'
import { isSame } from './path'
import type { Pem } from './pem'
import type { Trust } from './read'
import type { RevocationList } from './revoked'
import { readRevoked } from './revoked'

/** Lists of what is revoked, as a mesh is given them. */
export interface RevokedText extends Pem {
  /** Whether the control plane looks at them there. */
  readonly isRead: boolean
}

/** A mesh's trust as it was checked. */
export interface Checked {
  readonly trust: Trust
  /** From the issuer to its anchor. @default there is none */
  readonly path?: Path
  /** From a workload's certificate to its anchor. @default there is none */
  readonly leafPath?: Path
  readonly at: Instant
}

/** What certificates are held against, and which ones. */
export interface Revocation {
  /** Where the lists are. */
  readonly text: RevokedText
  readonly lists: readonly RevocationList[]
  /** All who may have signed one. */
  readonly known: readonly Certificate[]
  /** The authorities that proxies see: those that are shown, and those up to the anchor. */
  readonly authorities: readonly Certificate[]
  /** A workload's certificate. @default none is looked at */
  readonly leaf?: Certificate
  /** The moment at which it is judged. */
  readonly at: Instant
}

/**
 * Whether lists of what is revoked can be used, and whether an authority is on one.
 *
 * Of each authority of a chain there has to be a list: istiod starts with no others (istio `security/pkg/pki/util/keycertbundle.go` Verify), and Envoy refuses whatever it has no
 * list for, or none that is of now (boringssl `crypto/x509/x509_vfy.cc` check_cert, check_crl_time). Ztunnel lets such pass (`src/tls/certificate.rs`
 * server_config, allow_unknown_revocation_status).
 */
export function revokedProblems({ text, lists, known, authorities, leaf, at: now }: Revocation): readonly Problem[] {
  if (!text.isRead) return [unread(text)]
  const usable = lists.map(list => ({ list, signers: known.filter(one => isSigner(list, one)) }))
  const covered = (one: Certificate) => usable.some(({ signers }) => signers.some(signer => isSame(signer, one)))
  return [
    ...usable.flatMap(({ list, signers }) => [
      ...dateProblems(list, now),
      ...(signers.length === 0 ? [unsigned(list, known)] : []),
      ...criticalProblems(list),
    ]),
    ...authorities.filter(one => !covered(one)).map(one => missing(one, text.at)),
    ...[...authorities, ...(leaf ? [leaf] : [])].flatMap(one => {
      const by = usable.find(({ list, signers }) => isOn(list, one) && signers.some(signer => isNamed(signer, list)))
      return by ? [revoked(one, by.list)] : []
    }),
  ]
}

/** Reads the lists that are given with a mesh's trust, and holds against them what proxies see of it; what cannot be read is told apart. */
export async function checkRevoked(
  text: RevokedText,
  { trust, path, leafPath, at }: Checked,
): Promise<{ readonly problems: readonly Problem[]; readonly unreadable: readonly Problem[] }> {
  const own = trust.issuer ? [trust.issuer] : []
  const known = distinct([...trust.anchors, ...own, ...trust.intermediates, ...trust.presented])
  const authorities = distinct([...(path ?? own), ...(trust.chain ?? []), ...(leafPath?.slice(1) ?? [])])
  const { lists, problems: unreadable } = text.isRead ? await readRevoked(text, known) : { lists: [], problems: [] }
  const problems = revokedProblems({ text, lists, known, authorities, ...(trust.leaf && { leaf: trust.leaf }), at })
  return { problems: unreadable.length > 0 ? [] : problems, unreadable }
}

function distinct(certificates: readonly Certificate[]): readonly Certificate[] {
  return certificates.filter((one, index) => certificates.findIndex(other => isSame(one, other)) === index)
}

/** Whether an authority signed a list, and may (Go `crypto/x509/x509.go` RevocationList.CheckSignatureFrom, boringssl check_crl). */
function isSigner({ signedBy }: RevocationList, one: Certificate): boolean {
  return signedBy.includes(one.fingerprint) && maySign(one)
}

function maySign({ ca, keyUsage }: Certificate): boolean {
  return ca && (keyUsage?.includes('crlSign') ?? true)
}

function isNamed(signer: Certificate, { issuerName }: RevocationList): boolean {
  return signer.names.subject === issuerName
}

function isOn({ issuerName, serials }: RevocationList, { names, serial }: Certificate): boolean {
  return names.issuer === issuerName && serials.includes(serial)
}

function dateProblems({ at, issuer, thisUpdate, nextUpdate }: RevocationList, now: Instant): readonly Problem[] {
  if (thisUpdate > now) {
    const message = `the list of \`${issuer}\` is not valid before \`${showInstant(thisUpdate)}\``
    const hint = 'wait until then, or correct the clock of the machine that made it; Envoy refuses everybody until then'
    return [blocking({ code: 'crl-not-yet-valid', at, message, hint })]
  }
  if (nextUpdate === undefined || nextUpdate > now) return []
  const message = `the list of \`${issuer}\` should have been replaced at \`${showInstant(nextUpdate)}\``
  const hint = 'have the authority sign the next one; with this one Envoy refuses everybody, and not only who is on it'
  return [blocking({ code: 'crl-expired', at, message, hint })]
}

function unsigned({ at, issuer, signedBy }: RevocationList, known: readonly Certificate[]): Problem {
  const by = known.find(({ fingerprint }) => signedBy.includes(fingerprint))
  if (by) {
    const message = `${nameOf(by)} signed the list, and its key may not`
    const hint = 'issue it with the key usage `cRLSign` beside `keyCertSign`'
    return blocking({ code: 'crl-usage', at, message, hint })
  }
  const message = `the list of \`${issuer}\` is signed by none of the authorities here`
  const hint = 'give the list of an authority that is in the chain; one by an older key of the same name does not count'
  return blocking({ code: 'crl-not-signed', at, message, hint })
}

/** One that verifiers do not know makes them pass over the list (boringssl `crypto/x509/x509_vfy.cc` get_crl_score). */
function criticalProblems({ at, issuer, unknownCritical }: RevocationList): readonly Problem[] {
  if (unknownCritical.length === 0) return []
  const message = `the list of \`${issuer}\` has a critical extension that verifiers do not know: \`${unknownCritical.join('`, `')}\``
  return [blocking({ code: 'critical-extension', at, message, hint: 'have a list signed without it' })]
}

function missing(authority: Certificate, at: string): Problem {
  const message = `there is no list that ${nameOf(authority)} signed`
  const hint =
    'where there is a list of one authority of a chain there has to be one of each, though nothing be on it; istiod does not start, or Envoy refuses everybody'
  return blocking({ code: 'crl-missing', at, message, hint })
}

function revoked(certificate: Certificate, { at, issuer }: RevocationList): Problem {
  const message = `${nameOf(certificate)} is on the list of \`${issuer}\`, and so revoked`
  const hint = 'take another one, of another key: proxies refuse this one, and all that is below it'
  return blocking({ code: 'revoked', at, message, hint })
}

function unread({ at }: RevokedText): Problem {
  const message =
    'istiod does not read a list of what is revoked where there is a `tls.crt`, so that all on it is trusted'
  const hint = 'keep the authority under `ca-cert.pem`, `ca-key.pem`, `cert-chain.pem` and `root-cert.pem`'
  return blocking({ code: 'crl-unread', at, message, hint })
}
