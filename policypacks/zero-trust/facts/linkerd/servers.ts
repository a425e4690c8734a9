import {
  serverProtocols,
  type LabelSelector,
  type ServerProtocol,
} from '../../../../core/analyze/linkerd/layer-linkerd'
import { matchLabels } from '../../../../core/analyze/linkerd/match-labels'
import { at, given, portOf, Unproven, word, type Field } from '../../field'
import { readLabelSelector } from '../label-selectors'
import { namespaceOf } from '../policies'
import { nameOf } from './objects'
import type { LinkerdPodFact } from './pods'

/** A Server: Pods, and one port of theirs. */
export interface ServerFact {
  readonly field: Field
  readonly namespace: string
  readonly name: string
  /** `external`: machines outside the cluster, never Pods. */
  readonly selector: LabelSelector | 'external'
  /** A number, or the name of container ports; digits in quotes are a name (linkerd2 `policy-controller/k8s/api/src/policy/server.rs`; recorded). */
  readonly port: number | string
  readonly protocol: ServerProtocol
}

export function readServer(field: Field): ServerFact {
  return {
    field,
    namespace: namespaceOf(field),
    name: nameOf(field),
    selector: selectorOf(at(field, 'spec')),
    port: serverPort(at(field, 'spec', 'port')),
    protocol: protocolOf(field),
  }
}

/** How it has its port read. With a word that the controller does not know the whole Server is none (linkerd2 `policy-controller/k8s/api/src/policy/server.rs`). */
export function protocolOf(server: Field): ServerProtocol {
  return word(at(server, 'spec', 'proxyProtocol'), serverProtocols) ?? 'unknown'
}

function serverPort(field: Field): number | string {
  const port = portOf(field)
  if (port === undefined) throw new Unproven(field, 'is not given')
  return port
}

function selectorOf(spec: Field): ServerFact['selector'] {
  const pods = at(spec, 'podSelector')
  if (given(pods)) return readLabelSelector(pods)
  if (given(at(spec, 'externalWorkloadSelector'))) return 'external'
  throw new Unproven(pods, 'is not given')
}

/** Whether a Server takes a Pod, whatever the port. */
export function takes({ namespace, selector }: ServerFact, pod: LinkerdPodFact): boolean {
  return namespace === pod.namespace && selector !== 'external' && matchLabels(selector, pod.labels)
}

/** The numbers of the ports of a Pod that a Server is for: a number is that port, declared or not; a name may stand for several (linkerd2 `policy-controller/k8s/index/src/inbound/index.rs` select_ports). */
export function portsOf({ port }: ServerFact, pod: LinkerdPodFact): readonly number[] {
  if (typeof port === 'number') return [port]
  return pod.ports.filter(({ name }) => name === port).map(own => own.port)
}
