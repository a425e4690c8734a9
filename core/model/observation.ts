/** Something to look at before going on with what is done in states. */
export interface Observation {
  /** A command for a shell, or a query in PromQL. */
  readonly look: string
  readonly kind: 'command' | 'promql'
  /** What has to be seen. */
  readonly expect: string
}

/** A command, and what has to be seen. */
export function command(look: string, expect: string): Observation {
  return { kind: 'command', look, expect }
}

/** A query in PromQL, and what has to be seen. */
export function query(look: string, expect: string): Observation {
  return { kind: 'promql', look, expect }
}

/** One state of a way that is gone in states, in Markdown. */
export interface StateRow {
  readonly title: string
  readonly how: readonly string[]
  readonly observe: readonly Observation[]
  /** What else there is to be said of what must be seen. */
  readonly more?: readonly string[]
  readonly back: string
}

/** Such a way as a table in Markdown, a row a state. */
export function statesTable([state, how]: readonly [state: string, how: string], rows: readonly StateRow[]): string {
  const cells = rows.map(({ title, observe, more = [], back, ...row }) => [
    title,
    row.how.join('<br>'),
    [...observe.map(({ look, expect }) => `\`${look}\`: ${expect}`), ...more].join('<br>'),
    back,
  ])
  return [
    `| ${state} | ${how} | What must be seen before the next | How to go back |`,
    '| --- | --- | --- | --- |',
    // A pipe would end the cell, also within code.
    ...cells.map(row => `| ${row.map(cell => cell.replace(/\|/g, '\\|')).join(' | ')} |`),
  ].join('\n')
}
