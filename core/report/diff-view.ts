import { groupBy } from '../model/group'
import { Language } from '../model/language'
import { Region } from '../model/region'
import { describeByAddress, describeByHost } from './describe-requests'
import type { DiffBlock, DiffLine, DiffView, Shown } from './diff'
import type { Group, Viewed } from './reach-view'
import { comingFrom, groupsOf, podsOf } from './reach-view'
import { byText, visible } from './words'

/** Somewhere that who may ask what has changed, as much of it as is printed. */
export interface ViewedChange {
  readonly kind: 'port' | 'entry' | 'leaving'
  readonly callee: string
  readonly patch: Readonly<Record<'admitted' | 'ruledOut' | 'cut' | 'assured', Region>>
  readonly before: Viewed['ports'][number]['bounds']
  readonly after: Viewed['ports'][number]['bounds']
  /** One of the requests, as a caller of that state would be named, and what decides about all of them. */
  shown(region: Region, state: 'old' | 'now'): Shown
}

/** What callers and requests of one state are put into words with. */
export type Terms = Pick<Viewed, 'domains' | 'trusted' | 'questions' | 'nodeNetworks'>

export interface ViewedDiff {
  readonly changes: readonly ViewedChange[]
  readonly terms: Readonly<Record<'old' | 'now', Terms>>
}

/** Changes in words: those that are alike told once, the most dangerous first. */
export function changesIn({ changes, terms }: ViewedDiff): Pick<DiffView, 'admitted' | 'cut' | 'assured'> {
  const alike = groupAlike(changes)
  const blocks = (state: 'old' | 'now', parts: (change: ViewedChange) => readonly Part[]): readonly DiffBlock[] =>
    alike
      .flatMap(group => blocksOf({ group, parts, state, terms: terms[state] }))
      .sort((a, b) => ranks[a.openness] - ranks[b.openness] || byText(a.callees[0] ?? '', b.callees[0] ?? ''))
  return {
    admitted: blocks('now', admittedBy),
    cut: blocks('old', cutBy),
    assured: changes
      .filter(({ patch: { assured, admitted } }) => !assured.minus(admitted).isEmpty)
      .map(({ callee }) => visible(callee))
      .sort(byText),
  }
}

const ranks: Readonly<Record<DiffBlock['openness'], number>> = { anonymous: 0, mesh: 1, named: 2, leaving: 3 }

interface Part {
  readonly region: Region
  readonly bound: DiffLine['bound']
}

/** What is open to whoever it is needs no list of what was open before. */
function admittedBy({ patch: { admitted }, after: { must, may } }: ViewedChange): readonly Part[] {
  if (may === Region.all && !admitted.isEmpty)
    return [{ region: Region.all, bound: must === Region.all ? 'certain' : 'possible' }]
  return [
    { region: admitted.intersect(must), bound: 'certain' },
    { region: admitted.minus(must), bound: 'possible' },
  ]
}

function cutBy({ patch: { cut, ruledOut }, before, after: { may } }: ViewedChange): readonly Part[] {
  if (before.may === Region.all && !ruledOut.isEmpty && !may.isEmpty) return [{ region: Region.all, bound: 'narrowed' }]
  return [
    { region: cut.minus(may), bound: 'refused' },
    { region: cut.intersect(may), bound: 'unsure' },
    { region: ruledOut.minus(cut), bound: 'ruled-out' },
  ]
}

/** Changes by what they change: regions are interned, so that the same sets are the same objects. */
function groupAlike(changes: readonly ViewedChange[]): readonly (readonly ViewedChange[])[] {
  const numbers = new Map<Region, number>()
  const number = (region: Region): number => {
    const known = numbers.get(region) ?? numbers.size
    numbers.set(region, known)
    return known
  }
  const key = (change: ViewedChange): string => {
    const parts = [...admittedBy(change), ...cutBy(change)]
    return [change.kind, ...parts.map(({ region, bound }) => `${bound} ${number(region)}`)].join(' ')
  }
  return [...groupBy(changes, key).values()]
}

