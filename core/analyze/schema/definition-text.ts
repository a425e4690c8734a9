import { parseAllDocuments } from 'yaml'
import { isRecord } from '../istio/cursor'
import { isDefinition } from './definitions'

/** What a text holds. */
export interface DefinitionText {
  /** Absent where the text is not YAML, of which JSON is a part. */
  readonly definitions?: readonly unknown[]
  /** How many documents look like a definition, of whatever kind, or like a list of some. */
  readonly found: number
}

/**
 * The CustomResourceDefinitions in a text, YAML or JSON, of some kinds. A document that does not have the name of any of them is not even parsed, since most of a mesh's
 * definitions are for nobody; it may hold more than was asked for.
 */
export function definitionsIn(text: string, kinds: ReadonlySet<string>): DefinitionText {
  const documents = text.split(/^---(?:[ \t].*)?$/mu).filter(document => document.includes('CustomResourceDefinition'))
  const wanted = documents.filter(document => [...kinds].some(kind => namesKind(document, kind)))
  const parsed = wanted.flatMap(document => parseAllDocuments(document, { logLevel: 'silent', prettyErrors: false }))
  if (parsed.some(document => document.errors.length > 0)) return { found: documents.length }
  const values = parsed.map(document => document.toJS() as unknown)
  return { definitions: values.flatMap(itemsOf).filter(isDefinition), found: documents.length }
}

/** INVARIANT: says no only where the document surely defines no such kind. */
function namesKind(document: string, kind: string): boolean {
  return document.includes(kind)
}

function itemsOf(value: unknown): readonly unknown[] {
  const items = isRecord(value) && !isDefinition(value) ? value.items : undefined
  return Array.isArray(items) ? (items as readonly unknown[]) : [value]
}
