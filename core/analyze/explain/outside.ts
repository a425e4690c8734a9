import { addressBits } from '../../model/address'
import type { Region } from '../../model/region'
import { absent } from '../../model/region'
import { ruledBy } from '../client-view'
import { turnsOf } from '../egress-legs'
import { pathsTo } from '../istio/client'
import type { Plane } from '../istio/data-plane'
import { planesOf } from '../istio/data-plane'
import { agreed } from '../istio/kleene'
import type { Verdict } from '../istio/verdict'
import type { Layer, Workload } from '../layer'
import { goesRound } from '../leaving/by-proxy'
import { leavingOf } from '../leaving/leaving'
import { networkOut } from '../leaving/network'
import { heldAt } from '../leaving/ports'
import { doorsTo } from '../linkerd/outbound/doors'
import type { Match } from '../regions/bounds'
import { unknowable } from '../regions/bounds'
import { gatewayView } from '../regions/gateway-view'
import { scopes } from '../regions/scopes'
import type { HttpRequest } from '../request'
import type { Explanation } from './explain'
import { titleOf } from './own-proxy'
import type { Hop, Note } from './trace'

/** A call to a host outside the mesh. */
export interface OutsideCall {
  /** Any of these makes it. */
  readonly callers: readonly Workload[]
  /** A name in lower case, or an address. */
  readonly host: string
  readonly port: number
  /** Absent: bytes. */
  readonly http?: HttpRequest
}

type Answer = Verdict['verdict']

/** Whether a call to a host outside gets there, and where on its way out it is refused: by the caller's own proxy, by a gateway that routes lead to, or by the network. */
export function explainOutside(layer: Layer, call: OutsideCall): Explanation {
  const cut = scopes(layer).filter(({ workload }) => call.callers.includes(workload))
  const reached = leavingOf(layer, cut, gatewayView(layer, new Map()))()
  const each = reached.map(({ workload, ports }) => {
    const verdict = answer(heldAt(ports, call.port)?.bounds ?? unknowable, call)
    return { verdict, steps: stepsOf(layer, workload, { call, verdict }) }
  })
  const steps = each.flatMap(one => one.steps)
  const verdicts = each.map(({ verdict }) => verdict)
  const verdict = verdicts.length === 0 ? 'unknown' : united(verdicts)
  const because = steps.flatMap(hop =>
    hop.steps.flatMap(step => (step.kind === 'note' && step.decides === verdict ? [step.text] : [])),
  )
  const nobody = ['no workload was read that stands for the caller']
  return { verdict: { verdict, because: verdicts.length === 0 ? nobody : because }, steps }
}

const asVerdict: Readonly<Record<ReturnType<typeof agreed>, Answer>> = { yes: 'allow', no: 'deny', unknown: 'unknown' }

function united(verdicts: readonly Answer[]): Answer {
  return asVerdict[agreed(verdicts.map(one => (one === 'allow' ? 'yes' : one === 'deny' ? 'no' : 'unknown')))]
}

