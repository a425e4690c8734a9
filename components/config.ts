import * as pulumi from '@pulumi/pulumi'
import { parse } from 'yaml'
import type { Problem } from '../core/model/problem'
import { didYouMean } from '../core/model/problem'
import { configShape } from './config-shape'
import type { FragmentsSettings } from './fragments'
import type { ClusterSettings } from './provider'
import { isRecord } from './record'
import { refuse } from './refused'
import { schemaProblems } from './schema-problems'
import type { MeshSettings } from './settings'
import { noMesh } from './target'

/** What a stack's configuration says. */
export interface StackSettings {
  readonly cluster: ClusterSettings
  readonly mesh: MeshSettings
  /** What other teams contribute, and the lock file that was reviewed. */
  readonly parts: FragmentsSettings
}

const structured = Object.keys(configShape.shape)
const known = [...structured, 'context', 'kubeconfig', 'lock']

/**
 * Reads the stack's configuration. Pulumi checks no more than that a key holds an object, and nothing of keys it does not
 * know; here every defect is found at once.
 *
 * @throws Refused with all of them
 */
export function readConfig(): StackSettings {
  const own = ownConfig()
  const values = Object.fromEntries(
    structured.flatMap(key => (own.has(key) ? [[key, json(own.get(key))] as const] : [])),
  )
  for (const key of [...meshKeys, 'networkPolicy']) if (isEmpty(values[key])) delete values[key]
  if (values.crds === '') delete values.crds
  const kubeconfig = own.get('kubeconfig') ?? ''
  refuse('the configuration of the stack is wrong', [
    ...unknownKeys([...own.keys()]),
    ...schemaProblems(configShape, values),
    ...kubeconfigProblems(kubeconfig, own.get('context') ?? ''),
    ...(meshKeys.some(key => key in values) ? [] : [noMesh]),
  ])
  const { mesh: istio, policies: _, fragments, ...mesh } = configShape.parse(values)
  const parts = { fragments, lock: own.get('lock') ?? 'intent.lock.json' }
  return { cluster: clusterOf(own), mesh: { ...(istio && { istio }), ...mesh }, parts }
}

const meshKeys = ['mesh', 'linkerd']

/** `Pulumi.yaml` makes them empty where a stack sets none, since Pulumi would otherwise require them. */
function isEmpty(value: unknown): boolean {
  return isRecord(value) && Object.keys(value).length === 0
}

/** The keys of this project, without its name. */
function ownConfig(): ReadonlyMap<string, string> {
  const prefix = `${pulumi.getProject()}:`
  const all: Readonly<Record<string, string>> = pulumi.runtime.allConfig()
  return new Map(
    Object.entries(all).flatMap(([key, value]) => (key.startsWith(prefix) ? [[key.slice(prefix.length), value]] : [])),
  )
}

/** A structured value comes as JSON; what is not JSON is a plain text, for the schema to refuse. */
function json(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? '')
  } catch {
    return text
  }
}

function unknownKeys(keys: readonly string[]): readonly Problem[] {
  return keys
    .filter(key => !known.includes(key))
    .map(key => {
      const { hint = `known keys: ${known.map(name => `\`${name}\``).join(', ')}` } = didYouMean(key, known)
      return { code: 'unknown-key', severity: 'error', at: key, message: `unknown key \`${key}\``, hint }
    })
}

/** A path would mean whatever that file's current context is on the machine where this runs. */
function kubeconfigProblems(kubeconfig: string, context: string): readonly Problem[] {
  if (kubeconfig === '' || kubeconfig === pulumi.runtime.unknownValue) return []
  const current = currentContext(kubeconfig)
  const at = 'kubeconfig'
  if (current === undefined) {
    const hint = '`pulumi config set --secret kubeconfig < <file>`'
    const message = 'it is not the contents of a kubeconfig; a path would mean another cluster on each machine'
    return [{ code: 'malformed-kubeconfig', severity: 'error', at, message, hint }]
  }
  if (current !== '' || context !== '') return []
  const message = 'it has no `current-context`, and no `context` is set'
  return [{ code: 'no-context', severity: 'error', at, message, hint: '`pulumi config set context <name>`' }]
}

/** Empty where there is none, `undefined` where the text is no kubeconfig. Nothing of the text is ever shown. */
function currentContext(kubeconfig: string): string | undefined {
  try {
    const value: unknown = parse(kubeconfig, { logLevel: 'silent' })
    if (typeof value !== 'object' || value === null || !('clusters' in value)) return undefined
    return 'current-context' in value ? String(value['current-context']) : ''
  } catch {
    return undefined
  }
}

/** `Pulumi.yaml` makes them empty where a stack sets none, since Pulumi would otherwise require them. */
function clusterOf(own: ReadonlyMap<string, string>): ClusterSettings {
  const context = own.get('context') ?? ''
  const kubeconfig = own.get('kubeconfig') ?? ''
  return {
    ...(context !== '' && { context }),
    ...(kubeconfig !== '' && { kubeconfig: pulumi.secret(kubeconfig) }),
  }
}
