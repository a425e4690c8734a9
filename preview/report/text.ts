import { renderReach } from '../../core/report/reach'
import { renderProblems } from '../../core/report/problems'
import type { Style } from '../../core/report/style'
import { count } from '../../core/report/words'
import { isRelease } from '../objects'
import type { Doubt, Result } from '../result'
import { reasons } from '../result'
import { uncheckedLines } from '../unchecked'
import { renderFindings, summary } from './findings'
import { renderDifferences, sentence } from './proof'
import { renderCounts, renderTree } from './tree'

/** More lines of what a program said than anybody reads. */
const mostSaid = 40

/** What this is, said first: nobody may take it for the engine's word. */
export const disclaimer =
  'This is the embedded preview, not the Pulumi engine: nothing was compared with what is deployed, and no provider was asked.'

/** The whole report for a terminal. What decides comes last, where the eye is. */
export function renderText(result: Result, style: Style): string {
  const { project, stack, resources, proof, pack, findings, problems } = result
  const sections: readonly (readonly [string, string])[] = [
    [`Resources (${renderCounts(resources)})`, renderTree(resources) + releases(result)],
    ['The program said', lines(result.said.replace(/ \[runtime\] /g, ' '), mostSaid)],
    ['Who can reach whom', renderReach(proof.reach, style)],
    ['Is it what the graph means?', renderProof(result, style)],
    [
      `Policy pack ${pack.name} ${pack.version} (${summary(findings, pack.rules)})`,
      renderFindings(findings, resources, style),
    ],
    ['For your attention', problems.length === 0 ? '' : renderProblems(problems, style)],
    ['Not judged', renderDoubts(result, style)],
    [
      'Not checked without a cluster',
      uncheckedLines(result.unchecked)
        .map(line => `${line}\n`)
        .join(''),
    ],
    ['Written', result.written.map(path => `${path}\n`).join('')],
  ]
  const body = sections
    .filter(([title, text]) => text !== '' || title.startsWith('Policy pack'))
    .map(([title, text]) => `${style.bold(title)}\n${indent(text)}\n`)
  return [`${style.bold(`${project} · ${stack}`)}\n${disclaimer}\n\n`, ...body, verdict(result, style)].join('')
}

function indent(text: string): string {
  return text.replace(/^(?=.)/gm, '  ')
}

function lines(text: string, most: number): string {
  const all = text.trimEnd().split('\n')
  if (all.length <= most) return text.trim() === '' ? '' : `${text.trimEnd()}\n`
  return `${all.slice(0, most).join('\n')}\n… and ${count(all.length - most, 'more line')}\n`
}

function releases({ resources }: Result): string {
  const charts = resources.filter(isRelease)
  if (charts.length === 0) return ''
  return `What the charts of the Helm Releases ${charts.map(({ name }) => name).join(', ')} contain is not seen.\n`
}

function renderProof({ proof }: Result, style: Style): string {
  return `${sentence(proof, style)}\n${renderDifferences(proof, style)}`
}

function renderDoubts({ doubts, unused }: Result, style: Style): string {
  const open = doubts.filter(({ acknowledged }) => !acknowledged).map(doubt => doubtLines(doubt, style))
  const accepted = doubts.filter(({ acknowledged }) => acknowledged)
  return [
    ...open,
    ...(accepted.length > 0
      ? [style.dim(`acknowledged: ${accepted.map(({ what, at }) => `${what}=${at}`).join(', ')}\n`)]
      : []),
    ...unused.map(word => style.yellow(`nothing here needed the acknowledgement \`${word}\`\n`)),
  ].join('')
}

function doubtLines({ what, at, message }: Doubt, style: Style): string {
  return `${style.yellow(what)} ${at}: ${message}\n${style.dim(`  hint: to accept that, add \`--acknowledge ${what}=${at}\``)}\n`
}

function verdict(result: Result, style: Style): string {
  const why = reasons(result)
  if (why.length > 0) return `${style.red('refused')}: ${why.join('; ')}\n`
  return `${style.green('clean')}: ${count(result.resources.length, 'resource')} to register\n`
}
