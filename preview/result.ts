import type { Problem } from '../core/model/problem'
import type { NotJudged, Recorded } from './recorded'
import type { PackFinding } from './policy-pack'
import type { Proof } from './proof'
import { holds } from './proof'
import type { Unchecked } from './unchecked'
import type { Json } from './wire'

/** Something that could not be judged, and whether that was accepted. */
export interface Doubt extends NotJudged {
  readonly acknowledged: boolean
}

/** Everything a preview found out. */
export interface Result {
  readonly project: string
  readonly stack: string
  readonly resources: readonly Recorded[]
  /** The stack's outputs, secrets covered. */
  readonly outputs: Json
  /** What the program printed. */
  readonly said: string
  readonly proof: Proof
  readonly pack: { readonly name: string; readonly version: string; readonly rules: number }
  readonly findings: readonly PackFinding[]
  readonly doubts: readonly Doubt[]
  /** Acknowledgements that nothing needed. */
  readonly unused: readonly string[]
  /** What is to be told of the graph; none of it blocks. */
  readonly problems: readonly Problem[]
  /** What of the objects only a cluster could check. */
  readonly unchecked: Unchecked
  /** Paths of what was written. */
  readonly written: readonly string[]
}

/** Why a preview is not clean; empty where it is. */
export function reasons({ findings, proof, doubts }: Result): readonly string[] {
  const mandatory = findings.filter(blocking).length
  const differences = proof.comparison?.differences.length ?? 0
  const unread = proof.problems.filter(({ severity }) => severity !== 'delegated').length
  const open = doubts.filter(({ acknowledged }) => !acknowledged).length
  return [
    ...(mandatory > 0 ? [plural(mandatory, 'mandatory finding')] : []),
    ...(proof.comparison && !holds(proof) ? [`reach differs from the graph in ${plural(differences, 'way')}`] : []),
    ...(unread > 0 ? [`${plural(unread, 'thing')} could not be read`] : []),
    ...(open > 0 ? [`${plural(open, 'thing')} could not be judged`] : []),
  ]
}

/** Whether a finding fails the preview. */
export function blocking({ level }: Pick<PackFinding, 'level'>): boolean {
  return level === 'mandatory' || level === 'remediate'
}

function plural(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`
}

/** Marks what is acknowledged: by kind (`transform`), or one by one (`invoke=aws:index:getRegion`). */
export function acknowledge(
  notJudged: readonly NotJudged[],
  acknowledged: readonly string[],
): { readonly doubts: readonly Doubt[]; readonly unused: readonly string[] } {
  const doubts = notJudged.map(doubt => ({
    ...doubt,
    acknowledged: acknowledged.includes(doubt.what) || acknowledged.includes(`${doubt.what}=${doubt.at}`),
  }))
  const used = new Set(doubts.flatMap(({ what, at }) => [what, `${what}=${at}`]))
  return { doubts, unused: acknowledged.filter(word => !used.has(word)) }
}
