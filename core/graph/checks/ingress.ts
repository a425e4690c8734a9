import type { Problem } from '../../model/problem'
import type { Ingress } from '../graph'
import { nameProblems } from '../names'
import { defect, place } from '../place'
import { gatewayOf } from '../resolve'
import { calleeProblems } from './callees'
import type { Context } from './context'
import { defaultAccountProblems } from './default-account'
import { hostProblems } from './hosts'

/** What is wrong with the traffic that enters through gateways. */
export function ingressProblems(context: Context): readonly Problem[] {
  return Object.entries(context.graph.ingress).flatMap(([name, ingress]) => [
    ...nameProblems('entry', name, place('ingress', name)),
    ...gatewayProblems(ingress, place('ingress', name, 'gateway')),
    ...hostProblems(ingress.hosts, ['ingress', name, 'hosts'], 'subdomains'),
    ...(ingress.tls ? nameProblems('secret', ingress.tls.secret, place('ingress', name, 'tls', 'secret')) : []),
    ...calleeProblems(context, { callees: ingress.routes, path: ['ingress', name, 'routes'], among: 'services' }),
  ])
}

/** What is wrong with the name of a gateway. */
export function gatewayProblems(ingress: Pick<Ingress, 'gateway'>, at: string): readonly Problem[] {
  if (ingress.gateway.split('/').length > 2) {
    const message = `\`${ingress.gateway}\` is not a gateway's identity`
    return [defect({ code: 'malformed-name', at, message, hint: 'write `namespace/serviceAccount`' })]
  }
  const { namespace, serviceAccount } = gatewayOf(ingress)
  const problems = nameProblems('namespace', namespace, at)
  if (problems.length > 0) return problems
  return [...nameProblems('serviceAccount', serviceAccount, at), ...defaultAccountProblems(serviceAccount, at)]
}
