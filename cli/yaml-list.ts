import type { FileDocument, FileDocuments } from './file-document'
import { isList, isMapping } from './shape'

/** The text of one entry of a list, and the line it begins at. */
interface Entry {
  readonly text: string
  readonly line: number
}

/** As `kubectl get -o yaml` begins: keys in alphabetical order, entries not indented (kubernetes `staging/src/k8s.io/cli-runtime/pkg/printers/yaml.go`). */
const beginning = /^(?:---\n)?apiVersion: v1\nitems:\n(?=- )/
/** A line that belongs to no entry: what follows the last one. */
const ending = /\n(?![- \n])/g

/**
 * A List as `kubectl get -o yaml` prints it, read entry by entry, which takes the memory of one entry instead of the
 * whole. Nothing where it is no such list, or holds anything odd: it is then read as any other document.
 */
export function parseListInParts(text: string, parse: (text: string) => FileDocuments): FileDocument | undefined {
  const start = beginning.exec(text)?.[0].length
  if (start === undefined) return undefined
  ending.lastIndex = start
  const end = (ending.exec(text)?.index ?? text.length - 1) + 1
  const around = one(parse(text.slice(0, start).replace(/items:\n$/, '') + text.slice(end)))
  if (!isMapping(around) || around.kind !== 'List') return undefined
  const items: unknown[] = []
  const itemLines: number[] = []
  for (const entry of entries(text, { start, end })) {
    const value = one(parse(entry.text))
    if (!isList(value) || value.length !== 1) return undefined
    items.push(value[0])
    itemLines.push(entry.line)
  }
  return { value: { ...around, items }, line: text.startsWith('---') ? 2 : 1, itemLines }
}

function one({ documents, problems }: FileDocuments): unknown {
  return problems.length === 0 && documents.length === 1 ? documents[0]?.value : undefined
}

function* entries(text: string, { start, end }: { start: number; end: number }): Generator<Entry> {
  let line = text.slice(0, start).split('\n').length
  for (let from = start; from < end;) {
    const next = text.indexOf('\n- ', from)
    const to = next < 0 || next >= end ? end : next + 1
    const entry = text.slice(from, to)
    yield { text: entry, line }
    line += entry.split('\n').length - 1
    from = to
  }
}
