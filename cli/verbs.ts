import type { Verb } from './command'
import type * as adopt from './commands/adopt'
import type * as check from './commands/check'
import type * as comment from './commands/comment'
import type * as compile from './commands/compile'
import type * as contain from './commands/contain'
import type * as decide from './commands/decide'
import type * as diff from './commands/diff'
import type * as equal from './commands/equal'
import type * as explain from './commands/explain'
import type * as reach from './commands/reach'
import type * as trust from './commands/trust'

/** A verb as the list of verbs tells of it, before anything of it is loaded. */
export interface VerbEntry {
  readonly name: string
  /** The question it answers, one line. */
  readonly asks: string
  /** Loads what it needs, which is most of what takes time when the program starts. */
  readonly load: () => Verb | Promise<Verb>
}

/*
 * Each verb is loaded where it is asked for and not before. A `require` does that in a checkout, and the build makes a piece of its own of each
 * (`scripts/build.mjs`); what it gives is typed by the file that it names.
 */
export const verbs: readonly VerbEntry[] = [
  {
    name: 'reach',
    asks: 'who can really call whom?',
    load: () => (require('./commands/reach') as typeof reach).addReach,
  },
  {
    name: 'explain',
    asks: 'why does this request get through, or not?',
    load: () => (require('./commands/explain') as typeof explain).addExplain,
  },
  {
    name: 'check',
    asks: 'do these manifests keep the zero-trust rules?',
    load: () => (require('./commands/check') as typeof check).addCheck,
  },
  {
    name: 'diff',
    asks: 'what does this change newly admit, and what does it cut?',
    load: () => (require('./commands/diff') as typeof diff).addDiff,
  },
  {
    name: 'comment',
    asks: 'what does a reviewer of this change want to know?',
    load: () => (require('./commands/comment') as typeof comment).addComment,
  },
  {
    name: 'contain',
    asks: 'does anybody reach more than was agreed?',
    load: () => (require('./commands/contain') as typeof contain).addContain,
  },
  {
    name: 'adopt',
    asks: 'which graph do these manifests amount to?',
    load: () => (require('./commands/adopt') as typeof adopt).addAdopt,
  },
  {
    name: 'decide',
    asks: 'does this request get through?',
    load: () => (require('./commands/decide') as typeof decide).addDecide,
  },
  {
    name: 'equal',
    asks: 'do these two let the same through?',
    load: () => (require('./commands/equal') as typeof equal).addEqual,
  },
  {
    name: 'compile',
    asks: 'which manifests does this graph mean, and what does its lock file say?',
    load: () => (require('./commands/compile') as typeof compile).addCompile,
  },
  {
    name: 'trust',
    asks: 'does everybody trust whom they should, and for how long?',
    load: () => (require('./commands/trust') as typeof trust).addTrust,
  },
]
