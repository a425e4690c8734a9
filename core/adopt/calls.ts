import type { Routes } from '../graph/graph'
import { printIdentity } from '../model/identity'
import type { Region } from '../model/region'
import type { Decision, Note } from './adopted'
import type { People } from './callers'
import { scrapedPath } from './callers'
import type { Group } from './groups'
import type { Ground, Place } from './places'
import { routesFor } from './routes'
import type { Account, Named, Others } from './today'
import { accountKey, askedBy } from './today'

/** A call of one service to a port of another. */
export interface Call {
  readonly from: string
  readonly to: string
  readonly port: string
  readonly routes: Routes
  readonly note?: string
}

/** An account that calls and is no service that is governed. */
export interface Stranger extends Account {
  readonly runs: boolean
}

/** What a gateway may ask of a port, under its own identity. */
export interface Forwarded {
  readonly gateway: Account
  readonly place: Place
  readonly requests: Region
}

/** What there is to say of who calls one port. */
export interface Calling {
  readonly calls: readonly Call[]
  readonly strangers: readonly Stranger[]
  readonly forwarded: readonly Forwarded[]
  /** The path that metrics are read from. */
  readonly scraped?: string
  readonly notes: readonly Note[]
  readonly decisions: readonly Decision[]
}

/** Who calls a port: whom policies name, and beside them whom configuration speaks of. */
export function callingAt(place: Place, ground: Ground, people: People): Calling {
  const { named } = place.today
  const each = named.map(one => callsOf(one, { place, ground, people }))
  const hinted = hintedCalls(place, ground)
  const calls = [...each.flatMap(one => one.calls ?? []), ...hinted.calls]
  const scraped = each.find(one => one.scraped !== undefined)?.scraped
  const open = openness(place, calls.length > 0 || each.some(one => one.forwarded) ? 'called' : 'uncalled')
  return {
    calls,
    strangers: each.flatMap(one => one.stranger ?? []),
    forwarded: each.flatMap(one => one.forwarded ?? []),
    ...(scraped !== undefined && { scraped }),
    notes: [...each.flatMap(one => one.notes ?? []), ...open.notes],
    decisions: [...each.flatMap(one => one.decisions ?? []), ...hinted.decisions, ...open.decisions],
  }
}

/** `shop/cart:7070`. */
export function aboutOf({ group, found }: Place): string {
  return `${group.namespace}/${group.name}:${found.port}`
}

function pathOf({ group, found }: Place): readonly string[] {
  return ['services', group.name, 'ports', found.name]
}

interface Asked {
  readonly place: Place
  readonly ground: Ground
  readonly people: People
}

interface Found {
  readonly calls?: readonly Call[]
  readonly stranger?: Stranger
  readonly forwarded?: Forwarded
  readonly scraped?: string
  readonly notes?: readonly Note[]
  readonly decisions?: readonly Decision[]
}

function callsOf(named: Named, asked: Asked): Found {
  const { place, people } = asked
  const caller = people.who(named)
  const account = accountKey(named.identity)
  switch (caller.kind) {
    case 'waypoint':
      return {}
    case 'gateway':
      return { forwarded: { gateway: named.identity, place, requests: named.requests } }
    case 'services':
      return fromServices(named, caller.groups, asked)
    case 'scraper': {
      const scraped = scrapedPath(named.requests) ?? (place.found.name.includes('metrics') ? '/metrics' : undefined)
      return scraped === undefined
        ? { decisions: [cut(place, account, 'it is taken for who reads metrics')] }
        : { scraped }
    }
    case 'ungoverned': {
      const { namespace, serviceAccount } = named.identity
      const stranger = { namespace, serviceAccount, runs: caller.runs }
      const said = routesFor(named.requests, place.protocol)
      return said.routes === undefined
        ? { decisions: [cut(place, account, whyCut(named))] }
        : { stranger, ...toPlace(named, { ...asked, from: strangerName(stranger) }) }
    }
    case 'stale': {
      const near = caller.near === undefined ? '' : `; was \`${caller.near}\` meant?`
      const text = `policies let in \`${account}\`, under which nothing runs${near}`
      return { notes: [{ path: pathOf(place), text }], decisions: [{ kind: 'stale', about: aboutOf(place), text }] }
    }
    case 'foreign': {
      const text = `policies let in \`${account}\` of trust domain \`${named.identity.trustDomain}\`, which no graph names`
      return { notes: [{ path: pathOf(place), text }], decisions: [{ kind: 'cut', about: aboutOf(place), text }] }
    }
  }
}

/** What an account of nobody's service is called in the graph; its ServiceAccount, where that is free. */
function strangerName({ namespace, serviceAccount }: Account): string {
  return `${namespace}/${serviceAccount}`
}

