import type { GovernedService } from '../../../core/model/intent'
import { gather, type Field, type Gathered } from '../field'
import type { Context } from '../rule'
import { gatherGateways } from './gateways'
import { chartLabels, gatewaysIn } from './intent-gateways'
import { selects, type Labels } from './policies'
import { readWorkload, workloads } from './workloads'

/** Pods that a policy's selector may select, known from the stack or from the intent. */
export interface Selectable {
  readonly namespace: string
  readonly labels: Labels
  /** `Deployment shop/cart`, `service shop/cart`. */
  readonly name: string
  /** What makes them, where it is in the stack: a workload, a Gateway or a Release. */
  readonly maker: Field | undefined
  readonly governed: GovernedService | undefined
}

/**
 * All that the mesh's selectors may select. A waypoint is not among it: its Pods heed no selector (istio
 * pilot/pkg/model/policyattachment.go ShouldAttachPolicy).
 */
export function selectables(context: Context): Gathered<Selectable> {
  return among(context, 'the mesh')
}

/** All that the network's selectors may select, which know a waypoint's Pods by their labels like any other. */
export function networkSelectables(context: Context): Gathered<Selectable> {
  return among(context, 'the network')
}

function among(context: Context, selecting: 'the mesh' | 'the network'): Gathered<Selectable> {
  const real = gather(workloads(context), readWorkload)
  const gateways = gatherGateways(context)
  const made = [...real.facts, ...gateways.facts.filter(({ waypoint }) => !waypoint || selecting === 'the network')]
  const intent = context.intent.kind === 'found' ? context.intent.intent : undefined
  const governed = intent?.governed ?? []
  const elsewhere = intent ? [...gatewaysIn(intent)] : []
  return {
    facts: [
      ...made.map(({ namespace, labels, field }) => ({
        namespace,
        labels,
        name: field.of.label,
        maker: field,
        governed: undefined,
      })),
      ...governed.map(service => ({
        namespace: service.namespace,
        labels: service.labels,
        name: `service ${service.namespace}/${service.service}`,
        maker: undefined,
        governed: service,
      })),
      ...elsewhere.map(([name, gateway]) => ({
        namespace: gateway.namespace,
        labels: chartLabels(gateway),
        name: `gateway ${name}`,
        maker: undefined,
        governed: undefined,
      })),
    ],
    findings: [...real.findings, ...gateways.findings],
  }
}

/** Whether a selector that lies in `namespace` selects it. */
export function isSelected(
  { namespace, labels }: Selectable,
  by: { readonly namespace: string; readonly selector: Labels | undefined },
): boolean {
  return namespace === by.namespace && selects(by.selector, labels)
}
