import { eachOf, stagesOf, termsOf } from '../core/compile/terms'
import type { Sourced } from '../core/model/manifest'
import { BadInput } from '../cli/bad-input'
import { readObjects } from '../cli/io'
import type { StackConfig } from './config'
import { readMeant, type Meant } from './meant'
import { isRelease, kubernetesObjects, type RegisteredObjects } from './objects'
import type { Options } from './options'
import { withProviders } from './pack-messages'
import type { PackProcess } from './pack-process'
import { completed } from './pack-settings'
import type { WrittenConfig } from './pack-config'
import { connect, type PackFinding, type PolicyPack } from './policy-pack'
import { stackType } from './monitor'
import { evaluate, type Evaluated } from './program'
import type { Progress } from './progress'
import { namespaced, type Project } from './project'
import { prove, type Proof } from './proof'
import type { NotJudged, Recorded } from './recorded'
import { problem, Refusal } from './refusal'
import { acknowledge, type Result } from './result'
import { uncheckedIn } from './unchecked'
import { isObject, redact } from './wire'
import { writeResult } from './written'

/** All that is needed for a judgement, read and started. */
export interface Case {
  readonly project: Project
  readonly config: StackConfig
  readonly options: Options
  /** Launched, so that it starts while the program runs. */
  readonly process: PackProcess
  readonly progress: Progress
}

/**
 * Runs the program, proves what it registers, asks the policy pack, and writes what was rendered.
 *
 * @throws Refusal where any of that cannot be done
 */
export async function judge(given: Case): Promise<Result> {
  const { project, config, options, progress } = given
  const base = await readBase(options.base)
  progress.step('running the program')
  const evaluated = await evaluate(project, options.stack, config)
  if (evaluated.problems.length > 0) throw new Refusal(evaluated.problems, evaluated.output)
  const meant = readMeant(project)
  const registered = kubernetesObjects(evaluated.recording.resources)
  progress.step('computing who can reach whom')
  const proof = proven({ evaluated, registered, meant, base })
  progress.step('asking the policy pack')
  const asked = await ask(given, evaluated.recording.resources, meant)
  return report(given, { evaluated, registered, meant, proof, asked })
}

async function readBase(paths: readonly string[]): Promise<readonly Sourced[]> {
  if (paths.length === 0) return []
  try {
    const { inputs, problems } = await readObjects(paths, { stdin: process.stdin })
    if (problems.length > 0) throw new Refusal(problems)
    return inputs
  } catch (error) {
    throw error instanceof BadInput ? new Refusal(error.problems) : error
  }
}

interface Materials {
  readonly evaluated: Evaluated
  readonly registered: RegisteredObjects
  readonly meant: Meant | undefined
  readonly base: readonly Sourced[]
}

function proven({ evaluated, registered, meant, base }: Materials): Proof {
  const { resources } = evaluated.recording
  return prove({ registered: registered.objects, base, meant, installs: resources.some(isRelease) })
}

/** What the pack said, and how it was configured. */
interface Asked {
  readonly info: PolicyPack['info']
  readonly config: WrittenConfig
  readonly findings: readonly PackFinding[]
  readonly notJudged: readonly NotJudged[]
}

async function ask(given: Case, resources: readonly Recorded[], meant: Meant | undefined): Promise<Asked> {
  const { project, options, config } = given
  const pack = await connect(given.process, { project: project.name, stack: options.stack })
  try {
    const terms = meant ? eachOf(termsOf(meant.target)) : []
    const written = writtenConfig(project, config, options.stack)
    const known = {
      stages: meant ? stagesOf(meant.target) : {},
      unrouted: terms.flatMap(({ unrouted }) => unrouted),
      lock: meant?.lock ?? 'intent.lock.json',
    }
    const full = completed(written, pack.info.rules, known)
    const problems = await pack.configure(full, `Pulumi.${options.stack}.yaml policies`)
    if (problems.length > 0) throw new Refusal(problems)
    const findings = await findingsOf(pack, resources)
    return { info: pack.info, config: full, findings, notJudged: notJudgedBy(pack, findings) }
  } finally {
    pack.close()
  }
}

function writtenConfig(project: Project, { plain }: StackConfig, stack: string): WrittenConfig {
  const written = plain[namespaced('policies', project.name)] ?? {}
  if (isObject(written)) return written
  throw new Refusal([
    problem({
      code: 'wrong-type',
      at: `Pulumi.${stack}.yaml`,
      message: '`policies` must be an object of rules and levels',
    }),
  ])
}

async function findingsOf(pack: PolicyPack, resources: readonly Recorded[]): Promise<readonly PackFinding[]> {
  const all = withProviders(resources)
  const stack = all.find(({ type }) => type === stackType)?.urn ?? ''
  const each = await Promise.all(all.map(resource => pack.analyze(resource)))
  return [...each.flat(), ...(await pack.analyzeStack(all, stack))].map(told)
}

/** What a rule says of a value that only an update makes comes as if the server had given up; it is what the rule has to say. */
function told(finding: PackFinding): PackFinding {
  return { ...finding, message: finding.message.replace(/^can't run policy .* during preview: (?=pending: )/, '') }
}

/** Where the pack's own server gave up, it says so in an advisory, whatever the level of the rule: that is no judgement. */
function notJudgedBy(pack: PolicyPack, findings: readonly PackFinding[]): readonly NotJudged[] {
  const abandoned = findings
    .filter(({ message }) => message.startsWith("can't run policy"))
    .map(({ rule, urn }): NotJudged => ({
      what: 'rule',
      at: rule,
      message: `the rule met an unknown value and gave up: ${urn}`,
    }))
  const remediated = [...pack.levels].filter(([, level]) => level === 'remediate')
  return [
    ...abandoned,
    ...remediated.map(([rule]): NotJudged => ({
      what: 'remediation',
      at: rule,
      message: 'what the rule mends is not mended here',
    })),
  ]
}

function report(
  { project, config, options }: Case,
  found: Omit<Materials, 'base'> & { readonly proof: Proof; readonly asked: Asked },
): Result {
  const { evaluated, registered, meant, proof, asked } = found
  const { resources, outputs, notJudged } = evaluated.recording
  const noGraph: NotJudged = {
    what: 'graph',
    at: project.name,
    message: 'there is no `services.ts`: nothing says what is meant',
  }
  const all = [
    ...config.notJudged,
    ...notJudged,
    ...registered.notJudged,
    ...(meant ? [] : [noGraph]),
    ...asked.notJudged,
  ]
  const { name, version, rules } = asked.info
  const result: Result = {
    ...{
      project: project.name,
      stack: options.stack,
      resources,
      outputs: redact(outputs),
      said: evaluated.output,
      proof,
    },
    pack: { name, version, rules: rules.length },
    findings: asked.findings,
    ...acknowledge(all, options.acknowledged),
    problems: meant?.problems ?? [],
    unchecked: uncheckedIn(registered.objects, meant?.schemas),
    written: [],
  }
  return writeResult(result, {
    directory: options.out,
    from: options.from,
    registered: registered.objects,
    meant,
    packConfig: asked.config,
  })
}
