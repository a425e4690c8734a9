import type { Problem } from '../../model/problem'
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
