import { Option } from 'commander'
import { explain } from '../../core/analyze/explain/explain'
import { explainOutside } from '../../core/analyze/explain/outside'
import type { OtherTls } from '../../core/analyze/explain/own-proxy'
import { callersOf, otherTlsAtHome, refusedAtHome } from '../../core/analyze/explain/own-proxy'
import type { Layer } from '../../core/analyze/layer'
import type { HttpRequest, Request } from '../../core/analyze/request'
import type { ExplainView } from '../../core/report/explain'
import { explanationMarkdown, renderExplanation } from '../../core/report/explain'
import { renderJson } from '../../core/report/json'
import { loggedRequest } from '../asked-log'
import type { Understood } from '../asked-request'
import { callerNamed, calleeNamed, printRequest } from '../asked-request'
import { badInput } from '../bad-input'
import { collect } from '../command'
import type { Verb } from '../command'
import { readLines } from '../io'
import { baseObjects, baseOption, checkStandardInput, objectsAt, understand } from '../manifests'
import type { Reading } from '../manifests'
import { namespaceOption } from '../namespace'
import type { ExitCode, Session } from '../session'

interface Options extends Reading {
  readonly manifests: readonly string[]
  readonly host?: string
  readonly header?: readonly string[]
  readonly ip?: string
  readonly plaintext?: true
  readonly viaService?: string
  readonly log?: string
  readonly format: 'text' | 'json' | 'markdown'
}

const example = `
FROM is namespace/name of a ServiceAccount or a workload, plaintext, or spiffe://…; TO is namespace/workload:port, or a Service's;
or host:port outside the mesh.
Without METHOD and PATH it is a connection of bytes; grpc Service/Method is a request too.

Examples:
  $ npx --no ztm explain boutique/frontend boutique/cartservice:7070 grpc hipstershop.CartService/GetCart --manifests examples/online-boutique/expected/istio-sidecar
  $ npx --no ztm explain load/loadgenerator boutique/frontend:8080 GET /cart --manifests examples/online-boutique/expected/linkerd
  $ npx --no ztm explain boutique/frontend api.example.com:443 --manifests examples/online-boutique/expected/istio-sidecar
  $ echo '{"client.addr":"10.1.0.7:5000","client.id":"loadgenerator.load.serviceaccount.identity.linkerd.prod.example.com","method":"GET","uri":"/cart","status":200,"host":"frontend.boutique:80"}' \\
      | npx --no ztm explain --log - --manifests examples/online-boutique/expected/linkerd

Exit codes: 0 allowed, 1 denied or not known, 2 bad input.`

/** `ztm explain`: why one request gets through, or why it does not. */
export const addExplain: Verb = (program, session, choose) => {
  program
    .command('explain')
    .description('says hop by hop why a request gets through or not: which object and which field decided')
    .usage('[options] FROM TO:PORT [METHOD PATH]')
    .argument(
      '[request...]',
      'who calls, whom, and what is asked: GET, POST, … or grpc, and a path with its query or Service/Method',
    )
    .requiredOption(
      '--manifests <path>',
      'file or directory of manifests, or - for standard input; may be repeated',
      collect,
    )
    .addOption(baseOption())
    .addOption(namespaceOption())
    .option('--host <host>', 'the host that is asked for')
    .option('--header <name:value>', 'a header of the request; may be repeated', collect)
    .option('--ip <address>', 'where the call comes from')
    .option('--plaintext', 'the caller shows no identity')
    .option(
      '--via-service <name>',
      'the Service by which the callee is called, or none; TO then has its port, or the container port',
    )
    .option(
      '--log <file>',
      'explain the request of an access log line instead; the first line, or - for standard input',
    )
    .addOption(new Option('--format <format>', 'how to print it').choices(['text', 'json', 'markdown']).default('text'))
    .addHelpText('after', example)
    .action((words: readonly string[], options: Options) => {
      choose(() => showExplanation(givenIn(words), options, session))
    })
}

