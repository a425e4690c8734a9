import { join } from 'node:path'
import { didYouMean, type Problem } from '../core/model/problem'
import { list, readText } from './io'
import type { ConfigType, Declared, ItemType, Project } from './project'
import { namespaced } from './project'
import type { NotJudged } from './recorded'
import { problem, Refusal } from './refusal'
import { isObject, unknownValue } from './wire'
import { parseYaml, refuse, type YamlFile } from './yaml-file'

/** A stack's configuration with the project's defaults applied. */
export interface StackConfig {
  /** As the SDK takes them: by namespaced key, structured values as JSON. */
  readonly values: Readonly<Record<string, string>>
  /** Namespaced keys of what is encrypted. */
  readonly secretKeys: readonly string[]
  /** The same by key and in the shape in which they were written; secrets are left out. */
  readonly plain: Readonly<Record<string, unknown>>
  readonly notJudged: readonly NotJudged[]
}

/**
 * Reads `Pulumi.<stack>.yaml`, applies the defaults of `Pulumi.yaml` and holds every value against its declared type,
 * as Pulumi does (pulumi/pulumi `sdk/go/common/workspace/config.go`), but all at once. Unlike Pulumi it refuses a key of
 * the project's own that nobody declared: a misspelt one would quietly leave the default in force.
 *
 * @throws Refusal with all that is wrong, each with file and line
 */
export function readConfig(project: Project, stack: string): StackConfig {
  const name = `Pulumi.${stack}.yaml`
  const text = readText(join(project.stackDirectory, name))
  if (text === undefined) throw new Refusal([noStack(project, stack)])
  const file = parseYaml(name, text)
  const entries = readEntries(file, project.name)
  refuse([...entries.problems, ...checkEntries(project, file, entries.given), ...missing(project, name, entries.given)])
  return resolve(project, file, entries.given)
}

function noStack(project: Project, stack: string): Problem {
  const stacks = list(project.stackDirectory).flatMap(name => /^Pulumi\.(.+)\.ya?ml$/.exec(name)?.slice(1) ?? [])
  const known = stacks.length === 0 ? 'there is no stack here' : `the stacks here: ${stacks.join(', ')}`
  const hint = didYouMean(stack, stacks).hint ?? known
  return problem({ code: 'unknown-stack', at: `Pulumi.${stack}.yaml`, message: `no stack named \`${stack}\``, hint })
}

interface Given {
  /** As written in the file. */
  readonly key: string
  readonly value: unknown
  /** It is encrypted, so that its value cannot be read here. */
  readonly secure: boolean
}

function readEntries(file: YamlFile, project: string) {
  const { config } = file.value
  const given = new Map<string, Given>()
  const problems: Problem[] = []
  if (config !== undefined && config !== null && !isObject(config)) {
    problems.push(
      problem({
        code: 'wrong-type',
        at: file.at(['config']),
        message: '`config` must be an object of keys and values',
      }),
    )
  }
  for (const [key, value] of isObject(config) ? Object.entries(config) : []) {
    const name = namespaced(key, project)
    if (given.has(name))
      problems.push(
        problem({ code: 'duplicate-key', at: file.at(['config', key]), message: `\`${name}\` is set twice` }),
      )
    given.set(name, { key, value, secure: isSecure(value) })
  }
  return { given, problems }
}

/** Whether a value, or anything within it, is encrypted. */
function isSecure(value: unknown): boolean {
  if (Array.isArray(value)) return value.some(isSecure)
  if (!isObject(value)) return false
  const keys = Object.keys(value)
  return (keys.length === 1 && typeof value.secure === 'string') || Object.values(value).some(isSecure)
}

function checkEntries(project: Project, file: YamlFile, given: ReadonlyMap<string, Given>): Problem[] {
  return [...given].flatMap(([name, entry]) => {
    const { key, value, secure } = entry
    const declared = project.config.get(name)
    const at = file.at(['config', key])
    if (!declared) return unknownKey(project, name, at)
    if (declared.secret && !secure) {
      const hint = `set it with \`pulumi config set --secret ${key}\``
      return [
        problem({ code: 'plain-secret', at, message: `\`${key}\` is declared a secret and must be encrypted`, hint }),
      ]
    }
    return secure || fits(value, declared) ? [] : [wrongType(entry, declared, at)]
  })
}

