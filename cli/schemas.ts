import { Option } from 'commander'
import { isDefinition, readDefinitions } from '../core/analyze/schema/definitions'
import type { Validated } from '../core/analyze/schema/validate-objects'
import { misfitProblem, validateObjects } from '../core/analyze/schema/validate-objects'
import type { Manifest, Sourced } from '../core/model/manifest'
import { objectName } from '../core/model/manifest'
import type { Problem } from '../core/model/problem'
import { count, visible } from '../core/report/words'
import { badInput } from './bad-input'
import { collect } from './command'
import { objectsAt } from './manifests'
import type { Session } from './session'

/** `--crds`, which verbs take that hold objects against what their kinds are defined as. */
export function crdsOption(): Option {
  const what =
    'CustomResourceDefinitions that objects are held against, such as `kubectl get crd -o yaml` prints; may be repeated'
  return new Option('--crds <path>', what).argParser(collect)
}

/** The CustomResourceDefinitions in `--crds`; none where it is not given. Throws {@link BadInput}, also where there is none in it. */
export async function crdObjects(paths: readonly string[], session: Session): Promise<readonly Sourced[]> {
  if (paths.length === 0) return []
  const found = (await objectsAt(paths, session)).filter(({ object }) => isDefinition(object))
  if (found.length > 0) return found
  const hint = '`kubectl get crd -o yaml > crds.yaml` makes a file of them'
  throw badInput(paths.join(' '), 'there is no CustomResourceDefinition in there', hint)
}

/** Says which kinds were not held against anything, so that silence about them is not taken for a judgement. */
export function noteUnchecked(inputs: readonly Sourced[], session: Session): void {
  tell(validate(inputs, inputs), session)
}

/** What is wrong with manifests that are to be written, by the definitions in `crds`. */
export function manifestProblems(
  manifests: readonly Manifest[],
  crds: readonly Sourced[],
  session: Session,
): readonly Problem[] {
  const validated = validate(
    manifests.map(({ object }) => ({ object, at: objectName(object) })),
    crds,
  )
  if (crds.length > 0) tell(validated, session)
  return validated.misfits.map(misfitProblem)
}

function validate(inputs: readonly Sourced[], crds: readonly Sourced[]): Validated {
  const objects = inputs.filter(({ object }) => !isDefinition(object))
  return validateObjects(objects, readDefinitions(crds.map(({ object }) => object)))
}

function tell({ unchecked }: Validated, session: Session): void {
  const kinds = Object.entries(unchecked.kinds).map(([kind, number]) => `${kind} ${number}`)
  if (kinds.length === 0) return
  const what = `fields of ${count(kinds.length, 'kind')} not checked, since no CustomResourceDefinition of them is given`
  session.note(`${what}: ${visible(kinds.sort().join(', '))}`)
}
