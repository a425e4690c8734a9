import { reachMarkdown } from '../../core/report/reach'
import { code, fenced, prose } from '../../core/report/markdown'
import { plain } from '../../core/report/style'
import { printProblem } from '../../core/model/problem'
import type { Result } from '../result'
import { reasons } from '../result'
import { uncheckedLines } from '../unchecked'
import { byRule, sentences, summary } from './findings'
import { renderDifferences, sentence } from './proof'
import { disclaimer } from './text'
import { renderCounts, renderTree } from './tree'

/** The report as Markdown, for a comment on a pull request: what decides comes first. */
export function renderMarkdown(result: Result): string {
  const { project, stack, resources, proof, pack, findings, problems } = result
  const why = reasons(result)
  const details = renderDifferences(proof, plain).trimEnd()
  return [
    `# Preview of ${project} · ${stack}: ${why.length === 0 ? 'clean' : 'refused'}`,
    why.length === 0 ? '' : why.map(reason => `- **${reason}**`).join('\n'),
    `> ${disclaimer}`,
    '## Is it what the graph means?',
    sentence(proof),
    details === '' ? '' : fenced(details.split('\n')),
    `## Policy pack ${pack.name} ${pack.version}`,
    summary(findings, pack.rules),
    findingsOf(result),
    ...(result.doubts.length > 0 ? ['## Not judged', doubts(result)] : []),
    ...(problems.length > 0
      ? ['## For your attention', problems.map(p => `- ${prose(printProblem(p))}`).join('\n')]
      : []),
    '## Not checked without a cluster',
    uncheckedLines(result.unchecked)
      .map(line => `- ${prose(line)}`)
      .join('\n'),
    reachMarkdown(proof.reach).trimEnd(),
    '## Resources',
    renderCounts(resources),
    `<details><summary>as a tree</summary>\n\n${fenced(renderTree(resources).trimEnd().split('\n'))}\n\n</details>`,
  ]
    .filter(part => part !== '')
    .join('\n\n')
    .concat('\n')
}

function findingsOf({ findings, resources }: Result): string {
  return byRule(findings)
    .map(([title, group]) => {
      const lines = group.map(finding => {
        const { about, text } = sentences(finding, resources)
        return `- ${code(about)}: ${prose(text)}`
      })
      return [`### ${title}`, '', ...lines].join('\n')
    })
    .join('\n\n')
}

function doubts({ doubts: all }: Result): string {
  return all
    .map(
      ({ what, at, message, acknowledged }) =>
        `- ${acknowledged ? '(acknowledged) ' : ''}**${what}** ${code(at)}: ${prose(message)}`,
    )
    .join('\n')
}
