import { Composer, Lexer, LineCounter, Parser, isMap, isNode, isScalar, isSeq } from 'yaml'
import type { CST, Document, Node, ScalarTag } from 'yaml'
import type { Problem } from '../core/model/problem'
import type { FileDocument, FileDocuments } from './file-document'
import { parseJsonDocuments } from './json-documents'
import { deepest, defectOf, tooDeep } from './yaml-extent'
import { parseListInParts } from './yaml-list'

/** What kubectl takes for a boolean (YAML 1.1, but for `y` and `n`, which are names people use). */
const boolean: ScalarTag = {
  tag: 'tag:yaml.org,2002:bool',
  default: true,
  identify: value => typeof value === 'boolean',
  test: /^(?:true|True|TRUE|yes|Yes|YES|on|On|ON|false|False|FALSE|no|No|NO|off|Off|OFF)$/,
  resolve: text => /^(?:t|y|on)/i.test(text),
}
/**
 * What kubectl takes for a number with a point or an exponent (go-yaml `resolve.go` yamlStyleFloat). To the library `.` is one too, which `exportTo` has for
 * "this namespace", and so is the name `e2`.
 */
const fraction: ScalarTag = {
  tag: 'tag:yaml.org,2002:float',
  default: true,
  identify: value => typeof value === 'number' && !Number.isInteger(value),
  test: /^[-+]?(?=.*[.eE])(?:\.[0-9][0-9_]*|[0-9][0-9_]*(?:\.[0-9_]*)?)(?:[eE][-+]?[0-9]+)?$/,
  resolve: text => Number(text.replaceAll('_', '')),
}

/** Whether the library's own tag reads such numbers; that of infinity and of what is no number does not. */
function isFraction(tag: { readonly tag: string; readonly test?: RegExp }): boolean {
  return tag.tag === fraction.tag && (tag.test?.test('1.5') === true || tag.test?.test('1e5') === true)
}

/** What one document may take. */
export interface Bounds {
  /** Words and marks, as the lexer tells them apart. */
  readonly tokens: number
}

/** More words and marks than this in one document, some 25 MB of a dump, and reading it would take some GB of memory. */
const usualBounds: Bounds = { tokens: 6_000_000 }
/** From this length on it matters how much memory a List takes. */
const long = 1_000_000
const foreign = /:(?:bool|timestamp|binary|omap|pairs|set)$/

/** YAML as Kubernetes reads it: 1.1 with merge keys, where dates stay text and `12:30` is no number. */
const options = {
  version: '1.1',
  // The library looks for duplicates in quadratic time; `defectOf` does it in one pass.
  uniqueKeys: false,
  logLevel: 'silent',
  customTags: (tags: (ScalarTag | string | { tag: string; format?: string })[]) => [
    boolean,
    fraction,
    ...tags.filter(
      tag => typeof tag !== 'string' && !foreign.test(tag.tag) && tag.format !== 'TIME' && !isFraction(tag),
    ),
  ],
} as ConstructorParameters<typeof Composer>[0] // the library's type names fewer tags than it passes

/**
 * The documents of a file: YAML, or JSON (one value or several, one after the other).
 *
 * A document that cannot be read is a Problem with file, line and column; the others are read all the same.
 */
