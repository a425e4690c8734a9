import type { Sourced } from '../../core/model/manifest'
import { defaultConfig, type Config } from './config'
import { cryptography } from './cryptography'
import { root, type Field, type Watch } from './field'
import { isRecord, judgedObjects, type Judged } from './judged'
import { noLock, type IntentSource } from './lock'
import { once, onceEach } from './once'
import { meshSettings } from './mesh'
import { unwrap } from './wire'
import type { Context, Finding, Rule, RuleFinding } from './rule'

/** What rules are run with, beside the objects. */
export interface Settings {
  readonly config?: Partial<Config>
  /** @default missing: the rules that need an intent say so */
  readonly intent?: IntentSource
  readonly watch?: Watch
}

/** What a rule sees of things judged. Rules that are given the same list see the same objects, by which they share what they read of them. */
export function contextOf(judged: readonly Judged[], { config, intent = noLock, watch }: Settings = {}): Context {
  // Whoever watches is told of each rule's own looks, so there nothing is shared.
  const objects = watch === undefined ? rootsOf(judged) : judged.map(one => root(one, watch))
  const complete = { ...defaultConfig, ...config }
  return { objects, config: complete, mesh: settingsOf(objects, complete.mesh), intent, cryptography }
}

const settingsOf = onceEach(meshSettings, configured => JSON.stringify(configured))
const rootsOf = once((judged: readonly Judged[]): readonly Field[] => judged.map(one => root(one)))

/** A document of a YAML or JSON file. What Pulumi's own mark says is unknown, is unknown there too. */
export function judgedManifest({ object, at }: Sourced): readonly Judged[] {
  const { content, secrets } = unwrap(object)
  const { apiVersion, kind } = isRecord(content) ? content : {}
  return judgedObjects({ at, name: at, apiVersion, kind, content, secrets })
}

/** One rule's findings, each once. A rule that fails has found something: it is never taken for a pass. */
export function runRule(rule: Rule, context: Context): readonly RuleFinding[] {
  const findings = checked(rule, context).map(finding => ({ ...finding, rule: rule.id, severity: rule.severity }))
  return [...new Map(findings.map(finding => [JSON.stringify(finding), finding])).values()]
}

function checked(rule: Rule, context: Context): readonly Finding[] {
  try {
    return rule.check(context)
  } catch (error) {
    const name = error instanceof Error ? error.name : 'error'
    return [{ at: '', resource: 'the stack', path: '', message: `could not be judged: the rule failed (${name})` }]
  }
}

/** Runs rules over Kubernetes manifests, as the pack does over a stack. Lists are taken apart. */
export function checkManifests(
  rules: readonly Rule[],
  objects: readonly Sourced[],
  settings: Settings = {},
): readonly RuleFinding[] {
  const context = contextOf(objects.flatMap(judgedManifest), settings)
  return rules.flatMap(rule => runRule(rule, context))
}

/** A finding in one line, for a policy's message: `PeerAuthentication shop/default spec.mtls.mode: …`. */
export function printFinding({ resource, path, message }: Finding): string {
  return `${resource}${path === '' ? '' : ` ${path}`}: ${message}`
}
