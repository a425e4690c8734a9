/** Ports from one number to another, both among them. */
export interface Ports {
  readonly from: number
  readonly to: number
}

const last = 65_535

/** All ports cut so that no range has a start, or an end, within any piece; in order. */
export function piecesOf(ranges: readonly Ports[]): readonly Ports[] {
  const starts = ranges.flatMap(({ from, to }) => [from, to + 1]).filter(port => port > 1 && port <= last)
  const cuts = [...new Set([1, ...starts])].sort((a, b) => a - b)
  return cuts.map((from, i) => ({ from, to: (cuts[i + 1] ?? last + 1) - 1 }))
}

/** What holds of ports from one number to another. */
export type At<T> = Ports & { readonly held: T }

/** What holds of a port; nothing where no range has it. */
export function heldAt<T>(ranges: readonly At<T>[], port: number): T | undefined {
  return ranges.find(({ from, to }) => from <= port && port <= to)?.held
}

/** The same with neighbours of which the same holds as one. */
export function joined<T>(ranges: readonly At<T>[], isSame: (a: T, b: T) => boolean): readonly At<T>[] {
  const found: At<T>[] = []
  for (const range of ranges) {
    const before = found.at(-1)
    if (before && before.to + 1 === range.from && isSame(before.held, range.held))
      found[found.length - 1] = { ...before, to: range.to }
    else found.push(range)
  }
  return found
}

/** Ports in text: `443`, `1-79,81-65535`; all of them are `any`. Neighbours become one. */
export function printPorts(ranges: readonly Ports[]): string {
  const sorted = [...ranges].sort((a, b) => a.from - b.from)
  const whole = joined(
    sorted.map(ports => ({ ...ports, held: true })),
    () => true,
  )
  const [only] = whole
  if (whole.length === 1 && only?.from === 1 && only.to === last) return 'any'
  return whole.map(({ from, to }) => (from === to ? String(from) : `${from}-${to}`)).join(',')
}

/** What {@link printPorts} wrote; nothing where it is none. */
export function parsePorts(text: string): readonly Ports[] | undefined {
  if (text === 'any') return [{ from: 1, to: last }]
  const found = text.split(',').map(part => {
    const [, from, to = from] = /^(\d{1,5})(?:-(\d{1,5}))?$/.exec(part) ?? []
    return { from: Number(from), to: Number(to) }
  })
  return found.every(({ from, to }) => from >= 1 && from <= to && to <= last) ? found : undefined
}
