import { at, gather, labels, required, type Field, type Gathered } from '../field'
import type { Context, Finding } from '../rule'
import { namespaces } from './namespaces'
import type { Labels } from './policies'

/** What the stack says of a Namespace's labels. */
export type NamespaceLabels =
  | {
      readonly kind: 'known'
      readonly field: Field
      readonly labels: Labels
      /** The Namespace and the patches of it. */
      readonly all: readonly Field[]
    }
  /** The stack does not register it. */
  | { readonly kind: 'absent' }
  /** `findings` name the objects that could not be read: one whose name is not known may be any Namespace. */
  | { readonly kind: 'unknown'; readonly findings: readonly Finding[] }

/** Looks the labels of a Namespace up, when a rule needs them. */
export type NamespaceLookup = (namespace: string) => NamespaceLabels

interface Named {
  readonly field: Field
  readonly name: string
}

/** The Namespaces of the stack by name, read when they are asked for, once: what no verdict hangs on may stay unknown. */
export function namespaceLookup(context: Context): NamespaceLookup {
  const known = new Map<string, NamespaceLabels>()
  let all: Gathered<Named> | undefined
  return namespace => {
    all ??= gather(namespaces(context), field => ({ field, name: required(at(field, 'metadata', 'name')) }))
    const found = known.get(namespace) ?? lookUp(namespace, all)
    known.set(namespace, found)
    return found
  }
}

/** A Namespace and the patches of it count as one; of two values for a label the later one stands. */
function lookUp(namespace: string, all: Gathered<Named>): NamespaceLabels {
  const own = all.facts.filter(({ name }) => name === namespace).map(({ field }) => field)
  const read = gather(own, field => labels(at(field, 'metadata', 'labels')))
  const findings = [...all.findings, ...read.findings]
  if (findings.length > 0) return { kind: 'unknown', findings }
  const [first] = own
  return first === undefined
    ? { kind: 'absent' }
    : { kind: 'known', field: first, labels: Object.fromEntries(read.facts.flatMap(Object.entries<string>)), all: own }
}
