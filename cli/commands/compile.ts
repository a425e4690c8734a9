import { Option } from 'commander'
import { compile, compileWithNetwork } from '../../core/compile/compile'
import type { Compiled, MeshTarget, NetworkSettings } from '../../core/compile/target'
import type { Fragment } from '../../core/graph/fragments/fragment'
import { lockedFragments } from '../../core/graph/fragments/merge'
import { waitingProblems } from '../../core/graph/fragments/waiting'
import type { Graph } from '../../core/graph/graph'
import { blocks } from '../../core/model/problem'
import { renderJson } from '../../core/report/json'
import { renderProblems } from '../../core/report/problems'
import { renderObjects, renderYaml } from '../../core/report/yaml'
import { badInput } from '../bad-input'
import { collect } from '../command'
import type { Verb } from '../command'
import { readGraph } from '../graph-file'
import { readFileIfThere, writeFile } from '../io'
import { mergeListed } from '../fragments'
import { keepLock, lockFile } from '../keep-lock'
import { crdObjects, crdsOption, manifestProblems } from '../schemas'
import type { ExitCode, Session } from '../session'
import type { TargetOptions } from '../compile-target'
import { checkMesh, meshOptions, networkOf, targetOf } from '../compile-target'
import { tellSteps } from '../since'
import { parseNamespaces } from '../stages'

interface Options extends TargetOptions {
  readonly trustDomain?: string
  readonly acknowledge?: readonly string[]
  readonly since?: string
  readonly out?: string
  readonly assumptions?: true
  readonly format: 'text' | 'json'
  readonly lock?: string | true
  readonly check?: true
  readonly fragments?: string
  readonly crds?: readonly string[]
}

const example = `
Without --out the manifests are printed as YAML. With --lock and no --trust-domain nothing is compiled. NetworkPolicies hold
at stage enforce alone, and need no trust domain where they are all there is.

Examples:
  $ npx --no ztm compile examples/online-boutique/graph.ts --trust-domain cluster.local
  $ npx --no ztm compile services.ts --trust-domain cluster.local --assumptions | npx --no ztm reach -
  $ npx --no ztm compile services.ts --trust-domain cluster.local --target istio-ambient --waypoint boutique=service
  $ npx --no ztm compile services.ts --trust-domain cluster.local --data-plane data=ambient
  $ npx --no ztm compile services.ts --trust-domain cluster.local --gateway istio-ingress/istio-ingress=elsewhere
  $ npx --no ztm compile services.ts --trust-domain cluster.local --since examples/bookinfo/graph.ts --out out/new
  $ npx --no ztm compile services.ts --trust-domain cluster.local --target linkerd --node-network 10.0.0.0/16
  $ npx --no ztm compile services.ts --trust-domain cluster.local --mesh load=linkerd --node-network 10.0.0.0/16
  $ npx --no ztm compile services.ts --trust-domain cluster.local --target istio-ambient --network-policy
  $ npx --no ztm compile services.ts --target network-policy --node-network 10.0.0.0/16
  $ npx --no ztm compile examples/online-boutique/graph.ts --lock --check
  $ npx --no ztm compile services.ts --fragments Pulumi.teams.yaml --lock examples/teams/intent.lock.json --check`

/** `ztm compile`: a graph as manifests, and as the lock file that is reviewed. */
export const addCompile: Verb = (program, session, choose) => {
  const command = program
    .command('compile')
    .description(
      'compiles a service graph into manifests of Istio or of Linkerd and into NetworkPolicies, and writes its lock file',
    )
    .argument('[graph]', 'a TypeScript, YAML or JSON file, or - for standard input', 'services.ts')
  meshOptions(command)
    .option('--acknowledge <code>', 'go on although there are problems of this code; may be repeated', collect)
    .option('--since <graph>', 'tell which changes since that graph have to be taken in steps, and which')
    .option('--out <dir>', 'write manifests.yaml and assumptions.yaml there')
    .option('--assumptions', 'print also what is assumed about objects that somebody else deploys')
    .addOption(new Option('--format <format>', 'how to print it').choices(['text', 'json']).default('text'))
    .option('--lock [file]', 'write the lock file (default: intent.lock.json beside the graph)')
    .option('--fragments <file>', "merge the parts of other teams that a stack's file lists, or a list by itself")
    .option('--check', 'with --lock: write nothing, exit with 1 if the lock file is out of date')
    .addOption(crdsOption())
    .addHelpText('after', example)
    .action((path: string, options: Options) => {
      choose(() => compileFile(path, options, session))
    })
}

