import type { KubernetesObject, Sourced } from '../core/model/manifest'
import { objectName } from '../core/model/manifest'
import { unnamed } from './outputs'
import type { NotJudged, Recorded } from './recorded'
import { isJsonObject, isObject, type Json, nameUnknowns, redact, reveal } from './wire'

/** A Kubernetes object that the program registers. */
export interface RegisteredObject {
  readonly urn: string
  /** `AuthorizationPolicy shop/cart` */
  readonly name: string
  /** Secrets opened, unknowns still marked. For judging; never to be shown. */
  readonly object: KubernetesObject
  /** Secrets covered, unknowns named. For people. */
  readonly shown: KubernetesObject
  /** It changes an object that is there already, and says only what changes. */
  readonly patch: boolean
}

/** What of a recording is Kubernetes, and which objects' names only the engine would know. */
export interface RegisteredObjects {
  readonly objects: readonly RegisteredObject[]
  readonly notJudged: readonly NotJudged[]
}

/** Packages of the Kubernetes provider whose resources are no objects but bring some. */
const bundles = /^kubernetes:(helm\.sh|yaml|kustomize)\//
/** `kubernetes:<apiVersion>:<Kind>`; the version has a slash or is that of the core group. */
const token = /^kubernetes:(?:core\/)?([^:]+):([A-Za-z]+?)(Patch)?$/

/** The Kubernetes objects among what was recorded. */
export function kubernetesObjects(resources: readonly Recorded[]): RegisteredObjects {
  const kubernetes = resources.filter(({ custom, type }) => custom && token.test(type) && !bundles.test(type))
  const nameless = kubernetes.filter(({ inputs }) => unnamed(inputs.metadata))
  return {
    objects: kubernetes.filter(resource => !nameless.includes(resource)).map(toObject),
    notJudged: nameless.map(({ urn }) => ({
      what: 'unnamed',
      at: urn,
      message: 'the object has no `metadata.name`; the engine would invent one, and nothing is judged of it here',
    })),
  }
}

/** Whether a Helm Release is among them: what its chart contains is not seen. */
export function isRelease({ type }: Pick<Recorded, 'type'>): boolean {
  return type.startsWith('kubernetes:helm.sh/')
}

function toObject({ urn, type, inputs }: Recorded): RegisteredObject {
  const [, apiVersion = '', kind = '', patch] = token.exec(type) ?? []
  const complete = { apiVersion, kind, ...inputs }
  const object = asObject(reveal(complete))
  return {
    urn,
    name: objectName(object),
    object,
    shown: asObject(nameUnknowns(redact(complete))),
    patch: patch !== undefined,
  }
}

function asObject(value: Json): KubernetesObject {
  // It has an apiVersion, a kind and a name: the first two were just given, and the nameless were left out.
  return value as unknown as KubernetesObject
}

/** What lies in the cluster already, what is assumed to, and what the program adds. */
export interface Scene {
  readonly registered: readonly RegisteredObject[]
  readonly assumptions: readonly KubernetesObject[]
  /** Objects dumped from the cluster. */
  readonly base: readonly Sourced[]
  /** The program installs the mesh, so that the settings it gives are to be expected, whatever a dump says. */
  readonly installs: boolean
}

/**
 * What will be there once all is deployed: what the program registers replaces or patches what is there, and what is
 * assumed counts only where nothing real says otherwise.
 */
export function deployed({ registered, assumptions, base, installs }: Scene): {
  readonly inputs: readonly Sourced[]
  readonly base: readonly Sourced[]
} {
  const dumped = new Map(base.flatMap(({ object }) => (isNamed(object) ? [[keyOf(object), object] as const] : [])))
  const inputs = registered.map(({ object, patch, name }) => {
    const there = patch ? dumped.get(keyOf(object)) : undefined
    return { object: there === undefined ? object : merge(there, object), at: name }
  })
  const own = new Set(registered.map(({ object }) => keyOf(object)))
  const assumed = assumptions
    .filter(object => !own.has(keyOf(object)))
    .filter(object => !dumped.has(keyOf(object)) || (installs && isMeshConfig(object)))
    .map(object => ({ object, at: `assumed ${objectName(object)}` }))
  return { inputs: [...inputs, ...assumed], base }
}

function isMeshConfig({ kind, metadata }: KubernetesObject): boolean {
  return kind === 'ConfigMap' && /^istio(-|$)/.test(metadata.name)
}

function isNamed(object: unknown): object is KubernetesObject {
  return (
    isObject(object) &&
    typeof object.apiVersion === 'string' &&
    typeof object.kind === 'string' &&
    isObject(object.metadata) &&
    typeof object.metadata.name === 'string'
  )
}

/** One object whatever its version: `security.istio.io/AuthorizationPolicy shop/cart`. */
export function keyOf(object: KubernetesObject): string {
  return `${object.apiVersion.replace(/\/?[^/]*$/, '')}/${objectName(object)}`
}

/** As server-side apply does with maps. Lists are replaced. */
function merge(there: unknown, change: unknown): unknown {
  if (!isObject(there) || !isObject(change)) return change
  const keys = [...new Set([...Object.keys(there), ...Object.keys(change)])]
  return Object.fromEntries(keys.map(key => [key, key in change ? merge(there[key], change[key]) : there[key]]))
}

/** Inputs that hold something a secret is made of, shown without it. */
export function shownInputs({ inputs }: Recorded): Json {
  const shown = redact(inputs)
  return isJsonObject(shown) ? shown : {}
}
