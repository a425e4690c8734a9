import { badInput } from './bad-input'

/** A line of a file, without its end. */
export interface Line {
  readonly text: string
  /** Counts from 1. */
  readonly number: number
}

/** More than any request needs; what has no line breaks at all is no file of lines. */
const longestLine = 16 * 1024 * 1024

/** The text of a file, without a byte order mark. Throws BadInput where the bytes are no UTF-8 text. */
export function decode(bytes: Uint8Array, source: string): string {
  const utf16 = bytes[0] === 0xff || bytes[0] === 0xfe
  const hint = utf16 ? 'it looks like UTF-16; save it as UTF-8' : 'give YAML or JSON, in UTF-8'
  if (bytes.includes(0)) throw badInput(source, 'not a text file: it holds NUL bytes', hint)
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    throw badInput(source, 'not a text file: it is not UTF-8', hint)
  }
}

/**
 * The lines of a stream, those of each chunk together, in the memory of one chunk and one line. Only `\n` and `\r\n` end a line: the
 * other line separators of Unicode may stand inside a JSON string. Throws BadInput at a line above 16 MiB.
 */
export async function* splitLines(stream: AsyncIterable<Uint8Array>, source: string): AsyncGenerator<readonly Line[]> {
  const decoder = new TextDecoder('utf-8')
  let rest = ''
  let number = 0
  for await (const chunk of stream) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n')
    rest = lines.pop() ?? ''
    if (lines.length > 0)
      yield lines.map(line => ({ text: line.endsWith('\r') ? line.slice(0, -1) : line, number: ++number }))
    if (rest.length > longestLine) throw badInput(`${source}:${number + 1}`, 'a line is longer than 16 MiB')
  }
  rest += decoder.decode()
  if (rest !== '') yield [{ text: rest, number: ++number }]
}