/** Services of one account are one caller: those that are known to call speak for all of them, else the first. */
function fromServices(named: Named, groups: readonly Group[], asked: Asked): Found {
  const { place, ground } = asked
  const known = groups.filter(from => ground.hints.some(hint => isFor(hint, place) && hint.from === from))
  const callers = known.length > 0 ? known : groups.slice(0, 1)
  const found = callers.map(from => toPlace(named, { ...asked, from: from.name }))
  const [first] = found
  if (groups.length < 2 || first?.calls === undefined) return { ...first, calls: found.flatMap(one => one.calls ?? []) }
  const text = `any service with the account \`${accountKey(named.identity)}\` may`
  return {
    ...first,
    calls: found.flatMap(one => (one.calls ?? []).map(call => ({ ...call, note: call.note ?? text }))),
  }
}

function toPlace(named: Named, { place, from }: Asked & { readonly from: string }): Found {
  const { routes, how } = routesFor(named.requests, place.protocol)
  const account = accountKey(named.identity)
  const partly = how === 'partly' || named.conditional
  const why = whyCut(named)
  const decisions = partly ? [cut(place, account, why)] : []
  if (routes === undefined)
    return { decisions, notes: partly ? [{ path: pathOf(place), text: cutText(account, why) }] : [] }
  const note = partly && { note: `today it may ask more: ${why}` }
  return { calls: [{ from, to: place.group.name, port: place.found.name, routes, ...note }], decisions }
}

function whyCut({ conditional }: Named): string {
  return conditional
    ? 'policies ask for more than a method and a path (an address, a host, a header or a token), which a route does not say'
    : 'no route says all of it'
}

function cutText(account: string, why: string): string {
  return `\`${account}\` may ask more today than the graph says: ${why}`
}

function cut(place: Place, account: string, why: string): Decision {
  return { kind: 'cut', about: aboutOf(place), text: cutText(account, why) }
}

function isFor({ to, port }: Ground['hints'][number], { group, found }: Place): boolean {
  return to === group && port === found.port
}

/** Calls that something speaks of, as far as they may be made today. */
function hintedCalls(place: Place, ground: Ground): Pick<Calling, 'calls' | 'decisions'> {
  const { callers } = ground
  const { today, group, found, protocol } = place
  const known = new Set(today.named.map(({ identity }) => accountKey(identity)))
  const hints = ground.hints.filter(
    hint => isFor(hint, place) && !known.has(accountKey(hint.from)) && (!hint.byNetwork || known.size === 0),
  )
  const each = hints.flatMap(({ from, source }) => {
    const requests = askedBy(today, { ...from, trustDomain: callers.trustDomain })
    const { routes } = routesFor(requests, protocol)
    if (routes === undefined) return []
    const call: Call = { from: from.name, to: group.name, port: found.name, routes, note: `from ${source}` }
    return [{ call, decision: guessed(place, from.name) }]
  })
  return { calls: each.map(({ call }) => call), decisions: each.map(({ decision }) => decision) }
}

function guessed(place: Place, from: string): Decision {
  const text = 'see whether it makes these calls, and which requests they are'
  return { kind: 'guessed', about: `${from} → ${aboutOf(place)}`, text }
}

const whoText: Readonly<Record<Others['who'], string>> = {
  anybody: 'anybody',
  mesh: 'any identity of the mesh',
  foreign: 'identities of other trust domains',
  namespace: 'any account of namespace',
}

/** Who else gets in today; the graph lets in nobody but whom it names. */
function openness(place: Place, called: 'called' | 'uncalled'): Pick<Calling, 'notes' | 'decisions'> {
  const isCalled = called === 'called'
  const { others } = place.today
  if (others.length === 0) return { notes: [], decisions: [] }
  const who = others.map(
    ({ who: kind, namespace }) => `${whoText[kind]}${namespace === undefined ? '' : ` \`${namespace}\``}`,
  )
  const names = who.length > 4 ? [...who.slice(0, 3), `${who.length - 3} more`] : who
  const text = `today ${names.join(', ')} may call; ${isCalled ? 'here only whom `calls` names' : 'nobody is declared: declare who really calls'}`
  const note = { path: pathOf(place), text }
  return { notes: isCalled ? [] : [note], decisions: [{ kind: 'open', about: aboutOf(place), text }] }
}

/** Callers of one service of an account that the others, to which the graph lets in the same, keep out. */
export function keptOut(place: Place, own: readonly Named[]): readonly Decision[] {
  const known = new Set(place.today.named.map(({ identity }) => printIdentity(identity)))
  const lost = own.filter(({ identity }) => !known.has(printIdentity(identity)))
  return lost.map(({ identity }) => ({
    kind: 'shared',
    about: aboutOf(place),
    text: `\`${accountKey(identity)}\` may call it today, but no other service of its account: give it one of its own`,
  }))
}
