import { visible } from './words'

/**
 * Text as inline code that nothing in it can end: names come from anybody, and a comment is read by people who may merge. Between
 * backticks Markdown and HTML mean nothing, nor do `@somebody` and links (https://spec.commonmark.org/0.31.2/#code-spans); in a
 * table a pipe would still end the cell, so there is no table of names.
 */
export function code(text: string, longest = Infinity): string {
  const shown = clipped(visible(text), longest)
  const fence = '`'.repeat(longestRun(shown) + 1)
  // One space on each side is taken off again, unless there is nothing else in it.
  const padded = /^`|`$|^ .*\S.* $/.test(shown) ? ` ${shown} ` : shown
  return shown === '' ? '(nothing)' : `${fence}${padded}${fence}`
}

/** Text as code in a cell of a table, where a pipe would end the cell and a backtick the code. */
export function cell(text: string): string {
  return `\`${visible(text).replace(/\|/g, '\\|').replace(/`/g, "'")}\``
}

/** A sentence of which parts may come from anybody: what stands in backticks stays code, and of the rest nothing has a meaning. */
export function prose(text: string, longest = Infinity): string {
  const parts = clipped(visible(text.trim().replace(/\s*\n\s*/g, '; ')), longest).split('`')
  // With an odd number of backticks the last one opens nothing.
  const paired = parts.length % 2 === 1 ? parts : [...parts.slice(0, -2), parts.slice(-2).join("'")]
  return paired.map((part, i) => (i % 2 === 0 ? escaped(part) : part === '' ? '' : code(part))).join('')
}

/** Lines as they are, in a block that nothing in them can end. */
export function fenced(lines: readonly string[]): string {
  const shown = lines.map(visible)
  const fence = '`'.repeat(Math.max(3, longestRun(shown.join('\n')) + 1))
  return [`${fence}text`, ...shown, fence].join('\n')
}

/** How many bytes of UTF-8 a text has. */
export function sizeOf(text: string): number {
  return encoder.encode(text).length
}

const encoder = new TextEncoder()

/** The most backticks in a row. */
export function longestRun(text: string): number {
  return Math.max(0, ...(text.match(/`+/g) ?? []).map(run => run.length))
}

function clipped(text: string, longest: number): string {
  return text.length <= longest ? text : `${[...text].slice(0, longest).join('')}…`
}

/** Backslashes before what Markdown heeds; names of people and numbers of issues, which GitHub looks for afterwards, are broken by a space of no width. */
function escaped(text: string): string {
  return text
    .replace(/[\\*_{}[\]<>|~&:!]|www(?=\.)/gi, found => (found.length === 1 ? `\\${found}` : 'www\\'))
    .replace(/@|#(?=\d)/g, '$&\u200b')
}
