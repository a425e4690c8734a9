import { groupBy } from '../../model/group'
import type { Manifest } from '../../model/manifest'
import { fitName } from '../names'
import { manifest } from '../objects'
import { sorted } from '../order'
import type { Context } from './context'
import type { Leg } from './legs'
import type { PodsPeer } from './peers'
import { anybody } from './peers'
import type { Runs } from './platform'
import { controlPlane, dns } from './platform'
import { tcp } from './ports'
import type { NetworkPolicySpec } from './rules'
import { rulesFor, selectorOf } from './rules'

/** Pods that are closed but for what they are meant for. */
export interface Subject {
  readonly pods: PodsPeer
  /** The policy's name. */
  readonly name: string
  readonly runs: Runs
  /** What it is called where no flow says so. */
  readonly text: string
  /** Container ports that are open to everybody, as a gateway's are. @default none */
  readonly open?: readonly number[]
}

/**
 * One policy for each, which closes its Pods both ways and opens what the legs that begin or end there need. Each is whole by itself: whichever is written first cuts no
 * declared call.
 */
export function policies(subjects: readonly Subject[], legs: readonly Leg[], context: Context): Manifest[] {
  const into = groupBy(legs, ({ to }) => to.key)
  const outOf = groupBy(legs, ({ from }) => from.key)
  return subjects.map(subject => {
    const { key } = subject.pods
    return policy(subject, { entering: into.get(key) ?? [], leaving: outOf.get(key) ?? [] }, context)
  })
}

interface Legs {
  readonly entering: readonly Leg[]
  readonly leaving: readonly Leg[]
}

function policy(
  { pods, name, runs, text, open = [] }: Subject,
  { entering, leaving }: Legs,
  context: Context,
): Manifest {
  const ingress = entering.map(({ from, ports }) => ({ peer: from, ports }))
  const doors = open.length > 0 ? [{ peer: anybody, ports: tcp(...open) }] : []
  const calls = leaving.map(({ to, ports }) => ({ peer: to, ports }))
  const needs = controlPlane(runs, context)
  const asking = calls.length + needs.length > 0 ? [dns(context)] : []
  const platform = [...needs, ...asking].flatMap(({ to, ports }) => to.map(peer => ({ peer, ports })))
  const spec = specOf(pods, {
    ingress: rulesFor([...ingress, ...doors], 'from'),
    egress: rulesFor([...calls, ...platform], 'to'),
  })
  const because = sorted([...entering, ...leaving].flatMap(leg => leg.because))
  return networkPolicy({ namespace: pods.namespace, name, spec, because: because.length > 0 ? because : [text] })
}

/** Closes every Pod of a namespace for which no other policy opens anything. */
export function defaultDeny(namespace: string, because: readonly string[]): Manifest {
  return networkPolicy({ namespace, name: 'default-deny', spec: specOf({ labels: {} }, {}), because })
}

function specOf(
  pods: Pick<PodsPeer, 'labels'>,
  rules: Pick<NetworkPolicySpec, 'ingress' | 'egress'>,
): NetworkPolicySpec {
  const { ingress = [], egress = [] } = rules
  return {
    podSelector: selectorOf(pods),
    // Said, not inferred: without it a policy without egress rules would leave egress open.
    policyTypes: ['Ingress', 'Egress'],
    ...(ingress.length > 0 && { ingress }),
    ...(egress.length > 0 && { egress }),
  }
}

interface Draft {
  readonly namespace: string
  readonly name: string
  readonly spec: NetworkPolicySpec
  readonly because: readonly string[]
}

function networkPolicy({ namespace, name, spec, because }: Draft): Manifest {
  return manifest({ kind: 'NetworkPolicy', namespace, name: fitName(name), spec: { ...spec }, because })
}
