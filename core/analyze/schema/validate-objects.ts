import type { Sourced } from '../../model/manifest'
import type { Problem } from '../../model/problem'
import { unpack, type RawObject } from '../istio/read-object'
import { read } from '../read-istio'
import type { Definitions } from './definitions'
import type { Departure } from './departures'
import { departures } from './departures'

/** How objects are validated. */
export interface ValidateOptions {
  /** Whether a value is one nobody can know before deployment. @default no value is */
  readonly isUnknown?: (value: unknown) => boolean
}

/** A field of an object. */
export interface Place {
  /** As the object was given. */
  readonly at: string
  /** `AuthorizationPolicy shop/cart`. */
  readonly subject: string
  /** `spec.rules[0].form`; empty for the object itself. */
  readonly path: string
}

/** An object's departure from its schema. */
export interface Misfit extends Departure, Place {}

/** What nobody looked at, so that it is not taken for being right. */
export interface Unchecked {
  /** Kinds of which no definition was given, `Sidecar.networking.istio.io`, and how many objects of each there are. */
  readonly kinds: Readonly<Record<string, number>>
  /** Values that nobody knows before deployment. */
  readonly values: readonly Place[]
}

/** What became of validating. */
export interface Validated {
  readonly misfits: readonly Misfit[]
  readonly unchecked: Unchecked
}

/**
 * Holds objects against what their kinds are defined as: types, words, limits, required fields, and fields that nobody knows, which a server drops silently, so that a
 * misspelt `from` admits everybody. CEL and formats are the server's affair, and so are kinds of Kubernetes itself.
 *
 * Where no definition is given, policies are held against what the analyzer reads of them, which is all of their fields; other kinds are `unchecked`. Never throws,
 * whatever the input; Lists are taken apart.
 */
export function validateObjects(
  inputs: readonly Sourced[],
  definitions: Definitions,
  { isUnknown = () => false }: ValidateOptions = {},
): Validated {
  const objects = inputs.flatMap(source => unpack(source, { problems: [], isUnknown }))
  const defined = objects.map(object => against(object, definitions, isUnknown))
  const bare = objects.filter((_, i) => defined[i] === undefined)
  const asRead = readAlone(bare, isUnknown)
  return {
    misfits: [...defined.flatMap(one => one?.misfits ?? []), ...asRead.misfits],
    unchecked: {
      kinds: counted(bare.filter(object => !isReadWhole(object) && !isBuiltIn(object))),
      values: [...defined.flatMap(one => one?.unknown ?? []), ...asRead.unknown],
    },
  }
}

/** Problems for whoever throws or prints them, in the words of `read`. */
export function misfitProblem({ code, at, subject, path, what, hint }: Misfit): Problem {
  const place = path === '' ? 'it' : `\`${path}\``
  const who = at === subject ? '' : `\`${subject}\`: `
  return { code, severity: 'error', at, message: `${who}${place} ${what}`, ...(hint && { hint }) }
}

interface Judged {
  readonly misfits: readonly Misfit[]
  readonly unknown: readonly Place[]
}

/** Nothing where the kind is not defined. */
function against(
  { group, kind, version, body }: RawObject,
  definitions: Definitions,
  isUnknown: (value: unknown) => boolean,
): Judged | undefined {
  const { subject, at } = body.log
  const found = definitions.find(group, kind, version)
  switch (found.kind) {
    case 'absent':
      return undefined
    case 'unserved': {
      const what = `is no version that is served; expected one of ${found.versions.map(name => `\`${name}\``).join(', ')}`
      return { misfits: [{ code: 'malformed-field', at, subject, path: 'apiVersion', what }], unknown: [] }
    }
    case 'schema': {
      const outcome = departures(found.schema, body.value, isUnknown)
      return {
        misfits: outcome.departures.map(departure => ({ ...departure, at, subject })),
        unknown: outcome.unknown.map(path => ({ at, subject, path })),
      }
    }
  }
}

/** What `read` says of objects' fields, and nothing of what they mean together. */
function readAlone(objects: readonly RawObject[], isUnknown: (value: unknown) => boolean): Judged {
  if (objects.length === 0) return { misfits: [], unknown: [] }
  const { problems } = read(
    objects.map(({ body, at }) => ({ object: body.value, at })),
    { isUnknown },
  )
  const parts = problems.flatMap(({ code, at, message, hint }) => {
    const [, subject, path = '', what = ''] = /^`([^`]+)`: (?:it|`([^`]+)`) (.*)$/.exec(message) ?? []
    return subject === undefined ? [] : [{ code, at, subject, path, what, ...(hint !== undefined && { hint }) }]
  })
  return {
    misfits: parts.flatMap(({ code, ...part }) =>
      code === 'unknown-field' || code === 'malformed-field' ? [{ ...part, code, what: withoutValue(part.what) }] : [],
    ),
    unknown: parts
      .filter(({ code }) => code === 'unknown-value')
      .map(({ at, subject, path }) => ({ at, subject, path })),
  }
}

/** What is found somewhere could be secret, and is not repeated; the type of it is. */
function withoutValue(what: string): string {
  return what.replace(/^is the (\w+) `[^`]*`;/, 'is a $1;')
}

/** Groups whose every policy the analyzer reads to its last field; that of Kubernetes has one such kind. */
function isReadWhole({ group, kind }: RawObject): boolean {
  return (
    ['security.istio.io', 'policy.linkerd.io'].includes(group) ||
    (group === 'networking.k8s.io' && kind === 'NetworkPolicy')
  )
}

/** Kinds of Kubernetes itself have no CustomResourceDefinition: groups without a domain, or of `k8s.io` and not of a project beside it. */
function isBuiltIn({ group }: RawObject): boolean {
  return !group.includes('.') || /^[a-z]+(?:\.(?:authorization|apiserver))?\.k8s\.io$/.test(group)
}

function counted(objects: readonly RawObject[]): Unchecked['kinds'] {
  const kinds: Record<string, number> = {}
  for (const { kind, group } of objects) kinds[`${kind}.${group}`] = (kinds[`${kind}.${group}`] ?? 0) + 1
  return kinds
}
