import { createColors } from 'picocolors'
import { plain } from '../core/report/style'
import type { Style } from '../core/report/style'
import type { Progress } from './progress'
import { progressOn } from './progress'

/** 0: clean; 1: something was found; 2: what was given is bad. */
export type ExitCode = 0 | 1 | 2

/** Where a run of the program reads from and writes to. */
export interface Session {
  readonly stdin: AsyncIterable<Uint8Array>
  /** Writes results, and waits until they are on their way, so that a slow reader slows us down. */
  out(text: string): Promise<void>
  /** Writes what is not a result: problems. */
  err(text: string): void
  /** Writes what is nice to know, a line, unless nobody wants to. */
  note(text: string): void
  /** For results. */
  readonly style: Style
  /** For everything else. */
  readonly errStyle: Style
  readonly progress: Progress
  /** How many columns a help may take. */
  readonly width: number
}

type Output = NodeJS.WritableStream & { readonly isTTY?: boolean; readonly columns?: number }

/** Where nobody looks, or who looks does not say how wide his screen is. */
const usualWidth = 80

/** The streams and environment of a process. */
export interface Streams {
  readonly stdin: AsyncIterable<Uint8Array>
  readonly stdout: Output
  readonly stderr: Output
  readonly env: Readonly<Record<string, string | undefined>>
}

/** A session on a process's streams: colours and progress only where a person is looking. */
export function openSession({ stdin, stdout, stderr, env }: Streams): Session {
  const progress = progressOn(stderr)
  return {
    stdin,
    progress,
    width: stdout.columns ?? usualWidth,
    style: styleFor(stdout, env),
    errStyle: styleFor(stderr, env),
    out: text => {
      progress.clear()
      return new Promise(resolve => {
        if (stdout.write(text)) resolve()
        else stdout.once('drain', resolve)
      })
    },
    err: text => {
      progress.clear()
      stderr.write(text)
    },
    note: text => {
      progress.clear()
      stderr.write(`note: ${text}\n`)
    },
  }
}

/** The same session without notes and progress, once `quiet` says so. */
export function hushed(session: Session, quiet: () => boolean): Session {
  return {
    ...session,
    note: text => {
      if (!quiet()) session.note(text)
    },
    progress: {
      step: (text, weight) => {
        if (!quiet()) session.progress.step(text, weight)
      },
      clear: () => {
        session.progress.clear()
      },
    },
  }
}

/** Colours on a terminal that knows them, unless `NO_COLOR` is set (https://no-color.org). */
function styleFor(stream: Output, { NO_COLOR = '', TERM }: Streams['env']): Style {
  return stream.isTTY === true && NO_COLOR === '' && TERM !== 'dumb' ? createColors(true) : plain
}
