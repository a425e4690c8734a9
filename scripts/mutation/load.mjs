import { readFileSync, statSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, isAbsolute, join, resolve } from 'node:path'
import { compileFunction } from 'node:vm'
import { transformSync } from 'esbuild'

/** The functions that modules are, by file: transpiled once, called as often as a module is wanted anew. */
const compiled = new Map()

/**
 * A maker of `require`s that evaluate the project's modules anew, so that nothing that the program or its tests remember (layers, what follows from
 * them) outlives a mutant: the next one would be judged by it. Shared are packages, and the modules of the folders named, which no mutant may be in or be
 * imported by.
 */
export function requires(root, sharedFolders) {
  const shared = { modules: new Map(), folders: sharedFolders.map(folder => join(root, folder, '/')) }
  return () => requireOf(join(root, 'package.json'), { shared, modules: new Map() })
}

function requireOf(from, state) {
  const ofPackages = createRequire(from)
  return wanted => {
    // A test that makes itself a require means this one.
    if (wanted === 'node:module') return { createRequire: file => requireOf(file, state) }
    const file = isAbsolute(wanted) || wanted.startsWith('.') ? found(resolve(dirname(from), wanted)) : undefined
    return file === undefined ? ofPackages(wanted) : evaluate(file, state)
  }
}

function evaluate(file, state) {
  const modules = state.shared.folders.some(folder => file.startsWith(folder)) ? state.shared.modules : state.modules
  const known = modules.get(file)
  if (known !== undefined) return known.exports
  const module = { exports: {} }
  modules.set(file, module)
  functionOf(file)(module.exports, requireOf(file, state), module, file, dirname(file))
  return module.exports
}

function functionOf(file) {
  const known = compiled.get(file)
  if (known !== undefined) return known
  const { code } = transformSync(readFileSync(file, 'utf8'), {
    loader: file.endsWith('.ts') ? 'ts' : file.endsWith('.json') ? 'json' : 'js',
    format: 'cjs',
    target: 'node20',
    sourcefile: file,
  })
  const made = compileFunction(code, ['exports', 'require', 'module', '__filename', '__dirname'], { filename: file })
  compiled.set(file, made)
  return made
}

/** Imports of the project have no suffix but where they name a file that is no TypeScript. */
function found(path) {
  return [path, `${path}.ts`, `${path}/index.ts`].find(file => statSync(file, { throwIfNoEntry: false })?.isFile())
}
