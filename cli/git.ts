import type { BadInput } from './bad-input'
import { badInput } from './bad-input'
import { below, noManifests } from './folder'
import type { Folder } from './folder'
import type { Unrendered } from './unrendered'

/** What begins the name of something in a git revision: `git:main`, `git:main:manifests/cart.yaml`. */
const prefix = 'git:'

/** How a run of the git program went; `failed` tells why, in its own words. Absent: there is no such program. */
export type GitOutcome =
  | { readonly kind: 'done'; readonly output: Uint8Array }
  | { readonly kind: 'failed'; readonly why: string }
  | { readonly kind: 'absent' }

/** Runs the git program, without a shell, on what is given as its standard input. */
export type Git = (args: readonly string[], input: string) => GitOutcome

/** A file of a revision. */
export interface RevisionFile {
  /** `git:main:manifests/cart.yaml` */
  readonly source: string
  readonly bytes: Uint8Array
  /** Whether it was asked for by name, or lies in a directory that was. */
  readonly named: boolean
}

export interface RevisionFiles {
  readonly files: readonly RevisionFile[]
  /** What was passed over, and why. */
  readonly notes: readonly string[]
  /** The charts in it, of which nothing is read. */
  readonly charts: readonly Unrendered[]
}

/** Whether a path of the command line means a git revision. */
export function isRevision(path: string): boolean {
  return path.startsWith(prefix)
}

/**
 * The manifests of `git:REVISION` or `git:REVISION:PATH`: a file, or those of a directory as they are read of one in the file system ({@link below}); only links are not followed. The path is taken from the
 * root of the repository, and from the current directory where it begins with `./`. Throws {@link BadInput}.
 */
export function filesIn(name: string, git: Git): RevisionFiles {
  const { revision, path } = parse(name)
  const commit = commitOf(revision, name, git)
  const object = `${commit}:${path}`
  const type = git(['cat-file', '-t', object], '')
  if (type.kind !== 'done') throw notThere(name, revision, path)
  const text = utf8(type.output).trim()
  if (text === 'tree') return directory(name, object, git)
  if (text !== 'blob') throw badInput(name, `it is a ${text}, neither a file nor a directory`, 'check the path')
  return {
    files: [{ source: name, bytes: done(git(['cat-file', 'blob', object], ''), name), named: true }],
    notes: [],
    charts: [],
  }
}

/** Never an option: git takes whatever begins with a dash for one. */
function parse(name: string): { readonly revision: string; readonly path: string } {
  const [, revision = '', path = ''] = /^git:([^:]*)(?::(.*))?$/s.exec(name) ?? []
  const hint = 'write for instance `git:main`, or `git:main:manifests`'
  if (revision === '') throw badInput(name, 'it names no revision', hint)
  if (revision.startsWith('-')) throw badInput(name, 'a revision cannot begin with a dash', hint)
  if (/[\0\n]/.test(name)) throw badInput(name, 'no revision or path can hold these characters', hint)
  return { revision, path: path.replace(/(?<=[^/])\/+$/, '').replace(/^\/+/, '') }
}

function commitOf(revision: string, name: string, git: Git): string {
  const inside = git(['rev-parse', '--git-dir'], '')
  if (inside.kind !== 'done') throw refused(inside, name)
  const found = git(['rev-parse', '--verify', '--quiet', '--end-of-options', `${revision}^{commit}`], '')
  if (found.kind === 'done') return utf8(found.output).trim()
  const hint = 'list what there is with `git branch --all` or `git tag`; a branch of a remote may have to be fetched'
  throw badInput(name, `the repository has no revision \`${revision}\``, hint)
}

function directory(name: string, object: string, git: Git): RevisionFiles {
  const entries = entriesOf(utf8(done(git(['ls-tree', '-r', '-z', '--full-tree', object], ''), name)))
  const tree: Tree = { root: rootOf(name), entries, names: namesOf([...entries.keys()]) }
  const { files, others, charts } = below(folderIn(tree, '', name))
  if (files.length + charts.length === 0) throw noManifests(name)
  const entryOf = (source: string): Entry => entries.get(source.slice(tree.root.length)) ?? { mode: '', id: '' }
  const read = files.filter(source => isFile(entryOf(source)))
  const ids = read.map(source => `${entryOf(source).id}\n`)
  const contents = ids.length === 0 ? [] : batch(done(git(['cat-file', '--batch'], ids.join('')), name))
  return {
    files: read.map((source, i) => ({ source, bytes: contents[i] ?? new Uint8Array(), named: false })),
    notes: [...files, ...others.filter(mayBeFolder)].flatMap(source => skipped(source, entryOf(source))),
    charts,
  }
}

