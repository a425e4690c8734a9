import { Option } from 'commander'
import { compile } from '../../core/compile/compile'
import type { Compiled, IstioTarget, Target } from '../../core/compile/target'
import { blocks } from '../../core/model/problem'
import { renderJson } from '../../core/report/json'
import { renderProblems } from '../../core/report/problems'
import { renderObjects, renderYaml } from '../../core/report/yaml'
import { badInput } from '../bad-input'
import { collect } from '../command'
import type { Verb } from '../command'
import { readGraph } from '../graph-file'
import { writeFile } from '../io'
import { keepLock } from '../keep-lock'
import type { ExitCode, Session } from '../session'
import type { NamespaceOptions } from '../stages'
import { tellSteps } from '../since'
import { parseNamespaces } from '../stages'

interface Options extends NamespaceOptions {
  readonly target: Exclude<Target['kind'], 'hybrid'>
  readonly trustDomain?: string
  readonly istioVersion: string
  readonly linkerdVersion: string
  readonly nodeNetwork?: readonly string[]
  readonly systemNamespace?: string
  readonly revision?: string
  readonly tag?: string
  readonly acknowledge?: readonly string[]
  readonly since?: string
  readonly out?: string
  readonly assumptions?: true
  readonly format: 'text' | 'json'
  readonly lock?: string | true
  readonly check?: true
}

const targets: readonly Options['target'][] = ['istio-sidecar', 'istio-ambient', 'linkerd']

const example = `
Without --out the manifests are printed as YAML. With --lock and no --trust-domain nothing is compiled.

Examples:
  $ npx --no ztm compile examples/online-boutique/graph.ts --trust-domain cluster.local
  $ npx --no ztm compile services.ts --trust-domain cluster.local --assumptions | npx --no ztm reach -
  $ npx --no ztm compile services.ts --trust-domain cluster.local --target istio-ambient --waypoint boutique=service
  $ npx --no ztm compile services.ts --trust-domain cluster.local --data-plane data=ambient
  $ npx --no ztm compile services.ts --trust-domain cluster.local --gateway istio-ingress/istio-ingress=elsewhere
  $ npx --no ztm compile services.ts --trust-domain cluster.local --since examples/bookinfo/graph.ts --out out/new
  $ npx --no ztm compile services.ts --trust-domain cluster.local --target linkerd --node-network 10.0.0.0/16
  $ npx --no ztm compile examples/online-boutique/graph.ts --lock --check`

/** `ztm compile`: a graph as manifests, and as the lock file that is reviewed. */
export const addCompile: Verb = (program, session, choose) => {
  program
    .command('compile')
    .description('compiles a service graph into manifests of Istio or of Linkerd, and writes its lock file')
    .argument('[graph]', 'a TypeScript, YAML or JSON file, or - for standard input', 'services.ts')
    .addOption(new Option('--target <target>', 'the mesh').choices(targets).default('istio-sidecar'))
    .option('--trust-domain <domain>', "the mesh's trust domain, such as cluster.local; never assumed")
    .option('--istio-version <version>', "Istio's version", '1.30.3')
    .option('--linkerd-version <version>', "Linkerd's version, or edge release", '2.20')
    .option('--system-namespace <namespace>', 'where the control plane runs (default: istio-system, or linkerd)')
    .option('--revision <revision>', "the control plane's revision, which the namespaces follow")
    .option('--tag <tag>', 'a tag that points at the revision, and that the namespaces follow instead')
    .option('--stage <namespace=stage>', 'strict or enforce (the default) for a namespace; may be repeated', collect)
    .option(
      '--data-plane <namespace=plane>',
      "sidecar or ambient, where it is not the target's; may be repeated",
      collect,
    )
    .option(
      '--waypoint <namespace=scope>',
      "an ambient namespace's waypoint: namespace (the default), service, or another's as other-namespace/name; may be repeated",
      collect,
    )
    .option(
      '--gateway <gateway=routing>',
      'who routes at a gateway, namespace/account: istio (the default), gateway-api or elsewhere; may be repeated',
      collect,
    )
    .option(
      '--node-network <cidr>',
      'on linkerd: where kubelets probe from (default: anywhere); may be repeated',
      collect,
    )
    .option('--acknowledge <code>', 'go on although there are problems of this code; may be repeated', collect)
    .option('--since <graph>', 'tell which changes since that graph have to be taken in steps, and which')
    .option('--out <dir>', 'write manifests.yaml and assumptions.yaml there')
    .option('--assumptions', 'print also what is assumed about objects that somebody else deploys')
    .addOption(new Option('--format <format>', 'how to print it').choices(['text', 'json']).default('text'))
    .option('--lock [file]', 'write the lock file (default: intent.lock.json beside the graph)')
    .option('--check', 'with --lock: write nothing, exit with 1 if the lock file is out of date')
    .addHelpText('after', example)
    .action((path: string, options: Options) => {
      choose(() => compileFile(path, options, session))
    })
}

