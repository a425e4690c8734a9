import { firstOf } from '../first-of'

/** One thing that a rule asks of a request and does not find. */
export interface Missed {
  /** As the object spells it: `principals`, `paths`, `when request.headers[x-env]`. */
  readonly field: string
  /** `no`, or that it is not known. */
  readonly answer: 'no' | 'unknown'
  /** What it asks for; where the request has what it must not have, only that, as `unwanted`. */
  readonly wanted: readonly string[]
  readonly unwanted: readonly string[]
  /** Why it never could: the field means nothing where it is asked. */
  readonly senseless?: string
}

/** What a request has of the fields of rules, in words; nothing where it is not known. */
export type Facts = (field: string) => string | undefined

const nouns: Readonly<Record<string, string>> = {
  principals: 'caller',
  namespaces: "caller's namespace",
  serviceAccounts: "caller's ServiceAccount",
  trustDomains: "caller's trust domain",
  requestPrincipals: "token's subject",
  ipBlocks: 'address',
  remoteIpBlocks: "client's address",
  hosts: 'host',
  ports: 'port',
  methods: 'method',
  paths: 'path',
}

/** What a rule misses, in a sentence: ``path `/cart/x` is not `/cart` ``. */
export function describeMissed(missed: readonly Missed[], facts: Facts): string {
  return missed.map(one => describe(one, facts)).join(', and ')
}

function describe({ field, answer, wanted, unwanted, senseless }: Missed, facts: Facts): string {
  if (senseless !== undefined) return `it asks for \`${field}\`, ${senseless}`
  const [known, noun] = [facts(field), nouns[field] ?? field]
  if (known === undefined && answer === 'unknown') return `${noun} is not known, and asked for is ${either(wanted)}`
  const subject = known === undefined ? noun : known === '' ? `${noun} (none)` : `${noun} \`${known}\``
  if (answer === 'unknown') return `whether ${subject} is ${either(wanted)} is not known`
  if (unwanted.length > 0) return `${subject} is one that it excludes, ${either(unwanted)}`
  return `${subject} is ${wanted.length > 1 ? 'none of' : 'not'} ${list(wanted)}`
}

function either(values: readonly string[]): string {
  return list(values)
}

/** The first of many values. */
function list(values: readonly string[]): string {
  return firstOf(values.map(value => `\`${value}\``))
}
