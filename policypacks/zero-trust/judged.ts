export { below } from '../../core/model/field-path'

/** Stands for a value that only the deployment will tell. Read through `field.ts`, never compared with. */
export const UNKNOWN: unique symbol = Symbol('unknown')

/** The kind of a thing that does not even say what it is: it may be of any kind, so no rule may pass over it. */
export const UNREADABLE = 'unreadable'

/** One thing a rule judges: a Kubernetes object, or another resource of a Pulumi stack. Plain data, unknowns marked. */
export interface Judged {
  /** Where findings are reported: a URN, or a file and line. */
  readonly at: string
  /** `apps/v1`; empty for what is no Kubernetes object. */
  readonly apiVersion: string
  /** `Deployment`; the Pulumi type of what is no Kubernetes object; `UNREADABLE`. */
  readonly kind: string
  /** How messages name it: `Deployment shop/cart`. */
  readonly label: string
  /** Of a `patch` only the changed fields are seen: what it leaves out is as unknown as a value not yet known. */
  readonly extent: 'whole' | 'patch'
  readonly content: unknown
  /** Paths whose values are encrypted in the state. */
  readonly secrets: ReadonlySet<string>
  /** The resources of the same stack whose outputs are among its properties, where they are told. @default none is known */
  readonly sources?: readonly Source[]
}

/** A resource that another one is made from. */
export interface Source {
  /** `aws:acmpca/certificate:Certificate` */
  readonly type: string
  /** Whether Pulumi refuses to delete or replace it. */
  readonly protect: boolean
}

/** What makes a `Judged`, given what was received. */
export interface Received {
  readonly at: string
  readonly apiVersion: unknown
  readonly kind: unknown
  /** Names it in messages where it has no name of its own. */
  readonly name: string
  readonly content: unknown
  readonly extent?: 'whole' | 'patch'
  readonly secrets?: ReadonlySet<string>
  readonly sources?: readonly Source[]
}

/** Plain data, and nothing else: an object whose fields may be read. */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/**
 * What the API server adds on its own. Pulumi's engine passes inputs to rules of one resource and, after a dry run,
 * what the server answered to rules of a stack; judged must be the same thing either way.
 */
const serverOwned = ['managedFields', 'uid', 'resourceVersion', 'generation', 'selfLink', 'creationTimestamp']

/** A Kubernetes object without what only the API server or the Pulumi provider writes. */
export function normalised(content: unknown): unknown {
  if (!isRecord(content)) return content
  const kept = Object.entries(content).filter(([key]) => !key.startsWith('__') && key !== 'status')
  return Object.fromEntries(kept.map(([key, value]) => [key, key === 'metadata' ? withoutServerOwned(value) : value]))
}

function withoutServerOwned(metadata: unknown): unknown {
  if (!isRecord(metadata)) return metadata
  return Object.fromEntries(Object.entries(metadata).filter(([key]) => !serverOwned.includes(key)))
}

/** One Kubernetes object as received; a List becomes its items. */
export function judgedObjects(received: Received): readonly Judged[] {
  const content = normalised(received.content)
  const { apiVersion, kind } = received
  if (typeof apiVersion !== 'string' || typeof kind !== 'string')
    return [judged(received, { apiVersion: '', kind: UNREADABLE, content })]
  const items = isRecord(content) ? content.items : undefined
  // A kind of somebody's own may be called so without being a list.
  if (kind !== 'List' && (!kind.endsWith('List') || items === undefined))
    return [judged(received, { apiVersion, kind, content })]
  if (!Array.isArray(items)) return [judged(received, { apiVersion, kind: UNREADABLE, content: UNKNOWN })]
  const itemKind = kind === 'List' ? undefined : kind.slice(0, -'List'.length)
  return items.flatMap((item: unknown, i) =>
    judgedObjects({
      at: received.at,
      name: `${received.name} items[${i}]`,
      apiVersion: isRecord(item) ? (item.apiVersion ?? (itemKind && apiVersion)) : undefined,
      kind: isRecord(item) ? (item.kind ?? itemKind) : undefined,
      content: item,
      secrets: secretsBelow(received.secrets, `items[${i}].`),
      ...(received.sources && { sources: received.sources }),
    }),
  )
}

function secretsBelow(secrets: ReadonlySet<string> = new Set(), path: string): ReadonlySet<string> {
  return new Set([...secrets].filter(secret => secret.startsWith(path)).map(secret => secret.slice(path.length)))
}

function judged(received: Received, own: Pick<Judged, 'apiVersion' | 'kind' | 'content'>): Judged {
  return {
    ...own,
    at: received.at,
    label: labelOf(own.kind, own.content, received.name),
    extent: received.extent ?? 'whole',
    secrets: received.secrets ?? new Set(),
    ...(received.sources && { sources: received.sources }),
  }
}

/** What is no Kubernetes object: an AWS resource, a TLS key. */
export function judgedOther(received: Received & { readonly kind: string }): Judged {
  const { kind, name, content } = received
  return { ...judged(received, { apiVersion: '', kind, content }), label: `${kind} ${name}` }
}

function labelOf(kind: string, content: unknown, fallback: string): string {
  const metadata = isRecord(content) && isRecord(content.metadata) ? content.metadata : {}
  if (typeof metadata.name !== 'string') return `${kind} ${fallback}`
  return typeof metadata.namespace === 'string'
    ? `${kind} ${metadata.namespace}/${metadata.name}`
    : `${kind} ${metadata.name}`
}
