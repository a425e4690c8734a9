import type { Style } from './style'
import { plain } from './style'
import { count, visible } from './words'

/** What one rule found, ready to be printed. */
export interface FindingGroup {
  /** The rule's id. */
  readonly rule: string
  readonly severity: 'low' | 'medium' | 'high' | 'critical'
  /** What goes wrong without the rule. */
  readonly why: string
  /** What to do. */
  readonly fix: string
  readonly findings: readonly FindingLine[]
}

export interface FindingLine {
  /** A file and line; empty where it is about everything at once. */
  readonly at: string
  /** `PeerAuthentication shop/default` */
  readonly resource: string
  /** Which field of it; empty for the object itself. */
  readonly path: string
  readonly message: string
}

const ranks = ['critical', 'high', 'medium', 'low'] as const

/** Findings grouped by rule, the most severe rule first. */
export function bySeverity(groups: readonly FindingGroup[]): readonly FindingGroup[] {
  return [...groups].sort((a, b) => ranks.indexOf(a.severity) - ranks.indexOf(b.severity))
}

/** Findings for a terminal: the rule, why it is there, where it is broken, and what to do. */
export function renderFindings(groups: readonly FindingGroup[], rules: number, style: Style = plain): string {
  const blocks = bySeverity(groups).map(group => renderGroup(group, style))
  const summary = summaryOf(groups, rules)
  return [...blocks, `${groups.length === 0 ? style.green(summary) : summary}\n`].join('\n')
}

/** Findings as Markdown, for a comment on a pull request. */
export function findingsMarkdown(groups: readonly FindingGroup[], rules: number): string {
  const sections = bySeverity(groups).map(({ rule, severity, why, fix, findings }) =>
    [`### ${rule} (${severity})`, '', `${why}; ${fix}`, '', ...findings.map(f => `- ${findingText(f)}`), ''].join('\n'),
  )
  return ['## Findings', '', ...sections, summaryOf(groups, rules), ''].join('\n')
}

/** One finding in one line: `shop.yaml:12: PeerAuthentication shop/default spec.mtls.mode: …`. */
function findingText({ at, resource, path, message }: FindingLine): string {
  return visible(`${at === '' ? '' : `${at}: `}${[resource, path].filter(Boolean).join(' ')}: ${message}`)
}

function renderGroup({ rule, severity, why, fix, findings }: FindingGroup, style: Style): string {
  const paint = severity === 'critical' || severity === 'high' ? style.red : style.yellow
  return [
    `${paint(severity)} ${style.bold(rule)}`,
    style.dim(`  ${why}`),
    ...findings.map(finding => `  ${findingText(finding)}`),
    style.dim(`  fix: ${fix}`),
    '',
  ].join('\n')
}

/** How much was found, in one line: `2 findings of 1 rule, 64 rules clean`. */
export function summaryOf(groups: readonly FindingGroup[], rules: number): string {
  const findings = groups.reduce((sum, group) => sum + group.findings.length, 0)
  if (findings === 0) return `no findings, ${count(rules, 'rule')}`
  return `${count(findings, 'finding')} of ${count(groups.length, 'rule')}, ${count(rules - groups.length, 'rule')} clean`
}
