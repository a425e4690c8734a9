import { Option } from 'commander'
import { decide } from '../../core/analyze/decide'
import type { DecideOptions } from '../../core/analyze/decide'
import type { Layer } from '../../core/analyze/layer'
import { parseRequest } from '../../core/analyze/request'
import type { Problem } from '../../core/model/problem'
import { collect } from '../command'
import type { Verb } from '../command'
import { readLines } from '../io'
import { baseObjects, baseOption, checkStandardInput, objectsAt, report, understand } from '../manifests'
import type { Reading } from '../manifests'
import { namespaceOption } from '../namespace'
import type { ExitCode, Session } from '../session'
import type { Line } from '../text'

interface Options extends Reading {
  readonly manifests: readonly string[]
  readonly requests: string
  readonly assume?: 'recorded'
}

const example = `
Example:
  $ echo '{"id":"r1","from":{"trustDomain":"prod.example.com","namespace":"boutique","serviceAccount":"frontend"},"to":{"namespace":"boutique","workload":"cartservice","port":7070},"http":{"method":"POST","path":"/hipstershop.CartService/GetCart"}}' \\
      | npx --no ztm decide --manifests examples/online-boutique/expected/istio-sidecar --requests -

Manifests that leave their namespace to kubectl are judged with it: --manifests chart.yaml --namespace boutique.

The format of requests and verdicts is described in docs/verdicts.md.`

/** `ztm decide`: one verdict a request. */
export const addDecide: Verb = (program, session, choose) => {
  program
    .command('decide')
    .description(
      'says for each request whether the manifests, of Istio or of Linkerd, let it through: one JSON line each, in and out',
    )
    .requiredOption(
      '--manifests <path>',
      'file or directory of manifests, or - for standard input; may be repeated',
      collect,
    )
    .requiredOption('--requests <file>', 'file with one request a line, or - for standard input')
    .addOption(baseOption())
    .addOption(namespaceOption())
    .addOption(new Option('--assume <how>', 'recorded: judge as the recorded verdicts were made').choices(['recorded']))
    .addHelpText('after', example)
    .action((options: Options) => {
      choose(() => decideAll(options, session))
    })
}

async function decideAll(options: Options, session: Session): Promise<ExitCode> {
  const { manifests, requests, base = [], assume } = options
  checkStandardInput([...manifests, ...base, requests])
  const lower = await baseObjects(options, session)
  const { layer, exitCode } = understand(await objectsAt(manifests, session, options), lower, session)
  const asked: Asked = { layer, source: requests, options: assume ? { assume } : {} }
  let worst: ExitCode = exitCode
  for await (const lines of readLines(requests, session.stdin)) {
    let verdicts = ''
    for (const line of lines) {
      if (line.text.trim() === '') continue
      const answer = answerTo(line, asked)
      if (answer.verdict === undefined) worst = report(answer.problems, session)
      else verdicts += answer.verdict
    }
    // As many as came in one piece: to wait for each to be written takes longer than to judge it.
    if (verdicts !== '') await session.out(verdicts)
  }
  return worst
}

type Answer = { readonly verdict: string } | { readonly verdict?: undefined; readonly problems: readonly Problem[] }

interface Asked {
  readonly layer: Layer
  /** Where the requests come from. */
  readonly source: string
  readonly options: DecideOptions
}

/** The verdict on the request of one line, as a line; or what is wrong with the line. */
function answerTo(line: Line, { layer, source, options }: Asked): Answer {
  const at = `${source === '-' ? 'stdin' : source}:${line.number}`
  const parsed = parseJson(line.text)
  if ('error' in parsed) return { problems: [notJson(at, parsed.error)] }
  const { request, problems } = parseRequest(parsed.value, at)
  if (!request) return { problems }
  const { verdict, why, because } = decide(layer, request, options)
  return { verdict: `${JSON.stringify({ id: request.id, verdict, ...(why && { why }), because })}\n` }
}

function parseJson(text: string): { readonly value: unknown } | { readonly error: string } {
  try {
    return { value: JSON.parse(text) }
  } catch (error) {
    return { error: error instanceof Error ? error.message : String(error) }
  }
}

function notJson(at: string, error: string): Problem {
  const message = `not valid JSON: ${error.charAt(0).toLowerCase()}${error.slice(1).replace(/\s+/g, ' ')}`
  return { code: 'malformed-input', severity: 'error', at, message, hint: 'one request a line; see docs/verdicts.md' }
}
