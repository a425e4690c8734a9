import type { Sourced } from '../../model/manifest'
import type { Problem } from '../../model/problem'
import type { Labels, Named } from '../layer'
import { Cursor, isRecord, watched, type ReadLog } from './cursor'

/** One object whose kind and name are known; the rest is still to be read. */
export interface RawObject {
  /** The API group; empty for the core group. */
  readonly group: string
  readonly version: string
  readonly kind: string
  readonly name: string
  readonly namespace?: string
  readonly at: string
  readonly body: Cursor
}

/** What unpacking needs to know. */
export interface Unpacking {
  readonly problems: Problem[]
  readonly isUnknown: (value: unknown) => boolean
}

/** How deeply a List may hold Lists before it is given up. */
const deepest = 8

/** The objects in `source`: itself, or the items of a `List` or of a typed list (`PodList`), whose items need no kind of their own. */
export function unpack(source: Sourced, unpacking: Unpacking, depth = 0): readonly RawObject[] {
  const log: ReadLog = { ...unpacking, subject: 'an object', at: source.at }
  const body = new Cursor(source.object, '', log)
  if (!body.required()?.object()) return []
  const kind = body.get('kind').required()?.string()
  const apiVersion = body.get('apiVersion').required()?.string()
  if (kind === undefined || apiVersion === undefined) return []
  if (kind.endsWith('List') && body.get('metadata').get('name').absent) {
    return depth < deepest
      ? items(body, { kind, apiVersion }).flatMap(item => unpack(item, unpacking, depth + 1))
      : (body.wrong('no deeper lists') ?? [])
  }
  return [identify(source, unpacking, { kind, apiVersion })]
}

interface TypeMeta {
  readonly kind: string
  readonly apiVersion: string
}

/** A list's items; those of a typed list need no kind of their own. */
function items(list: Cursor, { kind, apiVersion }: TypeMeta): readonly Sourced[] {
  const inherited = kind === 'List' ? {} : { kind: kind.slice(0, -'List'.length), apiVersion }
  return list
    .get('items')
    .items()
    .flatMap(item => {
      const object = item.required()?.object()
      return object ? [{ object: { ...inherited, ...object }, at: list.log.at }] : []
    })
}

/** The name of an object whose name could not be read. No real name holds parentheses. */
const nameless = '(unnamed)'

function identify({ object, at }: Sourced, unpacking: Unpacking, type: TypeMeta): RawObject {
  const metadata = new Cursor(object, '', { ...unpacking, subject: type.kind, at }).get('metadata')
  const name = metadata.get('name').string() ?? generated(metadata) ?? metadata.get('name').wrong('a name') ?? nameless
  const namespace = metadata.get('namespace').string()
  const subject = `${type.kind} ${namespace === undefined ? '' : `${namespace}/`}${name}`
  const slash = type.apiVersion.indexOf('/')
  return {
    kind: type.kind,
    group: slash < 0 ? '' : type.apiVersion.slice(0, slash),
    version: type.apiVersion.slice(slash + 1),
    name,
    ...(namespace === undefined ? {} : { namespace }),
    at,
    body: new Cursor(object, '', { ...unpacking, subject, at }),
  }
}

/** The name an API server will make up, as far as it is known. */
function generated(metadata: Cursor): string | undefined {
  const prefix = metadata.get('generateName').string()
  return prefix === undefined ? undefined : `${prefix}*`
}

/** Whether the object's name is known: neither made up by the server nor unreadable. */
export function isNamed({ name }: RawObject): boolean {
  return !name.endsWith('*') && name !== nameless
}

/** What every object has. Without its name nobody knows where it stands among others of its age. */
export function readNamed(object: RawObject): Named {
  const time = readTime(object.body.get('metadata').get('creationTimestamp'))
  const created = isNamed(object) ? time : undefined
  return {
    kind: object.kind,
    name: object.name,
    ...(object.namespace === undefined ? {} : { namespace: object.namespace }),
    at: object.at,
    ...(created === undefined ? {} : { created }),
  }
}

function readTime(field: Cursor): number | undefined {
  if (field.absent) return undefined
  const { value } = field
  const time = value instanceof Date ? value.getTime() : typeof value === 'string' ? Date.parse(value) : NaN
  return Number.isNaN(time) ? field.wrong('a time such as `2026-01-31T12:00:00Z`') : time
}

export function readLabels(object: RawObject): { readonly value: Labels; readonly damaged: boolean } {
  return watched(object.body.log, () => object.body.get('metadata').get('labels').labels())
}

export function readAnnotations(object: RawObject): { readonly value: Labels; readonly damaged: boolean } {
  return watched(object.body.log, () => object.body.get('metadata').get('annotations').labels())
}

/** A namespaced object that names no namespace could lie anywhere. */
export function requireNamespace(object: RawObject): void {
  if (object.namespace !== undefined) return
  object.body.get('metadata').get('namespace').wrong('a namespace, since without one nobody can tell where it will lie')
}

/** A text that equal objects share; `undefined` for what has none (data that holds itself). */
export function canonical(value: unknown): string | undefined {
  try {
    return JSON.stringify(value, (_key, part: unknown) =>
      isRecord(part) ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1))) : part,
    )
  } catch {
    return undefined
  }
}
