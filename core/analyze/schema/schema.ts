import { isRecord } from '../istio/cursor'

/**
 * What a CustomResourceDefinition says of a value: its structural schema, and the conditions on values beside it. CEL (`x-kubernetes-validations`) and `format` are left to
 * the server. Source: kubernetes `apiextensions-apiserver/pkg/apiserver/schema/structural.go`, and the validation and pruning beside it.
 */
export interface Schema {
  /** Absent: a value of any type. */
  readonly type?: Type
  /** Whether `null` is a value of its own; elsewhere it is as good as absent. */
  readonly nullable: boolean
  readonly properties: ReadonlyMap<string, Schema>
  /** What becomes of fields that `properties` does not have. A server drops those that are `dropped`, and says nothing. */
  readonly others: 'dropped' | 'kept' | Schema
  readonly required: readonly string[]
  readonly items?: Schema
  /** Fields that no two items of the list have alike; empty where no two may be equal. */
  readonly distinctBy?: readonly string[]
  readonly values?: readonly unknown[]
  readonly pattern?: RegExp
  readonly limits: readonly Limit[]
  readonly conditions: readonly Condition[]
}

export type Type = 'object' | 'array' | 'string' | 'integer' | 'number' | 'boolean' | 'int-or-string'

/** `of` is what is measured: a number itself, the characters of a string, the items of a list, the fields of an object. */
export interface Limit {
  readonly of: 'number' | 'string' | 'array' | 'object'
  readonly bound: 'least' | 'most' | 'above' | 'below'
  readonly number: number
}

/** What a value must fit beside its structure: `one` of these and no other, `some`, `all`, or `none`. */
export interface Condition {
  readonly kind: 'one' | 'some' | 'all' | 'none'
  readonly of: readonly Schema[]
}

/** Which side of a definition is read: in a condition no field is dropped, since conditions only ask. */
type Part = 'structure' | 'condition'

/** No definition goes deeper; what somebody made refer to itself ends here, and takes anything below. */
const deepest = 100

/** Reads the `openAPIV3Schema` of a version. Never throws: what is no schema asks nothing. */
export function readSchema(given: unknown): Schema {
  return root(given, { part: 'structure', depth: 0 })
}

interface Place {
  readonly part: Part
  readonly depth: number
}

function schemaOf(given: unknown, { part, depth }: Place): Schema {
  if (!isRecord(given) || depth > deepest) return anything
  const below: Place = { part, depth: depth + 1 }
  const type = typeOf(given)
  const pattern = patternOf(given.pattern)
  const distinctBy = distinctOf(given)
  return {
    ...(type !== undefined && { type }),
    nullable: given.nullable === true,
    properties: new Map(fieldsOf(given.properties).map(([key, inner]) => [key, whole(inner, below)])),
    others: othersOf(given, below),
    required: textsOf(given.required),
    ...(given.items !== undefined && { items: whole(given.items, below) }),
    ...(distinctBy && { distinctBy }),
    ...(Array.isArray(given.enum) && { values: given.enum as readonly unknown[] }),
    ...(pattern && { pattern }),
    limits: limitsOf(given),
    conditions: conditionsOf(given, { part: 'condition', depth: depth + 1 }),
  }
}

/** A whole object may stand inside another, with metadata of its own. */
function whole(given: unknown, place: Place): Schema {
  const embedded = isRecord(given) && given['x-kubernetes-embedded-resource'] === true
  return embedded ? root(given, place) : schemaOf(given, place)
}

/** What a definition says of `metadata` can only ask more: what fields there are is the server's own affair. */
function root(given: unknown, place: Place): Schema {
  const own = schemaOf(given, place)
  const asked = isRecord(given) && isRecord(given.properties) ? given.properties.metadata : undefined
  const also = schemaOf(asked, { part: 'condition', depth: place.depth + 1 })
  const metadata: Schema = { ...objectMeta, conditions: [{ kind: 'all', of: [also] }] }
  const word = schemaOf({ type: 'string' }, place)
  const fields = [['apiVersion', word] as const, ['kind', word] as const, ['metadata', metadata] as const]
  return { ...own, type: 'object', properties: new Map([...own.properties, ...fields]) }
}

