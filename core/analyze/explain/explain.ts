import { decide, type DecideOptions, type Verdict } from '../decide'
import type { Layer } from '../layer'
import type { Request } from '../request'
import { traced, type Step } from './trace'

/** What becomes of a request, and everything that was looked at on its way. */
export interface Explanation {
  readonly verdict: Verdict
  readonly steps: readonly Step[]
}

/** Decides one request, and says how: the verdict is that of `decide`, of which the steps are the record. */
export function explain(layer: Layer, request: Request, options: DecideOptions = {}): Explanation {
  return traced(() => decide(layer, request, options))
}
