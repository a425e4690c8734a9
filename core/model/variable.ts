/**
 * One attribute of a request: `caller` (a principal, `''` for nobody's), `address`, `pod` (where it comes from, see `analyze/network`), `protocol`, `method`, `path`,
 * `host`, `authority` (the host as it was sent, of which `host` is the lower case), `header:x-env`, `query:page=2` (whether the query has it) … Names not listed in {@link order} come after those that are, alphabetically.
 */
export type Variable = string

/** A request as a point: the value of each attribute. */
export type Point = (variable: Variable) => string

/** The header of a request that does not carry it. No header value can contain this character. */
export const absent = '\u0000'

/** Addresses first: they tell apart few classes, such as localhost, for each of which callers are then a list of names. */
const order = ['address', 'caller', 'pod', 'protocol', 'sni', 'method', 'path', 'host']

/** Which of two attributes is asked for first. */
export function compare(a: Variable, b: Variable): number {
  return rank(a) - rank(b) || (a < b ? -1 : a > b ? 1 : 0)
}

function rank(variable: Variable): number {
  const index = order.indexOf(variable)
  return index < 0 ? order.length : index
}
