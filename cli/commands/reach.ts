import { Option } from 'commander'
import { reach } from '../../core/analyze/reach'
import { renderJson } from '../../core/report/json'
import { reachMarkdown, renderReach } from '../../core/report/reach'
import { collect } from '../command'
import type { Verb } from '../command'
import { checkStandardInput, objectsAt, report, understand } from '../manifests'
import type { Reading } from '../manifests'
import { namespaceOption } from '../namespace'
import { parseCallee, parseCaller } from '../names'
import { askedReach } from '../asked-reach'
import type { ExitCode, Session } from '../session'

interface Options extends Reading {
  readonly base?: readonly string[]
  readonly format: 'text' | 'json' | 'markdown'
  readonly from?: string
  readonly to?: string
}

const example = `
Examples:
  $ npx --no ztm reach examples/online-boutique/expected/istio-sidecar
  $ npx --no ztm reach examples/online-boutique/expected/istio-sidecar --to boutique/cartservice:7070
  $ echo '{"apiVersion":"v1","kind":"Pod","metadata":{"name":"cart"},"spec":{"containers":[]}}' | npx --no ztm reach - --namespace shop`

/** `ztm reach`: who can really call whom. */
export const addReach: Verb = (program, session, choose) => {
  program
    .command('reach')
    .description(
      'says who can really call whom under these manifests, of Istio and of Linkerd, what is surprisingly open first',
    )
    .argument('<paths...>', 'files or directories of manifests, or - for standard input')
    .option(
      '--base <path>',
      'what lies in the cluster already; the manifests override it; may be repeated',
      collect,
      [],
    )
    .addOption(namespaceOption())
    .option('--from <caller>', 'only what this caller may ask: namespace/serviceaccount')
    .option('--to <callee>', 'only who may call this one: namespace/workload or namespace/workload:port')
    .addOption(new Option('--format <format>', 'how to print it').choices(['text', 'json', 'markdown']).default('text'))
    .addHelpText('after', example)
    .action((paths: string[], options: Options) => {
      choose(() => showReach(paths, options, session))
    })
}

async function showReach(paths: readonly string[], options: Options, session: Session): Promise<ExitCode> {
  const lower = options.base ?? []
  checkStandardInput([...paths, ...lower])
  const filter = {
    ...(options.from === undefined ? {} : { from: parseCaller(options.from) }),
    ...(options.to === undefined ? {} : { to: parseCallee(options.to) }),
  }
  const base = lower.length > 0 ? await objectsAt(lower, session, options) : []
  const { layer, exitCode } = understand(await objectsAt(paths, session, options), base, session)
  session.progress.step(`computing who may reach ${layer.workloads.length} workloads`)
  const reached = reach(layer)
  const problems = report(reached.problems, session)
  const view = askedReach(reached, filter)
  await session.out(
    { text: () => renderReach(view, session.style), json: () => renderJson(view), markdown: () => reachMarkdown(view) }[
      options.format
    ](),
  )
  return exitCode === 0 ? problems : exitCode
}
