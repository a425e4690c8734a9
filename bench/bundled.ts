import { join, resolve } from 'node:path'
import { buildSync } from 'esbuild'

/**
 * A program of the bench as one file in `folder`, bundled as `ztm` is. Run from its sources it would be measured with what `tsx` adds: a name for each function, given
 * anew whenever one is made, which takes a seventh of the time of what is measured.
 *
 * @param entry - the file it begins in, from the root of the repository
 */
export function bundled(entry: string, folder: string): string {
  const outfile = join(folder, entry.replace(/\W/g, '-').replace(/-ts$/, '.js'))
  const common = { bundle: true, platform: 'node', target: 'node20', format: 'cjs', logLevel: 'warning' } as const
  buildSync({ ...common, absWorkingDir: resolve(__dirname, '..'), entryPoints: [entry], outfile })
  return outfile
}
