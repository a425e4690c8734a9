import { visible } from './words'

/** What is written of a graph: its parts that differ from none, and what there is to say of them. */
export interface WrittenGraph {
  readonly graph: {
    readonly services: Readonly<Record<string, object>>
    readonly external: Readonly<Record<string, object>>
    readonly ingress: Readonly<Record<string, object>>
    readonly scraper?: object
    readonly calls: Readonly<Record<string, object>>
  }
  /** Comments, each above what the keys from the root lead to. */
  readonly notes: readonly { readonly path: readonly string[]; readonly text: string }[]
  /** Routes that are written as one name, `anyRequest`. */
  readonly anyRequest: readonly string[]
}

/** Longest line, as the formatter that most projects use would have it here. */
const width = 120

/** A graph as a TypeScript module, formatted as prettier would format it at 120 columns without semicolons. */
export function adoptedTypeScript(written: WrittenGraph, library = 'zero-trust-mesh'): string {
  const { services, external, ingress, scraper, calls } = written.graph
  const notes = notesOf(written)
  const declaration = {
    services: inCode(services),
    ...(Object.keys(external).length > 0 && { external: inCode(external) }),
    ...(Object.keys(ingress).length > 0 && { ingress: inCode(ingress) }),
    ...(scraper && { scraper }),
  }
  const printing = { notes, anyRequest: JSON.stringify(written.anyRequest) }
  const declared = block(declaration, { ...printing, path: [], indent: '' })
  const called = block(calls, { ...printing, path: ['calls'], indent: '' })
  const body = `export default defineGraph(${declared}).calls(${called})\n`
  const makers = ['defineGraph', 'grpc', 'http', 'tcp', 'tls'].filter(name => body.includes(`${name}(`))
  const constant = body.includes('anyRequest') ? `\n${anyRequestText(written.anyRequest)}` : ''
  return `${head}import { ${makers.join(', ')} } from ${quoted(library)}\n${constant}\n${body}`
}

const head = `/**
 * Who may call whom, as far as the manifests tell that are there today. Written by \`ztm adopt\`, to be kept and corrected by
 * hand: what is not here is not let through.
 */
`

function anyRequestText(routes: readonly string[]): string {
  const list = `[${routes.map(quoted).join(', ')}]`
  return `/** Whatever may be asked, but CONNECT and TRACE: put the routes that are really called in its place. */\nconst anyRequest = ${list} as const\n`
}

/** Text that stands as it is. */
class Code {
  constructor(readonly text: string) {}
}

type Tree = Readonly<Record<string, unknown>>

function isTree(value: unknown): value is Tree {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Code)
}

/** Ports as the functions that make them. */
function inCode(entries: Readonly<Record<string, object>>): Tree {
  return Object.fromEntries(
    Object.entries(entries).map(([name, entry]) => {
      const { ports } = entry as { readonly ports?: Tree }
      return [name, ports ? { ...entry, ports: mapped(ports) } : entry]
    }),
  )
}

function mapped(ports: Tree): Tree {
  return Object.fromEntries(
    Object.entries(ports).map(([name, port]) => {
      const { protocol, port: number, ...rest } = port as { readonly protocol: string; readonly port: number }
      const options = Object.keys(rest).length > 0 ? `, ${inline(rest)}` : ''
      return [name, new Code(`${protocol}(${number}${options})`)]
    }),
  )
}

interface Printing {
  readonly notes: ReadonlyMap<string, readonly string[]>
  readonly anyRequest: string
  readonly path: readonly string[]
  readonly indent: string
}

function notesOf({ notes }: WrittenGraph): ReadonlyMap<string, readonly string[]> {
  const map = new Map<string, string[]>()
  for (const { path, text } of notes) {
    const key = JSON.stringify(path)
    const list = map.get(key)
    if (list) list.push(text)
    else map.set(key, [text])
  }
  return map
}

/** An object over several lines, each key with its comments above it. */
function block(tree: Tree, printing: Printing): string {
  const entries = Object.entries(tree)
  if (entries.length === 0) return '{}'
  const indent = `${printing.indent}  `
  const lines = entries.flatMap(([key, value]) => {
    const path = [...printing.path, key]
    const comments = (printing.notes.get(JSON.stringify(path)) ?? []).flatMap(text => commented(text, indent))
    const start = `${indent}${keyText(key)}: `
    return [...comments, `${start}${valueText(value, { ...printing, path, indent }, start.length)},`]
  })
  return `{\n${lines.join('\n')}\n${printing.indent}}`
}

function valueText(value: unknown, printing: Printing, column: number): string {
  if (Array.isArray(value)) return listText(value, printing, column)
  if (!isTree(value)) return inline(value)
  const flat = flatText(value, printing)
  const isFlat = flat !== undefined && column + flat.length + 1 <= width
  return isFlat ? flat : block(value, printing)
}

/** On one line, where it holds nothing that has objects or comments of its own. */
function flatText(tree: Tree, { notes, anyRequest, path }: Printing): string | undefined {
  const inner = JSON.stringify(path).slice(0, -1)
  const isNoted = [...notes.keys()].some(key => key.startsWith(`${inner},`))
  if (isNoted || Object.values(tree).some(isTree)) return undefined
  const parts = Object.entries(tree).map(([key, value]) => `${keyText(key)}: ${named(value, anyRequest)}`)
  return parts.length === 0 ? '{}' : `{ ${parts.join(', ')} }`
}

function named(value: unknown, anyRequest: string): string {
  return Array.isArray(value) && JSON.stringify(value) === anyRequest ? 'anyRequest' : inline(value)
}

function listText(list: readonly unknown[], { anyRequest, indent }: Printing, column: number): string {
  const flat = named(list, anyRequest)
  if (column + flat.length + 1 <= width) return flat
  return `[\n${list.map(item => `${indent}  ${inline(item)},`).join('\n')}\n${indent}]`
}

function inline(value: unknown): string {
  if (value instanceof Code) return value.text
  if (typeof value === 'string') return quoted(value)
  if (Array.isArray(value)) return `[${value.map(inline).join(', ')}]`
  if (!isTree(value)) return String(value)
  return `{ ${Object.entries(value)
    .map(([key, each]) => `${keyText(key)}: ${inline(each)}`)
    .join(', ')} }`
}

function keyText(key: string): string {
  return /^[A-Za-z_$][\w$]*$/.test(key) ? key : quoted(key)
}

function quoted(text: string): string {
  const escaped = JSON.stringify(text).slice(1, -1)
  const isDouble = text.includes("'") && !text.includes('"')
  return isDouble ? `"${escaped}"` : `'${escaped.replace(/\\"/g, '"').replace(/'/g, "\\'")}'`
}

function commented(text: string, indent: string): readonly string[] {
  const lines: string[] = []
  for (const word of visible(text).split(' ')) {
    const last = lines.at(-1)
    if (last !== undefined && indent.length + 3 + last.length + 1 + word.length <= width)
      lines[lines.length - 1] = `${last} ${word}`
    else lines.push(word)
  }
  return lines.map(line => `${indent}// ${line}`)
}
