import type { Problem } from '../model/problem'
import { blocking } from '../model/problem'
import type { Certificate } from './certificate'
import { nameOf } from './certificate'
import { authorityProblems, lengthProblems, subjectProblems } from './check-authority'
import { dateProblems } from './check-dates'
import { keyProblems } from './check-keys'
import { constraintProblems } from './check-names'
import type { Expected, Role } from './expected'
import type { Path } from './path'
import { isSame } from './path'
import type { Trust } from './read'

/** What is wrong with an authority by itself. */
export function certificateProblems(certificate: Certificate, role: Role, expected: Expected): readonly Problem[] {
  return [
    ...keyProblems(certificate, role, expected.mesh),
    ...authorityProblems(certificate),
    ...dateProblems(certificate, role, expected),
  ]
}

/** What is wrong with authorities below the anchor, and between them; how long each lasts beside the other is asked elsewhere. */
export function pathProblems(path: Path, expected: Expected): readonly Problem[] {
  const below = path.slice(0, -1)
  return [
    ...below.flatMap((one, index) => certificateProblems(one, index === 0 ? 'issuer' : 'intermediate', expected)),
    ...(path.length === 1 ? keyProblems(path[0], 'issuer', expected.mesh).filter(isAboutKey) : []),
    ...path.flatMap(one => constraintProblems(one, expected)),
    ...lengthProblems(path),
    ...(expected.mesh === 'linkerd' ? subjectProblems(path) : []),
  ]
}

/** Of an anchor that issues by itself the rest is said already. */
function isAboutKey({ code }: Problem): boolean {
  return code === 'key-algorithm'
}

/** Why nobody in the bundle vouches for a certificate, as far as it can be told. */
export function unchained(code: string, child: Certificate, trust: Trust): Problem {
  const { at } = child
  const last = furthest(child, trust)
  const named = trust.anchors.find(({ names }) => names.subject === last.names.issuer)
  const message = `no anchor of the bundle vouches for ${nameOf(child)}`
  const signer = isSame(last, child) ? 'it is' : `\`${last.subject}\` above it is`
  if (named) {
    const hint = `${signer} signed by another key than that of \`${named.subject}\` in the bundle; is that anchor an older or a newer one of the same name?`
    return blocking({ code, at, message, hint })
  }
  const known = trust.anchors.map(({ subject }) => `\`${subject}\``).join(', ')
  const hint = `${signer} signed by \`${last.issuer}\`, and the bundle holds ${known}; add the anchor to the bundle, or the certificates between them after the issuer's`
  return blocking({ code, at, message, hint })
}

/** As far up from a certificate as signatures lead. */
function furthest(child: Certificate, trust: Trust): Certificate {
  const seen = new Set([child.fingerprint])
  let last = child
  for (;;) {
    const next = trust.intermediates.find(one => !seen.has(one.fingerprint) && trust.signed(last, one))
    if (!next) return last
    seen.add(next.fingerprint)
    last = next
  }
}
