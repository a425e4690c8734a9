import type { Callee, Caller } from '../model/flow'
import type { IntendedFlow, Intent } from '../model/intent'
import { groupBy } from '../model/group'
import { byText } from './words'

/**
 * The declared calls as a Mermaid flowchart: services in a box a namespace, one arrow a caller and port. Probes and
 * scrapes, which every service has, are left out. Deterministic.
 */
export function mermaid(intent: Intent): string {
  const calls = intent.flows.filter(isCall)
  const nodes = new Map<string, Node>()
  for (const { service, namespace } of intent.governed) add(nodes, { label: service, group: namespace })
  for (const { from, to } of calls) for (const node of [callerNode(from), calleeNode(to)]) add(nodes, node)
  const sorted = [...nodes.values()].sort((a, b) => byText(keyOf(a), keyOf(b)))
  const ids = new Map(sorted.map((node, i) => [keyOf(node), `n${i}`]))
  return ['flowchart LR', ...boxes(sorted, ids), ...arrows(calls, ids), ''].join('\n')
}

interface Node {
  readonly label: string
  /** Its namespace; nothing for what lies outside the cluster. */
  readonly group?: string
}

function isCall({ text, from }: IntendedFlow): boolean {
  return from.kind !== 'kubelet' && !text.endsWith('(probe)') && !text.endsWith('(scrape)')
}

function callerNode(caller: Caller): Node {
  switch (caller.kind) {
    case 'workload':
      return { label: caller.service, group: caller.namespace }
    case 'outside':
      return { label: caller.name }
    case 'kubelet':
      return { label: 'kubelet' }
  }
}

function calleeNode(callee: Callee): Node {
  return callee.kind === 'workload' ? { label: callee.service, group: callee.namespace } : { label: callee.host }
}

function keyOf({ label, group }: Node): string {
  return `${group ?? ''}/${label}`
}

function add(nodes: Map<string, Node>, node: Node): void {
  nodes.set(keyOf(node), node)
}

function boxes(nodes: readonly Node[], ids: ReadonlyMap<string, string>): readonly string[] {
  const line = (node: Node): string =>
    `${ids.get(keyOf(node)) ?? ''}${node.group === undefined ? `([${quote(node.label)}])` : `[${quote(node.label)}]`}`
  return [...groupBy(nodes, node => node.group ?? '')].flatMap(([group, members], i) =>
    group === ''
      ? members.map(node => `  ${line(node)}`)
      : [`  subgraph g${i}[${quote(group)}]`, ...members.map(node => `    ${line(node)}`), '  end'],
  )
}

function arrows(calls: readonly IntendedFlow[], ids: ReadonlyMap<string, string>): readonly string[] {
  const lines = calls.map(({ from, to, http }) => {
    const [a, b] = [ids.get(keyOf(callerNode(from))), ids.get(keyOf(calleeNode(to)))]
    return `  ${a ?? ''} -->|${quote(`${to.port}${http ? '' : ' tcp'}`)}| ${b ?? ''}`
  })
  return [...new Set(lines)]
}

/** Text as a label of Mermaid's, whatever it holds: inside quotes it takes entities, and nothing else could end them. */
export function quote(text: string): string {
  return `"${text.replace(/[^\w ./:*,-]/gu, character => `#${character.codePointAt(0) ?? 0};`)}"`
}
