import type { FlowLine } from '../../../graph/flows'
import type { Problem } from '../../../model/problem'
import { unread } from '../../unread'
import { versionsOf } from '../../versions'
import { listing } from '../../../graph/place'
import type { Workload } from '../context'

/**
 * The problem that Pods which fail are not left out: when they are is an annotation of the Service, and of no route, and Services are deployed by their owners (linkerd2
 * `policy-controller/k8s/index/src/outbound/index.rs` parse_accrual_config).
 */
export function unbroken(callee: Workload, lines: readonly FlowLine[]): Problem[] {
  const { outlierDetection } = callee.service.traffic ?? {}
  if (!outlierDetection) return []
  const { consecutiveErrors = 5, ejectionTime = '30s' } = outlierDetection
  const prefix = 'balancer.linkerd.io/failure-accrual'
  const said = [
    `${prefix}: consecutive`,
    `${prefix}-consecutive-max-failures: "${consecutiveErrors}"`,
    `${prefix}-consecutive-min-penalty: ${ejectionTime}`,
  ]
  const versions = versionsOf(callee).map(({ serviceName }) => serviceName)
  return unread({
    callee,
    lines,
    why: 'which Pods are left out is said on Services, which their owners deploy',
    hint: `annotate ${listing([callee.name, ...versions])} with ${listing(said)}, and leave \`outlierDetection\` out`,
  })
}
