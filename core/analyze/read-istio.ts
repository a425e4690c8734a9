import type { Kind } from '../model/kinds'
import { kindOf, kinds } from '../model/kinds'
import type { Sourced } from '../model/manifest'
import type { Problem } from '../model/problem'
import { ingressProblems, isIngress } from './gateway/ingress'
import { managedWorkloads } from './gateway/managed'
import { settleGateways, settleRoutes } from './gateway/settle-routes'
import { resolveDuplicates } from './istio/duplicates'
import { isNotModelled, notModelled } from './istio/not-modelled'
import { readers, type Draft } from './istio/readers'
import { uniteMesh } from './istio/read-mesh'
import { unpack, type RawObject } from './istio/read-object'
import { uniteWorkloads } from './istio/unite-workloads'
import type { Layer } from './layer'
import { emptyLinkerdDraft, finishLinkerd, linkerdSelectedLabels } from './linkerd/read-linkerd'
import { emptyNetworkDraft, finishNetwork, networkSelectedLabels } from './network/read-network-policy'
import { noteUnmodelled } from './network/unmodelled'

export interface ReadOptions {
  /** What lies in the cluster already; an object among the inputs replaces the one of the same name here. */
  readonly base?: readonly Sourced[]
  /** Whether a value is one nobody can know before deployment; it then reads as `unknown`. @default no value is */
  readonly isUnknown?: (value: unknown) => boolean
}

export interface ReadResult {
  readonly layer: Layer
  /** Empty, or the layer holds less than was written: what could not be read is `unknown` there. */
  readonly problems: readonly Problem[]
  /** Kinds that mean nothing here, `Kind` or `Kind.group`, and how many objects of each there were. */
  readonly skipped: Readonly<Record<string, number>>
}

/**
 * Reads manifests, anybody's, as far as they say who can reach whom. Takes plain objects, `List`s
 * and typed lists, all served versions of Istio's kinds, and whatever a server adds. Never throws, whatever the input.
 */
export function read(inputs: readonly Sourced[], options: ReadOptions = {}): ReadResult {
  const problems: Problem[] = []
  const unpacking = { problems, isUnknown: options.isUnknown ?? (() => false) }
  const base = (options.base ?? []).flatMap(source => unpack(source, unpacking))
  const given = inputs.flatMap(source => unpack(source, unpacking))
  const draft = emptyDraft()
  const skipped: Record<string, number> = {}
  const objects = resolveDuplicates(base, given, problems)
  problems.push(...notModelled(objects), ...ingressProblems(objects))
  for (const object of objects) {
    noteUnmodelled(object, draft.network)
    if (readObject(object, draft) || isNotModelled(object) || isIngress(object)) continue
    const kind = object.group === '' ? object.kind : `${object.kind}.${object.group}`
    skipped[kind] = (skipped[kind] ?? 0) + 1
  }
  const layer = finish(draft, problems)
  return { layer, problems: distinct(problems), skipped }
}

/** A value of the wrong type is met by everything that asks for a part of it, and told once. */
function distinct(problems: readonly Problem[]): readonly Problem[] {
  return [...new Map(problems.map(problem => [`${problem.at}\n${problem.message}`, problem])).values()]
}

function emptyDraft(): Draft {
  return {
    meshParts: [],
    revisions: new Set(),
    namespaces: new Map(),
    workloads: [],
    services: [],
    serviceEntries: [],
    sidecars: [],
    destinationRules: [],
    authorizationPolicies: [],
    peerAuthentications: [],
    requestAuthentications: [],
    gateways: [],
    istioGateways: [],
    routes: [],
    referenceGrants: [],
    linkerd: emptyLinkerdDraft(),
    network: emptyNetworkDraft(),
  }
}

/** Reads an object into the draft; false for a kind that means nothing here. */
function readObject(object: RawObject, draft: Draft): boolean {
  const kind = kindOf(object.kind, groupsBefore.get(`${object.kind} ${object.group}`) ?? object.group)
  if (kind === undefined) return false
  const { group } = kinds[kind]
  const versions: readonly string[] = kinds[kind].versions
  if (object.group !== group || !versions.includes(object.version)) {
    const place = object.group === group ? '' : `${group}/`
    object.body.get('apiVersion').wrong(`a served version (${versions.map(one => place + one).join(', ')})`)
  }
  const before = draft.linkerd.outboundRoutes.length
  readers[kind](object, draft)
  return !onlyOfCallers.includes(kind) || draft.linkerd.outboundRoutes.length > before
}

/** Groups that kinds were in before they got one of their own, and the group each is in now. */
const groupsBefore: ReadonlyMap<string, string> = new Map([['NetworkPolicy extensions', 'networking.k8s.io']])

/** Routes of which nothing is followed but those that hang on what callers' proxies know; one of a gateway's is still skipped. */
const onlyOfCallers: readonly Kind[] = ['TLSRoute', 'TCPRoute']

function finish(draft: Draft, problems: Problem[]): Layer {
  const { meshParts, revisions, linkerd, ...rest } = draft
  const mesh = uniteMesh(meshParts, revisions, problems)
  const around = { mesh, referenceGrants: draft.referenceGrants }
  const workloads = uniteWorkloads(draft.workloads, selectedLabels(draft))
  return {
    ...rest,
    mesh,
    linkerd: finishLinkerd(linkerd, problems),
    workloads: [...workloads, ...managedWorkloads(draft.gateways, workloads)],
    gateways: settleGateways(draft.gateways, around),
    routes: settleRoutes(draft.routes, around),
    network: finishNetwork(draft.network),
    assume: 'nothing',
  }
}

/** The label keys that anything selects workloads by. */
function selectedLabels(draft: Draft): ReadonlySet<string> {
  const policies = [
    ...draft.authorizationPolicies,
    ...draft.peerAuthentications,
    ...draft.requestAuthentications,
    ...draft.sidecars,
    ...draft.destinationRules,
  ]
  return new Set([
    ...policies.flatMap(({ selector }) => (selector.kind === 'labels' ? Object.keys(selector.labels) : [])),
    ...draft.services.flatMap(service => Object.keys(service.selector)),
    ...draft.istioGateways.flatMap(gateway => Object.keys(gateway.selector)),
    ...draft.serviceEntries.flatMap(entry => Object.keys(entry.workloadSelector ?? {})),
    ...linkerdSelectedLabels(draft.linkerd),
    ...networkSelectedLabels(draft.network),
  ])
}
