import type { Problem } from '../core/model/problem'
import type { BadInput } from './bad-input'
import { badInput } from './bad-input'
import { isOfChart, unrenderedChart, unrenderedFile } from './unrendered'
import type { Unrendered } from './unrendered'

/** A directory of the file system, or of a git revision. */
export interface Folder {
  readonly path: string
  /** What it holds, each by its own name. */
  readonly names: readonly string[]
  /** The path of what it holds by this name. */
  readonly pathOf: (name: string) => string
  /** The directory that it holds by this name, if it is one. */
  readonly folder: (name: string) => Folder | undefined
}

/** What is to be read of a directory, in the order of the names, and what is there besides. */
export interface Below {
  readonly files: readonly string[]
  /** Neither manifests nor anybody's own: `README.md`. */
  readonly others: readonly string[]
  /** The charts; the files of other tools are among those to be read, since a look into them may be wanted. */
  readonly charts: readonly Unrendered[]
}

/**
 * What is read of a directory, wherever it lies: its manifests at any depth, and the files of tools that make some, but nothing hidden, nothing in `node_modules`, nor what of a chart means something
 * only when it is rendered.
 */
export function below(folder: Folder): Below {
  const isChart = folder.names.includes('Chart.yaml')
  const parts = [...folder.names]
    .sort()
    .filter(name => !name.startsWith('.') && name !== 'node_modules' && !(isChart && isOfChart(name)))
    .map(name => part(folder, name))
  return {
    files: parts.flatMap(({ files }) => files),
    others: parts.flatMap(({ others }) => others),
    charts: [...(isChart ? [unrenderedChart(folder.path)] : []), ...parts.flatMap(({ charts }) => charts)],
  }
}

function part(folder: Folder, name: string): Below {
  const inner = folder.folder(name)
  if (inner) return below(inner)
  const path = folder.pathOf(name)
  const isRead = /\.(?:ya?ml|json)$/i.test(name) || unrenderedFile(name) !== undefined
  return { files: isRead ? [path] : [], others: isRead ? [] : [path], charts: [] }
}

/** What is said of a directory of which nothing is read. */
export function noManifests(path: string): BadInput {
  return badInput(path, 'no `.yaml`, `.yml` or `.json` file in this directory or below', 'check the path')
}

/** What to say where neither files nor directories hold an object. */
export function nothingIn(paths: readonly string[], unrendered: readonly Unrendered[]): Problem {
  const render = 'what is there makes objects when it is rendered; give what that prints'
  const hint = unrendered.length > 0 ? render : 'give files or directories with manifests, or `-` for standard input'
  return { code: 'no-objects', severity: 'error', at: paths.join(' '), message: 'no Kubernetes object in there', hint }
}
