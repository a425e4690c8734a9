import type { FileDocument } from './file-document'

/**
 * The values of a JSON text, which may be several, one after the other, as `kubectl` and `jq` print them; nothing
 * where it is no JSON, which YAML may still be.
 */
export function parseJsonDocuments(text: string): readonly FileDocument[] | undefined {
  const spans = split(text)
  const documents: FileDocument[] = []
  for (const { start, end, line, itemLines } of spans) {
    const value = parse(text.slice(start, end))
    if (value === undefined) return undefined
    documents.push({ value, line, itemLines })
  }
  return documents
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    // Whoever called us reads it as YAML next, and that parser says where the mistake is.
    return undefined
  }
}

interface Span {
  readonly start: number
  end: number
  readonly line: number
  readonly itemLines: number[]
}

/** What the scanner needs to remember between two tokens. */
interface Scan {
  depth: number
  line: number
  /** The last string read at depth 1: the key that an array belongs to. */
  key: string
  /** The depth at which the entries of a list stand; 0 outside of one. */
  items: number
  readonly spans: Span[]
}

const token = /"[^"\\]*(?:\\.[^"\\]*)*"|[[\]{}\n]/gs

/** Where each top-level value begins and ends, and where the entries of its list are. */
function split(text: string): readonly Span[] {
  const scan: Scan = { depth: 0, line: 1, key: '', items: 0, spans: [] }
  for (const { 0: found, index } of text.matchAll(token)) step(scan, found, index)
  const last = scan.spans.at(-1)
  // What follows the last value must be nothing; left in, it makes the parse fail.
  if (last) last.end = text.length
  return scan.spans
}

function step(scan: Scan, found: string, index: number): void {
  switch (found) {
    case '\n':
      scan.line++
      return
    case '{':
    case '[':
      open(scan, found, index)
      return
    case '}':
    case ']':
      close(scan)
      return
    default:
      if (scan.depth === 1) scan.key = found
  }
}

function open(scan: Scan, bracket: string, index: number): void {
  if (scan.depth === 0) start(scan, index)
  if (scan.depth === scan.items && scan.items > 0) scan.spans.at(-1)?.itemLines.push(scan.line)
  scan.depth++
  const isList = bracket === '[' && (scan.depth === 1 || (scan.depth === 2 && scan.key === '"items"'))
  if (isList && scan.items === 0) scan.items = scan.depth
}

function start(scan: Scan, index: number): void {
  const previous = scan.spans.at(-1)
  if (previous) previous.end = index
  scan.key = ''
  scan.spans.push({ start: index, end: index, line: scan.line, itemLines: [] })
}

function close(scan: Scan): void {
  if (scan.depth === scan.items) scan.items = 0
  scan.depth--
}
