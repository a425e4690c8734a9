import { join } from 'node:path'
import type { Problem } from '../core/model/problem'
import { didYouMean } from '../core/model/problem'
import { exists, readText } from './io'
import { problem, Refusal } from './refusal'
import { isObject } from './wire'
import { parseYaml, refuse, type YamlFile } from './yaml-file'

const configTypes = ['string', 'integer', 'boolean', 'array', 'object'] as const
export type ConfigType = (typeof configTypes)[number]

/** The type of an array's items. */
export interface ItemType {
  readonly type: ConfigType
  readonly items?: ItemType
}

/** What `Pulumi.yaml` declares about one key of the configuration. */
export interface Declared {
  readonly type?: ConfigType
  readonly items?: ItemType
  readonly secret: boolean
  /** The value of stacks that set none: `default`, or else `value`. */
  readonly fallback?: unknown
}

/** A Pulumi project, as far as the preview must know it. */
export interface Project {
  readonly name: string
  /** Absolute. */
  readonly directory: string
  /** The program's source file, absolute. */
  readonly main: string
  /** For the program, absolute. */
  readonly tsconfig?: string
  /** Where the stacks' files are, absolute. */
  readonly stackDirectory: string
  /** By namespaced key. */
  readonly config: ReadonlyMap<string, Declared>
}

/**
 * Reads `Pulumi.yaml`.
 *
 * @throws Refusal with all that is wrong with it
 */
export function readProject(directory: string): Project {
  const text = readText(join(directory, 'Pulumi.yaml'))
  if (text === undefined) {
    const hint = 'run it in the folder of a Pulumi project, or name that folder with `--cwd`'
    throw new Refusal([problem({ code: 'no-project', at: directory, message: 'there is no `Pulumi.yaml` here', hint })])
  }
  return parseProject(directory, parseYaml('Pulumi.yaml', text))
}

function parseProject(directory: string, file: YamlFile): Project {
  const { name, main, runtime, stackConfigDir } = file.value
  const config = readDeclarations(file, typeof name === 'string' ? name : '')
  const source = checkMain(directory, file)
  refuse([...checkName(file), ...source, ...config.problems])
  const tsconfig = isObject(runtime) && isObject(runtime.options) ? runtime.options.tsconfig : undefined
  return {
    name: String(name),
    directory,
    main: join(directory, String(main)),
    ...(typeof tsconfig === 'string' ? { tsconfig: join(directory, tsconfig) } : {}),
    stackDirectory: typeof stackConfigDir === 'string' ? join(directory, stackConfigDir) : directory,
    config: config.declared,
  }
}

function checkName({ value, at }: YamlFile): Problem[] {
  if (typeof value.name === 'string' && value.name !== '') return []
  return [problem({ code: 'wrong-type', at: at(['name']), message: '`name` must be the name of the project' })]
}

/** Pulumi itself would follow `package.json` where `main` is missing, load the library, register nothing and delete the stack. */
function checkMain(directory: string, { value, at }: YamlFile): Problem[] {
  const hint = 'write `main: index.ts`'
  if (typeof value.main !== 'string')
    return [problem({ code: 'no-main', at: at(['main']), message: '`main` must name the program', hint })]
  if (!/\.[cm]?ts$/.test(value.main)) {
    const message = `\`main\` is \`${value.main}\`: a compiled program may be older than its source`
    return [problem({ code: 'compiled-program', at: at(['main']), message, hint })]
  }
  if (exists(join(directory, value.main))) return []
  return [problem({ code: 'no-main', at: at(['main']), message: `there is no file \`${value.main}\``, hint })]
}

interface Declarations {
  readonly declared: ReadonlyMap<string, Declared>
  readonly problems: readonly Problem[]
}

function readDeclarations(file: YamlFile, project: string): Declarations {
  const { config } = file.value
  if (config === undefined || config === null) return { declared: new Map(), problems: [] }
  if (!isObject(config)) {
    return {
      declared: new Map(),
      problems: [problem({ code: 'wrong-type', at: file.at(['config']), message: '`config` must be an object' })],
    }
  }
  const declared = new Map<string, Declared>()
  const problems: Problem[] = []
  for (const [key, value] of Object.entries(config)) {
    declared.set(namespaced(key, project), declaration(value))
    problems.push(...checkDeclaration(value, key, file))
  }
  return { declared, problems }
}

/** A configuration key with its namespace, which is the project's where it has none. */
export function namespaced(key: string, project: string): string {
  const clean = key.replace(/^([^:]+):config:/, '$1:')
  return clean.includes(':') ? clean : `${project}:${clean}`
}

function declaration(value: unknown): Declared {
  if (!isObject(value)) return { secret: false, fallback: value }
  const fallback = value.default ?? value.value
  return {
    ...(isType(value.type) ? { type: value.type } : {}),
    ...(itemType(value.items) ?? {}),
    secret: value.secret === true,
    ...(fallback === undefined ? {} : { fallback }),
  }
}

function itemType(items: unknown): { readonly items: ItemType } | undefined {
  if (!isObject(items) || !isType(items.type)) return undefined
  return { items: { type: items.type, ...(itemType(items.items) ?? {}) } }
}

function isType(type: unknown): type is ConfigType {
  return configTypes.some(known => known === type)
}

function checkDeclaration(value: unknown, key: string, file: YamlFile): Problem[] {
  if (!isObject(value)) return []
  const problems: Problem[] = []
  const path = ['config', key, 'type']
  if (value.type !== undefined && !isType(value.type)) {
    const hint =
      didYouMean(typeof value.type === 'string' ? value.type : '', configTypes).hint ??
      `one of ${configTypes.join(', ')}`
    problems.push(
      problem({ code: 'wrong-type', at: file.at(path), message: `\`${key}\` has no type that Pulumi knows`, hint }),
    )
  }
  if (value.type === 'array' && itemType(value.items) === undefined) {
    problems.push(
      problem({
        code: 'wrong-type',
        at: file.at(path),
        message: `\`${key}\` is an array and must say the type of its \`items\``,
      }),
    )
  }
  return problems
}
