import type { GovernedService, Intent } from '../../../core/model/intent'
import type { IntentSource } from '../lock'
import { selects, type Labels } from './policies'

/** The services of an intent, in a namespace, whose Pods a selector may select. Without a selector: all of the namespace. */
export function governedBy(
  intent: Intent,
  namespace: string,
  selector: Labels | undefined,
): readonly GovernedService[] {
  return intent.governed.filter(service => service.namespace === namespace && selects(selector, service.labels))
}

/** A container port of the workloads that a selector is for, and how anonymous its callers may be. */
export interface OpenPort {
  readonly namespace: string
  readonly selector: Labels | undefined
  readonly port: number
  /** `anybody`: callers that not even an address tells apart. */
  readonly by: 'somebody outside' | 'anybody'
}

/** Whether the intent declares, for every service the selector is for, callers without identity at this port. */
export function isDeclared(source: IntentSource, open: OpenPort): boolean {
  if (source.kind === 'missing' || open.selector === undefined) return false
  const services = governedBy(source.intent, open.namespace, open.selector)
  return services.length > 0 && services.every(({ service }) => hasOutsideCaller(source.intent, service, open))
}

function hasOutsideCaller({ flows }: Intent, service: string, { namespace, port, by }: OpenPort): boolean {
  return flows.some(
    ({ from, to }) =>
      from.kind === 'outside' &&
      (by === 'somebody outside' || from.cidrs.length === 0) &&
      to.kind === 'workload' &&
      to.namespace === namespace &&
      to.service === service &&
      to.port === port,
  )
}
