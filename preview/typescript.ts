import type * as esbuildModule from 'esbuild'
import { createRequire, Module, SourceMap } from 'node:module'
import { join, resolve } from 'node:path'
import { readText } from './io'
import type { Project } from './project'
import { problem, Refusal } from './refusal'

type Esbuild = typeof esbuildModule

/** Where in a source file something of the compiled one stands. */
export type Locate = (file: string, line: number, column: number) => number

interface Compiled {
  readonly code: string
  readonly map: string
}

/** Compiles and does not check: a misspelt name is then explained by our own validation. CommonJS, as Pulumi's runner has it. */
const options = { format: 'cjs', platform: 'node', target: 'node20', logLevel: 'silent', write: false } as const

/**
 * Makes TypeScript loadable, from the sources as they are now: all that the program imports is compiled at once, and what
 * it asks for later on demand. Nothing where somebody else has registered a compiler already.
 *
 * @throws Refusal with the syntax errors, or where there is no compiler
 */
export async function registerTypeScript(project: Project): Promise<Locate> {
  if (Symbol.for('tsx:global-cjs-loader-count') in globalThis) return (_, line) => line
  const esbuild = loadEsbuild(project)
  const compiled = await compileAll(esbuild, project)
  const extensions = (Module as unknown as Loader)._extensions
  extensions['.ts'] = (module, file) => {
    const one = compiled.get(file) ?? compileOne(esbuild, file)
    compiled.set(file, one)
    module._compile(one.code, file)
  }
  return (file, line, column) => sourceLine(compiled.get(file), line, column)
}

/** The part of Node's module loader that its declarations leave out, because it is deprecated; TypeScript runners all use it. */
interface Loader {
  readonly _extensions: Record<string, (module: { _compile(code: string, file: string): void }, file: string) => void>
}

function loadEsbuild({ main }: Project): Esbuild {
  for (const from of [main, __filename]) {
    try {
      // The declarations of the very package that is loaded.
      return createRequire(from)('esbuild') as Esbuild
    } catch {
      // Looked for in the next place.
    }
  }
  const hint = 'run `npm install`, with development dependencies'
  throw new Refusal([
    problem({ code: 'no-typescript', at: 'package.json', message: '`esbuild` is not installed', hint }),
  ])
}

async function compileAll(esbuild: Esbuild, { main, directory, tsconfig }: Project): Promise<Map<string, Compiled>> {
  const common = { ...options, absWorkingDir: directory, metafile: true, ...(tsconfig && { tsconfig }) } as const
  try {
    const { metafile } = await esbuild.build({ ...common, entryPoints: [main], bundle: true, packages: 'external' })
    const entryPoints = Object.keys(metafile.inputs).filter(name => /\.[cm]?ts$/.test(name))
    const built = await esbuild.build({ ...common, entryPoints, outdir: join(directory, 'out'), sourcemap: 'external' })
    return byFile(built, directory)
  } catch (error) {
    throw syntaxErrors(error)
  }
}

function byFile(
  built: esbuildModule.BuildResult<{ write: false; metafile: true }>,
  directory: string,
): Map<string, Compiled> {
  const texts = new Map(built.outputFiles.map(({ path, text }) => [path, text]))
  return new Map(
    Object.entries(built.metafile.outputs).flatMap(([name, { entryPoint }]) => {
      const path = resolve(directory, name)
      if (entryPoint === undefined) return []
      const compiled = { code: texts.get(path) ?? '', map: texts.get(`${path}.map`) ?? '' }
      return [[resolve(directory, entryPoint), compiled] as const]
    }),
  )
}

function compileOne(esbuild: Esbuild, file: string): Compiled {
  const { format, platform, target, logLevel } = options
  const settings = {
    format,
    platform,
    target,
    logLevel,
    loader: 'ts',
    sourcefile: file,
    sourcemap: 'external',
  } as const
  try {
    return esbuild.transformSync(readText(file) ?? '', settings)
  } catch (error) {
    throw syntaxErrors(error)
  }
}

/** As the compiler says them, each with its place; anything else is thrown on. */
function syntaxErrors(error: unknown): unknown {
  const failure = error as Partial<esbuildModule.BuildFailure> | null
  if (!Array.isArray(failure?.errors)) return error
  return new Refusal(
    failure.errors.map(({ location, text }) => {
      const at = location ? `${location.file}:${location.line}:${location.column + 1}` : 'the program'
      return problem({
        code: 'malformed-program',
        at,
        message: text.charAt(0).toLowerCase() + text.slice(1).replace(/\.$/, ''),
      })
    }),
  )
}

function sourceLine(compiled: Compiled | undefined, line: number, column: number): number {
  if (!compiled || compiled.map === '') return line
  // The payload is a source map, version 3.
  const map = new SourceMap(JSON.parse(compiled.map) as ConstructorParameters<typeof SourceMap>[0])
  const entry = map.findEntry(line - 1, column - 1)
  return 'originalLine' in entry ? entry.originalLine + 1 : line
}
