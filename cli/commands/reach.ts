import { Option } from 'commander'
import { withoutNetwork } from '../../core/analyze/network/only'
import { reachCsv } from '../../core/report/csv'
import { reachDot } from '../../core/report/dot'
import { renderJson } from '../../core/report/json'
import type { ReachView } from '../../core/report/reach'
import { reachMarkdown, renderReach } from '../../core/report/reach'
import { reachMermaid } from '../../core/report/reach-mermaid'
import type { Style } from '../../core/report/style'
import type { ReachFilter, ShownLayer } from '../asked-reach'
import { askedReach } from '../asked-reach'
import { badInput } from '../bad-input'
import { collect } from '../command'
import type { Verb } from '../command'
import { baseObjects, baseOption, checkStandardInput, objectsAt, understand } from '../manifests'
import type { Reading } from '../manifests'
import { parseCallee, parseCaller } from '../names'
import { namespaceOption } from '../namespace'
import { reachOf } from '../reached'
import type { ExitCode, Session } from '../session'

const formats = {
  text: renderReach,
  json: renderJson,
  csv: reachCsv,
  dot: reachDot,
  mermaid: reachMermaid,
  markdown: reachMarkdown,
} as const satisfies Record<string, (view: ReachView, style: Style) => string>

interface Options extends Reading {
  readonly format: keyof typeof formats
  readonly from?: string
  readonly to?: string
  readonly in?: readonly string[]
  readonly layer: ShownLayer
  readonly plaintextOnly?: true
}

const example = `
What is surprisingly open comes first: to callers without identity, then to more than named callers.

Examples:
  $ npx --no ztm reach examples/online-boutique/expected/istio-sidecar
  $ npx --no ztm reach examples/online-boutique/expected/istio-sidecar --to boutique/cartservice:7070
  $ npx --no ztm reach examples/online-boutique/expected/linkerd --in data --format csv
  $ npx --no ztm reach examples/online-boutique/expected/linkerd --plaintext-only
  $ echo '{"apiVersion":"v1","kind":"Pod","metadata":{"name":"cart"},"spec":{"containers":[]}}' | npx --no ztm reach - --namespace shop`

/** `ztm reach`: who can really call whom. */
export const addReach: Verb = (program, session, choose) => {
  program
    .command('reach')
    .description(
      'says who can really call whom under these manifests, of Istio and of Linkerd, what is surprisingly open first',
    )
    .argument('<paths...>', 'files or directories of manifests, or - for standard input')
    .addOption(baseOption())
    .addOption(namespaceOption())
    .option('--from <caller>', 'only what this caller may ask: namespace/serviceaccount')
    .option('--to <callee>', 'only who may call this one: namespace/workload or namespace/workload:port')
    .option('--in <namespace>', 'only who may call the workloads of this namespace; may be repeated', collect)
    .option('--plaintext-only', 'only what callers without identity may ask')
    .addOption(
      new Option('--layer <layer>', 'what both the mesh and NetworkPolicies let through, or what one would alone')
        .choices(['all', 'mesh', 'network'])
        .default('all'),
    )
    .addOption(new Option('--format <format>', 'how to print it').choices(Object.keys(formats)).default('text'))
    .addHelpText('after', example)
    .action((paths: string[], options: Options) => {
      choose(() => showReach(paths, options, session))
    })
}

async function showReach(paths: readonly string[], options: Options, session: Session): Promise<ExitCode> {
  checkStandardInput([...paths, ...(options.base ?? [])])
  const filter = filterOf(options)
  const base = await baseObjects(options, session)
  const understood = understand(await objectsAt(paths, session, options), base, session)
  const { layer } = understood
  const shown = { ...understood, layer: options.layer === 'mesh' ? withoutNetwork(layer) : layer }
  const { reached, exitCode } = reachOf(shown, session)
  await session.out(formats[options.format](askedReach(reached, filter), session.style))
  return exitCode
}

/** Throws BadInput. */
function filterOf({ from, to, in: within, layer, plaintextOnly }: Options): ReachFilter {
  if (plaintextOnly && from !== undefined)
    throw badInput('--plaintext-only', '`--from` names a caller that shows an identity', 'give one of the two')
  if (plaintextOnly && layer === 'network')
    throw badInput('--plaintext-only', 'NetworkPolicies know of no identities', 'leave out `--layer network`')
  if (to !== undefined && within) throw badInput('--in', '`--to` names one workload already', 'give one of the two')
  return {
    layer,
    ...(from === undefined ? {} : { from: parseCaller(from) }),
    ...(to === undefined ? {} : { to: parseCallee(to) }),
    ...(within && { within }),
    ...(plaintextOnly && { plaintextOnly }),
  }
}
