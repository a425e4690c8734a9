import assert from 'node:assert/strict'
import { join } from 'node:path'
import { assumeRecorded } from '../../core/analyze/istio/assume'
import { reach } from '../../core/analyze/reach'
import { parseRequest } from '../../core/analyze/request'
import { reachedBehindLinkerd } from '../support/way'
import { layerOf, linesOf, worldsIn } from './replay'

const root = join(__dirname, 'recorded', 'linkerd')

interface Compared {
  readonly requests: number
  /** Let in though not possible, or refused though certain. */
  readonly wrong: readonly string[]
  /** Possible but not certain, though decided. */
  readonly unsure: readonly string[]
}

function compareWorld(world: string): Compared {
  const layer = assumeRecorded(layerOf(join(root, world)).layer)
  const all = reach(layer)
  assert.deepEqual(all.problems, [], world)
  const verdicts = linesOf(join(root, world, 'verdicts.jsonl')) as readonly { id: string; verdict: string }[]
  const wrong: string[] = []
  const unsure: string[] = []
  linesOf(join(root, world, 'requests.jsonl')).forEach((line, index) => {
    const { request } = parseRequest(line, world)
    const verdict = verdicts[index]?.verdict
    assert.ok(request && verdict !== undefined, `${world} line ${index + 1}`)
    const { must, may } = reachedBehindLinkerd(all, layer, request)
    const text = `${world} ${request.id}: recorded ${verdict}, must ${must}, may ${may}: ${JSON.stringify(line)}`
    if (verdict === 'allow' ? !may : must) wrong.push(text)
    else if (must !== may) unsure.push(text)
  })
  return { requests: verdicts.length, wrong, unsure }
}

describe('recorded verdicts of linkerd, as sets', () => {
  const compared = worldsIn(root).map(compareWorld)

  it('holds requests to compare', () => {
    assert.ok(compared.reduce((sum, { requests }) => sum + requests, 0) > 1000)
  })

  it('lets in certainly no request that was refused, and possibly each that was let in', () => {
    assert.deepEqual(
      compared.flatMap(({ wrong }) => wrong),
      [],
    )
  })

  it('is certain of each', () => {
    assert.deepEqual(
      compared.flatMap(({ unsure }) => unsure),
      [],
    )
  })
})
