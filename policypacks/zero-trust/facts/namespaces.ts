import { at, gather, given, labels, required, text, type Field, type Gathered } from '../field'
import { unreadable } from '../mesh'
import { ofKind, type Context, type Finding } from '../rule'
import { isMeshChart, isSignerChart, releases } from './charts'
import { injects, linkerdInject } from './linkerd-install/annotations'
import { linkerdConfigMap } from './linkerd-install/settings'
import { isMeshConfig } from './mesh-config'
import { namespaceOf } from './policies'
import { workloads } from './workloads'

/** How a Namespace stands to the mesh, by its labels. */
export type Membership = { readonly kind: 'in' } | { readonly kind: 'out'; readonly why: string }

export interface NamespaceFact {
  readonly field: Field
  readonly name: string
  readonly membership: Membership
  /** The revision or tag that injects its Pods, `default` where it names none; absent where nothing injects. */
  readonly follows: string | undefined
}

export function namespaces(context: Context): readonly Field[] {
  return ofKind(context, '', 'Namespace')
}

/** Reads a Namespace's name and whether its Pods become part of a mesh. */
export function readNamespace(field: Field): NamespaceFact {
  const name = required(at(field, 'metadata', 'name'))
  return { field, name, membership: membershipOf(field), follows: followsOf(field) }
}

function followsOf(field: Field): string | undefined {
  const own = labels(at(field, 'metadata', 'labels'))
  const injection = own['istio-injection']
  return injection === undefined ? own['istio.io/rev'] : injection === 'enabled' ? 'default' : undefined
}

/**
 * Membership by labels. `istio-injection` beats `istio.io/rev`, so both together follow neither a revision nor a tag
 * (istio manifests/charts/istio-control/istio-discovery/templates/mutatingwebhook.yaml); refused injection is no
 * contradiction where ztunnel is.
 */
function membershipOf(field: Field): Membership {
  const own = labels(at(field, 'metadata', 'labels'))
  const injection = own['istio-injection']
  const revision = own['istio.io/rev']
  const ambient = own['istio.io/dataplane-mode'] === 'ambient'
  const linkerd = injects(text(at(field, 'metadata', 'annotations', linkerdInject)))
  if (injection !== undefined && injection !== 'enabled' && !ambient)
    return { kind: 'out', why: 'its label `istio-injection` turns injection off' }
  if (injection !== undefined && revision !== undefined)
    return {
      kind: 'out',
      why: 'it has both `istio-injection` and `istio.io/rev`; the first silently wins, so that it follows no revision',
    }
  const sidecar = injection === undefined ? revision : injection === 'enabled' ? injection : undefined
  const meshes = [sidecar, ambient || undefined, linkerd || undefined].filter(Boolean)
  if (meshes.length > 1) return { kind: 'out', why: 'its labels and annotations name more than one data plane' }
  return meshes.length === 1
    ? { kind: 'in' }
    : {
        kind: 'out',
        why: 'it has none of the labels `istio.io/rev`, `istio-injection: enabled` and `istio.io/dataplane-mode: ambient`, nor the annotation `linkerd.io/inject: enabled`',
      }
}

/** A namespace that has to be guarded, and the object that makes it so. */
export interface Needed {
  readonly namespace: string
  readonly because: Field | undefined
}

/** Namespaces, with a finding for each object that does not tell where it lies. */
export interface NeededNamespaces {
  readonly needed: readonly Needed[]
  readonly findings: readonly Finding[]
}

/** The namespaces that hold workloads, or that the intent governs; each once. Not those exempt, or guarded elsewhere. */
export function inhabited(context: Context): NeededNamespaces {
  const made = gather(workloads(context), field => [{ namespace: namespaceOf(field), because: field }])
  const brought = gather(releases(context), field =>
    isMeshChart(field) || isSignerChart(field) ? [] : [{ namespace: required(at(field, 'namespace')), because: field }],
  )
  const governed = context.intent.kind === 'found' ? context.intent.intent.governed : []
  return {
    needed: distinct(context, [
      ...made.facts.flat(),
      ...brought.facts.flat(),
      ...governed.map(({ namespace }) => ({ namespace, because: undefined })),
    ]),
    findings: [...made.findings, ...brought.findings],
  }
}

/** The inhabited namespaces, and those that the stack puts into the mesh. */
export function meshNamespaces(context: Context): NeededNamespaces {
  const { needed, findings } = inhabited(context)
  const own = gather(namespaces(context), readNamespace)
  const registered = own.facts.map(({ name, field }) => ({ namespace: name, because: field }))
  const members = own.facts.filter(
    ({ name, membership }) => membership.kind === 'in' || needed.some(({ namespace }) => namespace === name),
  )
  return {
    needed: distinct(context, [
      ...registered.filter(({ namespace }) => members.some(({ name }) => name === namespace)),
      ...needed,
    ]),
    findings: [...findings, ...own.findings],
  }
}

function distinct({ config }: Context, all: readonly Needed[]): readonly Needed[] {
  const mine = all.filter(
    ({ namespace }) => !config.exempt.includes(namespace) && !config.elsewhere.includes(namespace),
  )
  return [...new Map([...mine].reverse().map(needed => [needed.namespace, needed])).values()].reverse()
}

/** A finding about a namespace, at the object that makes it one of ours. */
export function aboutNamespace({ namespace, because }: Needed, message: string): Finding {
  return { at: because?.of.at ?? '', resource: `Namespace ${namespace}`, path: '', message }
}

/**
 * The mesh's own namespaces: those that a chart of Istio or of Linkerd is installed into (the control plane's, and those of gateways),
 * the one beside whose ConfigMap a control plane runs, and the root namespace. istiod's Pods refuse injection themselves (istio
 * manifests/charts/istio-control/istio-discovery/templates/deployment.yaml), and Linkerd's come with their proxies (linkerd2
 * charts/linkerd-control-plane/templates/namespace.yaml). One that the intent governs is none of them; nor is what cannot be read, with a
 * finding for each object it could not be read from.
 */
export function systemNamespaces(context: Context): Gathered<string> {
  const charts = gather(releases(context), field => (isMeshChart(field) ? text(at(field, 'namespace')) : undefined))
  const maps = gather(ofKind(context, '', 'ConfigMap'), field =>
    isMeshConfig(field) || isLinkerdConfig(field) ? text(at(field, 'metadata', 'namespace')) : undefined,
  )
  const told = [context.mesh('rootNamespace'), context.mesh('controlPlaneNamespace')]
  const governed = context.intent.kind === 'found' ? context.intent.intent.governed : []
  const own = [
    ...charts.facts,
    ...maps.facts,
    ...told.flatMap(setting => (setting.kind === 'known' ? [setting.value] : [])),
  ]
  return {
    facts: own.flatMap(name =>
      name === undefined || governed.some(({ namespace }) => namespace === name) ? [] : name,
    ),
    findings: [...charts.findings, ...maps.findings, ...told.flatMap(unreadable)],
  }
}

/** Whether a ConfigMap is the one that Linkerd's chart writes, beside its control plane. */
function isLinkerdConfig(map: Field): boolean {
  return text(at(map, 'metadata', 'name')) === linkerdConfigMap && given(at(map, 'data', 'values'))
}
