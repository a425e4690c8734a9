import { at, entries, items, required, type Field } from '../field'

/**
 * What ztunnel makes of the rules of an AuthorizationPolicy: it sees addresses, ports and identities, and nothing of a
 * request (istio pilot/pkg/serviceregistry/ambient/authorization.go handleRule). Fields that are not among these never
 * reach it; `trustDomains` is such a field, and nothing warns of it.
 */
const heeded: Readonly<Record<'source' | 'operation', readonly string[]>> = {
  source: [
    'principals',
    'notPrincipals',
    'namespaces',
    'notNamespaces',
    'serviceAccounts',
    'notServiceAccounts',
    'ipBlocks',
    'notIpBlocks',
  ],
  operation: ['ports', 'notPorts'],
}

/** Keys of conditions that reach ztunnel (authorization.go l4WhenAttributes): neither a ServiceAccount nor an SNI is among them. */
const heededKeys = ['source.ip', 'source.namespace', 'source.principal', 'destination.ip', 'destination.port']

/** One source, one operation, or one condition. */
export interface Alternative {
  readonly field: Field
  /** Whether anything of it reaches ztunnel; of what does not, nothing ever matches (ztunnel src/rbac.rs). */
  readonly effective: boolean
  /** What is left out on the way. */
  readonly unheeded: readonly Field[]
}

/** The `to` list, the `from` list, or one of `when`: all of a rule's clauses have to hold, by one alternative each. */
export interface Clause {
  readonly field: Field
  readonly alternatives: readonly Alternative[]
}

/** The clauses of a rule of an AuthorizationPolicy; one without any holds for everything. */
export function clausesOf(rule: Field): readonly Clause[] {
  const lists = [
    listClause(at(rule, 'to'), 'operation'),
    listClause(at(rule, 'from'), 'source'),
    ...items(at(rule, 'when')).map(field => ({ field, alternatives: [condition(field)] })),
  ]
  return lists.filter(({ alternatives }) => alternatives.length > 0)
}

function listClause(list: Field, kind: 'source' | 'operation'): Clause {
  const alternatives = items(list).map(field => {
    const said = entries(at(field, kind)).filter(([, values]) => items(values).length > 0)
    const isHeeded = (name: string) => heeded[kind].includes(name)
    return {
      field,
      effective: said.some(([name]) => isHeeded(name)),
      unheeded: said.flatMap(([name, values]) => (isHeeded(name) ? [] : [values])),
    }
  })
  return { field: list, alternatives }
}

function condition(field: Field): Alternative {
  const key = at(field, 'key')
  const effective = heededKeys.includes(required(key))
  return { field, effective, unheeded: effective ? [] : [key] }
}
