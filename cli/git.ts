import type { BadInput } from './bad-input'
import { badInput } from './bad-input'

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
}

/** Whether a path of the command line means a git revision. */
export function isRevision(path: string): boolean {
  return path.startsWith(prefix)
}

/**
 * The manifests of `git:REVISION` or `git:REVISION:PATH`: a file, or those of a directory by the rules by which directories are read. The path is taken from the
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
  return { files: [{ source: name, bytes: done(git(['cat-file', 'blob', object], ''), name), named: true }], notes: [] }
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
  const listed = utf8(done(git(['ls-tree', '-r', '-z', '--full-tree', object], ''), name))
  const entries = listed.split('\0').flatMap(line => {
    const [, mode = '', id = '', path = ''] = /^(\d+) \w+ ([0-9a-f]+)\t(.*)$/s.exec(line) ?? []
    return isRead(path) ? [{ mode, id, source: `${name}${name.split(':').length > 2 ? '/' : ':'}${path}` }] : []
  })
  const blobs = entries.filter(({ mode }) => mode.startsWith('100'))
  const notes = entries
    .filter(entry => !blobs.includes(entry))
    .map(({ source }) => `${source}: skipped, a link, which is not followed in a revision`)
  if (blobs.length === 0) throw badInput(name, 'no `.yaml`, `.yml` or `.json` file in this directory or below')
  const contents = batch(done(git(['cat-file', '--batch'], blobs.map(({ id }) => `${id}\n`).join('')), name))
  return {
    files: blobs.map(({ source }, i) => ({ source, bytes: contents[i] ?? new Uint8Array(), named: false })),
    notes,
  }
}

/** Of directories the manifests are read that are neither hidden nor somebody else's. */
function isRead(path: string): boolean {
  const segments = path.split('/')
  return (
    /\.(?:ya?ml|json)$/i.test(path) && !segments.some(segment => segment.startsWith('.') || segment === 'node_modules')
  )
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
