import { setFlagsFromString } from 'node:v8'

/**
 * How long V8 watches a function before it optimizes it, by the major version of V8: ten times as long as by default. Sources: v8 `src/flags/flag-definitions.h`
 * interrupt_budget (11, Node.js 20), invocation_count_for_turbofan (12, Node.js 22). Later ones have a cheaper compiler in between, and need no advice.
 */
const patience: Readonly<Record<string, string>> = {
  11: '--interrupt-budget=675840',
  12: '--invocation-count-for-turbofan=30000',
}

/**
 * Has this process optimize what runs for long, and not what runs for a second. A proof is a thousand small functions that each see many shapes of objects: in a run of
 * a few seconds translating them takes longer than they take untranslated (docs/performance.md). What runs for minutes is optimized all the same.
 */
export function optimizeLate(): void {
  const flag = patience[process.versions.v8.split('.')[0] ?? '']
  if (flag !== undefined) setFlagsFromString(flag)
}
