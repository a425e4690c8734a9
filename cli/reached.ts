import type { Reach } from '../core/analyze/reach'
import { reach } from '../core/analyze/reach'
import type { Understood } from './manifests'
import { report } from './manifests'
import type { ExitCode, Session } from './session'

/** Who may reach whom, as far as it could be computed. */
export interface Reached {
  readonly reached: Reach
  /** 2 where something in the manifests could not be read, or is not known. */
  readonly exitCode: ExitCode
}

/** Computes who may reach whom under manifests; what is not known is printed. */
export function reachOf(understood: Understood, session: Session): Reached {
  const { layer } = understood
  session.progress.step(`computing who may reach ${layer.workloads.length} workloads`)
  return whatIsKnown(understood, reach(layer), session)
}

/** Prints what of a computed reach is not known. */
export function whatIsKnown({ exitCode }: Understood, reached: Reach, session: Session): Reached {
  const problems = report(reached.problems, session)
  return { reached, exitCode: exitCode === 0 ? problems : exitCode }
}
