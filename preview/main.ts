import { run } from './run'

/** Signals that end a preview, and what the exit code then is. */
const signals = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const

/** Makes the preview that this process was started for. */
async function main(): Promise<void> {
  let done = false
  // Whoever reads us may have seen enough (`… | head`); that is no error.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    done = true
    process.exit(error.code === 'EPIPE' ? 0 : 2)
  })
  for (const [signal, code] of Object.entries(signals)) process.once(signal, () => process.exit(code))
  process.on('exit', code => {
    // A program that ends the process itself must not look like a clean preview.
    if (done || code !== 0) return
    process.exitCode = 2
    process.stderr.write('the program ended the process before the preview was done\n')
  })
  try {
    process.exitCode = await run(process.argv.slice(2))
  } catch (error) {
    const text =
      error instanceof Error ? ((process.env.ZTM_DEBUG ? error.stack : undefined) ?? error.message) : String(error)
    process.stderr.write(
      `preview: internal error: ${text}\nthis is a bug of the preview; please report it, with ZTM_DEBUG=1 set\n`,
    )
    process.exitCode = 70
  }
  done = true
}

if (require.main === module) void main()
