import { Option } from 'commander'
import { kindOf, kinds } from '../core/model/kinds'
import { badInput } from './bad-input'
import { isMapping } from './shape'

/** `-n, --namespace`, which every verb that reads manifests takes. Throws BadInput for what is no name of a namespace. */
export function namespaceOption(): Option {
  const what = 'the namespace of objects that name none, as with kubectl apply -n; those that name one keep it'
  return new Option('-n, --namespace <namespace>', what).argParser(parseNamespace)
}

function parseNamespace(text: string): string {
  if (/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/.test(text)) return text
  throw badInput(
    '--namespace',
    `expected the name of a namespace, got \`${text}\``,
    'write for instance `--namespace boutique`',
  )
}

/**
 * The object as an API server would be given it: in `namespace`, unless it names one or is of a kind that has none. An
 * empty name is none. Kinds nobody here knows are taken for namespaced ones, as most are; nothing is judged by where they lie.
 */
export function inNamespace(object: Readonly<Record<string, unknown>>, namespace: string): typeof object {
  const { metadata } = object
  if (!isMapping(metadata) || isOfCluster(object)) return object
  const own = metadata.namespace ?? ''
  return own === '' ? { ...object, metadata: { ...metadata, namespace } } : object
}

function isOfCluster({ apiVersion, kind }: Readonly<Record<string, unknown>>): boolean {
  if (typeof apiVersion !== 'string' || typeof kind !== 'string') return false
  const known = kindOf(kind, apiVersion.includes('/') ? (apiVersion.split('/')[0] ?? '') : '')
  return known !== undefined && kinds[known].scope === 'cluster'
}
