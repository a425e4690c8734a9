import { policy } from './network'

/** A rule, or several, of one direction. */
export type Rule = object

const labelIn = (key: string, values: readonly string[]): object => ({
  matchExpressions: [{ key, operator: 'In', values }],
})

const tcp80 = [{ protocol: 'TCP', port: 80 }]
const dns = {
  ports: [
    { protocol: 'UDP', port: 53 },
    { protocol: 'TCP', port: 53 },
  ],
}

/** Whom the base policy lets in, and out to. */
export const callers = ['x/b', 'x/c', 'y/b', 'y/c'] as const
export const callees = ['y/a', 'y/b', 'z/a', 'z/b'] as const

const near = { podSelector: labelIn('pod', ['b', 'c']), namespaceSelector: labelIn('ns', ['x', 'y']) }
const far = { podSelector: labelIn('pod', ['a', 'b']), namespaceSelector: labelIn('ns', ['y', 'z']) }

interface Changes {
  /** @default 'x' */
  readonly namespace?: string
  /** @default the Pods `a` */
  readonly target?: object
  readonly ingress?: { readonly ports?: readonly object[]; readonly peers?: readonly object[] } | readonly Rule[]
  readonly egress?: { readonly ports?: readonly object[]; readonly peers?: readonly object[] } | readonly Rule[]
}

/**
 * The policy that the cases are changes of: it lets Pods `b` and `c` of `x` and `y` in, and out to Pods `a` and `b` of `y` and `z`, on port 80 of TCP, and to port 53 anywhere.
 *
 * Facts: cyclonus `pkg/generator/netpol.go` baseTestPolicy.
 */
export function base({ namespace = 'x', target, ingress = {}, egress = {} }: Changes = {}): string {
  return policy(`${namespace}/base`, {
    podSelector: target ?? { matchLabels: { pod: 'a' } },
    policyTypes: ['Ingress', 'Egress'],
    ingress: isRules(ingress) ? ingress : [{ ports: ingress.ports ?? tcp80, from: ingress.peers ?? [near] }],
    egress: isRules(egress) ? egress : [{ ports: egress.ports ?? tcp80, to: egress.peers ?? [far] }, dns],
  })
}

function isRules(side: NonNullable<Changes['ingress']>): side is readonly Rule[] {
  return Array.isArray(side)
}

export const podsAOrB = labelIn('pod', ['a', 'b'])
export const spacesYOrZ = labelIn('ns', ['y', 'z'])
