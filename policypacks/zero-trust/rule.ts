import type { KubernetesObject } from '../../core/model/manifest'
import type { Cryptography } from '../../core/trust/verify'
import type { Config, ConfigKey } from './config'
import type { ControlId } from './controls'
import type { Field } from './field'
import { UNREADABLE } from './judged'
import type { IntentSource } from './lock'
import type { MeshSettings } from './mesh'

/** Something a rule does not accept, or cannot prove to be acceptable. */
export interface Finding {
  /** A URN, or a file and line; empty where it is about the stack as a whole. */
  readonly at: string
  /** What it is about: `PeerAuthentication shop/default`. */
  readonly resource: string
  /** Which field of it: `spec.mtls.mode`; empty for the object itself. */
  readonly path: string
  /** Lower case, no full stop. Names objects and paths; never a value, which could be secret. */
  readonly message: string
  /**
   * What to do so that it can be judged: the rule neither accepts nor refuses it, since only this update makes what it would be judged by. Told as an
   * advice, whatever the level of the rule. @default it is refused
   */
  readonly pending?: string
}

/** What a rule sees: everything through `field.ts`, so that nothing unknown is taken for anything. */
export interface Context {
  /** Everything judged: manifests as they are given, a stack's resources in the order of their URNs. */
  readonly objects: readonly Field[]
  /** What the pack's configuration says about this rule. */
  readonly config: Config
  /** The mesh's own settings, as far as they are known. */
  readonly mesh: MeshSettings
  /** The reviewed intent (`intent.lock.json`), for the rules that hold what is deployed against it. */
  readonly intent: IntentSource
  /** What tells one certificate from another, and who signed it. */
  readonly cryptography: Cryptography
}

/** Objects that show what a rule accepts or refuses; executed by the tests and printed on the rule's page. */
export interface Example {
  /** What it shows, a sentence without a full stop. */
  readonly title: string
  readonly objects: readonly KubernetesObject[]
  readonly config?: Partial<Config>
  readonly intent?: IntentSource
}

export type Severity = 'low' | 'medium' | 'high' | 'critical'

/** A pack rule: a value. Its file, its page in docs/rules and its policy in the pack carry its id. */
export interface Rule {
  readonly id: string
  readonly severity: Severity
  /**
   * `object`: each object can be judged alone, so that Pulumi refuses it before it is created. `stack`: objects are
   * judged together, when all of them are known.
   */
  readonly scope: 'object' | 'stack'
  /** Controls of standards that it supports. */
  readonly controls: readonly ControlId[]
  /** What goes wrong without it, one sentence. */
  readonly why: string
  /** What to do, one sentence. */
  readonly fix: string
  /** What it cannot see, one sentence; for whoever would rely on more than it does. */
  readonly limits?: string
  /** Which settings it takes. */
  readonly config: readonly ConfigKey[]
  readonly examples: { readonly pass: readonly Example[]; readonly fail: readonly Example[] }
  /** Pure. Whatever it throws counts as a finding. */
  readonly check: (context: Context) => readonly Finding[]
}

/** A finding and the rule that made it. */
export interface RuleFinding extends Finding {
  readonly rule: string
  readonly severity: Severity
}

/** Keeps a rule as it is: plain and frozen. */
export function rule(value: Rule): Rule {
  return Object.freeze(value)
}

/** The objects of these kinds in a Kubernetes API group, of whatever version; with those that do not say what they are. */
export function ofKind(
  { objects }: Pick<Context, 'objects'>,
  group: string,
  ...kinds: readonly string[]
): readonly Field[] {
  return objects.filter(
    ({ of }) => of.kind === UNREADABLE || (kinds.includes(of.kind) && groupOf(of.apiVersion) === group),
  )
}

function groupOf(apiVersion: string): string {
  return apiVersion.includes('/') ? apiVersion.slice(0, apiVersion.lastIndexOf('/')) : ''
}