const anything: Schema = {
  nullable: true,
  properties: new Map(),
  others: 'kept',
  required: [],
  limits: [],
  conditions: [],
}

const types: readonly Type[] = ['object', 'array', 'string', 'integer', 'number', 'boolean']

function typeOf(given: Readonly<Record<string, unknown>>): Type | undefined {
  if (given['x-kubernetes-int-or-string'] === true) return 'int-or-string'
  return types.find(type => type === given.type)
}

function othersOf(given: Readonly<Record<string, unknown>>, below: Place): Schema['others'] {
  const { additionalProperties } = given
  if (isRecord(additionalProperties)) return whole(additionalProperties, below)
  const kept = additionalProperties === true || given['x-kubernetes-preserve-unknown-fields'] === true
  return kept || below.part === 'condition' || typeOf(given) !== 'object' ? 'kept' : 'dropped'
}

function distinctOf(given: Readonly<Record<string, unknown>>): readonly string[] | undefined {
  const type = given['x-kubernetes-list-type']
  if (type === 'set') return []
  return type === 'map' ? textsOf(given['x-kubernetes-list-map-keys']) : undefined
}

/** One that JavaScript reads otherwise than Go, or not at all, is left to the server. */
function patternOf(given: unknown): RegExp | undefined {
  if (typeof given !== 'string') return undefined
  try {
    return new RegExp(given, 'u')
  } catch {
    return undefined
  }
}

const limitWords: readonly (readonly [word: string, of: Limit['of'], bound: Limit['bound']])[] = [
  ['minLength', 'string', 'least'],
  ['maxLength', 'string', 'most'],
  ['minItems', 'array', 'least'],
  ['maxItems', 'array', 'most'],
  ['minProperties', 'object', 'least'],
  ['maxProperties', 'object', 'most'],
]

function limitsOf(given: Readonly<Record<string, unknown>>): readonly Limit[] {
  const sizes = limitWords.flatMap(([word, of, bound]) => limit(given[word], of, bound))
  return [
    ...sizes,
    ...limit(given.minimum, 'number', given.exclusiveMinimum === true ? 'above' : 'least'),
    ...limit(given.maximum, 'number', given.exclusiveMaximum === true ? 'below' : 'most'),
  ]
}

function limit(number: unknown, of: Limit['of'], bound: Limit['bound']): readonly Limit[] {
  return typeof number === 'number' ? [{ of, bound, number }] : []
}

const conditionWords = [
  ['oneOf', 'one'],
  ['anyOf', 'some'],
  ['allOf', 'all'],
] as const

function conditionsOf(given: Readonly<Record<string, unknown>>, place: Place): readonly Condition[] {
  const several = conditionWords.flatMap(([word, kind]) => {
    const branches: unknown = given[word]
    return Array.isArray(branches) ? [{ kind, of: branches.map(branch => schemaOf(branch, place)) }] : []
  })
  return given.not === undefined ? several : [...several, { kind: 'none', of: [schemaOf(given.not, place)] }]
}

function fieldsOf(given: unknown): readonly (readonly [string, unknown])[] {
  return isRecord(given) ? Object.entries(given) : []
}

function textsOf(given: unknown): readonly string[] {
  return Array.isArray(given) ? given.filter(item => typeof item === 'string') : []
}

const text = { type: 'string' }
const texts = { type: 'object', additionalProperties: text }
const free = { 'x-kubernetes-preserve-unknown-fields': true }

/** Source: kubernetes `apimachinery/pkg/apis/meta/v1/types.go` ObjectMeta. What only a server writes is taken as it is. */
const objectMeta = schemaOf(
  {
    type: 'object',
    properties: {
      ...{ name: text, generateName: text, namespace: text, labels: texts, annotations: texts },
      finalizers: { type: 'array', items: text },
      ownerReferences: { type: 'array', items: { type: 'object', ...free } },
      ...{ creationTimestamp: free, deletionTimestamp: free, deletionGracePeriodSeconds: free, generation: free },
      ...{ managedFields: free, resourceVersion: free, selfLink: free, uid: free, clusterName: free },
    },
  },
  { part: 'structure', depth: 0 },
)
