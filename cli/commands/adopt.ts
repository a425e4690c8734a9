import { Option } from 'commander'
import { adopt } from '../../core/adopt/adopt'
import type { Adopted, FoundMesh } from '../../core/adopt/adopted'
import { anyRequest } from '../../core/adopt/routes'
import { beyond } from '../../core/adopt/within'
import { compareOn } from '../../core/analyze/compare-meshes'
import type { Reach } from '../../core/analyze/reach'
import { reach } from '../../core/analyze/reach'
import { read } from '../../core/analyze/read-istio'
import { compile } from '../../core/compile/compile'
import type { Compiled, MeshTarget } from '../../core/compile/target'
import { termsOf } from '../../core/compile/terms'
import { intentOf } from '../../core/graph/intent'
import { flows } from '../../core/graph/flows'
import { validate } from '../../core/graph/validate'
import type { Problem } from '../../core/model/problem'
import { objectName } from '../../core/model/manifest'
import { adoptedTypeScript } from '../../core/report/adopt-typescript'
import { adoptedYaml } from '../../core/report/adopt-yaml'
import type { ToldDecision } from '../../core/report/adopt'
import { renderAdopted } from '../../core/report/adopt'
import { renderJson } from '../../core/report/json'
import { renderProblems } from '../../core/report/problems'
import { badInput } from '../bad-input'
import { collect } from '../command'
import type { Verb } from '../command'
import { targetOf } from '../compile-target'
import type { TargetOptions } from '../compile-target'
import { isThere, writeFile } from '../io'
import { baseObjects, baseOption, checkStandardInput, objectsAt, understand } from '../manifests'
import type { Reading } from '../manifests'
import { namespaceOption } from '../namespace'
import { reachOf } from '../reached'
import type { ExitCode, Session } from '../session'

interface Options extends Reading {
  readonly only?: readonly string[]
  readonly format: 'ts' | 'yaml' | 'json'
  readonly out?: string
  readonly force?: true
  readonly target?: TargetOptions['target']
  readonly trustDomain?: string
}

const example = `
Calls are those that policies name a caller for, on the routes that they name. Where policies name nobody, what callers are configured with (environment
variables, Sidecars) speaks for them. The graph never lets in more than is let in today; what it lets in less is told, and is yours to decide.

Examples:
  $ npx --no ztm adopt examples/bookinfo/expected/istio-sidecar
  $ npx --no ztm adopt examples/online-boutique/expected/linkerd --only boutique --format yaml`

/** `ztm adopt`: a graph for what is there. */
export const addAdopt: Verb = (program, session, choose) => {
  program
    .command('adopt')
    .description('writes a service graph to start from, for the manifests of a cluster that has none')
    .argument('<paths...>', 'files or directories of manifests, or - for standard input')
    .addOption(baseOption())
    .addOption(namespaceOption())
    .option('--only <namespace>', 'govern the services of this namespace alone; may be repeated', collect)
    .addOption(new Option('--format <format>', 'how to write it').choices(['ts', 'yaml', 'json']).default('ts'))
    .option('--out <file>', 'write it there, in place of standard output')
    .option('--force', 'overwrite the file if it is there')
    .addOption(
      new Option(
        '--target <target>',
        'the mesh to compile it for, to see that it can be (default: the one that is found)',
      ).choices(['istio-sidecar', 'istio-ambient', 'linkerd']),
    )
    .option('--trust-domain <domain>', "the mesh's trust domain, where its settings are not among the manifests")
    .addHelpText('after', example)
    .action((paths: string[], options: Options) => {
      choose(() => adoptFrom(paths, options, session))
    })
}

async function adoptFrom(paths: readonly string[], options: Options, session: Session): Promise<ExitCode> {
  const { out } = options
  checkStandardInput([...paths, ...(options.base ?? [])])
  if (out !== undefined && !options.force && isThere(out))
    throw badInput('--out', `\`${out}\` is there already`, 'name another file, or add `--force`')
  const base = await baseObjects(options, session)
  const inputs = await objectsAt(paths, session, options)
  const understood = understand(inputs, base, session)
  const { layer } = understood
  checkOnly(options, new Set(layer.workloads.map(({ namespace }) => namespace)))
  const { reached, exitCode } = reachOf(understood, session)
  const adopted = adopt({ inputs: [...inputs, ...base], layer, reached, ...(options.only && { only: options.only }) })
  if (Object.keys(adopted.graph.services).length === 0)
    throw badInput(
      paths.join(' '),
      'no workload is among the manifests that could be a service',
      'give Deployments, Pods and their Services',
    )
  session.progress.step('compiling what was adopted')
  const proof = proved(adopted, reached, options)
  const decisions = [...adopted.decisions, ...proof.decisions]
  const text = render(adopted, options)
  if (out === undefined) await session.out(text)
  else writeFile(out, text)
  if (proof.problems.length > 0) session.err(renderProblems(proof.problems, session.errStyle))
  tell({ adopted, decisions, proof: proof.text }, options, session)
  if (exitCode !== 0) return 2
  return decisions.length > 0 || proof.problems.length > 0 ? 1 : 0
}

