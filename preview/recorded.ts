import type { JsonObject } from './wire'

/** One registration, as the program sent it. */
export interface Recorded {
  readonly urn: string
  /** The type token: `kubernetes:core/v1:Namespace`. */
  readonly type: string
  readonly name: string
  /** The parent's URN; empty for the stack alone. */
  readonly parent: string
  /** Managed by a provider; the others are components. */
  readonly custom: boolean
  /** A component whose children are made by a provider, out of sight. */
  readonly remote: boolean
  /** `<urn>::<id>` of an explicit provider, or empty. */
  readonly provider: string
  readonly dependencies: readonly string[]
  readonly propertyDependencies: Readonly<Record<string, readonly string[]>>
  readonly protect: boolean
  readonly ignoreChanges: readonly string[]
  readonly additionalSecretOutputs: readonly string[]
  /** URNs only; structured aliases need the engine. */
  readonly aliases: readonly string[]
  readonly deleteBeforeReplace?: boolean
  /** How many transforms the engine would run over it. */
  readonly transforms: number
  /** Raw: secrets and unknowns are still marked. */
  readonly inputs: JsonObject
}

/** What may keep the preview from judging. Also the words that `--acknowledge` takes. */
export type Unjudgeable =
  | 'transform'
  | 'invoke'
  | 'call'
  | 'read'
  | 'remote'
  | 'secret'
  | 'environment'
  | 'unnamed'
  | 'rule'
  | 'remediation'
  | 'graph'

/** Something that only the real engine could have judged. It fails the preview until it is acknowledged. */
export interface NotJudged {
  readonly what: Unjudgeable
  /** Whose: a URN, a function's token, a key of the configuration, an object's name. */
  readonly at: string
  /** Lower case, no full stop. */
  readonly message: string
}

/** Everything a program did. */
export interface Recording {
  /** In the order of registration; the stack first. */
  readonly resources: readonly Recorded[]
  /** The stack's outputs, raw. */
  readonly outputs: JsonObject
  readonly notJudged: readonly NotJudged[]
}