/** Throws BadInput. */
function givenIn([from, to, method, path, ...more]: readonly string[]): Given {
  if (more.length > 0) throw badInput('PATH', `\`${more.join(' ')}\` is too much`, 'put a path with spaces in quotes')
  return { from, to, method, path }
}

interface Given {
  readonly from: string | undefined
  readonly to: string | undefined
  readonly method: string | undefined
  readonly path: string | undefined
}

async function showExplanation(given: Given, options: Options, session: Session): Promise<ExitCode> {
  const { manifests, base = [], log } = options
  checkStandardInput([...manifests, ...base, ...(log === undefined ? [] : [log])])
  checkGiven(given, options)
  const lower = await baseObjects(options, session)
  const { layer, exitCode } = understand(await objectsAt(manifests, session, options), lower, session)
  const outside = log === undefined ? outsideHost(given.to) : undefined
  const { asked, ...view } = outside
    ? leaving(given, { ...outside, options, layer })
    : within(log === undefined ? typed(given, options, layer) : await fromLog(log, given, { layer, session }), layer)
  await session.out(
    {
      text: () => renderExplanation(view, session.style),
      json: () => renderJson({ asked, ...view }),
      markdown: () => explanationMarkdown(view),
    }[options.format](),
  )
  if (exitCode !== 0) return exitCode
  return view.verdict === 'allow' ? 0 : 1
}

interface Explained extends ExplainView {
  readonly asked: unknown
}

/** A call within the mesh: what the caller's own proxy refuses never gets to who decides. */
function within({ value, notes }: Understood<Request>, layer: Layer): Explained {
  const home = refusedAtHome(layer, value)
  const other = home ? undefined : otherTlsAtHome(layer, value)
  const told = { asked: value, request: printRequest(value), notes }
  if (other) return { ...told, ...spokenOtherwise(value, other, layer) }
  const { verdict, steps } = explain(layer, value)
  if (!home || verdict.verdict === 'deny')
    return { ...told, verdict: verdict.verdict, because: verdict.because, steps: [...(home ? [home] : []), ...steps] }
  const because = home.steps.flatMap(step => (step.kind === 'note' ? [step.text] : []))
  const note = "the caller's own proxy protects nobody: what goes round it is judged by the rest, as `ztm decide` does"
  return { ...told, verdict: home.verdict, because, notes: [...notes, note], steps: [home, ...steps] }
}

/** A call that the caller's own sidecar makes without showing who calls: as the callee sees it, unless the sidecar may do otherwise. */
function spokenOtherwise(asked: Request, { hop, seen, sure, plain }: OtherTls, layer: Layer) {
  const { verdict, steps } = explain(layer, seen)
  const usual = sure ? verdict : explain(layer, asked).verdict
  const certain = usual.verdict === verdict.verdict && (plain || verdict.verdict === 'deny')
  const why = hop.steps.flatMap(step => (step.kind === 'note' ? [step.text] : []))
  return {
    verdict: certain ? verdict.verdict : 'unknown',
    because: [...why, ...verdict.because],
    steps: [hop, ...steps],
  } as const
}

interface Leaving {
  readonly host: string
  readonly port: number
  readonly options: Options
  readonly layer: Layer
}

/** A call to a host outside. Throws BadInput for options that mean nothing there. */
function leaving({ from = '', method, path }: Given, { host, port, options, layer }: Leaving): Explained {
  const { plaintext, ip, viaService } = options
  const senseless = Object.entries({ plaintext, ip, 'via-service': viaService }).find(([, one]) => one !== undefined)
  if (senseless) throw badInput(`--${senseless[0]}`, 'it says nothing of a call that leaves the mesh')
  const { value, notes } = callerNamed(from, layer, {})
  const http = method === undefined || path === undefined ? undefined : httpOf(method, path, options)
  const callers = callersOf(layer, value)
  const { verdict, steps } = explainOutside(layer, { callers, host, port, ...(http && { http }) })
  const request = `${from} → external ${host}:${port} ${http ? `${http.method} ${http.path}` : 'raw tcp'}`
  const asked = { from: value, external: { host, port }, ...(http && { http }) }
  return { asked, request, verdict: verdict.verdict, because: verdict.because, notes, steps }
}

