import { fromJSONSchema } from 'zod'
import { didYouMean, type Problem } from '../core/model/problem'
import { problem } from './refusal'
import { isJsonObject, isObject, type Json, type JsonObject } from './wire'

export const levels = ['advisory', 'mandatory', 'remediate', 'disabled'] as const
/** How a rule binds: `mandatory` fails a preview, `remediate` mends what it finds and otherwise fails it. */
export type Level = (typeof levels)[number]

/** What a pack says about one of its rules. */
export interface RuleInfo {
  readonly name: string
  readonly description: string
  readonly level: Level
  /** JSON Schema of the rule's configuration: `properties`, and which are required. */
  readonly schema?: { readonly properties: JsonObject; readonly required: readonly string[] }
}

/** A rule's level and configuration. */
export interface RuleConfig {
  readonly level: Level
  readonly properties: JsonObject
}

export type PackConfig = Readonly<Record<string, RuleConfig>>

/** Configuration as people write it: `{ all: 'mandatory', 'strict-mtls': 'advisory', 'rule': { enforcementLevel, …properties } }`. */
export type WrittenConfig = Readonly<Record<string, unknown>>

interface Partial {
  readonly level?: Level
  readonly properties: JsonObject
}

/**
 * The configuration a pack runs with: its rules' defaults, then what it sets itself (`initial`), then what is `written`;
 * the order is Pulumi's (pulumi/pulumi `pkg/resource/analyzer/config.go`). A rule nobody knows is a problem here, because
 * a misspelt one would leave the level it was meant for as it was.
 */
export function reconcile(
  rules: readonly RuleInfo[],
  initial: PackConfig,
  given: { readonly written: WrittenConfig; readonly at: string },
): { readonly config: PackConfig; readonly problems: readonly Problem[] } {
  const parsed = parse(rules, given)
  const defaults = Object.fromEntries(rules.map(rule => [rule.name, defaultOf(rule)]))
  const config = apply(apply(defaults, initial), parsed.config)
  return { config, problems: [...parsed.problems, ...rules.flatMap(rule => checkRule(rule, config, given.at))] }
}

function defaultOf({ level, schema }: RuleInfo): RuleConfig {
  const properties = Object.entries(schema?.properties ?? {}).flatMap(([key, property]) =>
    isJsonObject(property) && property.default !== undefined ? [[key, property.default] as const] : [],
  )
  return { level, properties: Object.fromEntries(properties) }
}

function apply(base: PackConfig, change: Readonly<Record<string, Partial>>): PackConfig {
  const all = change.all?.level
  return Object.fromEntries(
    Object.entries(base).map(([name, rule]) => {
      const { level = all ?? rule.level, properties = {} } = change[name] ?? {}
      return [name, { level, properties: { ...rule.properties, ...properties } }]
    }),
  )
}

function parse(rules: readonly RuleInfo[], { written, at }: { readonly written: WrittenConfig; readonly at: string }) {
  const known = ['all', ...rules.map(({ name }) => name)]
  const problems: Problem[] = []
  const config: Record<string, Partial> = {}
  for (const [name, value] of Object.entries(written)) {
    const hint = didYouMean(name, known).hint ?? 'the pack has no such rule'
    if (!known.includes(name))
      problems.push(problem({ code: 'unknown-rule', at, message: `no rule named \`${name}\``, hint }))
    const { enforcementLevel, ...properties } = isObject(value) ? value : { enforcementLevel: value }
    if (isLevel(enforcementLevel)) config[name] = { level: enforcementLevel, properties: properties as JsonObject }
    else if (enforcementLevel === undefined) config[name] = { properties: properties as JsonObject }
    else problems.push(wrongLevel(name, enforcementLevel, at))
  }
  return { config, problems }
}

function isLevel(value: unknown): value is Level {
  return levels.some(level => level === value)
}

function wrongLevel(name: string, value: unknown, at: string): Problem {
  const got = typeof value === 'string' ? `\`${value}\`` : typeof value
  const hint = didYouMean(String(value), levels).hint ?? `one of ${levels.join(', ')}`
  return problem({ code: 'wrong-level', at, message: `the level of \`${name}\` is ${got}`, hint })
}

function checkRule({ name, schema }: RuleInfo, config: PackConfig, at: string): Problem[] {
  if (!schema) return []
  const properties = config[name]?.properties ?? {}
  const absent = schema.required
    .filter(key => properties[key] === undefined)
    .map(key => problem({ code: 'missing-property', at, message: `the rule \`${name}\` needs \`${key}\`` }))
  const wrong = Object.entries(properties).flatMap(([key, value]) => {
    const expected = schema.properties[key]
    return isJsonObject(expected) && !matches(value, expected)
      ? [
          problem({
            code: 'wrong-type',
            at,
            message: `\`${key}\` of the rule \`${name}\` must be ${describe(expected)}`,
          }),
        ]
      : []
  })
  return [...absent, ...wrong]
}

/** By JSON Schema, as Pulumi does. A schema that says more than is understood here is left to the rule itself. */
function matches(value: Json, schema: JsonObject): boolean {
  try {
    // The declaration wants a schema it can name; what it cannot read it refuses at run time.
    return fromJSONSchema(schema).safeParse(value).success
  } catch {
    return true
  }
}

function describe(schema: JsonObject): string {
  const type = typeof schema.type === 'string' ? `of type ${schema.type}` : 'as its schema says'
  return typeof schema.description === 'string' ? `${type} (${schema.description})` : type
}
