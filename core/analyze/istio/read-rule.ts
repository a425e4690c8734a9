import { operationFields, sourceFields, type Condition, type Operation, type Rule, type Source } from '../layer'
import { watched, type Cursor } from './cursor'
import { checkCondition, checkOperation, checkSource } from './validate-rule'

const anyone: Source = {
  principals: [],
  notPrincipals: [],
  requestPrincipals: [],
  notRequestPrincipals: [],
  namespaces: [],
  notNamespaces: [],
  serviceAccounts: [],
  notServiceAccounts: [],
  trustDomains: [],
  notTrustDomains: [],
  ipBlocks: [],
  notIpBlocks: [],
  remoteIpBlocks: [],
  notRemoteIpBlocks: [],
}
const anything: Operation = {
  hosts: [],
  notHosts: [],
  ports: [],
  notPorts: [],
  methods: [],
  notMethods: [],
  paths: [],
  notPaths: [],
}

/** `rules` of an AuthorizationPolicy. What cannot be read, or what Istio's webhook would refuse, becomes an `unreadable` rule. */
export function readRules(rules: Cursor): readonly Rule[] {
  const { value, damaged } = watched(rules.log, () => rules.items())
  return damaged ? [{ kind: 'unreadable' }] : value.map(readRule)
}

function readRule(rule: Cursor): Rule {
  const { value, damaged } = watched(rule.log, (): Rule => {
    rule.required()?.only(['from', 'to', 'when'])
    return {
      kind: 'rule',
      from: alternatives(rule.get('from'), 'source').map(readSource),
      to: alternatives(rule.get('to'), 'operation').map(readOperation),
      when: rule.get('when').items().map(readCondition),
    }
  })
  return damaged ? { kind: 'unreadable' } : value
}

/** The entries of `from` or `to`. An empty list or entry would mean anyone or anything, so Istio refuses it. */
function alternatives(list: Cursor, key: 'source' | 'operation'): readonly Cursor[] {
  const entries = list.items()
  if (!list.absent && Array.isArray(list.value) && entries.length === 0) list.wrong('at least one entry')
  return entries.map(entry => {
    entry.required()?.only([key])
    return entry.get(key)
  })
}

function readSource(source: Cursor): Source {
  source.required()?.only(sourceFields)
  const value: Source = { ...anyone, ...lists(source, sourceFields) }
  if (Object.values(value).every(list => list.length === 0)) source.wrong('at least one field that is not empty')
  checkSource(source, value)
  return value
}

function readOperation(operation: Cursor): Operation {
  operation.required()?.only(operationFields)
  const value: Operation = { ...anything, ...lists(operation, operationFields) }
  if (Object.values(value).every(list => list.length === 0)) operation.wrong('at least one field that is not empty')
  checkOperation(operation, value)
  return value
}

function lists<K extends string>(object: Cursor, keys: readonly K[]): Partial<Record<K, readonly string[]>> {
  const result: Partial<Record<K, readonly string[]>> = {}
  for (const key of keys) {
    const values = object.get(key).strings()
    if (values.length > 0) result[key] = values
  }
  return result
}

function readCondition(condition: Cursor): Condition {
  condition.required()?.only(['key', 'values', 'notValues'])
  const value: Condition = {
    key: condition.get('key').required()?.string() ?? '',
    values: condition.get('values').strings(),
    notValues: condition.get('notValues').strings(),
  }
  if (value.values.length + value.notValues.length === 0) condition.wrong('`values` or `notValues`')
  checkCondition(condition, value)
  return value
}
