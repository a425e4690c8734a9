import { cpSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { delimiter, join, resolve } from 'node:path'
import { stringify } from 'yaml'
import { writeCharts } from './charts'
import type { Cluster } from './cluster'
import { serveKubernetes } from './kubernetes-provider'
import { serveLanguage } from './language-host'
import type { Serving } from './serve'
import { shortUrn, type StateResource } from './state'
import { onPath, toolPath } from './tools'
import type { Running, Workspace } from './workspace'

const root = resolve(__dirname, '../../..')
/** What a clone has that is only read. */
const linked = ['node_modules', 'components', 'core', 'package.json']
/** What a clone has that is changed, or that is looked for from where it lies. */
const copied = [
  ...['Pulumi.yaml', 'tsconfig.pulumi.json', 'index.ts', 'services.ts', 'intent.lock.json'],
  ...['PulumiPolicy.yaml', 'package.json', 'dist'].map(file => `policypacks/zero-trust/${file}`),
]

/** How a program ended, and what it said on both its outputs. */
export interface Ended {
  readonly code: number | undefined
  readonly said: string
}

interface Step {
  readonly op: string
  readonly urn: string
}

/** A clone of the project in a folder of the workspace, with a stack of its own and a backend that is a folder. */
export class Project {
  readonly folder: string
  /** What is told before the stand-in for the provider changes the cluster. */
  onChange: (urn: string) => void = () => undefined
  /** Whether an object that is there already is taken over, as it has to be after an update that was killed. */
  upserts = false
  /** Of the stack's secrets. */
  passphrase: string | undefined = 'e2e'
  private runs = 0
  private hosts: { readonly language?: Serving; readonly kubernetes?: Serving } = {}

  constructor(
    private readonly workspace: Workspace,
    private readonly cluster: Cluster,
    readonly stack: string,
  ) {
    this.folder = join(workspace.folder, `project-${stack}`)
  }

  /** Which plugins a run is made with. */
  get plugins(): string {
    const words = (host: Serving | undefined) => (host ? 'a stand-in' : 'the real one')
    return `language host: ${words(this.hosts.language)}; provider: ${words(this.hosts.kubernetes)}`
  }

  /** Makes the folder and the stack, whose configuration is given. */
  async create(config: Readonly<Record<string, unknown>>): Promise<void> {
    for (const folder of ['policypacks/zero-trust', 'state', 'plugins'])
      mkdirSync(join(this.folder, folder), { recursive: true })
    for (const name of linked) symlinkSync(join(root, name), join(this.folder, name))
    for (const name of copied) cpSync(join(root, name), join(this.folder, name), { recursive: true })
    const own = Object.fromEntries(Object.entries(config).map(([key, value]) => [`zero-trust-mesh:${key}`, value]))
    this.write(`Pulumi.${this.stack}.yaml`, stringify({ config: { 'zero-trust-mesh:context': 'e2e', ...own } }))
    writeCharts(this.folder)
    this.write('kubeconfig', this.cluster.kubeconfig)
    writeFileSync(join(this.folder, 'plugins/pulumi-analyzer-policy-nodejs'), packRunner, { mode: 0o755 })
    this.hosts = {
      ...(onPath('pulumi-language-nodejs') === undefined && {
        language: await serveLanguage(this.workspace, this.programs()),
      }),
      ...(onPath('pulumi-resource-kubernetes') === undefined && {
        kubernetes: await serveKubernetes({
          folder: this.folder,
          onChange: urn => this.onChange(urn),
          upserts: () => this.upserts,
        }),
      }),
    }
    const { code, said } = await this.pulumi('stack', 'init', this.stack)
    if (code !== 0) throw new Error(said)
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

  /** Starts the CLI, for whoever wants to end it. */
  start(...args: readonly string[]): Running {
    return this.run(toolPath('pulumi', this.workspace), [...args, '--non-interactive', '--color=never'])
  }

  /** What an update would do, by the kind and name of the object; what stays the same is left out. */
  async plan(...args: readonly string[]): Promise<readonly string[]> {
    const { steps } = (await this.json('preview', '--json', ...args)) as { steps: Step[] }
    return steps.filter(({ op }) => op !== 'same').map(({ op, urn }) => `${op} ${shortUrn(urn)}`)
  }

  /** All resources of the stack, in the order in which they were made. */
  async state(): Promise<readonly StateResource[]> {
    const { deployment } = (await this.json('stack', 'export')) as { deployment: { resources?: StateResource[] } }
    return deployment.resources ?? []
  }

  private async json(...args: readonly string[]): Promise<unknown> {
    const { code, said } = await this.pulumi(...args)
    if (code !== 0) throw new Error(said)
    return JSON.parse(said.slice(said.search(/^\{$/mu), said.search(/^\}$/mu) + 1))
  }

  /** Runs one of the programs that the build made. */
  built(program: 'preview' | 'ztm', ...args: readonly string[]): Promise<Ended> {
    return endOf(this.run(process.execPath, [join(root, `dist/${program}.js`), ...args]))
  }

  private run(program: string, args: readonly string[]): Running {
    const name = `${this.stack}-${++this.runs}`
    return this.workspace.start({ name, program, args, cwd: this.folder, env: this.environment() })
  }

  /** What a program under test inherits. */
  private programs(): Readonly<Record<string, string>> {
    return {
      KUBECONFIG: join(this.folder, 'kubeconfig'),
      ZTM_COMPILED: join(this.workspace.folder, 'compiled'),
      NODE_OPTIONS: `--require ${join(__dirname, 'compile-once.cjs')}`,
    }
  }

  private environment(): Readonly<Record<string, string>> {
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
      ...(this.upserts && { PULUMI_K8S_UPSERT_EXISTING_OBJECTS: 'true' }),
      ...(language && { PULUMI_DEBUG_LANGUAGES: `nodejs:${language.port}` }),
      ...(kubernetes && { PULUMI_DEBUG_PROVIDERS: `kubernetes:${kubernetes.port}` }),
    }
  }
}

async function endOf(running: Running): Promise<Ended> {
  const code = await running.ended
  return { code, said: running.log() }
}

/** What the CLI runs a policy pack with where its language host is attached: the SDK's own runner, in the pack's folder. */
const packRunner = `#!/bin/sh
exec node -e 'process.argv.splice(1,0,"x");require(require.resolve("@pulumi/pulumi/cmd/run-policy-pack",{paths:[process.cwd()]}))' -- "$@"
`