async function compileFile(path: string, options: Options, session: Session): Promise<ExitCode> {
  checkOptions(options)
  session.progress.step(`reading ${path}`)
  const { graph, fragments, problems } = await readParts(path, options, session)
  const perNamespace = parseNamespaces(options, graph)
  session.progress.step(`compiling ${path}`)
  const target = meshOf(options, perNamespace)
  const compiled = compiledFor({ graph, target, stages: perNamespace.stages, options })
  const crds = await crdObjects(options.crds ?? [], session)
  const misfits = manifestProblems(compiled?.manifests ?? [], crds, session)
  const all = [...problems, ...(compiled?.problems ?? []), ...misfits]
  if (all.length > 0) session.err(renderProblems(all, session.errStyle))
  if (blocks(all, options.acknowledge)) return refuse(all, session)
  if (target && options.since !== undefined) await tellSteps({ since: options.since, graph, target, session })
  const locked = options.lock === undefined ? 0 : await keepLock({ path, graph, fragments, options, session })
  if (compiled) await deliver(compiled, options, session)
  return locked
}

/** A graph with the fragments that are listed, and what is accepted of each. Throws BadInput. */
async function readParts(path: string, { fragments: listed, lock }: Options, session: Session) {
  const file = lockFile(path, lock)
  const kept: Record<string, Fragment> = {}
  const read = await readGraph(path, session.stdin, graph => {
    const merged = mergeListed({ graph, ...(listed !== undefined && { listed }), lock: file, session })
    for (const [name, { fragment }] of Object.entries(merged.fragments)) if (fragment) kept[name] = fragment
    return { graph: merged.graph, problems: [...merged.problems, ...waitingProblems(merged.waiting)] }
  })
  const forgotten =
    lock === undefined || listed !== undefined ? [] : Object.keys(lockedFragments(readFileIfThere(file)))
  if (forgotten.length === 0) return { ...read, fragments: kept }
  const message = `the lock file has what was accepted of ${forgotten.map(name => `\`${name}\``).join(', ')}`
  throw badInput(file, message, 'say where fragments are listed: `--fragments Pulumi.<stack>.yaml`')
}

/** The mesh that the options describe; none without a trust domain, and where there is to be none. */
function meshOf(
  { trustDomain, ...options }: Options,
  perNamespace: ReturnType<typeof parseNamespaces>,
): MeshTarget | undefined {
  if (trustDomain === undefined || options.target === 'network-policy') return undefined
  return targetOf({ ...options, trustDomain, ...perNamespace })
}

interface Asked {
  readonly graph: Graph
  readonly target: MeshTarget | undefined
  readonly stages: NonNullable<NetworkSettings['stages']>
  readonly options: Options
}

/** Nothing where only the lock file is asked for. */
function compiledFor({ graph, target, stages, options }: Asked): Compiled | undefined {
  const network = networkOf(options)
  if (target) return options.networkPolicy ? compileWithNetwork(graph, target, network) : compile(graph, target)
  if (options.target !== 'network-policy' || !isCompiling(options)) return undefined
  return compile(graph, { ...network, kind: options.target, stages })
}

/** Whether anything is asked for but the lock file. */
function isCompiling({ lock, out, assumptions, since }: Options): boolean {
  return lock === undefined || out !== undefined || assumptions === true || since !== undefined
}

/** Options that make no sense together, or without each other. Throws BadInput. */
function checkOptions(options: Options): void {
  const { check, lock, trustDomain, since, target } = options
  checkMesh(options)
  if (check && lock === undefined) throw badInput('--check', 'it says nothing without `--lock`', 'add `--lock`')
  if (check && trustDomain !== undefined)
    throw badInput('--check', 'it looks at the lock file only', 'leave out `--trust-domain`, or `--check`')
  if (target === 'network-policy' && since !== undefined)
    throw badInput('--since', 'without a mesh nothing has to be taken in steps', 'leave it out')
  if (trustDomain !== undefined || target === 'network-policy' || !isCompiling(options)) return
  const hint = 'write for instance `--trust-domain cluster.local`, if that is what the mesh has'
  throw badInput('--trust-domain', "the mesh's trust domain is not given, and it is never assumed", hint)
}

/** What is an error is bad input; what is narrowed was found, and waits to be acknowledged. */
function refuse(problems: Compiled['problems'], session: Session): ExitCode {
  if (problems.some(({ severity }) => severity === 'error')) return 2
  const codes = new Set(problems.filter(({ severity }) => severity === 'narrowed').map(({ code }) => code))
  const flags = [...codes].map(code => `--acknowledge ${code}`).join(' ')
  session.err(`nothing written: some declared flows will not work; to go on all the same, add ${flags}\n`)
  return 1
}

async function deliver(
  { manifests, assumptions, problems }: Compiled,
  options: Options,
  session: Session,
): Promise<void> {
  if (options.out !== undefined) {
    writeFile(`${options.out}/manifests.yaml`, renderYaml(manifests))
    writeFile(`${options.out}/assumptions.yaml`, renderObjects(assumptions))
    session.err(
      `wrote ${options.out}/manifests.yaml (${manifests.length} objects) and ${options.out}/assumptions.yaml\n`,
    )
  } else if (options.format === 'json') await session.out(renderJson({ manifests, assumptions, problems }))
  else await session.out(renderYaml(manifests) + (options.assumptions ? renderObjects(assumptions) : ''))
}
