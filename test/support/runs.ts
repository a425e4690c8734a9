const share = Number(process.env.ZTM_RUNS ?? 1)

/**
 * How many worlds a law is tried in, of so many: all, but for those who try it for each of a thousand mutants (`npm run mutation`), who say by
 * `ZTM_RUNS` which share is enough for them.
 */
export function runs(all: number): number {
  return Math.max(1, Math.round(all * share))
}

/** How much a law must have seen at least, lest it say nothing; of few runs nobody knows, and it is one. */
export function least(all: number): number {
  return share < 1 ? 1 : all
}
