import type { Intent } from '../../../core/model/intent'
import type { Sourced } from '../../../core/model/manifest'
import { assumptions } from '../assumptions'
import { at, gather, required, text, type Field } from '../field'
import { ofKind, type Context, type Finding } from '../rule'
import { gatewaysIn } from './intent-gateways'
import type { Meshes } from './intent-meshes'
import { readInstallation } from './linkerd-install/installation'
import { readMeshFacts } from './mesh-facts'
import { namespaces, readNamespace } from './namespaces'
import { namespaceOf, selects } from './policies'
import { readService, services } from './services'
import { readWorkload, serviceAccountOf, workloads } from './workloads'

/** What stands for what the stack does not have. */
export interface Assumed {
  readonly objects: readonly Sourced[]
  readonly findings: readonly Finding[]
}

/** What the stack does not have of the governed services, as the intent describes it. */
export function assumedFor(intent: Intent, context: Context, { onLinkerd, istio }: Meshes): Assumed {
  const real = gather(workloads(context), readWorkload)
  const fronts = gather(services(context), readService)
  const own = gather(namespaces(context), readNamespace)
  const settings = istio ? readMeshFacts(context) : { facts: [], findings: [] }
  const linkerd = onLinkerd.size > 0 ? readInstallation(context) : { facts: undefined, findings: [] }
  const pods = gather(workloads(context), accountsIn)
  const made = gather(ofKind(context, 'gateway.networking.k8s.io', 'Gateway'), accountsFor)
  const { governed } = intent
  const gatewaysHere = new Set([...pods.facts, ...made.facts].flat())
  const elsewhere = [...gatewaysIn(intent)].flatMap(([key, gateway]) => (gatewaysHere.has(key) ? [] : [gateway]))
  const objects = assumptions(intent, {
    workloads: governed.filter(
      ({ namespace: of, labels }) => !real.facts.some(one => one.namespace === of && selects(labels, one.labels)),
    ),
    services: governed.filter(
      ({ namespace: of, labels }) =>
        !fronts.facts.some(one => one.namespace === of && one.selector !== undefined && selects(one.selector, labels)),
    ),
    // Those of gateways that others make, too: Istio's chart has its proxy injected, so that it is none of ztunnel's.
    namespaces: [...new Set([...governed, ...elsewhere].map(one => one.namespace))].filter(
      name => !own.facts.some(one => one.name === name),
    ),
    gatewaysHere,
    mesh: settings.facts,
    onLinkerd: istio ? onLinkerd : everyNamespace(intent),
    linkerd: linkerd.facts,
    stages: context.config.stages,
  })
  const read = [real, fronts, own, pods, made, settings, linkerd]
  return { objects, findings: read.flatMap(({ findings }) => findings) }
}

/** All that the intent speaks of: where no service is on Istio, gateways are not taken to be of Istio either. */
function everyNamespace(intent: Intent): ReadonlySet<string> {
  const gateways = [...gatewaysIn(intent).values()]
  return new Set([...intent.governed, ...gateways].map(({ namespace: of }) => of))
}

/** The account that Pods of the stack run under. */
function accountsIn(field: Field): readonly string[] {
  return [`${namespaceOf(field)}/${serviceAccountOf(field) ?? 'default'}`]
}

/** The account of the Pods that istiod makes for a Gateway (istio `pilot/pkg/config/kube/gatewaycommon/gateway_utils.go` GetDefaultName). */
function accountsFor(field: Field): readonly string[] {
  if (text(at(field, 'spec', 'gatewayClassName')) !== 'istio') return []
  return [`${namespaceOf(field)}/${required(at(field, 'metadata', 'name'))}-istio`]
}
