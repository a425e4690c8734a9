import { own } from '../graph/plain'
import type { Problem } from '../model/problem'
import { blocking, didYouMean } from '../model/problem'
import type { Stage } from './target'

/*
 * What the settings of every target have in common.
 */

const label = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/

/** Whether `text` is one DNS label, as namespaces, Services, revisions and the parts of a Linkerd identity must be. No `*` gets through here. */
export function isLabel(text: string): boolean {
  return label.test(text)
}

/** Whether `text` is a DNS name of labels, as ServiceAccounts and host names must be. No `*` gets through here. */
export function isName(text: string): boolean {
  return text.length <= 253 && text.split('.').every(isLabel)
}

/** How far a namespace has been taken; what is not named is enforced, so that a name forgotten never opens anything. */
export function stageOf(namespace: string, { stages }: { readonly stages: Readonly<Record<string, Stage>> }): Stage {
  return own(stages, namespace) ?? 'enforce'
}

/** The problem, unless all is well. */
export function fault(well: unknown, problem: Omit<Problem, 'severity'>): Problem[] {
  return well ? [] : [blocking(problem)]
}

/** A slip that would take another namespace further than was meant, or leave one behind. */
export function unknownNamespace(namespace: string, field: string, known: readonly string[]): Problem {
  const at = `target.${field}.${namespace}`
  const message = `no service is in a namespace \`${namespace}\``
  return blocking({ code: 'unknown-namespace', at, message, ...didYouMean(namespace, known) })
}
