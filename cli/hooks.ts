import type { Sourced } from '../core/model/manifest'
import { count } from '../core/report/words'
import { isMapping } from './shape'

const hook = 'helm.sh/hook'

/**
 * What is done with the Pods that `helm test` runs, which `helm template` prints among the others: they are judged like
 * these, since policies meet them and they call whom they test.
 */
export function hookNotes(inputs: readonly Sourced[]): readonly string[] {
  const tests = inputs.filter(({ object }) => isTest(object))
  if (tests.length === 0) return []
  const places = tests.slice(0, 3).map(({ at }) => at)
  const where = [...places, ...(tests.length > places.length ? ['…'] : [])].join(', ')
  return [
    `${count(tests.length, 'object')} of \`helm test\` judged as if always there (${where}); \`helm template --skip-tests\` leaves them out`,
  ]
}

/** Source of the words: helm `pkg/release/hook.go`; several may stand in one annotation. */
function isTest(object: unknown): boolean {
  const metadata = isMapping(object) ? object.metadata : undefined
  const annotations = isMapping(metadata) ? metadata.annotations : undefined
  const value = isMapping(annotations) ? annotations[hook] : undefined
  return typeof value === 'string' && value.split(',').some(word => /^\s*test(?:-success|-failure)?\s*$/.test(word))
}
