import { Language } from '../model/language'
import { Region } from '../model/region'
import type { Trust } from './describe-callers'
import { describeCallers } from './describe-callers'
import type { ClaimQuestions } from './describe-requests'
import { describeRequests } from './describe-requests'
import type { ReachLine, ReachView } from './reach'
import { byText, visible } from './words'

/** One port and who may reach it, as much of it as is printed. */
export interface ViewedPort {
  readonly workload: { readonly namespace: string; readonly name: string }
  /** `other` stands for all ports that no object names. */
  readonly port: number | 'other'
  readonly bounds: { readonly must: Region; readonly may: Region }
}

/** Reach, and what is needed to put it into words. */
export interface Viewed extends Trust {
  readonly ports: readonly ViewedPort[]
  readonly questions: ClaimQuestions
  /** Only what these callers may ask. @default everybody */
  readonly callers?: Language
  /** What is left open whatever the policies say, in words. */
  readonly floor: readonly string[]
}

/** Reach in words, ready to be printed, sorted. */
export function viewOf(viewed: Viewed): ReachView {
  const callers = viewed.callers ? Region.where('caller', viewed.callers) : Region.all
  const lines = viewed.ports.flatMap(port => linesOf(port, callers, viewed))
  const open = new Set(lines.map(line => line.callee))
  const closed = [...new Set(viewed.ports.map(calleeOf))].filter(callee => !open.has(callee))
  return { lines: lines.sort(inOrder), closed: closed.sort(byText), floor: viewed.floor }
}

function inOrder(a: ReachLine, b: ReachLine): number {
  return byText(a.callee, b.callee) || byText(a.callers, b.callers) || byText(a.requests, b.requests)
}

function calleeOf({ workload, port }: ViewedPort): string {
  return visible(`${workload.namespace}/${workload.name}:${port}`)
}

function linesOf(port: ViewedPort, callers: Region, viewed: Viewed): readonly ReachLine[] {
  const { must, may } = port.bounds
  const lines = (region: Region, bound: ReachLine['bound']): readonly ReachLine[] =>
    groupsOf(region.intersect(callers)).flatMap(({ openness, names, requests }) =>
      describeRequests(requests, viewed.questions).map(request => ({
        callee: calleeOf(port),
        callers: visible(describeCallers(names, viewed).join(', ')),
        requests: visible(request),
        bound,
        openness,
      })),
    )
  return [...lines(must, 'certain'), ...lines(may.minus(must), 'possible')].filter(line => line.callers !== '')
}

interface Group {
  readonly openness: ReachLine['openness']
  readonly names: Language
  readonly requests: Region
}

const anonymous = Language.literals([''])
const kubelet = Language.literals(['kubelet'])

/** Callers that may ask the same, by how openly they are named: none at all, a set that is no list of names, names. */
function groupsOf(region: Region): readonly Group[] {
  if (region.isEmpty) return []
  const edges = region.variable === 'caller' ? region.edges : [{ values: Language.all, to: region }]
  return edges
    .filter(({ to }) => !to.isEmpty)
    .flatMap(({ values, to }) => {
      const rest = values.minus(anonymous)
      const named = rest.words ? rest : rest.intersect(kubelet)
      return [
        { openness: 'anonymous' as const, names: values.intersect(anonymous), requests: to },
        { openness: 'mesh' as const, names: rest.minus(named), requests: to },
        { openness: 'named' as const, names: named, requests: to },
      ]
    })
    .filter(({ names }) => !names.isEmpty)
}
