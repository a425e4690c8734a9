import { Language } from '../../model/language'
import { absent, Region } from '../../model/region'
import type { Cursor } from '../istio/cursor'
import { namesUnder } from '../leaving/hosts'
import { headersFor } from '../regions/hosts'
import type { Waiver } from './waiver'

/*
 * What narrows all flows of a waiver: the hosts that are asked for, and the headers that requests carry.
 */

/** A host in lower case, or those below one. */
export const label = /^(?:\*\.)?[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/

/** Hosts of a waiver, in lower case; a Problem for what is none. */
export function hostsIn(field: Cursor): Pick<Waiver, 'hosts'> {
  if (field.absent) return {}
  const hosts = typeof field.value === 'string' ? [field.value] : field.strings()
  if (hosts.length === 0) field.wrong('at least one host')
  for (const host of hosts)
    if (!label.test(host)) field.wrong(`hosts such as \`shop.example.com\` or \`*.example.com\`, and not \`${host}\``)
  return { hosts }
}

/** Headers of a waiver by their names in lower case; a Problem for what is none, and for the host, which has a field of its own. */
export function headersIn(field: Cursor): Pick<Waiver, 'headers'> {
  if (field.absent) return {}
  const headers = field.fields().map(([name, value]) => {
    if (!/^[a-z0-9!#$%&'*+.^_`|~-]+$/.test(name))
      value.report('malformed-field', 'is no name of a header in lower case')
    if (name === 'host') value.report('malformed-field', 'is narrowed by `hosts`')
    const list = typeof value.value === 'string' ? [value.value] : (value.required()?.strings() ?? [])
    if (!value.absent && list.length === 0) value.wrong('at least one value')
    return [name, list] as const
  })
  return { headers: Object.fromEntries(headers) }
}

/** The requests that a waiver's hosts and headers leave. */
export function narrowing({ hosts, headers = {} }: Pick<Waiver, 'hosts' | 'headers'>): Region {
  const named = hosts ? Language.union(hosts.map(headersFor)) : undefined
  const carried = Object.entries(headers).map(([name, value]) =>
    Region.where(`header:${name}`, valuesOf(typeof value === 'string' ? [value] : value)),
  )
  // Regions know a host by either name; of one request both are the same but for upper case.
  const asked = named ? Region.where('host', named).union(Region.where('authority', named)) : Region.all
  return Region.intersection([asked, ...carried])
}

function valuesOf(words: readonly string[]): Language {
  const any = Language.literals([absent]).complement()
  return words.includes('*') ? any : Language.literals(words)
}

/** The hosts outside that a flow names: one, `*.example.com`, or `*`. */
export function hostsNamed(host: string): Language | undefined {
  if (host !== '*' && !label.test(host)) return undefined
  return host.startsWith('*') ? namesUnder(host) : Language.literals([host])
}
