import type { Intent } from '../../../core/model/intent'
import { at, gather, required } from '../field'
import { ofKind, type Context, type Finding } from '../rule'
import { namespaces } from './namespaces'
import { namespaceOf } from './policies'
import { workloads } from './workloads'

/** The namespaces that the objects speak of. */
export interface KnownNamespaces {
  /** Namespaces that are registered, or that something lies in which runs or is run as, of the stack or of the intent. */
  readonly names: ReadonlySet<string>
  /** Whether the objects are all of a cluster: `kube-system` is among them, which is in every cluster and in no stack. */
  readonly whole: boolean
  readonly findings: readonly Finding[]
}

/**
 * Which namespaces are known. What a policy says of another one can be judged only of a whole cluster: a stack, or what a chart renders, is plainly a part, and its
 * policies speak of the rest with reason.
 */
export function knownNamespaces(context: Context): KnownNamespaces {
  const own = gather(namespaces(context), field => required(at(field, 'metadata', 'name')))
  const lived = gather([...workloads(context), ...ofKind(context, '', 'ServiceAccount')], namespaceOf)
  const told = context.intent.kind === 'found' ? namespacesOf(context.intent.intent) : []
  return {
    names: new Set([...own.facts, ...lived.facts, ...told]),
    whole: own.facts.includes('kube-system'),
    findings: [...own.findings, ...lived.findings],
  }
}

function namespacesOf({ governed, flows }: Intent): readonly string[] {
  const callers = flows.flatMap(({ from }) => ('namespace' in from ? [from.namespace] : []))
  return [...governed.map(({ namespace }) => namespace), ...callers]
}
