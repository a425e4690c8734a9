import { Option } from 'commander'
import { didYouMean } from '../../core/model/problem'
import type { Problem } from '../../core/model/problem'
import { bySeverity, findingsMarkdown, renderFindings } from '../../core/report/findings'
import type { FindingGroup } from '../../core/report/findings'
import { renderJson } from '../../core/report/json'
import { groupBy } from '../../core/model/group'
import type { Rule, RuleFinding } from '../../policypacks/zero-trust/rule'
import { rules } from '../../policypacks/zero-trust/rules'
import { checkManifests } from '../../policypacks/zero-trust/run'
import { BadInput } from '../bad-input'
import { collect } from '../command'
import type { Verb } from '../command'
import { checkStandardInput, countSkipped, objectsAt } from '../manifests'
import type { Reading } from '../manifests'
import { namespaceOption } from '../namespace'
import { readSettings } from '../rule-settings'
import type { ExitCode, Session } from '../session'

interface Options extends Reading {
  readonly lock?: string
  readonly rule?: readonly string[]
  readonly config?: string
  readonly format: 'text' | 'json' | 'markdown'
}

const example = `
Examples:
  $ npx --no ztm check examples/online-boutique/expected/istio-sidecar --lock examples/online-boutique/intent.lock.json
  $ echo '{"apiVersion":"v1","kind":"Service","metadata":{"name":"cart"},"spec":{"ports":[{"name":"http","port":80}]}}' \\
      | npx --no ztm check - --namespace shop --rule explicit-port-protocol`

/** `ztm check`: the rules of the policy pack over manifests. */
export const addCheck: Verb = (program, session, choose) => {
  program
    .command('check')
    .description('holds manifests, of Istio and of Linkerd, against the zero-trust rules')
    .argument('<paths...>', 'files or directories of manifests, or - for standard input')
    .option('--lock <file>', 'the intent.lock.json that the manifests are held against')
    .option('--rule <id>', 'only this rule; may be repeated', collect)
    .option('--config <file>', 'settings of the rules, YAML or JSON')
    .addOption(namespaceOption())
    .addOption(new Option('--format <format>', 'how to print it').choices(['text', 'json', 'markdown']).default('text'))
    .addHelpText('after', example)
    .action((paths: string[], options: Options) => {
      choose(() => checkAll(paths, options, session))
    })
}

async function checkAll(paths: readonly string[], options: Options, session: Session): Promise<ExitCode> {
  checkStandardInput([...paths, ...(options.config === undefined ? [] : [options.config])])
  const chosen = options.rule ? chooseRules(options.rule) : rules
  const settings = await readSettings(options, session)
  const inputs = await objectsAt(paths, session, options)
  countSkipped(inputs, session)
  session.progress.step(`checking ${inputs.length} objects`)
  const groups = grouped(chosen, checkManifests(chosen, inputs, settings))
  await session.out(
    {
      text: () => renderFindings(groups, chosen.length, session.style),
      json: () =>
        renderJson({ findings: groups.flatMap(({ findings }) => findings), rules: chosen.map(({ id }) => id) }),
      markdown: () => findingsMarkdown(groups, chosen.length),
    }[options.format](),
  )
  return groups.length === 0 ? 0 : 1
}

function chooseRules(ids: readonly string[]): readonly Rule[] {
  const known = rules.map(({ id }) => id)
  const problems = ids
    .filter(id => !known.includes(id))
    .map((id): Problem => ({
      code: 'unknown-rule',
      severity: 'error',
      at: '--rule',
      message: `no rule is called \`${id}\``,
      hint: `the rules are ${known.join(', ')}`,
      ...didYouMean(id, known),
    }))
  if (problems.length > 0) throw new BadInput(problems)
  return rules.filter(({ id }) => ids.includes(id))
}

function grouped(chosen: readonly Rule[], findings: readonly RuleFinding[]): readonly FindingGroup[] {
  const byRule = groupBy(findings, finding => finding.rule)
  return bySeverity(
    chosen.flatMap(({ id, severity, why, fix }) => {
      const found = byRule.get(id) ?? []
      return found.length === 0 ? [] : [{ rule: id, severity, why, fix, findings: found }]
    }),
  )
}
