import type { ServiceError } from '@grpc/grpc-js'
import { status } from '@grpc/grpc-js'
import * as provider from '@pulumi/pulumi/proto/provider_pb'
import * as resource from '@pulumi/pulumi/proto/resource_pb'
import { MockMonitor } from '@pulumi/pulumi/runtime/mocks'
import type { Problem } from '../core/model/problem'
import { noBackend } from '../components/fragments'
import { readStackOutputs } from '../components/stack-outputs'
import { outputsOf } from './outputs'
import type { NotJudged, Recorded, Recording, Unjudgeable } from './recorded'
import { problem } from './refusal'
import { fromStruct, toStruct } from './sdk'
import type { JsonObject } from './wire'

type Reply<Message> = (error: Partial<ServiceError> | null, message?: Message) => void

/** What every resource of a stack hangs from. */
export const stackType = 'pulumi:pulumi:Stack'

/**
 * Stands where the engine would: records each registration exactly as the SDK sends it, and answers with what is
 * known before anything exists.
 *
 * The SDK's own mock monitor hides parents, URNs and options, opens secrets, and lets what a server would fill in
 * vanish; of it only the answers about features and packages are kept. What only an engine could do is noted as not judged.
 */
export class PreviewMonitor extends MockMonitor {
  private readonly recorded = new Map<string, Recorded>()
  private readonly doubts: NotJudged[] = []
  private readonly defects: Problem[] = []
  private stackOutputs: JsonObject = {}

  constructor(
    private readonly project: string,
    private readonly stack: string,
  ) {
    // Nothing that the mocks answer is used; a call to them is an error of ours.
    const never = (): never => {
      throw new Error('the preview answers for itself')
    }
    super({ call: never, newResource: never })
  }

  /** All that was recorded so far. */
  get recording(): Recording {
    return { resources: [...this.recorded.values()], outputs: this.stackOutputs, notJudged: this.doubts }
  }

  /** What the engine would have refused. */
  get problems(): readonly Problem[] {
    return this.defects
  }

  override registerResource(
    request: resource.RegisterResourceRequest,
    reply: Reply<resource.RegisterResourceResponse>,
  ): Promise<void> {
    const recorded = this.read(request)
    this.note(recorded)
    const response = new resource.RegisterResourceResponse()
    response.setUrn(recorded.urn)
    response.setObject(toStruct(outputsOf(recorded)))
    reply(null, response)
    return Promise.resolve()
  }

  override registerResourceOutputs(request: resource.RegisterResourceOutputsRequest, reply: Reply<object>): void {
    if (this.recorded.get(request.getUrn())?.type === stackType) this.stackOutputs = fromStruct(request.getOutputs())
    reply(null, {})
  }

  /** Something that exists already, `.get()` or a stack reference: all of it is unknown here. */
  override readResource(
    request: resource.ReadResourceRequest,
    reply: Reply<resource.ReadResourceResponse>,
  ): Promise<void> {
    const urn = this.urnOf(request.getParent(), request.getType(), request.getName())
    this.doubt('read', urn, `\`${request.getType()}\` \`${request.getId()}\` would be read from where it runs`)
    const response = new resource.ReadResourceResponse()
    response.setUrn(urn)
    response.setProperties(toStruct({}))
    reply(null, response)
    return Promise.resolve()
  }

  override invoke(request: resource.ResourceInvokeRequest, reply: Reply<provider.InvokeResponse>): Promise<void> {
    // A program that can do without another stack is told that it has to; nothing is left unjudged by that.
    if (request.getTok() === readStackOutputs) {
      reply({ code: status.NOT_FOUND, details: noBackend })
      return Promise.resolve()
    }
    this.doubt(
      'invoke',
      request.getTok(),
      `the function \`${request.getTok()}\` needs its provider; it gave nothing here`,
    )
    const response = new provider.InvokeResponse()
    response.setReturn(toStruct({}))
    reply(null, response)
    return Promise.resolve()
  }

  /** A method of a remote component. */
  call(request: resource.ResourceCallRequest, reply: Reply<provider.CallResponse>): void {
    this.doubt('call', request.getTok(), `the method \`${request.getTok()}\` needs its provider; it gave nothing here`)
    const response = new provider.CallResponse()
    response.setReturn(toStruct({}))
    reply(null, response)
  }

  registerStackTransform(_request: unknown, reply: Reply<object>): void {
    this.doubt('transform', this.stackName, 'a transform of the whole stack would change what is registered')
    reply(null, {})
  }

  registerStackInvokeTransform(_request: unknown, reply: Reply<object>): void {
    this.doubt('transform', this.stackName, 'a transform of the whole stack would change what functions are given')
    reply(null, {})
  }

  /** Hooks run while something is deployed, and change nothing that is registered. */
  registerResourceHook(_request: unknown, reply: Reply<object>): void {
    reply(null, {})
  }

  registerErrorHook(_request: unknown, reply: Reply<object>): void {
    reply(null, {})
  }

  private get stackName(): string {
    return `${this.project}-${this.stack}`
  }

  private doubt(what: Unjudgeable, at: string, message: string): void {
    this.doubts.push({ what, at, message })
  }

  private note(recorded: Recorded): void {
    const { urn, type, transforms, remote } = recorded
    if (this.recorded.has(urn)) {
      const hint = 'give one of them another name or parent'
      this.defects.push(
        problem({
          code: 'duplicate-urn',
          at: urn,
          message: 'two resources of one type have this name and parent',
          hint,
        }),
      )
    }
    this.recorded.set(urn, recorded)
    if (transforms > 0) this.doubt('transform', urn, `${transforms} transform(s) would change what is registered`)
    if (remote) this.doubt('remote', urn, `\`${type}\` is made by its provider; what it contains is not seen`)
  }

  private read(request: resource.RegisterResourceRequest): Recorded {
    return {
      urn: this.urnOf(request.getParent(), request.getType(), request.getName()),
      type: request.getType(),
      name: request.getName(),
      parent: request.getParent(),
      custom: request.getCustom(),
      remote: request.getRemote(),
      provider: request.getProvider(),
      transforms: request.getTransformsList().length,
      inputs: fromStruct(request.getObject()),
      ...dependenciesOf(request),
      ...optionsOf(request),
    }
  }

  /** `urn:pulumi:<stack>::<project>::<types, outermost first>::<name>`; the stack itself is no part of the chain. */
  private urnOf(parent: string, type: string, name: string): string {
    const chain = parent.split('::')[2] ?? ''
    const types = chain === '' || chain === stackType ? type : `${chain}$${type}`
    return `urn:pulumi:${this.stack}::${this.project}::${types}::${name}`
  }
}

function dependenciesOf(request: resource.RegisterResourceRequest) {
  const byProperty = [...request.getPropertydependenciesMap().entries()]
  return {
    dependencies: request.getDependenciesList(),
    propertyDependencies: Object.fromEntries(byProperty.map(([key, urns]) => [key, urns.getUrnsList()])),
  }
}

function optionsOf(request: resource.RegisterResourceRequest) {
  return {
    protect: request.getProtect() ?? false,
    ignoreChanges: request.getIgnorechangesList(),
    additionalSecretOutputs: request.getAdditionalsecretoutputsList(),
    aliases: request.getAliasesList().flatMap(alias => (alias.hasUrn() ? [alias.getUrn()] : [])),
    ...(request.getDeletebeforereplacedefined() ? { deleteBeforeReplace: request.getDeletebeforereplace() } : {}),
  }
}
