import type { Layer } from '../../../core/analyze/layer'
import { read } from '../../../core/analyze/read-istio'
import type { Sourced } from '../../../core/model/manifest'
import type { Problem } from '../../../core/model/problem'
import { gather, observed, Unproven, type Field } from '../field'
import { isRecord, UNKNOWN, UNREADABLE } from '../judged'
import { onceEach } from '../once'
import type { Context, Finding } from '../rule'

/** What the objects of a stack mean to the meshes, with a finding for each value that is not known and that it hangs on. */
export interface Analyzed {
  readonly layer: Layer
  readonly findings: readonly Finding[]
}

/** Reads the objects of a stack as the meshes do, and those assumed beside them: once for all rules that assume the same. */
export function analyzed({ objects }: Context, assumed: readonly Sourced[]): Analyzed {
  return readTogether(objects, assumed)
}

const readTogether = onceEach(
  (objects: readonly Field[], assumed: readonly Sourced[]): Analyzed => {
    const deployed = gather(objects.filter(isObject), sourced)
    const { layer, problems } = read([...deployed.facts, ...assumed], { isUnknown: value => value === UNKNOWN })
    return { layer, findings: [...deployed.findings, ...problems.flatMap(unknownValue)] }
  },
  // Plain data, made from the intent: the same text is the same objects.
  assumed => JSON.stringify(assumed),
)

/** Kubernetes objects one by one; Releases are not what they bring. */
export function isObject({ of }: Field): boolean {
  return of.kind === UNREADABLE || (of.apiVersion !== '' && !of.apiVersion.startsWith('helm.sh/'))
}

const policyOrWorkload =
  /^(security|networking)\.istio\.io\/|^policy\.linkerd\.io\/|^gateway\.networking\.k8s\.io\/|^apps\/|^batch\//

/** As the analyzer takes it. A patch of a policy or a workload shows a part only; one of a Namespace shows its labels. */
function sourced(field: Field): Sourced {
  const { apiVersion, kind, extent } = field.of
  const content = observed(field)
  if (!isRecord(content) || kind === UNREADABLE) throw new Unproven(field, 'cannot be read')
  if (extent === 'patch' && policyOrWorkload.test(apiVersion))
    throw new Unproven(field, 'is a patch, and the object it patches is not seen')
  return { at: field.of.at, object: { ...content, apiVersion, kind } }
}

/** The analyzer's complaint that a value is unknown; it names the object and the path, and no value. */
function unknownValue({ code, message, at: place }: Problem): readonly Finding[] {
  if (code !== 'unknown-value') return []
  const [, resource = 'the stack', path = ''] = /^`([^`]+)`: (?:it|`([^`]+)`)/.exec(message) ?? []
  return [
    {
      at: place,
      resource,
      path,
      message: `cannot be proven at preview: \`${path || 'the object'}\` is not known before deployment`,
    },
  ]
}
