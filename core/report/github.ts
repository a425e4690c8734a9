import type { FindingGroup, FindingLine } from './findings'
import { bySeverity, summaryOf } from './findings'
import type { Place } from './place'
import { visible } from './words'

/** What is made of findings for a machine that shows them beside the code. */
export interface Annotated {
  readonly groups: readonly FindingGroup[]
  /** How many rules were run. */
  readonly rules: number
  /** Where a finding is shown; nothing where no file tells it. */
  readonly locate: (at: string) => Place | undefined
}

const commands: Readonly<Record<FindingGroup['severity'], string>> = {
  critical: 'error',
  high: 'error',
  medium: 'warning',
  low: 'notice',
}

/**
 * Findings as workflow commands of GitHub Actions, which shows them beside the lines they are about: the most severe first, because it shows ten of each kind
 * and step. The last line is for whoever reads the log. Source of the form and of what is escaped: actions/toolkit `packages/core/src/command.ts`.
 */
export function renderGithub({ groups, rules, locate }: Annotated): string {
  const lines = bySeverity(groups).flatMap(group => group.findings.map(finding => command(group, finding, locate)))
  return `${[...lines, summaryOf(groups, rules)].join('\n')}\n`
}

function command({ rule, severity, fix }: FindingGroup, finding: FindingLine, locate: Annotated['locate']): string {
  const place = locate(finding.at)
  const properties = {
    ...(place && { file: place.file, line: String(place.line) }),
    title: `${rule} (${severity})`,
  }
  const said = Object.entries(properties).map(([name, value]) => `${name}=${property(value)}`)
  const { resource, path, message } = finding
  const text = `${[resource, path].filter(Boolean).join(' ')}: ${message}`
  return `::${commands[severity]} ${said.join(',')}::${data(`${visible(text)}\nfix: ${fix}`)}`
}

function data(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A')
}

function property(text: string): string {
  return data(text).replaceAll(':', '%3A').replaceAll(',', '%2C')
}
