/** A place in a file. */
export interface Place {
  /** With `/` between its parts; relative to the working directory where it lies below it. */
  readonly file: string
  /** Counts from 1. */
  readonly line: number
}

/** The file and line that an `at` names, `shop.yaml:12`; nothing where it names none. */
export function placeOf(at: string): Place | undefined {
  const [, file, line] = /^(.+):(\d+)$/s.exec(at) ?? []
  return file === undefined ? undefined : { file, line: Number(line) }
}