/** Throws BadInput. */
function checkOnly({ only = [] }: Options, known: ReadonlySet<string>): void {
  const missing = only.find(namespace => !known.has(namespace))
  if (missing === undefined) return
  throw badInput('--only', `no workload of namespace \`${missing}\` is among the manifests`, 'check its name')
}

function render({ graph, notes }: Adopted, { format }: Options): string {
  const written = { graph, notes, anyRequest }
  switch (format) {
    case 'ts':
      return adoptedTypeScript(written)
    case 'yaml':
      return adoptedYaml(written)
    case 'json':
      return renderJson(graph)
  }
}

interface Told {
  readonly adopted: Adopted
  readonly decisions: readonly ToldDecision[]
  readonly proof: string
}

function tell({ adopted: { graph }, decisions, proof }: Told, { out }: Options, session: Session): void {
  const calls = Object.values(graph.calls).flatMap(callees => Object.keys(callees)).length
  const view = { services: Object.keys(graph.services).length, calls, decisions, proof }
  session.err(renderAdopted(view, session.errStyle))
  if (out !== undefined) session.note(`wrote ${out}`)
}

interface Proof {
  readonly text: string
  /** What is wrong with the graph, or would not come out as it says. */
  readonly problems: readonly Problem[]
  readonly decisions: readonly ToldDecision[]
}

/** Whether the graph is one, can be compiled, and lets through nothing but what is let through today. */
function proved({ graph, mesh }: Adopted, today: Reach, options: Options): Proof {
  const target = targetFor(mesh, options)
  const problems = validate(graph).filter(({ severity }) => severity !== 'delegated')
  if (problems.length > 0) return { text: 'the graph has defects, and was not compiled', problems, decisions: [] }
  const compiled = compile(graph, target)
  const { differences } = compareOn(compiledReach(compiled), intentOf(graph), termsOf(target))
  const wider = beyond(graph, today, mesh)
  const decisions = compiled.problems
    .filter(({ severity }) => severity === 'narrowed')
    .map(({ at, message }) => ({ kind: 'cut', about: at, text: message }))
  const told: readonly Problem[] = [
    ...compiled.problems.filter(({ severity }) => severity === 'error'),
    ...differences
      .filter(({ kind }) => kind === 'admitted')
      .map(({ text }) => notProved(text, 'what is compiled lets it in, and the graph does not say so')),
    ...wider.map(text => notProved(text, 'the graph lets it in, and today it may not be asked')),
  ]
  const outcome =
    told.length > 0
      ? 'it is not proved that the graph lets in no more than today'
      : 'lets in nothing that is not let in today'
  return { text: `compiled for ${target.kind}: ${outcome} (${flows(graph).length} flows)`, problems: told, decisions }
}

function notProved(at: string, message: string): Problem {
  return { code: 'wider', severity: 'error', at, message, hint: 'please report it, with the manifests if you can' }
}

function compiledReach(compiled: Compiled): Reach {
  const objects = [...compiled.assumptions, ...compiled.manifests.map(({ object }) => object)]
  return reach(read(objects.map(object => ({ object, at: objectName(object) }))).layer)
}

/** The mesh that was found, or asked for; without any, the one that most would take, to see that the graph can be compiled at all. */
function targetFor(mesh: FoundMesh, { target, trustDomain }: Options): MeshTarget {
  const kind = target ?? (mesh.kind === 'none' ? 'istio-sidecar' : mesh.kind)
  const isFound = kind === mesh.kind
  return targetOf({
    target: kind,
    istioVersion: '1.30.3',
    linkerdVersion: '2.20',
    trustDomain: trustDomain ?? mesh.trustDomain ?? 'cluster.local',
    meshes: Object.fromEntries(
      (isFound && kind !== 'linkerd' ? mesh.onLinkerd : []).map(name => [name, 'linkerd' as const]),
    ),
    ...(isFound && kind !== 'linkerd' && { dataPlanes: mesh.dataPlanes }),
    ...(mesh.nodeNetworks && { nodeNetwork: mesh.nodeNetworks }),
  })
}
