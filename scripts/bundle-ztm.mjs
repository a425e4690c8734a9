/**
 * Bundles `ztm` into a folder: `ztm.js`, which is run, and beside it a piece of each verb, which is read when that verb is asked for and not before.
 * By itself: `node scripts/bundle-ztm.mjs FOLDER`.
 */
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')

/** esbuild splits ES modules and those alone, and only where `import()` is said; the sources, which tests run as CommonJS, say `require`. */
const splitVerbs = {
  name: 'split-verbs',
  setup({ onLoad }) {
    onLoad({ filter: /cli[\\/]verbs\.ts$/ }, ({ path }) => {
      const lazy = /load: \(\) => \(require\(([^)]+)\) as typeof \w+\)/g
      const contents = readFileSync(path, 'utf8').replaceAll(lazy, 'load: async () => (await import($1))')
      if (contents.includes('require(')) throw new Error(`${path}: a verb that is not loaded as the others are`)
      return { contents, loader: 'ts' }
    })
  },
}

/** What a CommonJS module has without a word. */
const asInCommonJs =
  "import{createRequire as __createRequire}from'node:module';import{fileURLToPath as __fileURLToPath}from'node:url';" +
  'const require=__createRequire(import.meta.url),__filename=__fileURLToPath(import.meta.url);'

/** The SDKs are big and must be one copy; the TypeScript runner is found beside the program it runs. */
export const external = ['@pulumi/*', 'typescript', 'esbuild', 'tsx/*']

export async function bundleZtm(folder) {
  await build({
    absWorkingDir: root,
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'esm',
    splitting: true,
    external,
    entryPoints: { main: 'cli/main.ts' },
    outdir: join(folder, 'ztm'),
    outExtension: { '.js': '.mjs' },
    plugins: [splitVerbs],
    // Half of what is read before anything is answered would be spaces.
    minifyWhitespace: true,
    minifySyntax: true,
    legalComments: 'none',
    logLevel: 'warning',
    banner: { js: asInCommonJs },
  })
  mkdirSync(folder, { recursive: true })
  const program = join(folder, 'ztm.js')
  writeFileSync(program, "#!/usr/bin/env node\nimport('./ztm/main.mjs').then(({ main }) => main())\n")
  // `npx` runs the file itself, and npm makes it executable only where it installs the package.
  chmodSync(program, 0o755)
}

const [, self = '', folder] = process.argv
if (resolve(self) === fileURLToPath(import.meta.url) && folder) await bundleZtm(resolve(folder))
