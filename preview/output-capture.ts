/** What a program prints while it runs. */
export interface Capture {
  /** Lets output through again, and returns what was printed meanwhile. */
  end(): string
}

/**
 * Keeps what is printed to this process's standard streams: standard output is the report's, and what a program says is
 * part of it. Should the process end meanwhile, it is shown.
 */
export function captureOutput(): Capture {
  const streams = [process.stdout, process.stderr]
  const originals = streams.map(stream => stream.write.bind(stream))
  let text = ''
  const keep = (chunk: unknown, encoding?: unknown, done?: unknown): boolean => {
    text += chunk instanceof Uint8Array ? Buffer.from(chunk).toString() : String(chunk)
    const called = typeof encoding === 'function' ? encoding : done
    // Node's signature: the callback is the last argument, whether or not there is an encoding.
    if (typeof called === 'function') (called as () => void)()
    return true
  }
  const restore = (): void => {
    streams.forEach((stream, i) => {
      const original = originals[i]
      if (original) stream.write = original
    })
  }
  const show = (): void => {
    restore()
    process.stderr.write(text)
  }
  process.once('exit', show)
  for (const stream of streams) stream.write = keep
  return {
    end: () => {
      process.off('exit', show)
      restore()
      return text
    },
  }
}
