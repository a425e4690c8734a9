/** A Kubernetes object as plain data: whatever a YAML document or an API server holds. */
export interface KubernetesObject {
  readonly apiVersion: string
  readonly kind: string
  readonly metadata: ObjectMeta
  readonly [field: string]: unknown
}

/** The part of an object's metadata that we write or read. */
export interface ObjectMeta {
  readonly name: string
  readonly namespace?: string
  readonly labels?: Readonly<Record<string, string>>
  readonly annotations?: Readonly<Record<string, string>>
  /** RFC 3339. Decides which of two conflicting policies is the older one. */
  readonly creationTimestamp?: string
  readonly [field: string]: unknown
}

/** A generated object and why it exists: the flows that justify it, in their one-line text form. */
export interface Manifest {
  readonly object: KubernetesObject
  /** Never empty: nothing is generated that no flow explains. */
  readonly because: readonly string[]
}

/** An object to be read and where it stands, for messages: a file and line, a URN, or the object's own name. */
export interface Sourced {
  readonly object: unknown
  readonly at: string
}

/** `Kind namespace/name`, or `Kind name` for an object of the cluster. */
export function objectName({ kind, metadata }: KubernetesObject): string {
  return metadata.namespace === undefined
    ? `${kind} ${metadata.name}`
    : `${kind} ${metadata.namespace}/${metadata.name}`
}
