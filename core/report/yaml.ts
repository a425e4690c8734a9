import { Document } from 'yaml'
import type { KubernetesObject, Manifest } from '../model/manifest'

/** Above each document: what it is good for, one flow a line. */
const mostReasons = 40

/**
 * Manifests as YAML documents, each under a comment that says which flows justify it. Deterministic: the order of the
 * manifests and of their fields is kept as given, but for `apiVersion`, `kind` and `metadata`, which come first.
 */
export function renderYaml(manifests: readonly Manifest[]): string {
  return documents(manifests.map(({ object, because }) => ({ object, comment: reasons(because) })))
}

/** Plain objects as YAML documents. */
export function renderObjects(objects: readonly KubernetesObject[]): string {
  return documents(objects.map(object => ({ object, comment: [] })))
}

interface Commented {
  readonly object: KubernetesObject
  readonly comment: readonly string[]
}

function documents(objects: readonly Commented[]): string {
  return objects
    .map(({ object, comment }) => `---\n${comment.map(line => `# ${line}\n`).join('')}${stringify(object)}`)
    .join('')
}

function stringify(object: KubernetesObject): string {
  const { apiVersion, kind, metadata, ...rest } = object
  // Quoted wherever YAML 1.1, which Kubernetes reads, would take a string for something else: `on`, `1e3`, `12:30`.
  const document = new Document(
    { apiVersion, kind, metadata, ...rest },
    { compat: 'yaml-1.1', aliasDuplicateObjects: false },
  )
  return document.toString({ lineWidth: 0 })
}

function reasons(because: readonly string[]): readonly string[] {
  const shown = because.slice(0, mostReasons).map((flow, i) => `${i === 0 ? 'because' : '       '} ${oneLine(flow)}`)
  const rest = because.length - mostReasons
  return rest > 0 ? [...shown, `        and ${rest} more`] : shown
}

/** A line break would end the comment, and what follows would be read as YAML. */
function oneLine(text: string): string {
  return text.replace(/[\r\n\u0085\u2028\u2029]+/g, ' ')
}
