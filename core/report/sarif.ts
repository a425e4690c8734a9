import type { FindingGroup, FindingLine } from './findings'
import { bySeverity } from './findings'
import { renderJson } from './json'
import type { Place } from './place'
import { visible } from './words'

/** A rule as a report describes it. */
export interface SarifRule {
  readonly id: string
  readonly severity: FindingGroup['severity']
  readonly why: string
  readonly fix: string
  readonly limits?: string
  /** Controls of standards that it supports. */
  readonly controls: readonly string[]
}

/** What a report is made from. */
export interface SarifInput {
  readonly groups: readonly FindingGroup[]
  /** Every rule that was run, whether it found anything or not. */
  readonly rules: readonly SarifRule[]
  /** Where a finding is shown; each needs a place, also one that is about everything at once. */
  readonly locate: (at: string) => Place
  /** A short digest of a text, the same everywhere. */
  readonly digest: (text: string) => string
}

const levels: Readonly<Record<FindingGroup['severity'], 'error' | 'warning' | 'note'>> = {
  critical: 'error',
  high: 'error',
  medium: 'warning',
  low: 'note',
}

/** By which code scanning ranks what is about security: a number like a CVSS score. */
const scores: Readonly<Record<FindingGroup['severity'], string>> = {
  critical: '9.5',
  high: '8.0',
  medium: '5.5',
  low: '2.5',
}

/** Findings as SARIF 2.1.0 (OASIS, `sarif-schema-2.1.0.json`), which code scanning and editors read. */
export function renderSarif({ groups, rules, locate, digest }: SarifInput): string {
  const prints = fingerprints(digest)
  const results = bySeverity(groups).flatMap(group =>
    group.findings.map(finding => ({
      ruleId: group.rule,
      ruleIndex: rules.findIndex(({ id }) => id === group.rule),
      level: levels[group.severity],
      message: { text: messageOf(finding) },
      locations: [locationOf(finding, locate(finding.at))],
      // The key by which GitHub knows a finding again; it makes one of its own, of the text of the line, where there is none.
      partialFingerprints: { primaryLocationLineHash: prints(group.rule, finding) },
    })),
  )
  return renderJson({
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [{ tool: { driver: { name: 'ztm', rules: rules.map(described) } }, columnKind: 'utf16CodeUnits', results }],
  })
}

function described({ id, severity, why, fix, limits, controls }: SarifRule) {
  const parts = [sentence(why), sentence(`what to do: ${fix}`), ...(limits ? [sentence(`limits: ${limits}`)] : [])]
  return {
    id,
    shortDescription: { text: sentence(why) },
    fullDescription: { text: parts.join(' ') },
    help: { text: parts.join('\n\n'), markdown: parts.join('\n\n') },
    defaultConfiguration: { level: levels[severity] },
    properties: { tags: ['security', ...controls], precision: 'high', 'security-severity': scores[severity] },
  }
}

function locationOf({ resource }: FindingLine, { file, line }: Place) {
  return {
    physicalLocation: { artifactLocation: { uri: uriOf(file) }, region: { startLine: line } },
    logicalLocations: [{ fullyQualifiedName: visible(resource), kind: 'resource' }],
  }
}

function messageOf({ resource, path, message }: FindingLine): string {
  return visible(`${[resource, path].filter(Boolean).join(' ')}: ${message}`)
}

/**
 * What a finding is known by from one run to the next: what is found in which object, not where that stands, so that a line that moves moves no finding. Findings
 * that say the same are counted.
 */
function fingerprints(digest: SarifInput['digest']): (rule: string, finding: FindingLine) => string {
  const seen = new Map<string, number>()
  return (rule, { resource, path, message }) => {
    const print = digest(JSON.stringify([rule, resource, path, message]))
    const times = (seen.get(print) ?? 0) + 1
    seen.set(print, times)
    return `${print}:${times}`
  }
}

/** A path as a URI reference: relative paths stay relative. */
function uriOf(file: string): string {
  const parts = file.split('/').map(encodeURIComponent).join('/')
  return file.startsWith('/') ? `file://${parts}` : parts
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`
}