function rootOf(name: string): string {
  const { revision, path } = parse(name)
  return path === '' ? `${prefix}${revision}:` : `${prefix}${revision}:${path}/`
}

interface Entry {
  /** `100644` and `100755` are files, `120000` a link, `160000` another repository. */
  readonly mode: string
  readonly id: string
}

/** What lies below a directory of a revision. */
interface Tree {
  /** What comes before the paths in it. */
  readonly root: string
  readonly entries: ReadonlyMap<string, Entry>
  /** What each directory holds, by its path with a slash at the end; that of the first is empty. */
  readonly names: ReadonlyMap<string, ReadonlySet<string>>
}

function entriesOf(listed: string): Tree['entries'] {
  const lines = listed.split('\0').flatMap(line => {
    const [, mode = '', id = '', path] = /^(\d+) \w+ ([0-9a-f]+)\t(.*)$/s.exec(line) ?? []
    return path === undefined ? [] : [[path, { mode, id }] as const]
  })
  return new Map(lines)
}

function namesOf(paths: readonly string[]): Tree['names'] {
  const names = new Map<string, Set<string>>()
  for (const path of paths) {
    const parts = path.split('/')
    for (const [depth, part] of parts.entries()) {
      const above = depth === 0 ? '' : `${parts.slice(0, depth).join('/')}/`
      const held = names.get(above) ?? new Set()
      names.set(above, held.add(part))
    }
  }
  return names
}

function folderIn(tree: Tree, at: string, path: string): Folder {
  const pathOf = (name: string): string => `${tree.root}${at}${name}`
  return {
    ...{ path, names: [...(tree.names.get(at) ?? [])], pathOf },
    folder: name => (tree.names.has(`${at}${name}/`) ? folderIn(tree, `${at}${name}/`, pathOf(name)) : undefined),
  }
}

function isFile({ mode }: Entry): boolean {
  return mode.startsWith('100')
}

/** What has no ending of a file may be a link to a directory, or another repository, in which manifests would be. */
function mayBeFolder(source: string): boolean {
  return !/\.[a-z]\w*$/i.test(source)
}

function skipped(source: string, entry: Entry): readonly string[] {
  if (isFile(entry)) return []
  const what = entry.mode === '160000' ? 'another repository, which is' : 'a link, which is'
  return [`${source}: skipped, ${what} not followed in a revision`]
}

/** The objects that `git cat-file --batch` wrote: a line with the number of bytes, these, and a line break. */
function batch(output: Uint8Array): readonly Uint8Array[] {
  const contents: Uint8Array[] = []
  for (let at = 0; at < output.length;) {
    const end = output.indexOf(10, at)
    const size = Number(utf8(output.subarray(at, end)).split(' ')[2])
    contents.push(output.subarray(end + 1, end + 1 + size))
    at = end + size + 2
  }
  return contents
}

function done(outcome: GitOutcome, name: string): Uint8Array {
  if (outcome.kind === 'done') return outcome.output
  throw refused(outcome, name)
}

function refused(outcome: Exclude<GitOutcome, { kind: 'done' }>, name: string): BadInput {
  if (outcome.kind === 'absent')
    return badInput(name, 'the program `git` is needed to read a revision, and is not there', 'install git')
  if (/not a git repository/i.test(outcome.why))
    return badInput(name, 'the current directory is in no git repository', 'run it in a clone')
  return badInput(name, `git refused: ${outcome.why}`)
}

function notThere(name: string, revision: string, path: string): BadInput {
  const hint =
    "check the path; it is taken from the repository's root, and from the current directory if it begins with `./`"
  return badInput(name, `the revision \`${revision}\` has no \`${path}\``, hint)
}

function utf8(bytes: Uint8Array): string {
  return new TextDecoder('utf-8').decode(bytes)
}
