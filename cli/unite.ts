import type { Sourced } from '../core/model/manifest'
import type { Problem } from '../core/model/problem'
import { canonicalJson } from '../core/model/canonical'
import { isMapping } from './shape'

/** Objects of which none stands twice. */
export interface United {
  readonly inputs: readonly Sourced[]
  readonly problems: readonly Problem[]
  /** What stood twice, and said the same. */
  readonly notes: readonly string[]
}

/**
 * Each object once. One that stands twice with the same content is read once, and noted; with other content it is a
 * Problem, since which of the two would be deployed is unknown.
 */
export function unite(objects: readonly Sourced[]): United {
  const inputs: Sourced[] = []
  const problems: Problem[] = []
  const notes: string[] = []
  const known = new Map<string, Sourced>()
  for (const input of objects) {
    const key = identity(input.object)
    const first = key === undefined ? undefined : known.get(key)
    if (!first) {
      inputs.push(input)
      if (key !== undefined) known.set(key, input)
    } else if (content(first.object) === content(input.object)) notes.push(again(first.at, input.at))
    else problems.push(differing(nameOf(input.object), first.at, input.at))
  }
  return { inputs, problems, notes }
}

/** `Kind.group namespace/name`: what the API server takes for one object, whatever its version. */
export function identity(object: unknown): string | undefined {
  if (!isMapping(object) || !isMapping(object.metadata)) return undefined
  const { apiVersion, kind, metadata } = object
  const { name, namespace } = metadata
  if (typeof apiVersion !== 'string' || typeof kind !== 'string' || typeof name !== 'string') return undefined
  const group = apiVersion.includes('/') ? `.${apiVersion.split('/')[0] ?? ''}` : ''
  return `${kind}${group} ${typeof namespace === 'string' ? `${namespace}/` : ''}${name}`
}

function content(object: unknown): string {
  return canonicalJson(isMapping(object) ? { ...object, apiVersion: undefined } : object)
}

function nameOf(object: unknown): string {
  const [type = '', name = ''] = identity(object)?.split(' ') ?? []
  return `${type.split('.')[0] ?? ''} ${name}`
}

function again(first: string, second: string): string {
  return `${second}: the same object stands at ${first} already; read once`
}

function differing(name: string, first: string, second: string): Problem {
  return {
    code: 'duplicate-object',
    severity: 'error',
    at: second,
    message: `\`${name}\` stands at ${first} already, with other content`,
    hint: 'keep one of the two, since which one would be deployed cannot be known',
  }
}
