import { createRequire } from 'node:module'
import { join } from 'node:path'
import { LanguageRuntimeService } from '@pulumi/pulumi/proto/language_grpc_pb'
import * as language from '@pulumi/pulumi/proto/language_pb'
import * as plugin from '@pulumi/pulumi/proto/plugin_pb'
import { Empty, fromStruct } from '../../../preview/sdk'
import { runPolicyPack } from './policy-host'
import { serve, unary, type Serving } from './serve'
import type { Workspace } from './workspace'

/**
 * Stands in for `pulumi-language-nodejs`: runs a program with the SDK's own `cmd/run`, and policy packs. It attaches, one
 * command of the CLI after another. It installs nothing, names no required plugins, generates no code, knows no debugger, and has no pipes for
 * synchronous invokes. A host that the CLI starts would inherit its environment; this one is given it.
 */
export async function serveLanguage(
  workspace: Workspace,
  environment: Readonly<Record<string, string>>,
): Promise<Serving> {
  let engine = ''
  let runs = 0
  return serve(LanguageRuntimeService, {
    handshake: unary((request: language.LanguageHandshakeRequest) => {
      engine = request.getEngineAddress()
      return new language.LanguageHandshakeResponse()
    }),
    getPluginInfo: unary(() => versioned(new plugin.PluginInfo())),
    about: unary(() => versioned(new language.AboutResponse())),
    getRequiredPackages: unary(() => new language.GetRequiredPackagesResponse()),
    cancel: unary(() => new Empty()),
    runPlugin: runPolicyPack(workspace, environment),
    run: unary(async (request: language.RunRequest) => {
      const name = `${request.getStack()}-program-${++runs}`
      const { env, ...runner } = runnerOf(request, engine)
      const program = process.execPath
      const running = workspace.start({ name, program, ...runner, env: { ...environment, ...env } })
      return outcome(await running.ended, running.log())
    }),
  })
}

function versioned<T extends { setVersion(version: string): unknown }>(message: T): T {
  message.setVersion('0.0.0-e2e')
  return message
}

function runnerOf(request: language.RunRequest, engine: string) {
  const info = request.getInfo()
  const cwd = info?.getProgramDirectory() ?? request.getPwd()
  const runner = createRequire(join(cwd, 'package.json')).resolve('@pulumi/pulumi/cmd/run')
  const options = {
    monitor: request.getMonitorAddress(),
    engine,
    organization: request.getOrganization(),
    project: request.getProject(),
    'root-directory': info?.getRootDirectory() ?? '',
    stack: request.getStack(),
    pwd: cwd,
    parallel: String(request.getParallel()),
  }
  const flags = Object.entries(options).flatMap(([key, value]) => (value === '' ? [] : [`--${key}`, value]))
  const dryRun = request.getDryrun() ? ['--dry-run'] : []
  const { nodeargs } = fromStruct(info?.getOptions())
  const nodeArgs = (typeof nodeargs === 'string' ? nodeargs : '').split(/\s+/u).filter(Boolean)
  return {
    cwd,
    args: [...nodeArgs, runner, ...flags, ...dryRun, info?.getEntryPoint() ?? '.', ...request.getArgsList()],
    env: environmentOf(request),
  }
}

function environmentOf(request: language.RunRequest): Readonly<Record<string, string>> {
  const { tsconfig, typescript } = fromStruct(request.getInfo()?.getOptions())
  return {
    PULUMI_CONFIG: JSON.stringify(Object.fromEntries(configOf(request))),
    PULUMI_CONFIG_SECRET_KEYS: JSON.stringify(request.getConfigsecretkeysList()),
    PULUMI_NODEJS_TRANSPILE_ONLY: 'true',
    ...(typescript !== false && { PULUMI_NODEJS_TYPESCRIPT: 'true' }),
    ...(typeof tsconfig === 'string' && { PULUMI_NODEJS_TSCONFIG_PATH: tsconfig }),
  }
}

/** The runner wants `project:config:key`, the engine says `project:key`. */
function configOf(request: language.RunRequest): readonly (readonly [string, string])[] {
  const config: [string, string][] = []
  request.getConfigMap().forEach((value, key) => config.push([key.replace(':', ':config:'), value]))
  return config
}

/** With 32 the program has told what is wrong already. */
function outcome(code: number | undefined, log: string): language.RunResponse {
  const response = new language.RunResponse()
  if (code === 32) response.setBail(true)
  else if (code !== 0) response.setError(`the program ended with ${code ?? 'a signal'}\n${log.slice(-4000)}`)
  return response
}
