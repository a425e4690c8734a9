import type { Problem } from '../../core/model/problem'
import { renderJson } from '../../core/report/json'
import { byText } from '../../core/report/words'
import { shownInputs } from '../objects'
import type { Result } from '../result'
import { reasons } from '../result'
import { holds } from '../proof'
import { countsByType } from './tree'

/** Grows when a reader of the document would have to change. */
const version = 1

/** The whole report as one document. Secrets are covered, values nobody can know yet are Pulumi's unknown. */
export function renderResult(result: Result): string {
  const { project, stack, resources, outputs, said, proof, pack, findings, doubts, problems, unchecked, written } =
    result
  const { comparison } = proof
  return renderJson({
    version,
    engine: 'embedded preview',
    ...{ project, stack },
    clean: reasons(result).length === 0,
    reasons: reasons(result),
    resources: [...resources]
      .sort((a, b) => byText(a.urn, b.urn))
      .map(resource => ({
        ...pick(resource),
        inputs: shownInputs(resource),
      })),
    counts: Object.fromEntries(countsByType(resources)),
    ...{ outputs, said },
    reach: proof.reach,
    proof: {
      holds: comparison ? holds(proof) : null,
      stages: proof.stages,
      differences: comparison?.differences ?? [],
      nonCanonical: comparison?.nonCanonical ?? [],
      onNetwork: proof.onNetwork,
      ungoverned: comparison?.ungoverned ?? [],
      skipped: proof.skipped,
      problems: proof.problems,
    },
    policies: { pack, findings },
    notJudged: doubts,
    ...{ problems, unchecked, written },
  })
}

function pick({ urn, type, name, parent, provider, dependencies, protect }: Result['resources'][number]) {
  return { urn, type, name, parent, provider, dependencies, protect }
}

/** The document of a preview that could not be made. */
export function renderRefusal(problems: readonly Problem[]): string {
  return renderJson({ version, engine: 'embedded preview', clean: false, reasons: ['bad input'], problems })
}
