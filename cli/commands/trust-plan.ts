import { Option } from 'commander'
import type { Command } from 'commander'
import { renderJson } from '../../core/report/json'
import { planRotation } from '../../core/trust/rotation/plan'
import { printRotation, rotationJson, rotationPicture, rotationTable } from '../../core/trust/rotation/print'
import { readStates } from '../../core/trust/rotation/read-states'
import { authorities, meshOf } from '../../core/trust/rotation/rotation'
import type { Authority, RotationPlan, RotationSettings } from '../../core/trust/rotation/rotation'
import { BadInput, badInput } from '../bad-input'
import type { Action } from '../command'
import { collect } from '../command'
import type { PlanFormat } from '../plan-format'
import { planFormat, planText } from '../plan-format'
import type { ExitCode, Session } from '../session'
import { momentOf, spanOf } from '../trust-dates'
import { readTexts } from '../trust-texts'

interface PlanOptions {
  readonly issuer?: string
  readonly to: string
  readonly toIssuer?: string
  readonly authority: Authority
  readonly toAuthority?: Authority
  readonly at?: string
  readonly leaf?: string
  readonly namespace?: readonly string[]
  readonly leaked?: boolean
  readonly format: PlanFormat
}

const example = `
What is trusted now, and what is to be, may be PEM files or manifests, as for \`ztm trust check\`, or a stack's file, of which \`trust.bundle\` is read. From a state in between, the rest is planned; with the two exchanged, the way back.

Example:
  $ npx --no ztm trust init out/trust --mesh linkerd
  $ npx --no ztm trust init out/next --mesh linkerd
  $ npx --no ztm trust plan out/trust/linkerd/ca-bundle.crt --issuer out/trust/linkerd/issuer.crt --to out/next/linkerd/ca-bundle.crt --to-issuer out/next/linkerd/issuer.crt --authority linkerd`

/** `ztm trust plan`: from whom a mesh trusts now to whom it is to trust. */
export function addPlan(trust: Command, session: Session, choose: (action: Action) => void): void {
  trust
    .command('plan')
    .description('prints the steps from what is trusted and signed with to what is to be, so that no call is refused')
    .argument('<bundle>', 'the anchors now: PEM or manifests, or - for standard input')
    .option('--issuer <file>', 'what the control plane signs with now, and its chain (default: that of the manifests)')
    .requiredOption('--to <bundle>', 'the anchors that are to be')
    .option('--to-issuer <file>', 'what the control plane is to sign with (default: that of the manifests, or as now)')
    .addOption(new Option('--authority <who>', 'who signs for workloads').choices(authorities).makeOptionMandatory())
    .addOption(
      new Option('--to-authority <who>', 'who is to sign in its place (default: the same)').choices(authorities),
    )
    .option('--at <date>', 'the day on which it begins (default: today)')
    .option('--leaf <time>', 'how long a workload’s certificate lasts (default: 24h; 1h by istio-csr)')
    .option('--namespace <name>', 'a namespace whose workloads are restarted; may be repeated', collect)
    .option('--leaked', 'the key of the issuer that signs now may be in other hands')
    .addOption(planFormat())
    .addHelpText('after', example)
    .action((bundle: string, options: PlanOptions) => {
      choose(() => plan(bundle, options, session))
    })
}

async function plan(bundle: string, options: PlanOptions, session: Session): Promise<ExitCode> {
  const { issuer, to, toIssuer, authority } = options
  const mesh = meshOf(authority)
  const now = await readTexts({ bundle, mesh, ...(issuer !== undefined && { issuer }) }, session)
  const wanted = await readTexts({ bundle: to, mesh, ...(toIssuer !== undefined && { issuer: toIssuer }) }, session)
  if (!now.texts.issuer)
    throw badInput(bundle, 'nothing says what the control plane signs with', 'give its certificate with `--issuer`')
  const { states, problems } = await readStates({ from: now.texts, to: wanted.texts })
  if (!states) throw new BadInput(problems)
  const made = planRotation(states.from, states.to, settingsOf(options))
  if (made.problems.length > 0) throw new BadInput(made.problems)
  await session.out(shown(made, options.format))
  return made.outage.length > 0 ? 1 : 0
}

function settingsOf({ authority, toAuthority, at, leaf, namespace, leaked }: PlanOptions): RotationSettings {
  return {
    authority,
    ...(toAuthority !== undefined && { toAuthority }),
    at: momentOf(at),
    ...(leaf !== undefined && { leaf: spanOf('--leaf', leaf) }),
    ...(namespace !== undefined && { namespaces: namespace }),
    ...(leaked !== undefined && { leaked }),
  }
}

function shown(plan: RotationPlan, format: PlanOptions['format']): string {
  if (format === 'json') return renderJson(rotationJson(plan))
  const text = { text: printRotation, markdown: rotationTable, mermaid: rotationPicture }[format](plan)
  return planText(text)
}
