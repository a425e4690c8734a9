import type { IntentSource } from '../lock'
import { at, texts, type Field } from '../field'
import { chartLabels, gatewaysIn } from './intent-gateways'
import { namespaceOf, selectorOf, selects } from './policies'
import { targetRefs } from './target-refs'

/**
 * Whether a policy is for gateways of the intent alone, and the operations name hosts and methods that are all declared to enter there, and paths. That
 * the paths are the declared ones too, is for `reach-equals-intent` to prove.
 */
export function letsInEntries(policy: Field, operations: readonly Field[], source: IntentSource): boolean {
  if (source.kind === 'missing' || operations.length === 0) return false
  const here = gatewaysOf(policy, source)
  const entries = (source.intent.entries ?? []).filter(({ gateway }) =>
    here.has(`${gateway.namespace}/${gateway.serviceAccount}`),
  )
  return operations.every(operation => {
    const [hosts, methods, paths] = ['hosts', 'methods', 'paths'].map(name => texts(at(operation, name)))
    if (!hosts?.length || !methods?.length || !paths?.length) return false
    return hosts.map(withoutPort).every(host => {
      const declared = new Set(entries.filter(entry => entry.host === host).flatMap(({ http }) => http.methods))
      return methods.every(method => declared.has(method))
    })
  })
}

/** Policies name a host alone, and with the ports a request may say. */
function withoutPort(host: string): string {
  return host.toLowerCase().replace(/:(\*|\d+)$/, '')
}

/** The gateways of the intent that a policy holds for, `namespace/serviceAccount`, by the labels of Istio's chart or by the Gateway it names. */
function gatewaysOf(policy: Field, source: IntentSource & { readonly kind: 'found' }): ReadonlySet<string> {
  const namespace = namespaceOf(policy)
  const selector = selectorOf(policy)
  const refs = targetRefs(policy)
  const beside = [...gatewaysIn(source.intent)].filter(([, gateway]) => gateway.namespace === namespace)
  const meant = beside.filter(([, gateway]) =>
    refs.length > 0
      ? refs.every(({ kind, name }) => kind === 'Gateway' && `${name}-istio` === gateway.serviceAccount)
      : selector !== undefined && Object.keys(selector).length > 0 && selects(selector, chartLabels(gateway)),
  )
  return new Set(meant.map(([key]) => key))
}