interface Alike {
  readonly group: readonly ViewedChange[]
  readonly parts: (change: ViewedChange) => readonly Part[]
  readonly state: 'old' | 'now'
  readonly terms: Terms
}

function blocksOf({ group, parts, state, terms }: Alike): readonly DiffBlock[] {
  const [first] = group
  if (!first) return []
  if (first.kind === 'leaving') return leavingBlocks({ group, parts, state, terms })
  const told = parts(first).flatMap(({ region, bound }) =>
    callersOf(region, terms).map(callers => ({ callers, bound })),
  )
  return [...groupBy(told, ({ callers: { openness } }) => (openness === 'namespace' ? 'mesh' : openness))].map(
    ([openness, some]) => {
      const region = Region.union(
        some.map(({ callers: { callers, pods = Language.all, requests } }) =>
          Region.intersection([Region.where('caller', callers), Region.where('pod', pods), requests]),
        ),
      )
      return {
        openness,
        callees: group.map(({ callee }) => visible(callee)).sort(byText),
        lines: some.flatMap(({ callers, bound }) => linesOf(first, { callers, bound, terms })),
        ...unitedIn(group.map(change => change.shown(region.intersect(changedIn(change, state)), state))),
      }
    },
  )
}

/** What gets out, by host: who calls is told by the place. */
function leavingBlocks({ group, parts, state, terms }: Alike): readonly DiffBlock[] {
  const told = group
    .slice(0, 1)
    .flatMap(parts)
    .filter(({ region }) => !region.isEmpty)
  if (told.length === 0) return []
  const lines = told.flatMap(({ region, bound }) =>
    [...describeByHost(region, terms.questions)].map(([host, requests]) => ({
      callers: visible(host),
      requests: requests.map(visible),
      bound,
    })),
  )
  const region = Region.union(told.map(part => part.region))
  const callees = group.map(({ callee }) => visible(callee)).sort(byText)
  return [
    {
      openness: 'leaving',
      callees,
      lines,
      ...unitedIn(group.map(change => change.shown(region.intersect(changedIn(change, state)), state))),
    },
  ]
}

function changedIn({ patch: { admitted, cut, ruledOut } }: ViewedChange, state: 'old' | 'now'): Region {
  return state === 'now' ? admitted : cut.union(ruledOut)
}

/** Callers of no trust domain that is known here are told as such, where there are no others. */
function callersOf(region: Region, terms: Terms): readonly Group[] {
  // Ports that changed alike are told together, also those of several namespaces: none of these is the callee's own.
  const groups = groupsOf(region, {
    viewed: terms,
    callers: Region.all,
    pods: new Set(podsOf([region])),
    namespace: '',
  })
  if (groups.length > 0 || region.isEmpty) return groups
  const callers = region.valuesOf('caller')
  return [{ openness: 'mesh', who: ['identities of other trust domains'], callers, requests: region.without('caller') }]
}

interface Told {
  readonly callers: Group
  readonly bound: DiffLine['bound']
  readonly terms: Terms
}

function linesOf({ kind }: ViewedChange, { callers, bound, terms }: Told): readonly DiffLine[] {
  const { who, requests } = callers
  if (kind === 'entry') {
    return [...describeByHost(requests, terms.questions)].map(([host, asked]) => ({
      callers: visible(who.join(', ')),
      requests: asked.map(request => visible(`${host} ${request}`)),
      bound,
    }))
  }
  return [...describeByAddress(requests, terms.questions)].map(([from, asked]) => ({
    callers: visible(who.join(', ') + comingFrom(from, terms)),
    requests: asked.map(visible),
    bound,
  }))
}

/** The first request, and the objects of all. */
function unitedIn(shown: readonly Shown[]): Shown {
  const because = (state: keyof Shown['because']): readonly string[] => [
    ...new Set(shown.flatMap(one => one.because[state]).map(visible)),
  ]
  return {
    witness: visible(shown[0]?.witness ?? ''),
    because: { old: because('old'), now: because('now'), changed: because('changed') },
  }
}
