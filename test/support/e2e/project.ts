import { cpSync, existsSync, mkdirSync, symlinkSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { parse, stringify } from 'yaml'
import { writeCharts } from './charts'
import type { Cluster } from './cluster'
import { endOf, PulumiFolder, type Ended } from './pulumi-folder'
import { shortUrn, type StateResource } from './state'
import type { Workspace } from './workspace'

const root = resolve(__dirname, '../../..')
/** What a clone has that is only read. */
const linked = ['node_modules', 'components', 'core', 'package.json']
/** What a clone has that is changed, or that is looked for from where it lies. */
const copied = [
  ...['Pulumi.yaml', 'index.ts', 'services.ts', 'intent.lock.json'],
  ...['PulumiPolicy.yaml', 'package.json', 'dist'].map(file => `policypacks/zero-trust/${file}`),
]

interface Step {
  readonly op: string
  readonly urn: string
}

/** What the engine tells while it runs, as far as tests listen (pulumi/pulumi `sdk/go/common/apitype/events.go`). */
export interface EngineEvent {
  readonly resourcePreEvent?: { readonly metadata: Step }
  readonly policyEvent?: {
    readonly resourceUrn: string
    readonly policyName: string
    readonly enforcementLevel: string
    readonly message: string
  }
}

function told({ op, urn }: Step): readonly string[] {
  return op === 'same' ? [] : [`${op} ${shortUrn(urn)}`]
}

/** A clone of the project, with a stack of its own. */
export class Project extends PulumiFolder {
  /** What is told before the stand-in for the provider changes the cluster. */
  onChange: (urn: string) => void = () => undefined
  /** Whether an object that is there already is taken over, as it has to be after an update that was killed. */
  upserts = false

  constructor(
    workspace: Workspace,
    private readonly cluster: Cluster,
    readonly stack: string,
  ) {
    super(workspace, stack)
  }

  /** Makes the folder and the stack, whose configuration is given. */
  async create(config: Readonly<Record<string, unknown>>): Promise<void> {
    mkdirSync(join(this.folder, 'policypacks/zero-trust'), { recursive: true })
    for (const name of linked) symlinkSync(join(root, name), join(this.folder, name))
    for (const name of copied) cpSync(join(root, name), join(this.folder, name), { recursive: true })
    this.configure(config)
    writeCharts(this.folder)
    this.write('kubeconfig', this.cluster.kubeconfig)
    await this.attach(this.programs(), { onChange: urn => this.onChange(urn), upserts: () => this.upserts })
    await this.succeeds('stack', 'init', this.stack)
  }

  /** Writes the stack's configuration, and keeps what the CLI wrote beside it. */
  configure(config: Readonly<Record<string, unknown>>): void {
    const file = `Pulumi.${this.stack}.yaml`
    const there: unknown = existsSync(join(this.folder, file)) ? parse(this.read(file)) : {}
    const own = Object.fromEntries(Object.entries(config).map(([key, value]) => [`zero-trust-mesh:${key}`, value]))
    this.write(file, stringify({ ...(there as object), config: { 'zero-trust-mesh:context': 'e2e', ...own } }))
  }

  /** What an update would do, by the kind and name of the object; what stays the same is left out. */
  async plan(...args: readonly string[]): Promise<readonly string[]> {
    const { steps } = (await this.json('preview', '--json', ...args)) as { steps: Step[] }
    return steps.flatMap(told)
  }

  /** Updates, and says what that did, as `plan` does. */
  async update(): Promise<readonly string[]> {
    const { code, said, events } = await this.told('up', '--yes', '--skip-preview')
    if (code !== 0) throw new Error(said)
    return events.flatMap(({ resourcePreEvent }) => (resourcePreEvent ? told(resourcePreEvent.metadata) : []))
  }

  /** Runs the CLI, and gives beside what it says what the engine told it. */
  async told(...args: readonly string[]): Promise<Ended & { readonly events: readonly EngineEvent[] }> {
    const log = `events-${this.stack}.json`
    this.write(log, '')
    const ended = await this.pulumi(...args, '--event-log', log)
    const lines = this.read(log).split('\n')
    return { ...ended, events: lines.filter(line => line.trim() !== '').map(line => JSON.parse(line) as EngineEvent) }
  }

  /** All resources of the stack, in the order in which they were made. */
  async state(): Promise<readonly StateResource[]> {
    const { deployment } = (await this.json('stack', 'export')) as { deployment: { resources?: StateResource[] } }
    return deployment.resources ?? []
  }

  private async json(...args: readonly string[]): Promise<unknown> {
    const said = await this.succeeds(...args)
    return JSON.parse(said.slice(said.search(/^\{$/mu), said.search(/^\}$/mu) + 1))
  }

  /** Runs one of the programs that the build made. */
  built(program: 'preview' | 'ztm', ...args: readonly string[]): Promise<Ended> {
    return endOf(this.run(process.execPath, [join(root, `dist/${program}.js`), ...args]))
  }

  /** What a program under test inherits. */
  private programs(): Readonly<Record<string, string>> {
    return {
      KUBECONFIG: join(this.folder, 'kubeconfig'),
      TMPDIR: this.workspace.folder, // tsx keeps there what it translated
    }
  }

  protected override environment(): Readonly<Record<string, string>> {
    return { ...super.environment(), ...(this.upserts && { PULUMI_K8S_UPSERT_EXISTING_OBJECTS: 'true' }) }
  }
}
