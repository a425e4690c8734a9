import { every, some, type Ternary } from '../istio/kleene'
import { tellSide } from '../explain/network'
import { alternative, hop as place, note } from '../explain/trace'
import { agreement, allow, deny, inTurn, nameOf, unknown, type Verdict } from '../istio/verdict'
import type { Gateway, Layer, Workload } from '../layer'
import type { Request } from '../request'
import { limitsOf, type Limit } from './isolation'
import type { Direction } from './layer-network'
import { admits, type Connection, type End } from './match-rule'
import { censusOf, isLimited, isUnmodelled, type Pod } from './pods'
import { sourcesOf } from './sources'
import { hbonePort, shownWires, speakerOf, waypointWires, type Called } from './wires'

/*
 * What NetworkPolicies make of one connection: it has to be let out of where it comes from, and into where it goes, on the port that it has on the wire.
 * Source: the kubernetes documentation, "Network Policies".
 */

/** One request on its way to a workload behind a plane. */
export interface Approaching extends Called {
  readonly request: Request
}

/** What becomes of a request that the network has to let pass first. */
export function overNetwork(approaching: Approaching, onward: () => Verdict): Verdict {
  if (!isLimited(approaching.layer)) return onward()
  const there = place(
    () => `network, to ${nameOf(approaching.workload)}`,
    () => straight(approaching),
  )
  return inTurn(there, onward())
}

/** What becomes of one that goes through a waypoint: to the waypoint's Pods, and from these to the workload. */
export function overWaypoint(approaching: Approaching, gateway: Gateway, onward: () => Verdict): Verdict {
  const { layer, request } = approaching
  if (!isLimited(layer)) return onward()
  const stops = censusOf(layer).byWaypoint.get(gateway)
  if (!stops) note(() => `where the Pods of ${nameOf(gateway)} run is not known`, 'unknown')
  if (!stops) return inTurn(unknown(`where the Pods of ${nameOf(gateway)} run is not known`), onward())
  const there = place(
    () => `network, to ${nameOf(gateway)}`,
    () => allPairs(layer, sourcesOf(layer, request), { to: stops, ports: () => [hbonePort] }),
  )
  const ends = stops.map((pod): End => ({ kind: 'pod', pod }))
  const further = place(
    () => `network, from ${nameOf(gateway)} to ${nameOf(approaching.workload)}`,
    () => allPairs(layer, ends, { to: podOf(approaching), ports: () => waypointWires(approaching) }),
  )
  return inTurn(inTurn(there, further), onward())
}

function straight(approaching: Approaching): Verdict {
  const { layer, request, port } = approaching
  const ports = (from: End): readonly number[] =>
    request.from.kind === 'plaintext'
      ? [port]
      : shownWires(approaching, from.kind === 'pod' ? speakerOf(layer, from.pod.workload) : 'unknown')
  return allPairs(layer, sourcesOf(layer, request), { to: podOf(approaching), ports })
}

function podOf({ layer, workload }: { readonly layer: Layer; readonly workload: Workload }): readonly Pod[] {
  const pod = censusOf(layer).byWorkload.get(workload)
  return pod ? [pod] : []
}

interface Whither {
  readonly to: readonly Pod[]
  readonly ports: (from: End) => readonly number[]
}

/** What holds from wherever it may come, to whichever Pod, by whichever port; as soon as two differ, nothing does. */
function allPairs(layer: Layer, from: readonly End[], { to, ports }: Whither): Verdict {
  const verdicts: Verdict[] = []
  for (const end of from) {
    for (const pod of to) {
      for (const port of ports(end)) {
        const verdict = alternative(
          () => `from ${nameOfEnd(end)} to port ${port}`,
          () => hop(layer, { from: end, to: pod, port }),
        )
        verdicts.push(verdict)
        if (verdict.verdict !== verdicts[0]?.verdict) return agreement(verdicts)
      }
    }
  }
  return agreement(verdicts)
}

