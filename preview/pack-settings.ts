import type { RuleInfo, WrittenConfig } from './pack-config'
import { isObject } from './wire'

/** What the preview knows of a stack that rules must be told. */
export interface Known {
  /** Stage of each namespace. */
  readonly stages: Readonly<Record<string, string>>
  /** Gateways that somebody else routes for. */
  readonly unrouted: readonly string[]
  /** The reviewed intent; the pack looks for it in its own folder and those above. */
  readonly lock: string
}

/**
 * The pack's configuration as the stack writes it, with what the stack says elsewhere already: rules that take `stages`,
 * `unrouted` or `lock` get them, unless they are given their own. It is what `pulumi preview --policy-pack-config` must be given, too.
 */
export function completed(written: WrittenConfig, rules: readonly RuleInfo[], known: Known): WrittenConfig {
  const added = rules.flatMap(({ name, schema }) => {
    const takes = (['stages', 'unrouted', 'lock'] as const).filter(key => schema?.properties[key] !== undefined)
    if (takes.length === 0) return []
    const own = written[name]
    const given = isObject(own) ? own : own === undefined ? {} : { enforcementLevel: own }
    return [[name, { ...Object.fromEntries(takes.map(key => [key, known[key]])), ...given }] as const]
  })
  return { ...written, ...Object.fromEntries(added) }
}
