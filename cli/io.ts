/* The only file of the command line that touches the disk. It needs no network: everything is given as files. */
import { createHash } from 'node:crypto'
import { createReadStream, mkdirSync, readFileSync, readdirSync, realpathSync, statSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join, relative, resolve } from 'node:path'
import type { Sourced } from '../core/model/manifest'
import type { Problem } from '../core/model/problem'
import { badInput, collecting } from './bad-input'
import { parseDocuments } from './documents'
import { below, noManifests, nothingIn } from './folder'
import type { Folder } from './folder'
import { filesIn, isRevision } from './git'
import { runGit } from './programs'
import { objectsOf } from './objects'
import { refused } from './refused'
import { decode, splitLines } from './text'
import type { Line } from './text'
import { unite } from './unite'
import { unrenderedFile, unrenderedObjects } from './unrendered'
import type { Unrendered } from './unrendered'

/** What stands for standard input among paths. */
export const standardInput = '-'

/** No text longer than half a gigabyte can be held as one; this leaves room for the objects in it. */
const largest = 400 * 1024 * 1024

/** How reading is done. */
export interface ReadOptions {
  /** Where `-` reads from. */
  readonly stdin: AsyncIterable<Uint8Array>
  /** Told of each file before it is read, and of its size in bytes. */
  readonly onFile?: (path: string, size: number) => void
  /** The namespace of namespaced objects that name none. @default none: they stay as they are */
  readonly namespace?: string
}

/** What files, directories and standard input hold. */
export interface Objects {
  readonly inputs: readonly Sourced[]
  readonly problems: readonly Problem[]
  /** What was passed over, and why: empty files, values files, the same object twice. */
  readonly notes: readonly string[]
  /** What stands for objects that are not there: charts, kustomizations, what Flux and Argo CD make objects from. */
  readonly unrendered: readonly Unrendered[]
}

/**
 * Reads Kubernetes objects from files, from directories (their `.yaml`, `.yml` and `.json` files, at any depth, but not
 * in `node_modules` or hidden directories, nor the templates of a chart), from git revisions (`git:main:manifests`) and from standard input (`-`).
 *
 * Never throws for what it finds there: unreadable files, malformed documents and things that are no objects are
 * Problems, with their place. The `at` of each object is `file:line`.
 */
export async function readObjects(paths: readonly string[], options: ReadOptions): Promise<Objects> {
  const { namespace } = options
  const sum: Sum = {
    inputs: [],
    problems: [],
    notes: [],
    unrendered: [],
    ...(namespace !== undefined && { namespace }),
  }
  for (const path of new Set(paths)) {
    if (path === standardInput) addText(sum, { bytes: await readStream(options.stdin), source: 'stdin', named: true })
    else if (isRevision(path)) addRevision(sum, path)
    else for (const file of filesAt(path, sum)) addFile(sum, { file, named: file === path, options })
  }
  const united = unite(sum.inputs)
  const problems = [...sum.problems, ...united.problems]
  if (united.inputs.length + problems.length === 0) problems.push(nothingIn(paths, sum.unrendered))
  const unrendered = [...sum.unrendered, ...unrenderedObjects(united.inputs)]
  return { inputs: united.inputs, problems, notes: [...sum.notes, ...united.notes], unrendered }
}

/** The lines of a file or of standard input (`-`), some at a time, in constant memory. Throws {@link BadInput}. */
export async function* readLines(path: string, stdin: AsyncIterable<Uint8Array>): AsyncGenerator<readonly Line[]> {
  try {
    // Without an encoding the stream yields Buffers.
    const stream = path === standardInput ? stdin : (createReadStream(path) as AsyncIterable<Uint8Array>)
    yield* splitLines(stream, path === standardInput ? 'stdin' : path)
  } catch (error) {
    throw refused(path, error)
  }
}

