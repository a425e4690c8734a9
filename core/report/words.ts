export { byText } from '../model/order'

/** `1 problem`, `2 problems`; for nouns that take more than an `s`, give the plural. */
export function count(number: number, noun: string, plural = `${noun}s`): string {
  return `${number} ${number === 1 ? noun : plural}`
}

/** A cell longer than this pushes the rest of its own row, not of all rows. */
const widest = 48

/** Rows of cells as lines, the cells of each column under each other. The last cell of a row is not padded. */
export function columns(rows: readonly (readonly string[])[], gap = '  '): readonly string[] {
  const widths: number[] = []
  for (const row of rows) {
    row.forEach((cell, i) => (widths[i] = Math.max(widths[i] ?? 0, cell.length > widest ? 0 : cell.length)))
  }
  return rows.map(row => row.map((cell, i) => (i === row.length - 1 ? cell : cell.padEnd(widths[i] ?? 0))).join(gap))
}

/** Text on one line, without characters that would move a terminal's cursor or change its colours: names come from anybody. */
export function visible(text: string): string {
  return text.replace(
    /[\p{Cc}\p{Cf}\u2028\u2029]/gu,
    character => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`,
  )
}

/** With a capital letter, as a title has it. */
export function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}

/** The first three of many, and how many more there are. */
export function few(names: readonly string[]): readonly string[] {
  return names.length <= 4 ? names : [...names.slice(0, 3), `… and ${names.length - 3} more`]
}

/** Lines of a terminal hold about this much beside what is set before them. */
const width = 110

/** Names after each other, in as many lines as a terminal needs. */
export function wrapped(names: readonly string[]): readonly string[] {
  return names.reduce<readonly string[]>((lines, name) => {
    const last = lines.at(-1)
    if (last === undefined) return [name]
    const longer = `${last}, ${name}`
    return longer.length > width ? [...lines.slice(0, -1), `${last},`, name] : [...lines.slice(0, -1), longer]
  }, [])
}
