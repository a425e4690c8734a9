import { Option } from 'commander'
import type { Command } from 'commander'
import { renderJson } from '../../core/report/json'
import type { Carrier, DomainState, MigrationPlan, MigrationSettings } from '../../core/trust/migration/migration'
import { carriers } from '../../core/trust/migration/migration'
import { planMigration } from '../../core/trust/migration/plan'
import { migrationJson, migrationPicture, migrationTable, printMigration } from '../../core/trust/migration/print'
import { BadInput } from '../bad-input'
import type { Action } from '../command'
import { collect } from '../command'
import type { PlanFormat } from '../plan-format'
import { planFormat, planText } from '../plan-format'
import type { ExitCode, Session } from '../session'
import { spanOf } from '../trust-dates'

interface DomainOptions {
  readonly carrier: Carrier
  readonly alias?: readonly string[]
  readonly toAlias?: readonly string[]
  readonly istioCsr?: boolean
  readonly leaf?: string
  readonly namespace?: readonly string[]
  readonly format: PlanFormat
}

const example = `
From a state in between (say which aliases there are) the rest is planned; with the two exchanged, the way back.

Examples:
  $ npx --no ztm trust domain cluster.local prod.example.com --carrier sidecar
  $ npx --no ztm trust domain cluster.local prod.example.com --alias prod.example.com --carrier ambient`

/** `ztm trust domain`: from what a mesh calls its identities to what it is to call them. */
export function addDomain(trust: Command, session: Session, choose: (action: Action) => void): void {
  trust
    .command('domain')
    .description('prints the steps from one trust domain to another, so that no call is refused where that can be')
    .argument('<now>', 'the trust domain now')
    .argument('<wanted>', 'the trust domain that is to be')
    .addOption(
      new Option('--carrier <who>', 'what carries the calls; ambient where any namespace is')
        .choices(carriers)
        .makeOptionMandatory(),
    )
    .option('--alias <domain>', 'what is taken for its own now; may be repeated', collect)
    .option('--to-alias <domain>', 'what is to be taken for its own; may be repeated', collect)
    .option('--istio-csr', 'istio-csr signs for workloads')
    .option('--leaf <time>', 'how long a workload’s certificate lasts (default: 24h; 1h by istio-csr)')
    .option('--namespace <name>', 'a namespace whose workloads are restarted; may be repeated', collect)
    .addOption(planFormat())
    .addHelpText('after', example)
    .action((now: string, wanted: string, options: DomainOptions) => {
      choose(() => plan([now, wanted], options, session))
    })
}

async function plan(
  [now, wanted]: readonly [string, string],
  options: DomainOptions,
  session: Session,
): Promise<ExitCode> {
  const from: DomainState = { trustDomain: now, aliases: options.alias ?? [] }
  const to: DomainState = { trustDomain: wanted, aliases: options.toAlias ?? [] }
  const made = planMigration(from, to, settingsOf(options))
  if (made.problems.length > 0) throw new BadInput(made.problems)
  await session.out(shown(made, options.format))
  return made.outage.length > 0 ? 1 : 0
}

function settingsOf({ carrier, istioCsr, leaf, namespace }: DomainOptions): MigrationSettings {
  return {
    carrier,
    ...(istioCsr !== undefined && { istioCsr }),
    ...(leaf !== undefined && { leaf: spanOf('--leaf', leaf) }),
    ...(namespace !== undefined && { namespaces: namespace }),
  }
}

function shown(plan: MigrationPlan, format: DomainOptions['format']): string {
  if (format === 'json') return renderJson(migrationJson(plan))
  const text = { text: printMigration, markdown: migrationTable, mermaid: migrationPicture }[format](plan)
  return planText(text)
}
