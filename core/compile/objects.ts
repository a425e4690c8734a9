import { managed } from '../model/managed'
import type { Kind } from '../model/kinds'
import { apiVersionOf, writtenKind } from '../model/kinds'
import type { KubernetesObject, Manifest, ObjectMeta } from '../model/manifest'
import type { Problem } from '../model/problem'

/** What part of a graph became. */
export interface Outcome {
  readonly manifests: readonly Manifest[]
  readonly problems: readonly Problem[]
}

/** What an object is made of; `because` is what justifies it and is never empty. */
export interface Draft {
  readonly kind: Kind
  readonly namespace: string
  readonly name: string
  readonly spec: Readonly<Record<string, unknown>>
  /** Beside the one that says who manages it. */
  readonly labels?: Readonly<Record<string, string>>
  readonly annotations?: Readonly<Record<string, string>>
  readonly because: readonly string[]
}

/** A manifest of ours. The reasons stay beside the object: as an annotation they would count against its size. */
export function manifest({ kind, namespace, name, spec, because, ...more }: Draft): Manifest {
  const { annotations } = more
  const labels = { ...managed, ...more.labels }
  const metadata = { name, namespace, labels, ...(annotations && { annotations }) }
  const object: KubernetesObject = { apiVersion: apiVersionOf(kind), kind: writtenKind(kind), metadata, spec }
  return { object, because }
}

/** An object of the core API group. */
export function object(
  kind: string,
  metadata: ObjectMeta,
  rest: Readonly<Record<string, unknown>> = {},
): KubernetesObject {
  return { apiVersion: 'v1', kind, metadata, ...rest }
}