export function parseDocuments(text: string, source: string, bounds = usualBounds): FileDocuments {
  return (
    (/^\s*[[{]/.test(text) ? parseJson(text, source) : undefined) ??
    withQuickEnvironment(() => parseYaml(text, { source, bounds }))
  )
}

interface Reading {
  readonly source: string
  readonly bounds: Bounds
}

function parseYaml(text: string, reading: Reading): FileDocuments {
  // Whatever version a document says it is of, Kubernetes' tools know one.
  const known = text.replace(/^%YAML 1\.\d/gm, '%YAML 1.1')
  const list = text.length < long ? undefined : parseListInParts(known, part => parseWhole(part, reading))
  return list ? { documents: [list], problems: [] } : parseWhole(known, reading)
}

function parseJson(text: string, source: string): FileDocuments | undefined {
  const parsed = parseJsonDocuments(text)
  if (!parsed) return undefined
  const deep = parsed.filter(({ value }) => isDeeper(value, deepest))
  return {
    documents: parsed.filter(document => !deep.includes(document)),
    problems: deep.map(({ line }) => malformed(`${source}:${line}`, tooDeep, text)),
  }
}

function isDeeper(value: unknown, limit: number): boolean {
  if (typeof value !== 'object' || value === null) return false
  return limit === 0 || Object.values(value).some(field => isDeeper(field, limit - 1))
}

function parseWhole(text: string, { source, bounds }: Reading): FileDocuments {
  const documents: FileDocument[] = []
  const problems: Problem[] = []
  const lines = new LineCounter()
  const fail = (offset: number, message: string): void => {
    const { line, col } = lines.linePos(offset)
    problems.push(malformed(`${source}:${line}:${col}`, message, text))
  }
  const composer = new Composer(options)
  const add = (composed: Iterable<Document>): void => {
    for (const document of composed) {
      const [error] = document.errors
      const defect = error ? { offset: error.pos[0], message: error.message } : defectOf(document)
      if (defect) fail(defect.offset, defect.message)
      else documents.push(...plain(document, { lines, fail }))
    }
  }
  for (const token of tokensOf(text, { lines, most: bounds.tokens })) {
    if (token === 'too many')
      fail(0, `a document has more than ${bounds.tokens} words and marks; give it as JSON, or split it`)
    else if (isTooDeep(token)) fail(token.offset, tooDeep)
    else add(composer.next(token))
  }
  add(composer.end())
  return { documents, problems }
}

/** The documents of a text, and whatever stands between them, until one of them is too long to be held. */
function* tokensOf(
  text: string,
  { lines, most }: { lines: LineCounter; most: number },
): Generator<CST.Token | 'too many'> {
  const parser = new Parser(lines.addNewLine)
  lines.addNewLine(0)
  let seen = 0
  for (const word of new Lexer().lex(text)) {
    if (++seen > most) {
      yield 'too many'
      return
    }
    for (const token of parser.next(word)) {
      seen = 0
      yield token
    }
  }
  yield* parser.end()
}

/**
 * Runs `action` with the environment as a plain object. The library asks `process.env` once a token, which Node answers
 * through the operating system: that alone is two fifths of the time a large file takes.
 */
function withQuickEnvironment<T>(action: () => T): T {
  const environment = process.env
  process.env = {}
  try {
    return action()
  } finally {
    process.env = environment
  }
}

/** Whether a document is nested so deeply that walking it by recursion, as the composer does, could exhaust the stack. */
function isTooDeep(document: CST.Token): boolean {
  let level: readonly (CST.Token | null | undefined)[] = [document]
  for (let depth = 0; depth <= deepest; depth++) {
    level = level.flatMap(token => (token ? parts(token) : []))
    if (level.length === 0) return false
  }
  return true
}

function parts(token: CST.Token): readonly (CST.Token | null | undefined)[] {
  if ('items' in token) return token.items.flatMap(({ key, value }) => [key, value])
  return token.type === 'document' ? [token.value] : []
}

/** A document as plain data; nothing where it is empty. */
function plain(
  document: Document,
  { lines, fail }: { lines: LineCounter; fail: (offset: number, message: string) => void },
): FileDocument[] {
  const { contents } = document
  const start = contents?.range?.[0] ?? 0
  if (!contents || (isScalar(contents) && contents.value === null)) return []
  // What its aliases may amount to is bounded by now.
  const value = valueOf(document)
  if (value instanceof Error) {
    fail(start, value.message)
    return []
  }
  const itemLines = items(contents).map(item => lines.linePos(offsetOf(item) ?? start).line)
  return [{ value, line: lines.linePos(start).line, itemLines }]
}

/** What its text means, or why it means nothing: the library throws where something else than a mapping is merged. */
function valueOf(document: Document): unknown {
  try {
    return document.toJS({ maxAliasCount: -1 })
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error))
  }
}

function items(contents: Node): readonly unknown[] {
  if (isSeq(contents)) return contents.items
  const list: unknown = isMap(contents) ? contents.get('items', true) : undefined
  return isSeq(list) ? list.items : []
}

function offsetOf(node: unknown): number | undefined {
  return isNode(node) ? node.range?.[0] : undefined
}

/** The library quotes what it stumbled over, which may be a password. */
function withoutQuotations(message: string): string {
  return message.replace(
    /(Not a YAML token|token in YAML (?:stream|document)|extra characters|Unresolved \w+[^:]*):.*/s,
    '$1',
  )
}

function malformed(at: string, defect: string, text: string): Problem {
  const message = withoutQuotations(defect)
  const sentence =
    message.charAt(0).toLowerCase() +
    message
      .slice(1)
      .replace(/\.$/, '')
      .replace(/\s*\n\s*/g, ' ')
  const template = text.includes('{{')
  const language = /^\s*[[{](?!\{)/.test(text) ? 'JSON' : 'YAML'
  return {
    code: 'malformed-input',
    severity: 'error',
    at,
    message: `not valid ${language}: ${sentence}`,
    hint: template
      ? 'is it a template? render it first, with `helm template` for instance'
      : 'mend it at this place, or leave the file out',
  }
}
