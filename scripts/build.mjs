/**
 * Bundles what runs outside a checkout: the library, `ztm`, the embedded preview and the policy pack. Nothing built is
 * committed; `npm ci` runs this through `prepare`. Packages stay external, so that the Pulumi SDK exists once.
 */
import { chmodSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const common = {
  bundle: true,
  platform: 'node',
  target: 'node20',
  format: 'cjs',
  logLevel: 'warning',
  absWorkingDir: root,
}
/** The SDKs are big and must be one copy; the TypeScript runner is found beside the program it runs. */
const external = ['@pulumi/*', 'typescript', 'ts-node', 'ts-node/*']

rmSync(join(root, 'dist'), { recursive: true, force: true })
rmSync(join(root, 'policypacks/zero-trust/dist'), { recursive: true, force: true })
await Promise.all([
  build({ ...common, packages: 'external', entryPoints: ['lib.ts'], outfile: 'dist/lib.js' }),
  build({
    ...common,
    external,
    entryPoints: ['cli/main.ts'],
    outfile: 'dist/ztm.js',
    // Half of what is read before anything is answered would be spaces.
    minifyWhitespace: true,
    minifySyntax: true,
    legalComments: 'none',
    banner: { js: '#!/usr/bin/env node' },
  }),
  build({ ...common, external, entryPoints: ['preview/main.ts'], outfile: 'dist/preview.js' }),
  build({
    ...common,
    external,
    entryPoints: ['policypacks/zero-trust/index.ts'],
    outfile: 'policypacks/zero-trust/dist/index.js',
  }),
])
// `npx` runs the file itself, and npm makes it executable only where it installs the package.
chmodSync(join(root, 'dist/ztm.js'), 0o755)
