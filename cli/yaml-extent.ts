import { isAlias, isMap, isPair, isScalar, isSeq } from 'yaml'
import type { Alias, Document, Node, Pair, YAMLMap } from 'yaml'

/** What makes a document unfit to be read, and where, as an offset into the text. */
export interface Defect {
  readonly offset: number
  readonly message: string
}

/** Deeper than anything Kubernetes keeps in practice. */
export const deepest = 500
export const tooDeep = `values are nested more than ${deepest} levels deep`

/** How many values aliases may stand for in one document, beyond what is written: far more than anybody writes, and soon held in memory. */
const mostByAlias = 1_000_000

/** How much a node stands for, once each alias is replaced by what it means. */
interface Extent {
  readonly values: number
  readonly depth: number
}

interface Walk {
  /** By the name of an anchor; what is still being measured is `open`. */
  readonly anchors: Map<string, Extent | 'open'>
  written: number
  defect?: Defect
}

/**
 * The first key that stands twice in one mapping (which of the two counts depends on who reads them), an alias of
 * something that holds it, or so many aliases of aliases that they would fill the memory. None of these is found
 * by expanding it.
 */
export function defectOf(document: Document): Defect | undefined {
  const walk: Walk = { anchors: new Map(), written: 0 }
  const { values, depth } = extentOf(document.contents, walk)
  if (walk.defect) return walk.defect
  const offset = document.contents?.range?.[0] ?? 0
  if (depth > deepest) return { offset, message: tooDeep }
  if (values - walk.written <= mostByAlias) return undefined
  return { offset, message: `its aliases stand for more than ${mostByAlias} values` }
}

function extentOf(node: unknown, walk: Walk): Extent {
  if (isAlias(node)) return extentOfAlias(node, walk)
  walk.written++
  const anchor = isScalar(node) || isMap(node) || isSeq(node) ? node.anchor : undefined
  if (anchor !== undefined) walk.anchors.set(anchor, 'open')
  if (isMap(node)) noteTwice(node, walk)
  const extent = sum(isMap(node) || isSeq(node) ? node.items : [], walk)
  if (anchor !== undefined) walk.anchors.set(anchor, extent)
  return extent
}

function sum(items: readonly unknown[], walk: Walk): Extent {
  let values = 1
  let depth = 0
  const add = (part: unknown): void => {
    const extent = extentOf(part, walk)
    values += extent.values
    depth = Math.max(depth, extent.depth)
  }
  for (const item of items) {
    if (!isPair(item)) add(item)
    else for (const part of [item.key, item.value]) add(part)
  }
  return { values, depth: depth + 1 }
}

function extentOfAlias(alias: Alias, walk: Walk): Extent {
  const found = walk.anchors.get(alias.source)
  if (found !== undefined && found !== 'open') return found
  const message = found === 'open' ? 'an alias stands inside of what it stands for' : 'an alias has no anchor before it'
  fail(walk, alias, message)
  return { values: 1, depth: 1 }
}

function noteTwice(map: YAMLMap, walk: Walk): void {
  const seen = new Set<unknown>()
  for (const { key } of map.items as readonly Pair[]) {
    if (!isScalar(key) || key.value === '<<') continue
    if (seen.has(key.value)) fail(walk, key, `key \`${String(key.value)}\` is given twice`)
    seen.add(key.value)
  }
}

function fail(walk: Walk, node: Node, message: string): void {
  walk.defect ??= { offset: node.range?.[0] ?? 0, message }
}