interface Hop {
  readonly from: End
  readonly to: Pod
  readonly port: number
}

/** Whether one connection gets to a Pod. Nobody keeps a Pod from itself, nor its node (kubernetes documentation, "Network Policies"). */
function hop(layer: Layer, { from, to, port }: Hop): Verdict {
  const entered: End = { kind: 'pod', pod: to }
  const out =
    from.kind === 'pod' ? side(layer, from.pod, { direction: 'egress', far: entered, to: entered, port }) : allow()
  const verdict = inTurn(out, side(layer, to, { direction: 'ingress', far: from, to: entered, port }))
  return verdict.verdict === 'deny' ? unlessItself(verdict, from, to) : verdict
}

function unlessItself(refused: Verdict, from: End, to: Pod): Verdict {
  const onNode = (from.kind === 'pod' && from.pod.hostNetwork) || to.hostNetwork
  if (onNode) {
    note(() => "one of them is on its node's network, where policies need not hold", 'unknown')
    return unknown(...refused.because.map(because => `on a node's network ${because} need not hold`))
  }
  if (from.kind === 'outside' || from.pod !== to) return refused
  note(
    () =>
      to.single ? 'a Pod always reaches itself' : 'a Pod always reaches itself, but perhaps not others of its kind',
    to.single ? 'allow' : 'unknown',
  )
  return to.single
    ? allow('a Pod always reaches itself')
    : unknown('a Pod always reaches itself, but perhaps not others of its kind')
}

/** Where a connection comes from or goes to, in words. */
function nameOfEnd(end: End): string {
  return end.kind === 'pod' ? end.pod.key : (end.ip ?? 'a node, or outside the cluster')
}

export interface Side extends Connection {
  readonly direction: Direction
}

/** Whether a Pod's own policies let a connection out, or in: any rule of any of them. */
function side(layer: Layer, pod: Pod, asked: Side): Verdict {
  if (isUnmodelled(layer, pod)) note(() => `policies of ${pod.key}'s network plugin were not read`, 'unknown')
  if (isUnmodelled(layer, pod)) return unknown(`policies of ${pod.key}'s network plugin were not read`)
  const limits = limitsOf(layer, pod, asked.direction)
  const answers = limits.map(limit => ({ ...limit, ...answerOf(limit, asked) }))
  const sure = answers.filter(({ applies }) => applies === 'yes')
  tellSide(pod, asked, answers)
  const admitting = sure.filter(({ answer }) => answer === 'yes')
  const [first] = admitting
  if (first) return allow(...first.rules)
  const perhaps = answers.filter(({ applies }) => applies === 'unknown')
  if (sure.length === 0) {
    return perhaps.every(({ answer }) => answer === 'yes')
      ? allow()
      : unknown(...perhaps.map(({ policy }) => `whether ${nameOf(policy)} keeps it away is not known`))
  }
  const doubt = some([...sure.map(({ answer }) => answer), ...perhaps.map(({ answer }) => every([answer, 'unknown']))])
  if (doubt === 'no') return deny(...sure.map(({ policy }) => nameOf(policy)))
  const doubtful = answers.filter(({ answer }) => answer !== 'no')
  return unknown(...doubtful.map(({ policy }) => `whether ${nameOf(policy)} lets it pass is not known`))
}

export interface Answer {
  readonly answer: Ternary
  /** The rules that let it pass, in words. */
  readonly rules: readonly string[]
}

/** What cannot be read of a policy may admit anybody. */
function answerOf({ policy }: Limit, asked: Side): Answer {
  const { direction } = asked
  if (policy.unreadable) return { answer: 'unknown', rules: [] }
  const found = policy[direction].map((rule, index) => ({ index, answer: admits(rule, policy, asked) }))
  const passing = found.filter(({ answer }) => answer === 'yes')
  return {
    answer: some(found.map(({ answer }) => answer)),
    rules: passing.map(({ index }) => `${nameOf(policy)} ${direction}[${index}]`),
  }
}
