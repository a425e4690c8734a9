import { Option } from 'commander'
import { groupBy } from '../../core/model/group'
import type { Sourced } from '../../core/model/manifest'
import { didYouMean } from '../../core/model/problem'
import type { Problem } from '../../core/model/problem'
import { bySeverity, findingsMarkdown, renderFindings } from '../../core/report/findings'
import type { FindingGroup } from '../../core/report/findings'
import { renderGithub } from '../../core/report/github'
import { renderJson } from '../../core/report/json'
import { renderSarif } from '../../core/report/sarif'
import { count } from '../../core/report/words'
import type { Rule, RuleFinding } from '../../policypacks/zero-trust/rule'
import { rules } from '../../policypacks/zero-trust/rules'
import { checkManifests } from '../../policypacks/zero-trust/run'
import { BadInput } from '../bad-input'
import { collect } from '../command'
import type { Verb } from '../command'
import { aboutBase, beneath } from '../beneath'
import { sha256 } from '../io'
import { located } from '../located'
import { baseObjects, baseOption, checkStandardInput, countSkipped, objectsAt } from '../manifests'
import type { Reading } from '../manifests'
import { namespaceOption } from '../namespace'
import { readSettings } from '../rule-settings'
import { crdObjects, crdsOption, noteUnchecked } from '../schemas'
import type { ExitCode, Session } from '../session'

const formats = ['text', 'json', 'markdown', 'sarif', 'github'] as const

interface Options extends Reading {
  readonly lock?: string
  readonly rule?: readonly string[]
  readonly config?: string
  readonly crds?: readonly string[]
  readonly format: (typeof formats)[number]
}

const example = `
Examples:
  $ npx --no ztm check examples/online-boutique/expected/istio-sidecar --lock examples/online-boutique/intent.lock.json
  $ npx --no ztm check examples/online-boutique/expected/linkerd --rule no-wildcard-mesh-identity --format sarif
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
    .addOption(
      baseOption(
        'what lies in the cluster already: seen by the rules, but nothing is reported of it; the manifests override it; may be repeated',
      ),
    )
    .addOption(crdsOption())
    .addOption(namespaceOption())
    .addOption(new Option('--format <format>', 'how to print it').choices(formats).default('text'))
    .addHelpText('after', example)
    .action((paths: string[], options: Options) => {
      choose(() => checkAll(paths, options, session))
    })
}

async function checkAll(paths: readonly string[], options: Options, session: Session): Promise<ExitCode> {
  const { base: lower = [], config, crds = [] } = options
  checkStandardInput([...paths, ...lower, ...crds, ...(config === undefined ? [] : [config])])
  const chosen = options.rule ? chooseRules(options.rule) : rules
  const settings = await readSettings(options, session)
  const all = await baseObjects(options, session)
  const inputs = await objectsAt(paths, session, options)
  // What is given for this comes before what the cluster has.
  const base = [...(await crdObjects(crds, session)), ...beneath(inputs, all)]
  countSkipped(inputs, session)
  if (crds.length > 0) noteUnchecked([...inputs, ...base], session)
  session.progress.step(`checking ${inputs.length} objects`)
  const found = checkManifests(chosen, [...inputs, ...base], settings)
  const isOfBase = aboutBase(base)
  const ours = found.filter(finding => !isOfBase(finding))
  noteBase(found.length - ours.length, session)
  const groups = grouped(chosen, ours)
  await session.out(printed(options.format, { groups, chosen, inputs, session }))
  return groups.length === 0 ? 0 : 1
}

function noteBase(number: number, session: Session): void {
  if (number > 0) session.note(`${count(number, 'finding')} about objects of \`--base\` not shown`)
}

interface Found {
  readonly groups: readonly FindingGroup[]
  readonly chosen: readonly Rule[]
  readonly inputs: readonly Sourced[]
  readonly session: Session
}

function printed(format: Options['format'], { groups, chosen, inputs, session }: Found): string {
  const rules = chosen.length
  // What is about everything at once, or came from standard input, is shown where the manifests begin.
  const first = located(inputs[0]?.at ?? '') ?? { file: 'stdin', line: 1 }
  switch (format) {
    case 'text':
      return renderFindings(groups, rules, session.style)
    case 'markdown':
      return findingsMarkdown(groups, rules)
    case 'json':
      return renderJson({ findings: groups.flatMap(({ findings }) => findings), rules: chosen.map(({ id }) => id) })
    case 'github':
      return renderGithub({ groups, rules, locate: located })
    case 'sarif':
      return renderSarif({ groups, rules: chosen, locate: at => located(at) ?? first, digest })
  }
}

/** Enough of it to tell findings apart. */
function digest(text: string): string {
  return sha256(text).slice('sha256:'.length, 'sha256:'.length + 16)
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
