import { createHash } from 'node:crypto'
import type { Fragment } from '../core/graph/fragments/fragment'
import type { Intent } from '../core/model/intent'
import { canonicalJson } from '../core/model/canonical'

/** SHA-256 in hexadecimal. */
export function sha256(data: string | Uint8Array): string {
  return createHash('sha256').update(data).digest('hex')
}

/**
 * `sha256:…` over the canonical JSON of an intent, which a reviewed lock file and a registered stack have in common; or of a fragment, by which a team
 * sees whether the mesh has what it declares now.
 */
export function digestOf(value: Intent | Fragment): string {
  return `sha256:${sha256(canonicalJson(value))}`
}