/** The text of a file or of standard input (`-`), which must be UTF-8. Throws {@link BadInput}. */
export async function readText(path: string, stdin: AsyncIterable<Uint8Array>): Promise<string> {
  return path === standardInput ? decode(await readStream(stdin), 'stdin') : readFile(path)
}

/** The text of a file, or nothing where there is no such file. Throws {@link BadInput} where it cannot be read. */
export function readFileIfThere(path: string): string | undefined {
  return isThere(path) ? readFile(path) : undefined
}

/** Whether there is such a file or directory. */
export function isThere(path: string): boolean {
  return attempt(path, () => statSync(path, { throwIfNoEntry: false })) !== undefined
}

/** Writes a file, and the directories it lies in. Throws {@link BadInput}. */
export function writeFile(path: string, text: string): void {
  attempt(path, () => {
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, text)
  })
}

/** Writes a new file that only its owner may read, in directories that only he may enter. Throws {@link BadInput}, also where it is there already. */
export function writeSecretFile(path: string, text: string): void {
  attempt(path, () => {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
    writeFileSync(path, text, { mode: 0o600, flag: 'wx' })
  })
}

/** A path and the directories above it, absolute, the nearest first. Links are followed as far as the path is there. */
export function parentsOf(path: string): readonly string[] {
  const above = (one: string): readonly string[] => (dirname(one) === one ? [one] : [one, ...above(dirname(one))])
  const all = above(resolve(path))
  const nearest = all.findIndex(isThere)
  return nearest < 0 ? all : [...all.slice(0, nearest), ...above(realpathSync(all[nearest] ?? path))]
}

/** Whether a path is a directory, or names a git revision, so that it has no text of its own. Throws {@link BadInput} where there is neither file nor directory. */
export function isFolderOrRevision(path: string): boolean {
  return path !== standardInput && (isRevision(path) || attempt(path, () => statSync(path).isDirectory()))
}

/** A path as seen from the working directory, with `/` between its parts; the whole of it where it lies outside of that. */
export function pathFromHere(path: string): string {
  const own = relative('', path)
  return (own.startsWith('..') || own === '' ? resolve(path) : own).replaceAll('\\', '/')
}

/** `sha256:` and the hexadecimal digest of a text's UTF-8. */
export function sha256(text: string): string {
  return `sha256:${createHash('sha256').update(text).digest('hex')}`
}

/**
 * What a TypeScript or JavaScript file exports. TypeScript is translated without a look at its types, so that a graph
 * with a misspelt name is loaded, and the message about it is ours.
 *
 * tsx is looked for beside the file, then beside this program. Throws {@link BadInput} where it is nowhere, and
 * whatever the file itself throws.
 */
export function loadModule(path: string): unknown {
  const file = resolve(path)
  attempt(path, () => readFileSync(file))
  if (path.endsWith('.ts')) understandTypeScript(file)
  return createRequire(file)(file)
}

interface Sum {
  readonly inputs: Sourced[]
  readonly problems: Problem[]
  readonly notes: string[]
  readonly unrendered: Unrendered[]
  readonly namespace?: string
}

interface Text {
  readonly bytes: Uint8Array
  readonly source: string
  /** Whether it was asked for by name; whatever else lies in a directory may be no manifest. */
  readonly named: boolean
}

function addFile(sum: Sum, { file, named, options }: { file: string; named: boolean; options: ReadOptions }): void {
  const bytes = collecting(sum.problems, () => attempt(file, () => readBounded(file, options)))
  if (bytes) addText(sum, { bytes, source: file, named })
}

function addRevision(sum: Sum, path: string): void {
  const found = collecting(sum.problems, () => filesIn(path, runGit))
  sum.unrendered.push(...(found?.charts ?? []))
  for (const file of found?.files ?? []) addText(sum, file)
  sum.notes.push(...(found?.notes ?? []))
}

