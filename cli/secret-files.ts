import { badInput } from './bad-input'
import { isThere, parentsOf, writeSecretFile } from './io'
import { runGit } from './programs'
import type { NewFile } from './development-trust'

/** What marks a directory as under version control that is not git's, whose ignoring we cannot ask for. */
const others = ['.hg', '.svn', '.jj', '_darcs', '.fslckout']

/**
 * Makes sure that keys can be written to some paths: nothing is there already, and nobody would commit them by accident. Throws BadInput.
 *
 * @param directory where all of them lie
 */
export function checkSecretPaths(directory: string, paths: readonly string[]): void {
  const there = paths.find(isThere)
  if (there !== undefined)
    throw badInput(there, 'it is there already, and is not overwritten', 'name another directory')
  const parents = parentsOf(directory)
  const other = parents.flatMap(parent => others.map(name => `${parent}/${name}`)).find(isThere)
  if (other !== undefined) throw committed(directory, `it is under version control (\`${other}\`)`)
  const [here = '.'] = parents.filter(isThere)
  if (!parents.some(parent => isThere(`${parent}/.git`)) && !isTracked(here)) return
  for (const path of paths)
    if (runGit(['-C', here, 'check-ignore', '--quiet', path], '').kind !== 'done')
      throw committed(directory, `it is under version control, and git does not ignore \`${path}\``)
}

/** Also where the repository lies elsewhere than in `.git` above. */
function isTracked(directory: string): boolean {
  return runGit(['-C', directory, 'rev-parse', '--is-inside-work-tree'], '').kind === 'done'
}

function committed(directory: string, message: string): Error {
  return badInput(
    directory,
    message,
    'name a directory outside of it, or one that it ignores: a key that was committed is lost',
  )
}

/** Writes files that only their owner may read. Throws BadInput where one has appeared meanwhile. */
export function writeSecretFiles(directory: string, files: readonly NewFile[]): void {
  for (const { path, text } of files) writeSecretFile(`${directory}/${path}`, text)
}
