import type { KubernetesObject } from '../../../core/model/manifest'
import { isJsonObject, type Json, type JsonObject } from '../../../preview/wire'

/** Written in an object for a value that is known only once another resource exists. */
export const unknown: JsonObject = { $unknown: true }
/** Written in an object for a value that is secret. */
export const secret = (value: Json): JsonObject => ({ $secret: value })

/** A change of one object; `gone` takes it away, nothing leaves it alone, and the next one is asked. */
export interface Mutation {
  readonly title: string
  readonly kind: string
  readonly change: (object: KubernetesObject & { readonly spec?: Json }) => KubernetesObject | 'gone' | undefined
}

/** Writes a value where a path leads, which has to exist up to its last step. */
function at(path: string, value: Json | ((old: Json) => Json)) {
  const steps = path.split('.')
  return (object: KubernetesObject): KubernetesObject | undefined => {
    const changed = written(object as unknown as Json, steps, value)
    return changed === undefined ? undefined : (changed as unknown as KubernetesObject) // an object stays one
  }
}

function written(
  inside: Json,
  [step, ...rest]: readonly string[],
  value: Json | ((old: Json) => Json),
): Json | undefined {
  if (step === undefined) return typeof value === 'function' ? value(inside) : value
  if (!isJsonObject(inside) && !Array.isArray(inside)) return undefined
  const old = (inside as JsonObject)[step]
  if (old === undefined && rest.length > 0) return undefined
  const changed = written(old ?? null, rest, value)
  if (changed === undefined) return undefined
  return Array.isArray(inside)
    ? inside.map((item: Json, i) => (String(i) === step ? changed : item))
    : { ...inside, [step]: changed }
}

/** One rule's first caller. */
const caller = 'spec.rules.0.from.0.source'
const gone = () => 'gone' as const
const only =
  (name: string, change: Mutation['change']): Mutation['change'] =>
  object =>
    object.metadata.name === name ? change(object) : undefined

const istio: readonly Mutation[] = [
  { title: 'a policy less', kind: 'AuthorizationPolicy', change: gone },
  { title: 'any principal', kind: 'AuthorizationPolicy', change: at(`${caller}.principals`, ['*']) },
  { title: 'PERMISSIVE', kind: 'PeerAuthentication', change: at('spec.mtls.mode', 'PERMISSIVE') },
  { title: 'no default deny', kind: 'AuthorizationPolicy', change: only('default-deny', gone) },
  { title: 'an unknown principal', kind: 'AuthorizationPolicy', change: at(`${caller}.principals.0`, unknown) },
  { title: 'a secret spec', kind: 'AuthorizationPolicy', change: at('spec', secret) },
  { title: 'a secret principal', kind: 'AuthorizationPolicy', change: at(`${caller}.principals.0`, secret) },
  { title: 'an unknown spec', kind: 'AuthorizationPolicy', change: at('spec', unknown) },
  {
    title: 'namespaces in the place of accounts',
    kind: 'AuthorizationPolicy',
    change: at(caller, { namespaces: ['*'] }),
  },
  { title: 'a rule for anybody', kind: 'AuthorizationPolicy', change: at('spec.rules.0', {}) },
  {
    title: 'another selector',
    kind: 'AuthorizationPolicy',
    change: at('spec.selector.matchLabels', { app: 'nobody' }),
  },
  { title: 'an unknown selector', kind: 'AuthorizationPolicy', change: at('spec.selector.matchLabels.app', unknown) },
  { title: 'an unknown mode', kind: 'PeerAuthentication', change: at('spec.mtls.mode', unknown) },
  { title: 'a namespace outside the mesh', kind: 'Namespace', change: at('metadata.labels', { team: 'shop' }) },
  { title: 'unknown labels of a namespace', kind: 'Namespace', change: at('metadata.labels', unknown) },
  {
    title: 'a caller that is not',
    kind: 'AuthorizationPolicy',
    change: at(`${caller}.notPrincipals`, ['cluster.local/ns/a/sa/b']),
  },
]

const linkerd: readonly Mutation[] = [
  { title: 'a Server less', kind: 'Server', change: gone },
  { title: 'a Server for everybody', kind: 'Server', change: at('spec.accessPolicy', 'all-unauthenticated') },
  { title: 'no authentication', kind: 'AuthorizationPolicy', change: at('spec.requiredAuthenticationRefs', []) },
  { title: 'any identity', kind: 'MeshTLSAuthentication', change: at('spec.identities', ['*']) },
  { title: 'an unknown identity', kind: 'MeshTLSAuthentication', change: at('spec.identities.0', unknown) },
  { title: 'secret identities', kind: 'MeshTLSAuthentication', change: at('spec', secret) },
  { title: 'a Server of all Pods', kind: 'Server', change: at('spec.podSelector', {}) },
  { title: 'an unknown port', kind: 'Server', change: at('spec.port', unknown) },
  { title: 'another protocol', kind: 'Server', change: at('spec.proxyProtocol', 'opaque') },
  {
    title: 'a namespace without a proxy',
    kind: 'Namespace',
    change: at('metadata.annotations', { 'linkerd.io/inject': 'disabled' }),
  },
]

const network: readonly Mutation[] = [
  { title: 'a NetworkPolicy less', kind: 'NetworkPolicy', change: gone },
  { title: 'any caller', kind: 'NetworkPolicy', change: at('spec.ingress', [{}]) },
  {
    title: 'any address',
    kind: 'NetworkPolicy',
    change: at('spec.ingress.0.from', [{ ipBlock: { cidr: '0.0.0.0/0' } }]),
  },
  { title: 'an unknown caller', kind: 'NetworkPolicy', change: at('spec.ingress.0.from', unknown) },
  { title: 'a secret NetworkPolicy', kind: 'NetworkPolicy', change: at('spec', secret) },
  {
    title: 'one of no Pods',
    kind: 'NetworkPolicy',
    change: at('spec.podSelector', { matchLabels: { app: 'nobody' } }),
  },
]

/** What can be done to the objects of a target. */
export function mutationsOf(target: string): readonly Mutation[] {
  if (target.startsWith('istio')) return istio
  return target === 'linkerd' ? linkerd : network
}

/** The objects with the first one changed that can be; nothing where none can. */
export function mutated(
  objects: readonly KubernetesObject[],
  { kind, change }: Mutation,
): readonly KubernetesObject[] | undefined {
  for (const [i, object] of objects.entries()) {
    const changed = object.kind === kind ? change(object) : undefined
    if (changed === undefined) continue
    return objects.flatMap((other, j) => (i !== j ? [other] : changed === 'gone' ? [] : [changed]))
  }
  return undefined
}

/** The objects in namespaces of their own, wherever those are named: of an object, in identities, in names of hosts; a key is no name, nor is the package of a gRPC service. */
export function apart(objects: readonly KubernetesObject[], prefix: string): readonly KubernetesObject[] {
  const namespaces = new Set(
    objects.map(({ kind, metadata }) => (kind === 'Namespace' ? metadata.name : metadata.namespace)),
  )
  const names = [...namespaces].flatMap(name => name ?? []).join('|')
  const named = new RegExp(`(?<=[/"])(?:${names})(?=/|"(?!:))|(?<=\\.)(?:${names})(?=[/.]|"(?!:))`, 'gu')
  const text = JSON.stringify(objects).replace(named, `${prefix}-$&`)
  return JSON.parse(text) as readonly KubernetesObject[] // as it was, but for names
}