function addText(sum: Sum, { bytes, source, named }: Text): void {
  const text = collecting(sum.problems, () => decode(bytes, source))
  if (text === undefined) return
  const parsed = parseDocuments(text, source)
  const found = objectsOf(parsed.documents, { ...sum, source })
  const tool = unrenderedFile(source)
  if (tool && !named) {
    sum.unrendered.push(tool)
    return
  }
  // One by one: as arguments of one call, a hundred thousand would not fit on the stack.
  for (const input of found.inputs) sum.inputs.push(input)
  for (const problem of [...parsed.problems, ...found.problems]) sum.problems.push(problem)
  if (parsed.documents.length + parsed.problems.length === 0) sum.notes.push(`${source}: empty, nothing to read`)
  for (const { at, problem } of found.others) {
    if (named) sum.problems.push({ ...problem, ...(tool && { hint: `render it, with ${tool.how}` }) })
    else sum.notes.push(`${at}: skipped, neither \`apiVersion\` nor \`kind\`: no Kubernetes object`)
  }
}

async function readStream(stream: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of stream) {
    checkSize('stdin', (size += chunk.length))
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

function readBounded(file: string, { onFile }: ReadOptions): Uint8Array {
  const { size } = statSync(file)
  onFile?.(file, size)
  checkSize(file, size)
  return readFileSync(file)
}

function checkSize(source: string, size: number): void {
  if (size <= largest) return
  throw badInput(source, `it is larger than ${largest / 1024 / 1024} MiB`, 'split it, by namespaces for instance')
}

function readFile(path: string): string {
  return decode(
    attempt(path, () => readFileSync(path)),
    path,
  )
}

/** A path itself where it is a file; the manifests below it where it is a directory, in the order of their names. */
function filesAt(path: string, { problems, unrendered }: Sum): readonly string[] {
  const before = problems.length
  const isDirectory = collecting(problems, () => attempt(path, () => statSync(path).isDirectory()))
  if (!isDirectory) return problems.length > before ? [] : [path]
  const { files, charts } = below(folderAt(path, { problems, above: [] }))
  unrendered.push(...charts)
  if (charts.length + files.length === 0 && problems.length === before) problems.push(...noManifests(path).problems)
  return files
}

/** `above`: the real paths of the directories on the way here, so that a link back to one of them ends the walk. */
function folderAt(path: string, { problems, above }: { problems: Problem[]; above: readonly string[] }): Folder {
  const here = collecting(problems, () => attempt(path, () => realpathSync(path)))
  const isNew = here !== undefined && !above.includes(here)
  const names = isNew ? collecting(problems, () => attempt(path, () => readdirSync(path))) : undefined
  const pathOf = (name: string): string => join(path, name)
  return {
    ...{ path, names: names ?? [], pathOf },
    folder: name =>
      here !== undefined && isFolder(pathOf(name))
        ? folderAt(pathOf(name), { problems, above: [...above, here] })
        : undefined,
  }
}

/** Whether there is such a directory. A link that leads nowhere, or round in a circle, is none. */
export function isFolder(path: string): boolean {
  const look = (): boolean => statSync(path).isDirectory()
  return collecting([], () => attempt(path, look)) ?? false
}

interface TypeScriptRunner {
  register(): unknown
}

/** Makes `require` understand TypeScript, unless it does so already. */
function understandTypeScript(file: string): void {
  if (Symbol.for('tsx:global-cjs-loader-count') in globalThis) return // by which tsx knows it itself
  for (const place of [file, __filename]) {
    try {
      const runner = createRequire(place)('tsx/cjs/api') as TypeScriptRunner // its published interface
      runner.register()
      return
    } catch {
      // Not there: the next place may have it.
    }
  }
  const hint = 'run `npm install --save-dev tsx`, or give the graph as YAML or JSON'
  throw badInput(file, 'a graph in TypeScript needs `tsx`', hint)
}

/** What `action` returns. Throws {@link BadInput} where the file system refuses. */
function attempt<T>(path: string, action: () => T): T {
  try {
    return action()
  } catch (error) {
    throw refused(path, error)
  }
}
