import { firstOf } from '../first-of'
import type { Ternary } from '../istio/kleene'
import { nameOf } from '../istio/verdict'
import type { Named } from '../layer'
import type { Grant } from '../linkerd/grants'
import type { IdentityMatch } from '../linkerd/layer-linkerd'
import type { Client } from '../linkerd/match-client'
import { isTraced, note } from './trace'

/** A grant, and whether it admits who calls. */
interface Answered {
  readonly grant: Grant
  readonly answer: Ternary
}

/** Writes down the route that a request takes. */
export function tellRoute(route: Named, { redirects }: { readonly redirects: boolean }): void {
  note(() => `${nameOf(route)} takes the request${redirects ? ', and redirects it' : ''}`)
}

/** More grants than anybody reads of those that do not admit. */
const most = 6

/** Writes down what each grant makes of who calls: any of them lets in, and nothing refuses. */
export function tellGrants(
  answers: readonly Answered[],
  { client, name }: { readonly client: Client; readonly name: string },
): void {
  if (!isTraced()) return
  const admitting = answers.find(({ answer }) => answer === 'yes')
  if (admitting)
    return note(
      () => `${admitting.grant.because} admits the caller to ${name}: it admits ${whom(admitting.grant)}`,
      'allow',
    )
  const doubtful = answers.filter(({ answer }) => answer === 'unknown')
  for (const { grant } of doubtful.slice(0, most))
    note(() => `whether ${grant.because} admits the caller is not known: it admits ${whom(grant)}`, 'unknown')
  const { identity } = client
  const who = identity
    ? `${identity.namespace}/${identity.serviceAccount} of ${identity.trustDomain}`
    : 'a caller without identity'
  const others = answers.filter(({ answer }) => answer === 'no')
  for (const { grant } of others.slice(0, most)) note(() => `${grant.because} admits ${whom(grant)}, not ${who}`)
  if (others.length > most) note(() => `${others.length - most} more admit others`)
  if (doubtful.length === 0) note(() => `nothing admits ${who} to ${name}, and whom nothing admits is refused`, 'deny')
}

function whom({ client, networks }: Grant): string {
  const where =
    networks === 'cluster'
      ? ' from the networks of the cluster'
      : networks === 'unknown'
        ? ' from networks that are not known'
        : fromNetworks(networks)
  switch (client) {
    case 'anyone':
      return `anybody${where}`
    case 'tls':
      return `whoever shows an identity${where}`
    case 'unknown':
      return `callers that could not be read${where}`
    default:
      return `${several(client.map(identity))}${where}`
  }
}

function fromNetworks(networks: readonly { readonly cidr: string }[]): string {
  const cidrs = networks.map(({ cidr }) => cidr)
  return cidrs.includes('0.0.0.0/0') && cidrs.includes('::/0') ? '' : ` from ${several(cidrs)}`
}

function identity(match: IdentityMatch): string {
  switch (match.kind) {
    case 'text':
      return match.text === '*' ? 'any identity' : shortName(match.text)
    case 'account':
      return `${match.namespace}/${match.name}`
    case 'namespace':
      return `any account of ${match.name}`
  }
}

/** `shop/frontend of cluster.local` for the name that certificates of Linkerd have. */
function shortName(text: string): string {
  const [, account, namespace, domain] = /^([^.*]+)\.([^.]+)\.serviceaccount\.identity\.[^.]+\.(.+)$/.exec(text) ?? []
  return domain === undefined ? text : `${namespace ?? ''}/${account ?? ''} of ${domain}`
}

function several(names: readonly string[]): string {
  return firstOf(names, most) || 'nobody'
}
