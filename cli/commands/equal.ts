import { Option } from 'commander'
import type { SameDomain } from '../../core/analyze/equal'
import { equal } from '../../core/analyze/equal'
import { printFloor } from '../../core/analyze/floor'
import type { Layer } from '../../core/analyze/layer'
import { reachBoth } from '../../core/analyze/reach-both'
import { renderJson } from '../../core/report/json'
import type { EqualView } from '../../core/report/equal'
import { equalMarkdown, renderEqual } from '../../core/report/equal'
import { badInput } from '../bad-input'
import type { Verb } from '../command'
import { collect } from '../command'
import { checkStandardInput, objectsAt, report, understand } from '../manifests'
import type { Reading } from '../manifests'
import { namespaceOption } from '../namespace'
import type { ExitCode, Session } from '../session'

interface Options extends Reading {
  readonly format: 'text' | 'json' | 'markdown'
  readonly trustDomain?: readonly string[]
}

const example = `
Compared is who may ask what of each workload, over canonical paths, and but for what the data planes leave open by themselves. What enters through
gateways and what leaves the mesh is not compared.

Example:
  $ npx --no ztm equal examples/online-boutique/expected/istio-sidecar examples/online-boutique/expected/linkerd`

/** `ztm equal`: whether two meshes let the same through. */
export const addEqual: Verb = (program, session, choose) => {
  program
    .command('equal')
    .description(
      'says whether two sets of manifests, of Istio or of Linkerd, let the same through, with a request for each difference',
    )
    .argument('<first>', 'file or directory of manifests, or - for standard input')
    .argument('<second>', 'the other one')
    .addOption(namespaceOption())
    .option(
      '--trust-domain <first=second>',
      "what a trust domain of the first is called in the second, where it is not the meshes' own that are the same; may be repeated",
      collect,
      [],
    )
    .addOption(new Option('--format <format>', 'how to print it').choices(['text', 'json', 'markdown']).default('text'))
    .addHelpText('after', example)
    .action((first: string, second: string, options: Options) => {
      choose(() => showEqual([first, second], options, session))
    })
}

async function showEqual(
  [first, second]: readonly [string, string],
  options: Options,
  session: Session,
): Promise<ExitCode> {
  checkStandardInput([first, second])
  const sameDomains = (options.trustDomain ?? []).map(parseDomains)
  checkDomains(sameDomains)
  const [a, b] = [await layerAt(first, options, session), await layerAt(second, options, session)]
  const workloads = a.layer.workloads.length + b.layer.workloads.length
  session.progress.step(`computing who may reach ${workloads} workloads`)
  const reached = reachBoth(a.layer, b.layer)
  session.progress.step('comparing')
  const { problems, ...found } = equal(...reached, sameDomains.length > 0 ? { sameDomains } : {})
  const unknown = report(problems, session)
  const view: EqualView = {
    names: { a: nameOf(first), b: nameOf(second) },
    ...found,
    equal: found.equal && a.exitCode === 0 && b.exitCode === 0,
    floors: { a: printFloor(reached[0].floor), b: printFloor(reached[1].floor) },
  }
  await session.out(
    { text: () => renderEqual(view, session.style), json: () => renderJson(view), markdown: () => equalMarkdown(view) }[
      options.format
    ](),
  )
  if (a.exitCode !== 0 || b.exitCode !== 0 || unknown !== 0) return 2
  return view.equal ? 0 : 1
}

interface Understood {
  readonly layer: Layer
  readonly exitCode: ExitCode
}

async function layerAt(path: string, options: Options, session: Session): Promise<Understood> {
  const { layer, exitCode } = understand(await objectsAt([path], session, options), [], session)
  return { layer, exitCode }
}

function nameOf(path: string): string {
  return path === '-' ? 'standard input' : path
}

/** Reads a value of `--trust-domain`. Throws BadInput. */
function parseDomains(text: string): SameDomain {
  const [, first, second] = /^([\w.-]+)=([\w.-]+)$/.exec(text) ?? []
  if (first !== undefined && second !== undefined) return [first, second]
  const hint = 'write for instance `--trust-domain prod.example.com=cluster.local`'
  throw badInput('--trust-domain', `expected \`first=second\`, got \`${text}\``, hint)
}

/** Two callers must not become one. Throws BadInput. */
function checkDomains(domains: readonly SameDomain[]): void {
  const names = domains.flatMap(([a, b]) => [...new Set([a, b])])
  const twice = names.find((name, i) => names.indexOf(name) !== i)
  if (twice === undefined) return
  throw badInput('--trust-domain', `\`${twice}\` is named twice`, 'give each trust domain once')
}
