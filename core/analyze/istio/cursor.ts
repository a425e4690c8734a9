import { didYouMean, type Problem } from '../../model/problem'

/** How reading one object went. */
export interface ReadLog {
  readonly problems: Problem[]
  /** The object, for messages: `AuthorizationPolicy shop/cart`. */
  readonly subject: string
  readonly at: string
  /** Whether a value is one that nobody can know before deployment. */
  readonly isUnknown: (value: unknown) => boolean
}

/**
 * A place inside an object that somebody wrote, read as the type it should have.
 *
 * What is absent (or null, which Kubernetes treats alike) reads as `undefined`; what has another type does too, and is
 * recorded as a Problem that says where, what was found and what was expected. Nothing here throws.
 */
export class Cursor {
  constructor(
    readonly value: unknown,
    readonly path: string,
    readonly log: ReadLog,
  ) {}

  get absent(): boolean {
    return this.value === undefined || this.value === null
  }

  /** The field `key` of an object; absent where this is no object, which is then a Problem. */
  get(key: string): Cursor {
    return new Cursor(this.object()?.[key], this.path === '' ? key : `${this.path}.${key}`, this.log)
  }

  object(): Readonly<Record<string, unknown>> | undefined {
    if (this.absent) return undefined
    return isRecord(this.value) && !this.log.isUnknown(this.value) ? this.value : this.wrong('an object')
  }

  /** Fields and their values; keys that start with `__` are left out (serialised inputs of a Pulumi program carry such). */
  fields(): readonly (readonly [string, Cursor])[] {
    return keysIn(this.object() ?? {}).map(key => [key, this.get(key)] as const)
  }

  /** A list's items; empty where it is absent. */
  items(): readonly Cursor[] {
    if (this.absent) return []
    if (!Array.isArray(this.value)) return this.wrong('a list') ?? []
    return this.value.map((item, index) => new Cursor(item, `${this.path}[${index}]`, this.log))
  }

  string(): string | undefined {
    if (this.absent) return undefined
    return this.isString(this.value) ? this.value : this.wrong('a string')
  }

  boolean(): boolean | undefined {
    if (this.absent) return undefined
    return typeof this.value === 'boolean' ? this.value : this.wrong('true or false')
  }

  port(): number | undefined {
    if (this.absent) return undefined
    const port = this.value
    return typeof port === 'number' && Number.isInteger(port) && port >= 1 && port <= 65535
      ? port
      : this.wrong('a port number (1–65535)')
  }

  /** A port's number or name. */
  portOrName(): number | string | undefined {
    return typeof this.value === 'string' ? this.string() : this.port()
  }

  /** A list of strings; items of another type are recorded and left out. */
  strings(): readonly string[] {
    const { value } = this
    // Nearly always: no place need be made for each.
    if (Array.isArray(value) && value.every(item => this.isString(item))) return [...value]
    return this.items().flatMap(item => item.required()?.string() ?? [])
  }

  /** An object whose values are strings; others are recorded and left out. */
  labels(): Readonly<Record<string, string>> {
    const object = this.object() ?? {}
    return Object.fromEntries(
      keysIn(object).flatMap(key => {
        const value = object[key]
        const read = this.isString(value) ? value : this.get(key).string()
        return read === undefined ? [] : [[key, read]]
      }),
    )
  }

  private isString(value: unknown): value is string {
    return typeof value === 'string' && !this.log.isUnknown(value)
  }

  oneOf<const T extends string>(...values: readonly T[]): T | undefined {
    const found = this.string()
    if (found === undefined) return undefined
    return values.find(value => value === found) ?? this.wrong(`one of ${values.join(', ')}`, didYouMean(found, values))
  }

  /** This, or a Problem where it is absent. */
  required(): this | undefined {
    return this.absent ? this.wrong('a value') : this
  }

  /** Records every field that is not among `known`: an API server drops what it does not know, so a misspelt field means less than it says. */
  only(known: readonly string[]): void {
    for (const key of keysIn(this.object() ?? {})) {
      if (!known.includes(key)) this.get(key).report('unknown-field', 'is no field known here', didYouMean(key, known))
    }
  }

  /** Records that the value is not what is expected. */
  wrong(expected: string, hint: { readonly hint?: string } = {}): undefined {
    if (this.log.isUnknown(this.value)) {
      this.report('unknown-value', `is not known before deployment; expected ${expected}`, hint)
    } else {
      this.report('malformed-field', `is ${describe(this.value)}; expected ${expected}`, hint)
    }
    return undefined
  }

  report(code: string, what: string, hint: { readonly hint?: string } = {}): void {
    const place = this.path === '' ? 'it' : `\`${this.path}\``
    this.log.problems.push({
      code,
      severity: 'error',
      message: `\`${this.log.subject}\`: ${place} ${what}`,
      at: this.log.at,
      ...hint,
    })
  }
}

function keysIn(object: object): string[] {
  return Object.keys(object).filter(key => !key.startsWith('__'))
}

/** What `read` returns, and whether it recorded any Problem on the way: whatever it returned is then not the whole truth. */
export function watched<T>(log: ReadLog, read: () => T): { readonly value: T; readonly damaged: boolean } {
  const before = log.problems.length
  const value = read()
  return { value, damaged: log.problems.length > before }
}

/** A value as messages name it; long ones are cut, and nothing nested is spelt out. */
export function describe(value: unknown): string {
  if (value === undefined || value === null) return 'absent'
  if (Array.isArray(value)) return 'a list'
  if (typeof value === 'object') return 'an object'
  if (typeof value === 'string') return `the string \`${value.length > 40 ? `${value.slice(0, 40)}…` : value}\``
  if (typeof value === 'number' || typeof value === 'boolean' || typeof value === 'bigint') {
    return `the ${typeof value} \`${String(value)}\``
  }
  return `a ${typeof value}`
}

/** Whether `value` is an object that is no list. */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
