import { groupBy } from '../../core/model/group'
import { byText, count } from '../../core/report/words'
import type { Recorded } from '../recorded'
import { isJsonObject } from '../wire'

/** So many siblings of one type are shown in one line. */
const many = 4
/** So many names are shown of them. */
const names = 6

/** Resources as a tree under the stack. Leaves of one type and parent share a line where they are many. */
export function renderTree(resources: readonly Recorded[]): string {
  const children = groupBy(resources, ({ parent }) => parent)
  const roots = children.get('') ?? []
  return roots.map(root => `${[label(root), ...branches(root, children)].join('\n')}\n`).join('')
}

type Children = ReadonlyMap<string, readonly Recorded[]>

function branches(resource: Recorded, children: Children): readonly string[] {
  const entries = entriesOf(children.get(resource.urn) ?? [], children)
  return entries.flatMap(({ text, below }, i) => {
    const last = i === entries.length - 1
    return [`${last ? '└─' : '├─'} ${text}`, ...below.map(line => `${last ? '   ' : '│  '}${line}`)]
  })
}

interface Entry {
  readonly text: string
  readonly below: readonly string[]
}

function entriesOf(siblings: readonly Recorded[], children: Children): readonly Entry[] {
  const sorted = [...siblings].sort((a, b) => byText(label(a), label(b)))
  return [...groupBy(sorted, resource => groupKey(resource, children)).values()].flatMap(group =>
    group.length < many
      ? group.map(resource => ({ text: label(resource), below: branches(resource, children) }))
      : [{ text: together(group), below: [] }],
  )
}

/** Leaves of one type belong together, everything else is alone. */
function groupKey({ urn, type }: Recorded, children: Children): string {
  return children.has(urn) ? urn : type
}

function together(group: readonly Recorded[]): string {
  const shown = group.slice(0, names).map(nameOf)
  const rest = group.length - shown.length
  const [first] = group
  return `${first ? kindOf(first.type) : ''} × ${group.length}: ${shown.join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`
}

/** `AuthorizationPolicy shop/cart`, `ZeroTrustMesh mesh`. */
export function label(resource: Recorded): string {
  return `${kindOf(resource.type)} ${nameOf(resource)}`
}

/** The type's own name: `AuthorizationPolicy`, `Release`, `Provider kubernetes`. */
export function kindOf(type: string): string {
  const [pack = '', module = '', name = ''] = type.split(':')
  return pack === 'pulumi' && module === 'providers' ? `Provider ${name}` : name
}

/** The object's own name where it is a Kubernetes object, else the resource's. */
function nameOf({ name, inputs, type }: Recorded): string {
  const { metadata } = inputs
  if (!type.startsWith('kubernetes:') || !isJsonObject(metadata) || typeof metadata.name !== 'string') return name
  return typeof metadata.namespace === 'string' ? `${metadata.namespace}/${metadata.name}` : metadata.name
}

/** How many of each type, the most first. */
export function countsByType(resources: readonly Recorded[]): readonly (readonly [type: string, number: number])[] {
  return [...groupBy(resources, ({ type }) => type)]
    .map(([type, group]) => [type, group.length] as const)
    .sort(([a, m], [b, n]) => n - m || byText(a, b))
}

/** `84 resources: 14 AuthorizationPolicy, 3 Namespace …` */
export function renderCounts(resources: readonly Recorded[]): string {
  const kinds = countsByType(resources).map(([type, number]) => `${number} ${kindOf(type)}`)
  return `${count(resources.length, 'resource')}: ${kinds.join(', ')}`
}
