import type { Problem } from '../../model/problem'
import type { Service } from '../graph'
import { defect } from '../place'

/**
 * Whose identity is `default`: every Pod of the namespace that names no account runs under that one (Kubernetes
 * `plugin/pkg/admission/serviceaccount/admission.go`), so that what is let in for one caller would be let in for them all.
 */
export function defaultAccountProblems(account: string, at: string): readonly Problem[] {
  if (account !== 'default') return []
  const message =
    'the ServiceAccount `default` is that of every Pod that names none: whoever runs beside it would be let in too'
  const hint = 'make a ServiceAccount for it alone, and name it here and in `serviceAccountName` of its Pods'
  return [defect({ code: 'default-service-account', at, message, hint })]
}

/**
 * The same of a service that may say it is known. It is then told and blocks no more, since an identity that many share still lets them all in; said of another
 * account it means nothing, and is refused.
 */
export function acknowledgedAccountProblems(
  account: string,
  { defaultServiceAccount: acknowledged }: Pick<Service, 'defaultServiceAccount'>,
  at: string,
): readonly Problem[] {
  const problems = defaultAccountProblems(account, at)
  if (acknowledged === undefined) return problems
  if (problems.length > 0) return problems.map(problem => ({ ...problem, severity: 'delegated' }))
  const message = `the ServiceAccount is \`${account}\`, not \`default\``
  const hint = 'leave `defaultServiceAccount` out'
  return [defect({ code: 'nothing-shared', at, message, hint })]
}
