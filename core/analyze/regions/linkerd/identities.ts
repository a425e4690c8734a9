import { printIdentity } from '../../../model/identity'
import type { Expression } from '../../../model/language'
import { Language } from '../../../model/language'
import { once } from '../../../model/once'
import { Region } from '../../../model/region'
import type { Grant } from '../../linkerd/grants'
import type { IdentityMatch, LinkerdMesh } from '../../linkerd/layer-linkerd'
import type { Match } from '../bounds'
import { always, any, exactly, never, unknowable } from '../bounds'
import { trustedCallers } from '../callers'

/*
 * Linkerd's names of identities, `<account>.<namespace>.serviceaccount.identity.<control plane>.<trust domain>`, as callers, which regions write
 * `<trust domain>/ns/<namespace>/sa/<account>`. Namespaces have no dots (Kubernetes), so that the parts of a name can be told.
 */

/** Callers with a certificate, of whatever trust domain. */
export const shown = once(() => Region.where('caller', trustedCallers(undefined)))

/** Who a grant is for (proxy `linkerd/app/inbound/src/policy.rs` is_tls_authorized). */
export function callersOf(client: Grant['client'], mesh: LinkerdMesh): Match {
  if (client === 'anyone') return always
  if (client === 'unknown') return unknowable
  return client === 'tls' ? exactly(shown()) : any(client.map(match => callersLike(match, mesh)))
}

/** References mean the mesh's own trust domain; text is of any. */
function callersLike(match: IdentityMatch, mesh: LinkerdMesh): Match {
  switch (match.kind) {
    case 'text':
      return named(match.text, mesh)
    case 'account':
      return own(mesh, [`/ns/${match.namespace}/sa/${match.name}`])
    case 'namespace':
      return own(mesh, [`/ns/${match.name}/sa/`, segment])
  }
}

const segment: Expression = { star: { except: '/' } }

function own({ trustDomain }: LinkerdMesh, rest: readonly Expression[]): Match {
  const callers = Region.where('caller', languageOf([trustDomain ?? segment, ...rest]))
  return trustDomain === undefined ? { must: Region.none, may: callers } : exactly(callers)
}

function languageOf(sequence: readonly Expression[]): Language {
  const literal = sequence.every(part => typeof part === 'string')
  return literal
    ? Language.literals([sequence.join('')])
    : Language.of({ sequence }).intersect(trustedCallers(undefined))
}

/** A SPIFFE id is never met by Linkerd's own certificates; without the control plane's namespace no name is known (`policy-controller/core/src/identity_match.rs`). */
function named(text: string, { namespace }: LinkerdMesh): Match {
  if (text === '*') return exactly(shown())
  if (text.startsWith('spiffe://')) return never
  if (namespace === undefined) return { must: Region.none, may: shown() }
  const place = `.serviceaccount.identity.${namespace}`
  const callers = text.startsWith('*.') ? withSuffix(text.slice(1), place) : withName(text, place)
  return exactly(Region.where('caller', callers))
}

/** What stands before and behind each occurrence of the part that all names have. */
function around(text: string, place: string): readonly (readonly [string, string])[] {
  const parts = text.split(`${place}.`)
  return parts.slice(1).map((_, i) => {
    const head = parts.slice(0, i + 1).join(`${place}.`)
    return [head, text.slice(head.length + place.length + 1)] as const
  })
}

function withName(text: string, place: string): Language {
  return Language.literals(
    around(text, place).flatMap(([head, trustDomain]) => {
      const dot = head.lastIndexOf('.')
      const [serviceAccount, namespace] = [head.slice(0, dot), head.slice(dot + 1)]
      return dot > 0 && namespace !== '' ? [printIdentity({ trustDomain, namespace, serviceAccount })] : []
    }),
  )
}

/** The suffix, which starts with a dot, may begin in the trust domain, in the part that all names have, or before that. */
function withSuffix(suffix: string, place: string): Language {
  const anywhere: Expression = { sequence: ['/ns/', segment, '/sa/', segment] }
  const inDomain = [
    [suffix.slice(1), anywhere],
    [segment, suffix, anywhere],
  ]
  const tails = [...place].flatMap((char, i) => (char === '.' ? [`${place.slice(i)}.`] : []))
  const inPlace = tails
    .filter(tail => suffix.startsWith(tail))
    .map(tail => [suffix.slice(tail.length), anywhere] as const)
  const before = around(suffix, place)
    .filter(([head]) => head !== '')
    .map(([head, trustDomain]) => {
      const dot = head.lastIndexOf('.')
      return [trustDomain, `/ns/${head.slice(dot + 1)}/sa/`, segment, head.slice(0, dot)]
    })
  return Language.union([...inDomain, ...inPlace, ...before].map(languageOf))
}
