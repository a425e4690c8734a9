import type { Sourced } from '../core/model/manifest'
import type { Problem } from '../core/model/problem'
import type { Mesh } from '../core/trust/expected'
import type { IssuerTexts, TrustObjects } from '../core/trust/objects'
import { placesOf, trustObjects } from '../core/trust/objects'
import type { TrustTexts } from '../core/trust/read'
import type { Renewal } from '../core/trust/renewal'
import { BadInput, badInput } from './bad-input'
import { publicKeyOf } from './keys'
import { isFolderOrRevision, readText, standardInput } from './io'
import { checkStandardInput, objectsAt } from './manifests'
import type { Session } from './session'
import { stackBundle } from './stack-bundle'

/** What is to be checked, and where it is. */
export interface TrustPaths {
  /** PEM, or manifests. */
  readonly bundle: string
  /** @default what the manifests of the bundle hold */
  readonly issuer?: string
  /** A workload's certificate, PEM. @default none is looked at */
  readonly leaf?: string
  readonly mesh: Mesh
}

/** Texts of certificates, what lies beside the issuer's, and when cert-manager renews them. */
export interface FoundTexts {
  readonly texts: TrustTexts
  readonly beside: Pick<IssuerTexts, 'key' | 'revoked'>
  readonly renewals: readonly Renewal[]
}

/** Reads certificates from PEM files, from Secrets and ConfigMaps in manifests, and from standard input. Throws BadInput. */
export async function readTexts(paths: TrustPaths, session: Session): Promise<FoundTexts> {
  const { bundle, issuer, leaf, mesh } = paths
  checkStandardInput([bundle, issuer, leaf].filter(path => path !== undefined))
  const [first, second] = [await contentOf(bundle, session), issuer && (await contentOf(issuer, session))]
  const objects = [first, second].map(content =>
    isObjects(content) ? trustObjects(content, mesh, publicKeyOf) : nothing,
  )
  const problems = objects.flatMap(one => one.problems)
  if (problems.length > 0) throw new BadInput(problems)
  const anchors = typeof first === 'string' ? [{ text: first, at: nameOf(bundle) }] : (objects[0]?.anchors ?? [])
  if (anchors.length === 0) throw badInput(nameOf(bundle), 'there are no anchors in there', missing(mesh))
  const given = typeof second === 'string' ? [{ issuer: { text: second, at: nameOf(issuer ?? '') } }] : []
  const issuers: readonly IssuerTexts[] = [...given, ...objects.flatMap(one => one.issuers)]
  if (issuer !== undefined && issuers.length === 0)
    throw badInput(nameOf(issuer), 'there is no issuer in there', missing(mesh))
  checkOne(issuers.map(one => one.issuer.at))
  const { issuer: own, chain, ...beside } = issuers[0] ?? {}
  const texts = {
    ...{ anchors, ...(own && { issuer: own }), ...(chain && { chain }) },
    ...(leaf !== undefined && { leaf: { text: await readText(leaf, session.stdin), at: nameOf(leaf) } }),
  }
  return { texts, beside, renewals: objects.flatMap(one => one.renewals) }
}

const nothing: TrustObjects = { anchors: [], issuers: [], renewals: [], problems: [] satisfies Problem[] }

type Content = string | readonly Sourced[] | undefined

function isObjects(content: Content): content is readonly Sourced[] {
  return typeof content === 'object'
}

/** The text of a file where it is PEM, or a stack's with PEM in it, else the objects in it. */
async function contentOf(path: string, session: Session): Promise<string | readonly Sourced[]> {
  if (isFolderOrRevision(path)) return objectsAt([path], session)
  const text = await readText(path, session.stdin)
  const stated = stackBundle(text, nameOf(path))
  if (stated !== undefined) return stated
  // In a manifest PEM stands within a field, never at the beginning of a line.
  if (
    /^-----BEGIN /m.test(text) ||
    !/^\s*(?:[{[]|---\s*$|(?:- *)?["']?(?:apiVersion|kind|metadata|items)\b)/m.test(text)
  )
    return text
  return objectsAt([path], path === standardInput ? { ...session, stdin: again(text) } : session)
}

async function* again(text: string): AsyncGenerator<Uint8Array> {
  yield await Promise.resolve(new TextEncoder().encode(text))
}

function checkOne(at: readonly string[]): void {
  const [one, another] = at
  if (one === undefined || another === undefined) return
  throw badInput(another, `there is an issuer at \`${one}\` already`, 'give what one control plane issues with')
}

function missing(mesh: Mesh): string {
  return `give PEM, or manifests with ${placesOf(mesh)}`
}

function nameOf(path: string): string {
  return path === standardInput ? 'stdin' : path
}
