import type { Problem } from '../../model/problem'
import { canonicalCidr, isAddress } from '../cidrs'
import type { Graph, Outside } from '../graph'
import { nameProblems } from '../names'
import { defect, place } from '../place'
import { own } from '../plain'
import { calleeProblems } from './callees'
import type { Context } from './context'

/** What is wrong with callers that no mesh knows, and, for each port they may call, what that means. */
export function outsideProblems(context: Context): readonly Problem[] {
  return Object.entries(context.graph.outside).flatMap(([name, outside]) => [
    ...nameProblems('entry', name, place('outside', name)),
    ...kindProblems(name, outside, context),
    ...(outside.cidrs ?? []).flatMap((cidr, index) => cidrProblems(cidr, place('outside', name, 'cidrs', index))),
    ...twice(outside.cidrs ?? [], name),
    ...calleeProblems(context, { callees: outside.routes, path: ['outside', name, 'routes'], among: 'services' }),
    ...consequences(name, outside, context.graph),
  ])
}

function kindProblems(name: string, { kind, cidrs, namespace }: Outside, { lost }: Context): readonly Problem[] {
  const at = place('outside', name)
  const problems: Problem[] = []
  if (cidrs?.length === 0 || (kind === 'cidr' && cidrs === undefined && !lost('outside', name, 'cidrs'))) {
    const hint = 'list the blocks it calls from, as in `10.0.0.0/8`'
    problems.push(defect({ code: 'empty-cidrs', at, message: `no addresses are declared for \`${name}\``, hint }))
  }
  if (kind === 'namespace' && namespace === undefined && !lost('outside', name, 'namespace')) {
    problems.push(defect({ code: 'missing-key', at, message: `\`${name}\` stands for a namespace and names none` }))
  }
  if (kind !== 'namespace' && namespace !== undefined) {
    const hint = 'leave `namespace` out, or make the kind `namespace`'
    problems.push(
      defect({ code: 'unknown-key', at: `${at}.namespace`, message: `the kind \`${kind}\` has no namespace`, hint }),
    )
  }
  return namespace === undefined ? problems : [...problems, ...nameProblems('namespace', namespace, `${at}.namespace`)]
}

function cidrProblems(cidr: string, at: string): readonly Problem[] {
  const canonical = canonicalCidr(cidr)
  if (canonical === cidr) return []
  if (canonical !== undefined) {
    const message = `\`${cidr}\` is not how this block is written`
    return [defect({ code: 'malformed-cidr', at, message, hint: `write \`${canonical}\`` })]
  }
  const whole =
    isAddress(cidr) && !cidr.includes('%') ? canonicalCidr(`${cidr}/${cidr.includes(':') ? 128 : 32}`) : undefined
  const hint = whole === undefined ? 'write a block such as `10.0.0.0/8`' : `write \`${whole}\` for a single address`
  return [defect({ code: 'malformed-cidr', at, message: `\`${cidr}\` is not a CIDR block`, hint })]
}

function twice(cidrs: readonly string[], name: string): readonly Problem[] {
  return cidrs.flatMap((cidr, index) => {
    if (cidrs.indexOf(cidr) === index) return []
    const at = place('outside', name, 'cidrs', index)
    return [defect({ code: 'duplicate-cidr', at, message: `\`${cidr}\` is declared twice` })]
  })
}

/** One for each port, never blocking: whoever declares such a caller should read what it costs. */
function consequences(name: string, { kind, cidrs = [], routes }: Outside, graph: Graph): readonly Problem[] {
  const from =
    cidrs.length === 0 ? 'from any address that reaches it' : `from ${cidrs.map(cidr => `\`${cidr}\``).join(', ')}`
  return Object.entries(routes).flatMap(([service, ports]) =>
    Object.keys(ports).flatMap((portName): readonly Problem[] => {
      const port = own(own(graph.services, service)?.ports ?? {}, portName)
      if (!port) return []
      const message = `port \`${port.port}\` of \`${service}\` admits callers without identity ${from}, as \`${name}\` (${kind}) has none`
      const hint =
        cidrs.length === 0
          ? 'name its addresses in `cidrs`, and let the service authenticate who calls'
          : 'an address is no identity: let the service authenticate who calls'
      return [
        {
          code: 'admits-without-identity',
          severity: 'delegated',
          at: place('outside', name, 'routes', service, portName),
          message,
          hint,
        },
      ]
    }),
  )
}
