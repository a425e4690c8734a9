/** Says what is being done, where somebody is watching and it takes a while. */
export interface Progress {
  /** Names the step that begins now. `heavy`: it alone will take longer than anybody likes to wait in silence. */
  step(text: string, weight?: 'light' | 'heavy'): void
  /** Wipes what was shown; the next text starts on a clean line. */
  clear(): void
}

/** Work that takes longer than this, in milliseconds, is not done in silence. */
const patience = 1000
/** At most one line in so many milliseconds. */
const interval = 100

const nobodyWatches: Progress = { step: () => undefined, clear: () => undefined }

/** Progress on a terminal: one line, rewritten in place. Silent where `stream` is no terminal. */
export function progressOn(stream: { readonly isTTY?: boolean; write(text: string): unknown }): Progress {
  if (!stream.isTTY) return nobodyWatches
  const start = Date.now()
  let last = 0
  return {
    step(text, weight = 'light') {
      const now = Date.now()
      if (weight === 'light' && (now - start < patience || now - last < interval)) return
      stream.write(`\r\u001b[K${text} …`)
      last = now
    },
    clear() {
      if (last > 0) stream.write('\r\u001b[K')
      last = 0
    },
  }
}
