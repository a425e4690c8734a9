import type { ServiceError } from '@grpc/grpc-js'
import { AnalyzerClient } from '@pulumi/pulumi/proto/analyzer_grpc_pb'
import * as analyzer from '@pulumi/pulumi/proto/analyzer_pb'
import type { Problem } from '../core/model/problem'
import type { Level, PackConfig, RuleInfo } from './pack-config'
import type { PackEnvironment } from './pack-process'
import { problem, Refusal } from './refusal'
import { Empty, fromStruct, grpc, toStruct } from './sdk'

/** Longest one question to a pack may take, in milliseconds. */
const patience = 120_000
/** What Pulumi itself allows a message, in bytes. */
const largestMessage = 400 * 1024 * 1024

/** What a pack says about itself. */
export interface PackInfo {
  readonly name: string
  readonly version: string
  readonly rules: readonly RuleInfo[]
  /** What the pack sets itself. */
  readonly initial: PackConfig
}

/** The protocol's numbers. */
export const levelsByNumber: Readonly<Record<analyzer.EnforcementLevel, Level>> = {
  [analyzer.EnforcementLevel.ADVISORY]: 'advisory',
  [analyzer.EnforcementLevel.MANDATORY]: 'mandatory',
  [analyzer.EnforcementLevel.DISABLED]: 'disabled',
  [analyzer.EnforcementLevel.REMEDIATE]: 'remediate',
}
const numbersByLevel: Readonly<Record<Level, analyzer.EnforcementLevel>> = {
  advisory: analyzer.EnforcementLevel.ADVISORY,
  mandatory: analyzer.EnforcementLevel.MANDATORY,
  disabled: analyzer.EnforcementLevel.DISABLED,
  remediate: analyzer.EnforcementLevel.REMEDIATE,
}

/** The questions, and what answers them. */
type Methods = {
  readonly analyze: readonly [analyzer.AnalyzeRequest, analyzer.AnalyzeResponse]
  readonly analyzeStack: readonly [analyzer.AnalyzeStackRequest, analyzer.AnalyzeResponse]
}

/** Pulumi's analyzer protocol, as promises; all of them reject with a Refusal. */
export class PackClient {
  private readonly client: AnalyzerClient

  constructor(
    private readonly directory: string,
    port: number,
  ) {
    this.client = new AnalyzerClient(`127.0.0.1:${port}`, grpc.credentials.createInsecure(), {
      'grpc.max_receive_message_length': largestMessage,
      'grpc.max_send_message_length': largestMessage,
    })
  }

  ask<Name extends keyof Methods>(name: Name, request: Methods[Name][0]): Promise<Methods[Name][1]> {
    return this.call((metadata, options, done) => {
      if (request instanceof analyzer.AnalyzeRequest) this.client.analyze(request, metadata, options, done)
      else this.client.analyzeStack(request, metadata, options, done)
    })
  }

  async configureStack({ project, stack }: PackEnvironment): Promise<void> {
    const request = new analyzer.AnalyzerStackConfigureRequest()
    request.setProject(project).setStack(stack).setOrganization('organization').setDryRun(true)
    await this.call<analyzer.AnalyzerStackConfigureResponse>((metadata, options, done) =>
      this.client.configureStack(request, metadata, options, done),
    )
  }

  async configure(config: PackConfig): Promise<void> {
    const request = new analyzer.ConfigureAnalyzerRequest()
    for (const [name, { level, properties }] of Object.entries(config)) {
      const rule = new analyzer.PolicyConfig()
      rule.setEnforcementlevel(numbersByLevel[level]).setProperties(toStruct(properties))
      request.getPolicyconfigMap().set(name, rule)
    }
    await this.call((metadata, options, done) => this.client.configure(request, metadata, options, done))
  }

  async info(): Promise<PackInfo> {
    const info = await this.call<analyzer.AnalyzerInfo>((metadata, options, done) =>
      this.client.getAnalyzerInfo(new Empty(), metadata, options, done),
    )
    const initial = [...info.getInitialconfigMap().entries()].map(([name, rule]) => {
      const level = levelsByNumber[rule.getEnforcementlevel()]
      return [name, { level, properties: fromStruct(rule.getProperties()) }] as const
    })
    const rules = info.getPoliciesList().map(ruleOf)
    return { name: info.getName(), version: info.getVersion(), rules, initial: Object.fromEntries(initial) }
  }

  close(): void {
    this.client.close()
  }

  private call<Reply>(send: Send<Reply>): Promise<Reply> {
    return new Promise((resolve, reject) => {
      const options = { deadline: Date.now() + patience }
      send(new grpc.Metadata(), options, (error, reply) => {
        if (error) reject(new Refusal([failure(error, this.directory)]))
        else resolve(reply)
      })
    })
  }
}

type Send<Reply> = (
  metadata: InstanceType<typeof grpc.Metadata>,
  options: { readonly deadline: number },
  done: (error: ServiceError | null, reply: Reply) => void,
) => void

function ruleOf(rule: analyzer.PolicyInfo): RuleInfo {
  const schema = rule.getConfigschema()
  return {
    name: rule.getName(),
    description: rule.getDescription(),
    level: levelsByNumber[rule.getEnforcementlevel()],
    ...(schema && {
      schema: { properties: fromStruct(schema.getProperties()), required: schema.getRequiredList() },
    }),
  }
}

/** A rule that crashed, or a pack that died or does not answer. */
function failure({ code, details }: ServiceError, directory: string): Problem {
  if (code === grpc.status.DEADLINE_EXCEEDED) {
    return problem({
      code: 'pack-failed',
      at: directory,
      message: `the policy pack did not answer within ${patience / 1000} s`,
    })
  }
  const [said = ''] = details.split(/\n\s+at /)
  return problem({
    code: 'pack-failed',
    at: directory,
    message: `the policy pack failed: ${said.replace(/:?\s*\n\s*/g, ': ')}`,
  })
}