async function compileFile(path: string, options: Options, session: Session): Promise<ExitCode> {
  const { trustDomain } = options
  checkOptions(options)
  session.progress.step(`reading ${path}`)
  const { graph, problems } = await readGraph(path, session.stdin)
  const perNamespace = parseNamespaces(options, graph)
  session.progress.step(`compiling ${path}`)
  const target = trustDomain === undefined ? undefined : targetOf({ ...options, trustDomain, ...perNamespace })
  const compiled = target && compile(graph, target)
  const all = [...problems, ...(compiled?.problems ?? [])]
  if (all.length > 0) session.err(renderProblems(all, session.errStyle))
  if (blocks(all, options.acknowledge)) return refuse(all, session)
  if (target && options.since !== undefined) await tellSteps({ since: options.since, graph, target, session })
  const locked = options.lock === undefined ? 0 : await keepLock({ path, graph, options, session })
  if (compiled) await deliver(compiled, options, session)
  return locked
}

/** Options that make no sense together, or without each other. Throws BadInput. */
function checkOptions(options: Options): void {
  const { check, lock, out, assumptions, trustDomain, since } = options
  checkMesh(options)
  if (check && lock === undefined) throw badInput('--check', 'it says nothing without `--lock`', 'add `--lock`')
  if (check && trustDomain !== undefined)
    throw badInput('--check', 'it looks at the lock file only', 'leave out `--trust-domain`, or `--check`')
  const compiling = lock === undefined || out !== undefined || assumptions === true || since !== undefined
  if (trustDomain !== undefined || !compiling) return
  const hint = 'write for instance `--trust-domain cluster.local`, if that is what the mesh has'
  throw badInput('--trust-domain', "the mesh's trust domain is not given, and it is never assumed", hint)
}

/** What one mesh knows of and the other does not: were it passed over, something else would be compiled than was meant. */
function checkMesh({ target, revision, tag, dataPlane, waypoint, gateway, nodeNetwork }: Options): void {
  const istio = { '--revision': revision, '--tag': tag, '--data-plane': dataPlane, '--waypoint': waypoint }
  const others = target === 'linkerd' ? { ...istio, '--gateway': gateway } : { '--node-network': nodeNetwork }
  const [given] = Object.entries(others).filter(([, value]) => value !== undefined)
  if (given) throw badInput(given[0], `\`${target}\` knows nothing of it`, 'leave it out, or choose another `--target`')
}

/** What is an error is bad input; what is narrowed was found, and waits to be acknowledged. */
function refuse(problems: Compiled['problems'], session: Session): ExitCode {
  if (problems.some(({ severity }) => severity === 'error')) return 2
  const codes = new Set(problems.filter(({ severity }) => severity === 'narrowed').map(({ code }) => code))
  const flags = [...codes].map(code => `--acknowledge ${code}`).join(' ')
  session.err(`nothing written: some declared flows will not work; to go on all the same, add ${flags}\n`)
  return 1
}

interface Settings extends Options, Pick<IstioTarget, 'stages' | 'dataPlanes' | 'waypoints' | 'gateways'> {
  readonly trustDomain: string
}

function targetOf(settings: Settings): Target {
  const { target, trustDomain, istioVersion, systemNamespace, revision, tag } = settings
  if (target === 'linkerd') return linkerdOf(settings)
  const { stages, dataPlanes, waypoints, gateways } = settings
  return {
    kind: target,
    version: istioVersion,
    trustDomain,
    ...(stages && { stages }),
    ...(dataPlanes && { dataPlanes }),
    ...(waypoints && { waypoints }),
    ...(gateways && { gateways }),
    ...(systemNamespace === undefined ? {} : { systemNamespace }),
    ...(revision === undefined ? {} : { revision }),
    ...(tag === undefined ? {} : { tag }),
  }
}

function linkerdOf({ trustDomain, linkerdVersion, systemNamespace, stages, nodeNetwork }: Settings): Target {
  return {
    kind: 'linkerd',
    version: linkerdVersion,
    trustDomain,
    ...(stages && { stages }),
    ...(systemNamespace === undefined ? {} : { controlPlaneNamespace: systemNamespace }),
    ...(nodeNetwork && { nodeNetworks: nodeNetwork }),
  }
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
