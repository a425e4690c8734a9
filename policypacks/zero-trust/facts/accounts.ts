import type { Intent } from '../../../core/model/intent'
import { at, gather, required, type Field, type Gathered } from '../field'
import { ofKind, type Context } from '../rule'
import { gatherGateways } from './gateways'
import { namespaces } from './namespaces'
import { namespaceOf } from './policies'
import { serviceAccountOf, workloads } from './workloads'

/** A ServiceAccount, as `namespace/name`. */
type Account = string

/**
 * The ServiceAccounts that there will be, as far as the stack and the intent tell; with a finding for each object that
 * cannot be read.
 */
export function knownAccounts(context: Context): Gathered<Account> {
  const own = gather(ofKind(context, '', 'ServiceAccount'), field => `${namespaceOf(field)}/${nameOf(field)}`)
  const used = gather(workloads(context), field => `${namespaceOf(field)}/${serviceAccountOf(field) ?? 'default'}`)
  const gateways = gatherGateways(context)
  const spaces = gather(namespaces(context), field => `${nameOf(field)}/default`)
  const told = [
    ...own.facts,
    ...used.facts,
    ...gateways.facts.flatMap(({ namespace, account }) => (account === undefined ? [] : [`${namespace}/${account}`])),
    ...spaces.facts,
    ...(context.intent.kind === 'found' ? accountsOf(context.intent.intent) : []),
  ]
  return {
    // Kubernetes makes `default` in every namespace.
    facts: [...new Set(told.flatMap(account => [account, account.replace(/\/.*/, '/default')]))],
    findings: [...own.findings, ...used.findings, ...gateways.findings, ...spaces.findings],
  }
}

function nameOf(field: Field): string {
  return required(at(field, 'metadata', 'name'))
}

/** Services that the intent governs, and callers. */
function accountsOf({ governed, flows }: Intent): readonly Account[] {
  const callers = flows.flatMap(({ from }) => ('serviceAccount' in from ? [from] : []))
  return [...governed, ...callers].map(({ namespace, serviceAccount }) => `${namespace}/${serviceAccount}`)
}
