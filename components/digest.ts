import { createHash } from 'node:crypto'
import type { Intent } from '../core/model/intent'
import { canonicalJson } from '../core/model/canonical'

/** `sha256:…` over the canonical JSON of an intent: what a reviewed lock file and a registered stack have in common. */
export function digestOf(intent: Intent): string {
  return `sha256:${createHash('sha256').update(canonicalJson(intent)).digest('hex')}`
}