function unknownKey(project: Project, name: string, at: string): Problem[] {
  const own = `${project.name}:`
  if (project.config.size === 0 || !name.startsWith(own)) return []
  const known = [...project.config.keys()].map(key => key.replace(own, ''))
  const key = name.slice(own.length)
  const hint = didYouMean(key, known).hint ?? `declare it under \`config\` in Pulumi.yaml; known: ${known.join(', ')}`
  return [problem({ code: 'unknown-key', at, message: `no configuration key named \`${key}\` is declared`, hint })]
}

function wrongType({ key, value }: Given, declared: Declared, at: string): Problem {
  return problem({
    code: 'wrong-type',
    at,
    message: `\`${key}\` must be ${typeName(declared)}, got ${describe(value)}`,
  })
}

function typeName({ type, items }: Declared | ItemType): string {
  if (type === 'array' && items) return `an array of ${items.type}s`
  return type === undefined ? 'a value' : `${/^[aeiou]/.test(type) ? 'an' : 'a'} ${type}`
}

function describe(value: unknown): string {
  if (value === null || value === undefined) return 'nothing'
  if (Array.isArray(value)) return 'a list'
  return isObject(value) ? 'an object' : `\`${text(value)}\``
}

const matchers: Record<ConfigType, (value: unknown, items?: ItemType) => boolean> = {
  // Pulumi stores every scalar as text, so each of them is a string.
  string: value => ['string', 'number', 'boolean'].includes(typeof value),
  integer: value => (typeof value === 'string' ? /^[+-]?\d+$/.test(value) : Number.isInteger(value)),
  boolean: value => typeof value === 'boolean' || value === 'true' || value === 'false',
  array: (value, items) => Array.isArray(value) && (!items || value.every(item => fitsItem(item, items))),
  object: value => isObject(value),
}

function fits(value: unknown, { type, items }: Declared | ItemType): boolean {
  return type === undefined || matchers[type](value, items)
}

/** In a list a number stays a number. */
function fitsItem(item: unknown, declared: ItemType): boolean {
  return declared.type === 'string' ? typeof item === 'string' : fits(item, declared)
}

function missing(project: Project, file: string, given: ReadonlyMap<string, Given>): Problem[] {
  const own = `${project.name}:`
  return [...project.config]
    .filter(([name, { fallback }]) => !given.has(name) && fallback === undefined && name.startsWith(own))
    .map(([name, declared]) => {
      const key = name.slice(own.length)
      const hint = `set it to ${typeName(declared)}, or give it a default in Pulumi.yaml`
      return problem({ code: 'missing-key', at: file, message: `the configuration has no value for \`${key}\``, hint })
    })
}

function resolve(project: Project, file: YamlFile, given: ReadonlyMap<string, Given>): StackConfig {
  const values: Record<string, string> = {}
  const plain: Record<string, unknown> = {}
  const defaults = [...project.config].flatMap(([name, { fallback }]) =>
    fallback === undefined || given.has(name) ? [] : [[name, fallback] as const],
  )
  for (const [name, fallback] of defaults) {
    values[name] = text(fallback)
    plain[name] = fallback
  }
  const secure = [...given].filter(([, entry]) => entry.secure)
  for (const [name] of secure) values[name] = placeholder(project.config.get(name)?.type)
  for (const [name, { value }] of [...given].filter(([, entry]) => !entry.secure)) {
    values[name] = text(value)
    plain[name] = value
  }
  const secrets = secure.map(([name, { key }]) => undecryptable(name, file.at(['config', key])))
  return { values, plain, secretKeys: secure.map(([name]) => name), notJudged: [...secrets, ...environments(file)] }
}

/** As Pulumi hands a value to a program: scalars as text, the rest as JSON. */
function text(value: unknown): string {
  return typeof value === 'object' && value !== null ? JSON.stringify(value) : String(value)
}

/** What stands for an encrypted value: the unknown, so that whatever it flows into is unknown too. */
function placeholder(type: ConfigType | undefined): string {
  return type === 'array' || type === 'object' ? JSON.stringify(unknownValue) : unknownValue
}

function undecryptable(name: string, at: string): NotJudged {
  const message = `the value of \`${name}\` (${at}) is encrypted; what depends on it is unknown here`
  return { what: 'secret', at: name, message }
}

function environments(file: YamlFile): NotJudged[] {
  if (file.value.environment === undefined) return []
  const message = 'the stack imports an environment, whose values only Pulumi can fetch'
  return [{ what: 'environment', at: file.at(['environment']), message }]
}
