import { Composer, LineCounter, Parser, isMap, isNode, isScalar, isSeq, visit } from 'yaml'
import type { CST, Document, Node, ScalarTag } from 'yaml'
import type { Problem } from '../core/model/problem'
import type { FileDocument, FileDocuments } from './file-document'
import { parseJsonDocuments } from './json-documents'

/** What kubectl takes for a boolean (YAML 1.1, but for `y` and `n`, which are names people use). */
const boolean: ScalarTag = {
  tag: 'tag:yaml.org,2002:bool',
  default: true,
  identify: value => typeof value === 'boolean',
  test: /^(?:true|True|TRUE|yes|Yes|YES|on|On|ON|false|False|FALSE|no|No|NO|off|Off|OFF)$/,
  resolve: text => /^(?:t|y|on)/i.test(text),
}
/** Deeper than anything Kubernetes keeps in practice. */
const deepest = 500
const tooDeep = `values are nested more than ${deepest} levels deep`
const foreign = /:(?:bool|timestamp|binary|omap|pairs|set)$/

/** YAML as Kubernetes reads it: 1.1 with merge keys, where dates stay text and `12:30` is no number. */
const options = {
  version: '1.1',
  // The library looks for duplicates in quadratic time; `duplicateKey` does it in one pass.
  uniqueKeys: false,
  logLevel: 'silent',
  customTags: (tags: (ScalarTag | string | { tag: string; format?: string })[]) => [
    boolean,
    ...tags.filter(tag => typeof tag !== 'string' && !foreign.test(tag.tag) && tag.format !== 'TIME'),
  ],
} as ConstructorParameters<typeof Composer>[0] // the library's type names fewer tags than it passes

/**
 * The documents of a file: YAML, or JSON (one value or several, one after the other).
 *
 * A document that cannot be read is a Problem with file, line and column; the others are read all the same.
 */
export function parseDocuments(text: string, source: string): FileDocuments {
  return (
    (/^\s*[[{]/.test(text) ? parseJson(text, source) : undefined) ?? withQuickEnvironment(() => parseYaml(text, source))
  )
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

function parseYaml(text: string, source: string): FileDocuments {
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
      const defect = document.errors[0] ?? duplicateKey(document)
      if (defect) fail(defect.pos[0], defect.message)
      else documents.push(...plain(document, lines, fail))
    }
  }
  for (const token of new Parser(lines.addNewLine).parse(text)) {
    if (isTooDeep(token)) fail(token.offset, tooDeep)
    else add(composer.next(token))
  }
  add(composer.end())
  return { documents, problems }
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

/** A document as plain data; nothing where it is empty or cannot be had. */
function plain(
  document: Document,
  lines: LineCounter,
  fail: (offset: number, message: string) => void,
): FileDocument[] {
  const { contents } = document
  const start = contents?.range?.[0] ?? 0
  if (!contents || (isScalar(contents) && contents.value === null)) return []
  try {
    const value: unknown = document.toJS()
    const itemLines = items(contents).map(item => lines.linePos(offsetOf(item) ?? start).line)
    return [{ value, line: lines.linePos(start).line, itemLines }]
  } catch (error) {
    // It throws a ReferenceError for an alias without its anchor, or for so many that they would fill the memory.
    if (!(error instanceof ReferenceError)) throw error
    fail(start, error.message)
    return []
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

interface Defect {
  readonly pos: readonly [number, number?]
  readonly message: string
}

/** The first key that stands twice in one mapping: which of the two counts depends on who reads it. */
function duplicateKey(document: Document): Defect | undefined {
  let found: Defect | undefined
  visit(document, {
    Map(_, map) {
      const seen = new Set<unknown>()
      for (const { key } of map.items) {
        if (!isScalar(key) || key.value === '<<') continue
        if (seen.has(key.value)) {
          found = { pos: [key.range?.[0] ?? 0], message: `key \`${String(key.value)}\` is given twice` }
          return visit.BREAK
        }
        seen.add(key.value)
      }
      return undefined
    },
  })
  return found
}

function malformed(at: string, message: string, text: string): Problem {
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
