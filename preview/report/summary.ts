import { sha256 } from '../../cli/io'
import { canonicalJson } from '../../core/model/canonical'
import { renderJson } from '../../core/report/json'
import { shownInputs } from '../objects'
import { blocking, reasons, type Result } from '../result'
import { byRule, sentences } from './findings'
import { label } from './tree'

/** Grows when a reader of the document would have to change (`cli/preview-file.ts`). */
const version = 1

/** What of a preview `ztm comment` holds against another one: no contents of resources, only whether they are the same. */
export function renderSummary(result: Result): string {
  const { project, stack, resources, proof, findings, doubts } = result
  return renderJson({
    version,
    ...{ project, stack },
    reasons: reasons(result),
    resources: Object.fromEntries(
      resources.map(resource => [
        resource.urn,
        { label: label(resource), digest: sha256(canonicalJson(shownInputs(resource))) },
      ]),
    ),
    differences: (proof.comparison?.differences ?? []).map(({ text, because }) => ({ text, because })),
    findings: byRule(findings).flatMap(([, group]) =>
      group.map(finding => ({
        rule: finding.rule,
        blocks: blocking(finding),
        ...sentences(finding, resources),
      })),
    ),
    notJudged: doubts.flatMap(({ what, at, message, acknowledged }) =>
      acknowledged ? [] : [`\`${what}\` ${at}: ${message}`],
    ),
  })
}