/** Nobody knows a name's address: certain is what is let out to all, possible what is to some. */
function answer({ must, may }: Match, { host, http }: OutsideCall): Answer {
  const bits = addressBits(host)
  const at = (region: Region): Region =>
    bits === undefined ? region.without('address') : region.given('address', bits)
  const contains = (region: Region): boolean =>
    region.contains(name => {
      if (name === 'protocol') return http ? 'http' : 'tcp'
      if (name === 'host' || name === 'authority') return host
      if (name === 'method') return http?.method ?? ''
      if (name === 'path') return http?.path.replace(/[?#].*/, '') ?? ''
      return name.startsWith('header:') ? (http?.headers[name.slice(7)] ?? absent) : ''
    })
  if (contains(at(must.complement()).complement())) return 'allow'
  return contains(at(may)) ? 'unknown' : 'deny'
}

interface Judged {
  readonly call: OutsideCall
  readonly verdict: Answer
}

function stepsOf(layer: Layer, workload: Workload, { call, verdict }: Judged): readonly Hop[] {
  const near = ruledBy(layer, { workload, layer })
  const planes = planesOf(layer, workload).map(({ plane }) => plane)
  const proxies = planes.map((plane): Hop => {
    const notes = notesOf(plane, near, { workload, call })
    const own = united(notes.flatMap(({ decides }) => decides ?? []))
    const title = `${proxyNames[plane]} of ${titleOf(workload)}, on the way out`
    return { kind: 'hop', title, verdict: own, steps: notes }
  })
  const network = networkHop(layer, workload, call)
  const all = [...proxies, ...(network ? [network] : [])]
  const told = all.some(hop => hop.verdict === verdict)
  return told || verdict === 'allow' ? all : [...all, beyond(near, workload, { call, verdict })]
}

const proxyNames: Readonly<Record<Plane, string>> = {
  sidecar: 'own sidecar',
  gateway: 'proxy',
  linkerd: 'own proxy',
  ztunnel: 'ztunnel',
  none: 'containers',
}

interface Asked {
  readonly workload: Workload
  readonly call: OutsideCall
}

function notesOf(plane: Plane, layer: Layer, asked: Asked): readonly Note[] {
  switch (plane) {
    case 'none':
      return [{ kind: 'note', text: 'no proxy is before them: the network alone limits their calls', decides: 'allow' }]
    case 'ztunnel':
      return [{ kind: 'note', text: 'it sends calls to hosts outside on as they are', decides: 'allow' }]
    case 'linkerd':
      return doorNotes(layer, asked)
    case 'sidecar':
      return goesRound(layer, asked.workload) ? [round, ...pathNotes(layer, asked)] : pathNotes(layer, asked)
    case 'gateway':
      return pathNotes(layer, asked)
  }
}

const round: Note = {
  kind: 'note',
  text: 'some calls may go round it, by annotations of the Pod or settings of the mesh',
  decides: 'unknown',
}

function pathNotes(layer: Layer, { workload, call: { host, port } }: Asked): readonly Note[] {
  const name = `${host}:${port}`
  return pathsTo(layer, workload, { kind: 'host', host, port }).map(({ kind, because }, _, all): Note => {
    const by = because.length === 0 ? '' : `, by ${because.join(', ')}`
    const decides = all.length > 1 ? 'unknown' : kind === 'blocked' ? 'deny' : 'allow'
    switch (kind) {
      case 'registry':
        return { kind: 'note', text: `a ServiceEntry that it sees names ${name}${by}`, decides }
      case 'passthrough':
        return {
          kind: 'note',
          text: `it knows of no ${name}, and passes on what it does not know (ALLOW_ANY)${by}`,
          decides,
        }
      case 'blocked':
        return {
          kind: 'note',
          text: `it knows of no ${name}, and drops what it does not know (REGISTRY_ONLY)${by}`,
          decides,
        }
    }
  })
}

const doors = {
  open: ['lets it out', 'allow'],
  bytes: ['lets everything out on that port', 'allow'],
  closed: ['denies it: no route lets it out', 'deny'],
  unknown: ['may let it out or not', 'unknown'],
  requests: ['lets out the requests that its routes are for', undefined],
  tls: ['lets out TLS to the names that its routes are for', undefined],
} as const

function doorNotes(layer: Layer, { workload, call: { port } }: Asked): readonly Note[] {
  return doorsTo(layer, workload, port).map(({ kind, because }): Note => {
    const [text, decides] = doors[kind]
    const whose = because.length === 0 ? 'no EgressNetwork is for it, which' : because.join(', ')
    return { kind: 'note', text: `${whose} ${text}`, ...(decides && { decides }) }
  })
}

function networkHop(layer: Layer, workload: Workload, call: OutsideCall): Hop | undefined {
  const { out, because } = networkOut(layer, workload, call.port)
  if (because.length === 0) return undefined
  const verdict = answer(out, call)
  const words = {
    allow: 'it is let out',
    deny: 'nothing is let out to there on that port',
    unknown: 'calls are let out to some addresses alone, and nobody here knows that of a name',
  }
  const text = `${words[verdict]}, by ${because.join(', ')}`
  return {
    kind: 'hop',
    title: `network, out of ${titleOf(workload)}`,
    verdict,
    steps: [{ kind: 'note', text, decides: verdict }],
  }
}

/** What neither of them refuses, and still does not get there, or perhaps not: by the routes, or the gateway they lead to. */
function beyond(layer: Layer, workload: Workload, { call, verdict }: Judged): Hop {
  const { because, legs } = turnsOf({ layer, workload }, call)
  const ways = [...new Set(legs.flatMap(({ to }) => to.map(({ host }) => host)))].filter(host => host !== call.host)
  const routes = because.length === 0 ? 'its routes' : because.join(', ')
  const through = ways.length === 0 ? '' : `, and ${ways.join(', ')} behind it,`
  const found = verdict === 'deny' ? 'let none such through' : 'may let it through or not'
  const text = `${routes}${through} ${found}`
  return {
    kind: 'hop',
    title: 'routes and gateways on the way',
    verdict,
    steps: [{ kind: 'note', text, decides: verdict }],
  }
}
