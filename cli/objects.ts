import type { Sourced } from '../core/model/manifest'
import type { Problem } from '../core/model/problem'
import type { FileDocument } from './file-document'
import { inNamespace } from './namespace'
import { isList, isMapping } from './shape'

/** What the documents of a file hold: Kubernetes objects, and whatever is none. */
export interface FileObjects {
  readonly inputs: readonly Sourced[]
  readonly problems: readonly Problem[]
  /** Documents that do not even look like an object, such as a values file, and what to say where they should be. */
  readonly others: readonly { readonly at: string; readonly problem: Problem }[]
}

/** Where objects come from, and where they will lie. */
export interface Origin {
  /** The file, for messages. */
  readonly source: string
  /** The namespace of those that name none. @default none: they stay as they are */
  readonly namespace?: string
}

/** The objects of one file, Lists taken apart. */
export function objectsOf(documents: readonly FileDocument[], { source, namespace }: Origin): FileObjects {
  const inputs: Sourced[] = []
  const problems: Problem[] = []
  const others: FileObjects['others'][number][] = []
  const visit = (value: unknown, line: number, itemLines: readonly number[]): void => {
    const at = `${source}:${line}`
    const items = itemsOf(value)
    if (items) items.forEach((item, i) => visit(item, itemLines[i] ?? line, []))
    else if (!isMapping(value)) problems.push(notAnObject(value, at))
    else if (!looksLikeAnObject(value) || isOfKustomize(value))
      others.push({ at, problem: isOfKustomize(value) ? ofKustomize(at) : untyped(value, at) })
    else if (isTyped(value))
      inputs.push({ object: namespace === undefined ? value : inNamespace(value, namespace), at })
    else problems.push(untyped(value, at))
  }
  for (const { value, line, itemLines } of documents) visit(value, line, itemLines)
  return { inputs, problems, others }
}

type Mapping = Readonly<Record<string, unknown>>

function looksLikeAnObject(value: Mapping): boolean {
  return 'apiVersion' in value || 'kind' in value || (isMapping(value.metadata) && 'name' in value.metadata)
}

/** The file of a tool, which no cluster ever has, whether it says so itself or not (kubernetes-sigs/kustomize `api/types/kustomization.go`). */
function isOfKustomize({ apiVersion }: Mapping): boolean {
  return typeof apiVersion === 'string' && apiVersion.startsWith('kustomize.config.k8s.io/')
}

function isTyped({ apiVersion, kind }: Mapping): boolean {
  return typeof apiVersion === 'string' && typeof kind === 'string' && apiVersion !== '' && kind !== ''
}

/** The entries of a `List`, of a typed list as the API server gives it, or of a bare list. */
function itemsOf(value: unknown): readonly unknown[] | undefined {
  if (isList(value)) return value
  if (!isMapping(value) || !isListKind(value)) return undefined
  const { apiVersion, kind } = value
  const items: unknown = value.items ?? []
  if (!isList(items)) return [items]
  if (kind === 'List') return items
  // In a typed list (`PodList`) the entries leave out what the list says already.
  const common = { apiVersion, kind: String(kind).slice(0, -'List'.length) }
  return items.map((item: unknown) => (isMapping(item) ? { ...common, ...item } : item))
}

/** A name says that it is an object in its own right, of a kind that happens to end so. */
function isListKind({ kind, metadata }: Mapping): boolean {
  return (
    kind === 'List' ||
    (typeof kind === 'string' && kind.endsWith('List') && !(isMapping(metadata) && 'name' in metadata))
  )
}

function notAnObject(value: unknown, at: string): Problem {
  return {
    code: 'not-an-object',
    severity: 'error',
    at,
    message: `expected a Kubernetes object, got ${nameType(value)}`,
    hint: 'an object is a mapping with `apiVersion`, `kind` and `metadata`',
  }
}

function ofKustomize(at: string): Problem {
  const message = 'a kustomization is no Kubernetes object'
  return { code: 'not-an-object', severity: 'error', at, message, hint: 'render it, with `kubectl kustomize DIR`' }
}

function untyped(value: Mapping, at: string): Problem {
  const field = typeof value.kind === 'string' && value.kind !== '' ? 'apiVersion' : 'kind'
  const got = field in value ? `must be a word, got ${nameType(value[field])}` : 'is missing'
  return {
    code: 'not-an-object',
    severity: 'error',
    at,
    message: `\`${field}\` ${got}`,
    hint: 'write for instance `apiVersion: v1` and `kind: Pod`',
  }
}

function nameType(value: unknown): string {
  if (value === null || value === undefined) return 'nothing'
  if (value === '') return 'an empty string'
  if (isList(value)) return 'a list'
  return typeof value === 'object' ? 'a mapping' : `a ${typeof value}`
}