/** TO without a namespace is a host outside the mesh, or an address. */
function outsideHost(to: string | undefined): Pick<Leaving, 'host' | 'port'> | undefined {
  const [, brackets, bare, digits] = /^(?:\[([^\]/\s]+)\]|([^/:\s]+)):(\d{1,5})$/.exec(to ?? '') ?? []
  const [host, port] = [brackets ?? bare, Number(digits)]
  return host === undefined || port < 1 || port > 65_535 ? undefined : { host: host.toLowerCase(), port }
}

/** Throws BadInput where too much is given, or too little. */
function checkGiven(
  { from, to, method, path }: Given,
  { log, host, header, ip, plaintext, viaService }: Options,
): void {
  const beside = [method, path, host, header, ip, plaintext, viaService]
  if (log !== undefined && beside.some(one => one !== undefined))
    throw badInput('--log', 'the line says what is asked', 'give FROM and TO beside it, or nothing')
  if (from !== undefined && to === undefined)
    throw badInput('TO', 'it is missing', 'write for instance `boutique/cartservice:7070`')
  if (from === undefined && log === undefined)
    throw badInput('FROM', 'it is missing, and so is `--log`', 'write `ztm explain FROM TO:PORT`')
  if (method !== undefined && path === undefined) throw badInput('PATH', 'it is missing', 'write for instance `GET /`')
  if (path !== undefined && method !== 'grpc' && !path.startsWith('/'))
    throw badInput('PATH', `expected a path that starts with \`/\`, got \`${path}\``)
  if (method === undefined && (host !== undefined || header))
    throw badInput('--host', 'a connection of bytes has no host and no headers', 'add METHOD and PATH')
}

function typed({ from = '', to = '', method, path }: Given, options: Options, layer: Layer): Understood<Request> {
  const { plaintext, ip, viaService } = options
  const caller = callerNamed(from, layer, { ...(plaintext && { plaintext }), ...(ip !== undefined && { ip }) })
  const callee = calleeNamed(to, layer, viaService)
  const http = method === undefined || path === undefined ? undefined : httpOf(method, path, options)
  const value: Request = { id: 'asked', from: caller.value, to: callee.value, ...(http && { http }) }
  return { value, notes: [...caller.notes, ...callee.notes] }
}

function httpOf(method: string, path: string, { host, header = [] }: Options): HttpRequest {
  const headers: Record<string, string> = Object.fromEntries(header.map(parseHeader))
  const rest = { headers, ...(host !== undefined && { host }) }
  if (method !== 'grpc') return { method: method.toUpperCase(), path, ...rest }
  return { method: 'POST', path: `/${path.replace(/^\//, '')}`, ...rest }
}

function parseHeader(text: string): readonly [string, string] {
  const [, name, value] = /^([^:\s]+):\s*(.*)$/.exec(text) ?? []
  if (name !== undefined && value !== undefined) return [name.toLowerCase(), value]
  throw badInput('--header', `expected \`name:value\`, got \`${text}\``, 'write for instance `--header x-env:test`')
}

interface Reader {
  readonly layer: Layer
  readonly session: Session
}

async function fromLog(log: string, { from, to }: Given, { layer, session }: Reader): Promise<Understood<Request>> {
  for await (const lines of readLines(log, session.stdin)) {
    const line = lines.find(({ text }) => text.trim() !== '')
    if (!line) continue
    return loggedRequest(line.text, layer, { ...(from !== undefined && { from }), ...(to !== undefined && { to }) })
  }
  throw badInput('--log', 'it is empty', 'give one line of an access log')
}
