import { Language } from '../../model/language'
import { Region } from '../../model/region'
import { kubelet } from '../expect'
import { authorizationFor, requestAuthenticationFor } from '../istio/attachment'
import { captured } from '../istio/capture'
import { injectionOf } from '../istio/injection'
import { every } from '../istio/kleene'
import { modesOf } from '../istio/mtls'
import { chainsOf } from '../istio/protocol'
import type { Layer, Probe, Workload } from '../layer'
import type { Match } from './bounds'
import { always, any, both, choose, exactly } from './bounds'
import type { PortFacts } from './port'
import { admitted, policyRegion, smuggled } from './port'
import type { Questions } from './tokens'
import { tokenSets } from './tokens'

/** One port of one workload, asked about. */
export interface Asked {
  readonly layer: Layer
  readonly workload: Workload
  readonly port: number
  readonly questions: Questions
}

/** The requests the callee lets in. A port that no proxy guards lets in everything. */
export function served(asked: Asked): Match {
  const policed = admitted(facts(asked))
  const open = choose(guarded(asked), policed, always)
  return withProbes(asked, open)
}

/** What an adversary may get in beside that, by speaking otherwise than a proxy would. */
export function smuggledInto(asked: Asked): Region {
  return smuggled(facts(asked)).minus(byKubelet)
}

function guarded({ layer, workload, port }: Asked): ReturnType<typeof captured> {
  return every([injectionOf(layer, workload).proxied, captured(layer.mesh, workload, port)])
}

function facts({ layer, workload, port, questions }: Asked): PortFacts {
  const { foreignTrustDomains } = layer.mesh
  const domains = domainsOf(layer)
  return {
    port,
    questions,
    domains,
    accepted: domains && foreignTrustDomains ? [...domains, ...foreignTrustDomains] : undefined,
    chains: chainsOf(layer, workload, port),
    modes: modesOf(layer, workload, port).map(({ mode }) => mode),
    policies: authorizationFor(layer, workload),
    requestAuthentications: requestAuthenticationFor(layer, workload),
  }
}

/** The mesh's own trust domain and its aliases; nothing where they are not all known. */
export function domainsOf({ mesh }: Layer): readonly string[] | undefined {
  return mesh.trustDomain !== undefined && mesh.trustDomainAliases
    ? [mesh.trustDomain, ...mesh.trustDomainAliases]
    : undefined
}

const byKubelet = Region.where('caller', Language.literals([kubelet]))

/**
 * The kubelet asks only what the Pod declares. The injector points its probes at the agent, which asks on localhost, past
 * mTLS and policy, unless that was switched off; then the kubelet is a caller without identity like any other.
 * Source: istio `pkg/kube/inject/app_probe.go`, annotation `sidecar.istio.io/rewriteAppHTTPProbers`.
 */
function withProbes({ workload, port }: Asked, match: Match): Match {
  const asked = exactly(
    Region.union(workload.probes.filter(probe => portOf(probe, workload) === port).map(probeRegion)),
  )
  const rewritten = workload.annotations['sidecar.istio.io/rewriteAppHTTPProbers'] !== 'false'
  const plain: Match = { must: match.must.given('caller', ''), may: match.may.given('caller', '') }
  const answered = rewritten ? asked : both(asked, plain)
  return any([both(match, exactly(byKubelet.complement())), both(answered, exactly(byKubelet))])
}

function portOf({ port }: Probe, { ports }: Workload): number | undefined {
  return typeof port === 'number' ? port : ports.find(({ name }) => name === port)?.port
}

function probeRegion({ kind, path = '/' }: Probe): Region {
  if (kind === 'tcp') return Region.all
  const [method, asked] =
    kind === 'grpc' ? ['POST', '/grpc.health.v1.Health/Check'] : ['GET', path.split('?')[0] ?? '/']
  return Region.intersection([
    Region.where('protocol', Language.literals(['http'])),
    Region.where('method', Language.literals([method])),
    Region.where('path', Language.literals([asked.startsWith('/') ? asked : `/${asked}`])),
  ])
}

/** What decides about the requests of a region, in words: the policies that match some of them, or why no policy has a say. */
export function deciders(asked: Asked, region: Region): readonly string[] {
  const { layer, workload, port } = asked
  const injection = injectionOf(layer, workload)
  if (injection.proxied !== 'yes') return [injection.because]
  if (captured(layer.mesh, workload, port) !== 'yes') return [`port ${port} is not captured by the proxy`]
  const known = facts(asked)
  const tokens = tokenSets(known.requestAuthentications, asked.questions)
  const matching = known.policies.filter(({ policy }) =>
    (['http', 'tcp'] as const).some(
      chain => !policyRegion(policy, { chain, facts: known, tokens }).may.intersect(region).isEmpty,
    ),
  )
  const allow = known.policies.some(({ policy }) => policy.action === 'ALLOW' && policy.dryRun !== 'yes')
  const modes = modesOf(layer, workload, port).flatMap(({ because }) => because)
  return [
    ...(allow ? [] : [`no AuthorizationPolicy applies to ${workload.kind} ${workload.namespace}/${workload.name}`]),
    ...matching.map(({ policy }) => `${policy.kind} ${policy.namespace ?? ''}/${policy.name}`),
    ...(matching.length === 0 ? modes.map(policy => `${policy.kind} ${policy.namespace ?? ''}/${policy.name}`) : []),
  ]
}
