import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { delimiter, join, resolve } from 'node:path'
import { serveKubernetes } from './kubernetes-provider'
import { serveLanguage } from './language-host'
import type { Serving } from './serve'
import { onPath, toolPath } from './tools'
import type { Ended } from './project'
import type { Workspace } from './workspace'

const root = resolve(__dirname, '../../..')

/** A project that has nothing of this repository but its package, packed and unpacked as npm does it. No cluster is named. */
export class ForeignProject {
  readonly folder: string
  private runs = 0
  private hosts: readonly Serving[] = []
  private attached: Readonly<Record<string, string>> = {}

  constructor(
    private readonly workspace: Workspace,
    private readonly name = 'foreign',
  ) {
    this.folder = join(workspace.folder, name)
  }

  /** Copies the program, installs the package, and makes the stack `dev`. */
  async create(program: string): Promise<void> {
    cpSync(program, this.folder, { recursive: true })
    for (const name of ['state', 'plugins']) mkdirSync(join(this.folder, name))
    this.install()
    const script = join(this.folder, 'plugins/pulumi-analyzer-policy-nodejs')
    writeFileSync(script, packRunner, { mode: 0o755 })
    await this.attach()
    const { code, said } = await this.pulumi('stack', 'init', 'dev')
    if (code !== 0) throw new Error(said)
  }

  close(): void {
    for (const host of this.hosts) host.stop()
  }

  write(file: string, text: string): void {
    writeFileSync(join(this.folder, file), text)
  }

  /** Runs the CLI. */
  async pulumi(...args: readonly string[]): Promise<Ended> {
    const running = this.workspace.start({
      name: `${this.name}-${++this.runs}`,
      program: toolPath('pulumi', this.workspace),
      args: [...args, '--non-interactive', '--color=never'],
      cwd: this.folder,
      env: this.environment(),
    })
    const code = await running.ended
    return { code, said: running.log() }
  }

  /** The packages that npm would install beside it are linked; the package itself is what `npm pack` makes. */
  private install(): void {
    const modules = join(this.folder, 'node_modules')
    mkdirSync(modules)
    for (const name of readdirSync(join(root, 'node_modules'))) {
      if (!name.startsWith('.')) symlinkSync(join(root, 'node_modules', name), join(modules, name))
    }
    const packed = ['pack', '--ignore-scripts', '--json', '--pack-destination', this.workspace.folder]
    const listed = execFileSync('npm', packed, { cwd: root, stdio: ['ignore', 'pipe', 'ignore'] }).toString()
    const [{ filename = '' } = {}] = JSON.parse(listed) as { filename?: string }[]
    const home = join(modules, 'zero-trust-mesh')
    mkdirSync(home)
    execFileSync('tar', ['-xzf', join(this.workspace.folder, filename), '--strip-components=1', '-C', home])
  }

  private async attach(): Promise<void> {
    const language = onPath('pulumi-language-nodejs') ? undefined : await serveLanguage(this.workspace, {})
    const kubernetes = onPath('pulumi-resource-kubernetes') ? undefined : await serveKubernetes({ folder: this.folder })
    this.hosts = [language, kubernetes].filter(host => host !== undefined)
    this.attached = {
      ...(language && { PULUMI_DEBUG_LANGUAGES: `nodejs:${language.port}` }),
      ...(kubernetes && { PULUMI_DEBUG_PROVIDERS: `kubernetes:${kubernetes.port}` }),
    }
  }

  private environment(): Readonly<Record<string, string>> {
    return {
      PATH: [join(this.folder, 'plugins'), process.env.PATH ?? ''].join(delimiter),
      HOME: this.workspace.folder,
      KUBECONFIG: join(this.folder, 'absent'),
      PULUMI_HOME: join(this.workspace.folder, 'pulumi'),
      PULUMI_BACKEND_URL: `file://${join(this.folder, 'state')}`,
      PULUMI_CONFIG_PASSPHRASE: 'e2e',
      PULUMI_SKIP_UPDATE_CHECK: 'true',
      PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: 'true',
      ...this.attached,
    }
  }
}

/** What the CLI runs a pack with where its language host is attached and no file: the SDK's own runner, in the pack's folder. */
const packRunner = `#!/bin/sh
exec node -e 'process.argv.splice(1,0,"x");require(require.resolve("@pulumi/pulumi/cmd/run-policy-pack",{paths:[process.cwd()]}))' -- "$@"
`
