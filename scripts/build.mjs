/**
 * Bundles what runs outside a checkout: the library, `ztm`, the embedded preview and the policy pack. Nothing built is
 * committed; `npm ci` runs this through `prepare`. Packages stay external, so that the Pulumi SDK exists once.
 */
import { rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { bundleZtm, external } from './bundle-ztm.mjs'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const common = {
  bundle: true,
  platform: 'node',
  target: 'node20',
  format: 'cjs',
  logLevel: 'warning',
  absWorkingDir: root,
}

rmSync(join(root, 'dist'), { recursive: true, force: true })
rmSync(join(root, 'policypacks/zero-trust/dist'), { recursive: true, force: true })
await Promise.all([
  build({ ...common, packages: 'external', entryPoints: ['lib.ts'], outfile: 'dist/lib.js' }),
  bundleZtm(join(root, 'dist')),
  build({ ...common, external, entryPoints: ['preview/main.ts'], outfile: 'dist/preview.js' }),
  build({
    ...common,
    external,
    entryPoints: ['policypacks/zero-trust/index.ts'],
    outfile: 'policypacks/zero-trust/dist/index.js',
  }),
])
