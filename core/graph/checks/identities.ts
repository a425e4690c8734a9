import type { Problem } from '../../model/problem'
import { didYouMean } from '../../model/problem'
import type { Service } from '../graph'
import { defect, listing, place } from '../place'
import { groupBy } from '../../model/group'
import { own } from '../plain'
import { accountOf, byText } from '../resolve'
import type { Context } from './context'

interface Tenant {
  readonly name: string
  readonly service: Service
}

/** Who shares a ServiceAccount without saying so, or says so without sharing: shared, services are one identity. */
export function identityProblems(context: Context): readonly Problem[] {
  const tenants = Object.entries(context.graph.services)
    .map(([name, service]) => ({ name, service }))
    .sort((a, b) => byText(a.name, b.name))
  const groups = groupBy(tenants, ({ name, service }) => `${service.namespace}/${accountOf(name, service)}`)
  return [
    ...[...groups].flatMap(([account, group]) =>
      group.flatMap((one, index) => unsaid(one, group.slice(0, index), account)),
    ),
    ...[...groups.values()].flatMap(contradictions),
    ...tenants.flatMap(one => acknowledgements(one, context)),
  ]
}

/** Whoever knows that his account is everybody's knows it of each. */
function says({ service }: Tenant, { name }: Tenant): boolean {
  return service.defaultServiceAccount !== undefined || (service.sharesServiceAccountWith?.includes(name) ?? false)
}

/** One problem a service, at the later of two in the order of their names; both have to acknowledge it. */
function unsaid(one: Tenant, earlier: readonly Tenant[], account: string): readonly Problem[] {
  const others = earlier.filter(other => !says(one, other) || !says(other, one)).map(({ name }) => name)
  if (others.length === 0) return []
  return [
    defect({
      code: 'duplicate-service-account',
      at: place('services', one.name, 'serviceAccount'),
      message: `the ServiceAccount \`${account}\` is also that of ${listing(others)}: to the mesh they are one`,
      hint: 'give each a ServiceAccount of its own, or name the others in `sharesServiceAccountWith`, on both sides',
    }),
  ]
}

/** One identity listens on a port in one protocol. */
function contradictions(group: readonly Tenant[]): readonly Problem[] {
  const ports = group.flatMap(({ name, service }) =>
    Object.entries(service.ports).map(([portName, { port, protocol }]) => ({ name, portName, port, protocol })),
  )
  return [...groupBy(ports, ({ port }) => port).values()].flatMap(([first, ...others]) =>
    others
      .filter(other => first && other.name !== first.name && other.protocol !== first.protocol)
      .map(({ name, portName, port, protocol }) =>
        defect({
          code: 'shared-port-protocol',
          at: place('services', name, 'ports', portName),
          message: `port \`${port}\` speaks ${protocol} here and ${first?.protocol ?? ''} on \`${first?.name ?? ''}\`, which has the same identity`,
          hint: 'give one of them another port, or a ServiceAccount of its own',
        }),
      ),
  )
}

function acknowledgements({ name, service }: Tenant, { graph, lost }: Context): readonly Problem[] {
  const account = (tenant: string, { namespace, ...rest }: Service) =>
    `${namespace}/${accountOf(tenant, { namespace, ...rest })}`
  return (service.sharesServiceAccountWith ?? []).flatMap((other, index) => {
    const at = place('services', name, 'sharesServiceAccountWith', index)
    const found = own(graph.services, other)
    if (found === undefined) {
      if (lost('services', other)) return []
      return [
        defect({
          code: 'unknown-service',
          at,
          message: `no service named \`${other}\``,
          ...didYouMean(other, Object.keys(graph.services)),
        }),
      ]
    }
    if (other !== name && account(name, service) === account(other, found)) return []
    return [
      defect({
        code: 'nothing-shared',
        at,
        message: `\`${other}\` does not share this ServiceAccount`,
        hint: 'remove it from the list',
      }),
    ]
  })
}
