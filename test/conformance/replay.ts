import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseAllDocuments } from 'yaml'
import { decide } from '../../core/analyze/decide'
import { read } from '../../core/analyze/read-istio'
import { parseRequest } from '../../core/analyze/request'
import type { Layer } from '../../core/analyze/layer'
import { printProblem } from '../../core/model/problem'

/** How a world's replay went; what disagrees is told with everything a reader needs to find out why. */
export interface Replay {
  readonly requests: number
  readonly disagreements: readonly string[]
  readonly problems: readonly string[]
}

export function worldsIn(root: string): readonly string[] {
  return readdirSync(root).filter(name => existsSync(join(root, name, 'requests.jsonl')))
}

export function layerOf(folder: string): { readonly layer: Layer; readonly problems: readonly string[] } {
  const at = join(folder, 'manifests.yaml')
  const objects = parseAllDocuments(readFileSync(at, 'utf8'), { prettyErrors: false })
  assertParsed(objects)
  const { layer, problems } = read(objects.map(document => ({ object: document.toJS() as unknown, at })))
  return { layer, problems: problems.map(printProblem) }
}

function assertParsed(documents: unknown): asserts documents is readonly { toJS(): unknown }[] {
  if (!Array.isArray(documents)) throw new Error('the file holds no documents')
}

export function linesOf(file: string): readonly unknown[] {
  return readFileSync(file, 'utf8')
    .split('\n')
    .filter(line => line !== '')
    .map(line => JSON.parse(line) as unknown)
}

/** Decides every request of a world, and compares. */
export function replay(folder: string, world: string): Replay {
  const { layer, problems } = layerOf(folder)
  const requests = linesOf(join(folder, 'requests.jsonl'))
  const verdicts = linesOf(join(folder, 'verdicts.jsonl')) as readonly { id: string; verdict: string; why?: string }[]
  const unreadable: string[] = []
  const disagreements = requests.flatMap((line, index) => {
    const { request, problems: found } = parseRequest(line, `${world} line ${index + 1}`)
    unreadable.push(...found.map(printProblem))
    const recorded = verdicts[index]
    if (!request || !recorded) return []
    const decided = decide(layer, request, { assume: 'recorded' })
    if (request.id === recorded.id && decided.verdict === recorded.verdict && decided.why === recorded.why) return []
    const because = decided.because.join('; ')
    return [
      `${world} ${recorded.id}: recorded ${told(recorded)}, decided ${told(decided)} (${because}) for ${JSON.stringify(line)}`,
    ]
  })
  return { requests: requests.length, disagreements, problems: [...problems, ...unreadable] }
}

function told({ verdict, why }: { readonly verdict: string; readonly why?: string }): string {
  return why === undefined ? verdict : `${verdict} (${why})`
}
