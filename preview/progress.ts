/** Says what is being done, where somebody is watching and it takes a while. */
export interface Progress {
  /** Names the step that begins now. */
  step(text: string): void
  /** Wipes what was shown; the next text starts on a clean line. */
  clear(): void
}

/** Work that takes longer than this, in milliseconds, is not done in silence. */
const patience = 1000

/** Progress on a terminal: one line, rewritten in place. Silent where `stream` is no terminal. */
export function progressOn(stream: NodeJS.WritableStream & { readonly isTTY?: boolean }): Progress {
  if (stream.isTTY !== true) return { step: () => undefined, clear: () => undefined }
  const start = Date.now()
  const write = stream.write.bind(stream)
  let shown = false
  let timer: NodeJS.Timeout | undefined
  const show = (text: string): void => {
    write(`\r\u001b[K${text} …`)
    shown = true
  }
  return {
    step(text) {
      clearTimeout(timer)
      const left = patience - (Date.now() - start)
      if (left <= 0) show(text)
      else
        timer = setTimeout(() => {
          show(text)
        }, left).unref()
    },
    clear() {
      clearTimeout(timer)
      if (shown) write('\r\u001b[K')
      shown = false
    },
  }
}
