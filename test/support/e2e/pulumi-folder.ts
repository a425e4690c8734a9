import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { serveKubernetes, type Watched } from './kubernetes-provider'
import { serveLanguage } from './language-host'
import type { Serving } from './serve'
import { onPath, toolPath } from './tools'
import type { Running, Workspace } from './workspace'

/** How a program ended, and what it said on both its outputs. */
export interface Ended {
  readonly code: number | undefined
  readonly said: string
}

/** A folder of the workspace in which the CLI works, with a backend that is a folder in it, and the plugins that are not on PATH. */
export class PulumiFolder {
  readonly folder: string
  /** Of the stacks' secrets. */
  passphrase: string | undefined = 'e2e'
  private runs = 0
  private hosts: { readonly language?: Serving; readonly kubernetes?: Serving } = {}

  constructor(
    protected readonly workspace: Workspace,
    private readonly name: string,
  ) {
    this.folder = join(workspace.folder, `project-${name}`)
  }

  /** Which plugins a run is made with. */
  get plugins(): string {
    const words = (host: Serving | undefined) => (host ? 'a stand-in' : 'the real one')
    return `language host: ${words(this.hosts.language)}; provider: ${words(this.hosts.kubernetes)}`
  }

  /** Starts a stand-in for each plugin that is not on PATH; programs and policy packs inherit the variables. */
  protected async attach(
    environment: Readonly<Record<string, string>> = {},
    watched: Omit<Watched, 'folder'> = {},
  ): Promise<void> {
    for (const folder of ['state', 'plugins']) mkdirSync(join(this.folder, folder), { recursive: true })
    const language = onPath(languageHost) === undefined && (await serveLanguage(this.workspace, environment))
    const kubernetes =
      onPath('pulumi-resource-kubernetes') === undefined && (await serveKubernetes({ folder: this.folder, ...watched }))
    this.hosts = { ...(language && { language }), ...(kubernetes && { kubernetes }) }
    if (language) writeFileSync(join(this.folder, 'plugins', languageHost), neverStarted, { mode: 0o755 })
  }

  close(): void {
    this.hosts.language?.stop()
    this.hosts.kubernetes?.stop()
    rmSync(this.folder, { recursive: true, force: true })
  }

  read(file: string): string {
    return readFileSync(join(this.folder, file), 'utf8')
  }

  write(file: string, text: string): void {
    writeFileSync(join(this.folder, file), text)
  }

  remove(file: string): void {
    rmSync(join(this.folder, file))
  }

  /** Runs the CLI. */
  pulumi(...args: readonly string[]): Promise<Ended> {
    return endOf(this.start(...args))
  }

  /**
   * Runs the CLI, which has to succeed.
   *
   * @throws where it does not, with all that it said
   */
  async succeeds(...args: readonly string[]): Promise<string> {
    const { code, said } = await this.pulumi(...args)
    if (code !== 0) throw new Error(`\`pulumi ${args.join(' ')}\` ended with ${code ?? 'a signal'}:\n${said}`)
    return said
  }

  /** Starts the CLI, for whoever wants to end it. */
  start(...args: readonly string[]): Running {
    return this.run(toolPath('pulumi', this.workspace), [...args, '--non-interactive', '--color=never'])
  }

  /** Starts any program in the folder, with what the CLI is told by its environment. */
  protected run(program: string, args: readonly string[]): Running {
    const name = `${this.name}-${++this.runs}`
    return this.workspace.start({ name, program, args, cwd: this.folder, env: this.environment() })
  }

  protected environment(): Readonly<Record<string, string>> {
    const { language, kubernetes } = this.hosts
    return {
      PATH: [join(this.folder, 'plugins'), process.env.PATH ?? ''].join(delimiter),
      HOME: this.workspace.folder,
      KUBECONFIG: join(this.folder, 'kubeconfig'),
      PULUMI_HOME: join(this.workspace.folder, 'pulumi'),
      PULUMI_BACKEND_URL: `file://${join(this.folder, 'state')}`,
      PULUMI_SKIP_UPDATE_CHECK: 'true',
      PULUMI_DEBUG_COMMANDS: 'true', // for `--event-log`
      PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: 'true',
      ...(this.passphrase !== undefined && { PULUMI_CONFIG_PASSPHRASE: this.passphrase }),
      ...(language && { PULUMI_DEBUG_LANGUAGES: `nodejs:${language.port}` }),
      ...(kubernetes && { PULUMI_DEBUG_PROVIDERS: `kubernetes:${kubernetes.port}` }),
    }
  }
}

/** What a program said, once it has ended. */
export async function endOf(running: Running): Promise<Ended> {
  const code = await running.ended
  return { code, said: running.log() }
}

const languageHost = 'pulumi-language-nodejs'

/**
 * A language host that is attached is asked to run programs all the same, but policy packs only where there is a file of that
 * name, too (pulumi/pulumi `pkg/resource/plugin/analyzer_plugin.go`).
 */
const neverStarted = `#!/bin/sh
echo 'the stand-in for the language host is attached, and never started' >&2
exit 1
`
