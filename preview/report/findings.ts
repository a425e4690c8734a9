import type { Style } from '../../core/report/style'
import { groupBy } from '../../core/model/group'
import { byText, count } from '../../core/report/words'
import type { PackFinding } from '../policy-pack'
import type { Recorded } from '../recorded'
import { blocking } from '../result'
import { label } from './tree'

/** A finding in one line: whom it is about, and what the rule says beyond its own description. */
export function sentences(finding: PackFinding, resources: readonly Recorded[]): { about: string; text: string } {
  const { message, description, urn } = finding
  const about = subject(urn, resources)
  const text = (message.startsWith(`${description}\n`) ? message.slice(description.length + 1) : message).trim()
  const rest = text.startsWith(about) ? text.slice(about.length) : ''
  return { about, text: /^:? /.test(rest) ? rest.replace(/^:? /, '') : text }
}

/** The resource a URN names, as people call it. */
function subject(urn: string, resources: readonly Recorded[]): string {
  const found = resources.find(resource => resource.urn === urn)
  return found ? label(found) : (urn.split('::').at(-1) ?? urn)
}

/** Findings by rule, those that block first. */
export function byRule(findings: readonly PackFinding[]): readonly (readonly [string, readonly PackFinding[]])[] {
  const sorted = [...findings].sort(
    (a, b) => Number(blocking(b)) - Number(blocking(a)) || byText(a.rule, b.rule) || byText(a.urn, b.urn),
  )
  return [...groupBy(sorted, ({ rule, level }) => `${level} ${rule}`)]
}

/** `3 findings, 2 of them mandatory; 15 rules`. */
export function summary(findings: readonly PackFinding[], rules: number): string {
  const mandatory = findings.filter(blocking).length
  const found = findings.length === 0 ? 'no findings' : `${count(findings.length, 'finding')}, ${mandatory} mandatory`
  return `${found}; ${count(rules, 'rule')}`
}

/** Findings for a terminal. */
export function renderFindings(findings: readonly PackFinding[], resources: readonly Recorded[], style: Style): string {
  return byRule(findings)
    .map(([title, group]) => {
      const [first] = group
      const paint = first && blocking(first) ? style.red : style.yellow
      const lines = group.map(finding => {
        const { about, text } = sentences(finding, resources)
        return `    ${about}: ${indented(text)}\n`
      })
      return `  ${paint(title)}${first ? style.dim(`  ${first.description}`) : ''}\n${lines.join('')}`
    })
    .join('')
}

function indented(text: string): string {
  return text.replace(/\n/g, '\n      ')
}
