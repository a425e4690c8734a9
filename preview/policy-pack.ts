import type { AnalyzeDiagnostic } from '@pulumi/pulumi/proto/analyzer_pb'
import type { Problem } from '../core/model/problem'
import { levelsByNumber, PackClient, type PackInfo } from './pack-client'
import { type Level, type PackConfig, reconcile, type WrittenConfig } from './pack-config'
import { analyzeRequest, stackRequest, type PolicyResource } from './pack-messages'
import { launch, type PackEnvironment, type PackProcess } from './pack-process'

/** What a rule of a pack found. */
export interface PackFinding {
  readonly rule: string
  readonly level: Level
  /** The rule's description, and after a line break what it says about this resource. */
  readonly message: string
  readonly description: string
  /** The resource it is about; the stack where the rule names none. */
  readonly urn: string
  readonly severity: 'unspecified' | 'low' | 'medium' | 'high' | 'critical'
}

/** A policy pack that runs as it does under Pulumi: in its own process, spoken to over gRPC. */
export interface PolicyPack {
  readonly info: PackInfo
  /** Sets levels and configuration of all rules; what is wrong with them comes back, and nothing is set then. */
  configure(written: WrittenConfig, at: string): Promise<readonly Problem[]>
  /** What rules say of one resource. */
  analyze(resource: PolicyResource): Promise<readonly PackFinding[]>
  /** What rules say of all resources together; `stackUrn` takes what is about none of them. */
  analyzeStack(resources: readonly PolicyResource[], stackUrn: string): Promise<readonly PackFinding[]>
  /** The level of each rule, as configured. */
  readonly levels: ReadonlyMap<string, Level>
  /** Ends the pack's process. */
  close(): void
}

/**
 * Starts the pack in `directory` and waits until it answers. Whoever starts a pack closes it.
 *
 * @throws Refusal where it does not start
 */
export function startPack(directory: string, environment: PackEnvironment): Promise<PolicyPack> {
  return connect(launch(directory, environment), environment)
}

/** Speaks to a pack that was launched. It is ended where it fails. */
export async function connect(process: PackProcess, environment: PackEnvironment): Promise<PolicyPack> {
  try {
    const client = new PackClient(process.directory, await process.port())
    await client.configureStack(environment)
    const info = await client.info()
    return new Pack(client, info, process)
  } catch (error) {
    process.kill()
    throw error
  }
}

class Pack implements PolicyPack {
  private effective: PackConfig

  constructor(
    private readonly client: PackClient,
    readonly info: PackInfo,
    private readonly process: PackProcess,
  ) {
    this.effective = reconcile(info.rules, info.initial, { written: {}, at: info.name }).config
  }

  get levels(): ReadonlyMap<string, Level> {
    return new Map(Object.entries(this.effective).map(([name, { level }]) => [name, level]))
  }

  async configure(written: WrittenConfig, at: string): Promise<readonly Problem[]> {
    const { config, problems } = reconcile(this.info.rules, this.info.initial, { written, at })
    if (problems.length > 0) return problems
    await this.client.configure(config)
    this.effective = config
    return []
  }

  async analyze(resource: PolicyResource): Promise<readonly PackFinding[]> {
    const response = await this.client.ask('analyze', analyzeRequest(resource))
    return response.getDiagnosticsList().map(diagnostic => findingOf(diagnostic, resource.urn))
  }

  async analyzeStack(resources: readonly PolicyResource[], stackUrn: string): Promise<readonly PackFinding[]> {
    const response = await this.client.ask('analyzeStack', stackRequest(resources))
    return response.getDiagnosticsList().map(diagnostic => findingOf(diagnostic, stackUrn))
  }

  close(): void {
    this.client.close()
    this.process.kill()
  }
}

const severities = ['unspecified', 'low', 'medium', 'high', 'critical'] as const

function findingOf(diagnostic: AnalyzeDiagnostic, urn: string): PackFinding {
  return {
    rule: diagnostic.getPolicyname(),
    level: levelsByNumber[diagnostic.getEnforcementlevel()],
    message: diagnostic.getMessage(),
    description: diagnostic.getDescription(),
    urn: diagnostic.getUrn() || urn,
    severity: severities[diagnostic.getSeverity()] ?? 'unspecified',
  }
}
