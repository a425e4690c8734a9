import { optimizeLate } from './optimize-late'
import { run } from './run'
import { openSession } from './session'

/** Runs the command line of this process. */
export async function main(): Promise<void> {
  optimizeLate()
  // Whoever reads us may have seen enough (`ztm … | head`); that is no error.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 2))
  process.exitCode = await run(process.argv.slice(2), openSession(process))
}
