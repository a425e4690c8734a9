import { isRecord, judgedObjects, judgedOther, type Judged, type Source } from './judged'
import type { Unwrapped } from './wire'

/** A resource of a Pulumi stack, as a policy sees it. */
export interface Resource {
  readonly urn: string
  /** `kubernetes:apps/v1:Deployment` */
  readonly type: string
  /** Its name in the program. */
  readonly name: string
  /** Whether Pulumi refuses to delete or replace it. @default false */
  readonly protect?: boolean
  /** What its properties are made from. @default none is known, as for a rule of one resource */
  readonly sources?: readonly Source[]
}

/** Packages of the Kubernetes provider whose resources are no objects, but make some. */
const makers = /^kubernetes:(yaml|kustomize|helm\.sh)(\/|:)/

/** Resources of AWS Private CA. */
const authorities = 'aws:acmpca/'

/** What is judged of a resource: a Kubernetes object (of a List: its items), or its properties as they are. */
export function judgedResource(resource: Resource, { content, secrets }: Unwrapped): readonly Judged[] {
  const { urn, type, name, protect = false, sources } = resource
  const received = { at: urn, name, content, secrets, ...(sources && { sources }) }
  // An authority is judged with it; among its properties there is none of that name.
  if (type.startsWith(authorities) && isRecord(content))
    return [judgedOther({ ...received, content: { ...content, protect }, apiVersion: '', kind: type })]
  const [, version = '', kind = ''] = /^kubernetes:([^:]+):([^:]+)$/.exec(type) ?? []
  if (version === '' || (makers.test(type) && !version.startsWith('helm.sh/')))
    return [judgedOther({ ...received, apiVersion: '', kind: type })]
  const apiVersion = version.replace(/^core\//, '')
  if (!kind.endsWith('Patch') || (isRecord(content) && content.kind === kind))
    return judgedObjects({ ...received, apiVersion, kind })
  const patched = kind.slice(0, -'Patch'.length)
  // A namespace that is there already is put into the mesh by a patch of its labels, which says all that is to be known.
  return judgedObjects({ ...received, apiVersion, kind: patched, extent: patched === 'Namespace' ? 'whole' : 'patch' })
}
