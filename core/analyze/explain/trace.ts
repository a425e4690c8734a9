import type { Verdict } from '../istio/verdict'

/** What was looked at on a request's way, in the order in which it was: proxies and networks, and what each of them made of it. */
export type Step = Hop | Note

/** A place that judges a request, or (`alternative`) one of several ways things may be, of which only one is real. */
export interface Hop {
  readonly kind: 'hop' | 'alternative'
  readonly title: string
  readonly verdict: Verdict['verdict']
  readonly steps: readonly Step[]
}

/** Something that was found, in the style of a reason. */
export interface Note {
  readonly kind: 'note'
  readonly text: string
  /** What it decides by itself. @default nothing: it is there to be read */
  readonly decides?: Verdict['verdict']
}

/** The steps that are being written down; nothing where nobody asked. */
let writing: Step[] | undefined

/** Judges a request and writes down how. What is recorded is the one judgement there is, so that it cannot differ from it. */
export function traced(judge: () => Verdict): { readonly verdict: Verdict; readonly steps: readonly Step[] } {
  const steps: Step[] = []
  const verdict = into(steps, judge)
  return { verdict, steps: told(completed(steps, verdict)) }
}

/** Judges one hop of a request's way, whose steps belong together. */
export function hop(title: () => string, judge: () => Verdict): Verdict {
  return nested('hop', title, judge)
}

/** Judges in one of the worlds that may be real. */
export function alternative(title: () => string, judge: () => Verdict): Verdict {
  return nested('alternative', title, judge)
}

/** Writes down what was found, where anybody asked; the text is not even made otherwise. */
export function note(text: () => string | undefined, decides?: Note['decides']): void {
  const found = writing && text()
  if (found !== undefined) writing?.push({ kind: 'note', text: found, ...(decides && { decides }) })
}

/** Whether anybody asked for the steps: what it takes to find their words is not done for nothing. */
export function isTraced(): boolean {
  return writing !== undefined
}

function nested(kind: Hop['kind'], title: () => string, judge: () => Verdict): Verdict {
  const outer = writing
  if (!outer) return judge()
  const steps: Step[] = []
  const verdict = into(steps, judge)
  outer.push({ kind, title: title(), verdict: verdict.verdict, steps: told(completed(steps, verdict)) })
  return verdict
}

function into(steps: Step[], judge: () => Verdict): Verdict {
  const before = writing
  writing = steps
  try {
    return judge()
  } finally {
    writing = before
  }
}

/** Where nothing that was written down says what came of it, the reasons of the verdict do. */
function completed(steps: readonly Step[], { verdict, because }: Verdict): readonly Step[] {
  const found = new Set(decisions(steps))
  const differs = verdict === 'unknown' && found.has('allow') && found.has('deny')
  if (found.has(verdict) || differs) return steps
  return [...steps, ...because.map((text): Note => ({ kind: 'note', text, decides: verdict }))]
}

function decisions(steps: readonly Step[]): readonly Verdict['verdict'][] {
  return steps.flatMap(step => (step.kind === 'note' ? (step.decides ?? []) : decisions(step.steps)))
}

/** Each step once; a single alternative is none. */
function told(steps: readonly Step[]): readonly Step[] {
  const unique = [...new Map(steps.map(step => [JSON.stringify(step), step])).values()]
  const ways = unique.filter(({ kind }) => kind === 'alternative')
  return ways.length === 1 ? unique.flatMap(step => (step.kind === 'alternative' ? step.steps : [step])) : unique
}
