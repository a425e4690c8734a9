import type { ServerWritableStream } from '@grpc/grpc-js'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import type { AnalyzerStackConfigureRequest } from '@pulumi/pulumi/proto/analyzer_pb'
import * as language from '@pulumi/pulumi/proto/language_pb'
import { grpc } from '../../../preview/sdk'
import { servePolicyProxy } from './policy-proxy'
import { until, type Running, type Workspace } from './workspace'

/** Longest a pack may take to start, in seconds. */
const patience = 120

type PluginCall = ServerWritableStream<language.RunPluginRequest, language.RunPluginResponse>

/** Answers a language host's `RunPlugin` for policy packs, with the SDK's own `cmd/run-policy-pack`; no other kind of plugin. */
export function runPolicyPack(workspace: Workspace, environment: Readonly<Record<string, string>>) {
  let runs = 0
  const run = async (call: PluginCall): Promise<void> => {
    const request = call.request
    if (request.getKind() !== 'analyzer')
      throw new Error(`the stand-in runs no plugin of the kind ${request.getKind()}`)
    let running: Running | undefined
    const proxy = await servePolicyProxy(async stack => {
      running = workspace.start({ name: `pack-${process.pid}-${++runs}`, ...packOf(request, stack, environment) })
      void running.ended.then(code => ended(call, code ?? 1))
      return portOf(running)
    })
    // The engine ends a plugin by no longer listening to it.
    call.once('cancelled', () => {
      proxy.stop()
      void running?.stop()
    })
    const response = new language.RunPluginResponse()
    response.setStdout(Buffer.from(`${proxy.port}\n`))
    call.write(response)
  }
  return (call: PluginCall): void => {
    run(call).catch((error: Error) => call.emit('error', { code: grpc.status.UNKNOWN, details: error.message }))
  }
}

function packOf(
  request: language.RunPluginRequest,
  stack: AnalyzerStackConfigureRequest,
  environment: Readonly<Record<string, string>>,
) {
  const cwd = request.getInfo()?.getProgramDirectory() ?? request.getPwd()
  const runner = createRequire(join(cwd, 'package.json')).resolve('@pulumi/pulumi/cmd/run-policy-pack')
  const inherited = request
    .getEnvList()
    .map(pair => [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)])
  return {
    program: process.execPath,
    args: [runner, ...request.getArgsList(), cwd],
    cwd,
    env: { ...Object.fromEntries(inherited), ...environment, ...stackVariables(stack) },
  }
}

/** What a pack knows of a stack. Unlike a program's, the keys of its configuration stay as they are. */
function stackVariables(stack: AnalyzerStackConfigureRequest): Readonly<Record<string, string>> {
  const config: [string, string][] = []
  stack.getConfigMap().forEach((value, key) => config.push([key, value]))
  return {
    PULUMI_NODEJS_TYPESCRIPT: 'true',
    PULUMI_NODEJS_ORGANIZATION: stack.getOrganization(),
    PULUMI_NODEJS_PROJECT: stack.getProject(),
    PULUMI_NODEJS_STACK: stack.getStack(),
    PULUMI_NODEJS_DRY_RUN: String(stack.getDryRun()),
    PULUMI_CONFIG: JSON.stringify(Object.fromEntries(config)),
  }
}

/** The first line that it writes. */
async function portOf(running: Running): Promise<number> {
  let over = false
  void running.ended.then(() => (over = true))
  return until('the policy pack listens', patience, () => {
    const [, port] = /^(\d+)\n/u.exec(running.log()) ?? []
    if (port === undefined && over) throw new Error(`the policy pack ended:\n${running.log().slice(-4000)}`)
    return Promise.resolve(port === undefined ? undefined : Number(port))
  })
}

function ended(call: PluginCall, code: number): void {
  if (call.cancelled) return
  const response = new language.RunPluginResponse()
  response.setExitcode(code)
  call.write(response)
  call.end()
}
