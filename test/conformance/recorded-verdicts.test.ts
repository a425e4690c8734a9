import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { replay, worldsIn, type Replay } from './replay'

const committed = join(__dirname, 'recorded', 'istio-sidecar')
const shared = join(process.env.ZTM_SHARED ?? join(__dirname, '..', '..', '..', 'shared'), 'verdicts', 'istio-sidecar')

/** Every request of every world, at once: a test's title says how many there were. */
function replayAll(root: string): Replay {
  const replays = worldsIn(root).map(world => replay(join(root, world), world))
  return {
    requests: replays.reduce((sum, { requests }) => sum + requests, 0),
    disagreements: replays.flatMap(({ disagreements }) => disagreements),
    problems: replays.flatMap(({ problems }) => problems),
  }
}

function check(what: string, root: string) {
  const worlds = worldsIn(root)
  const result = replayAll(root)
  describe(`${what}: ${worlds.length} worlds, ${result.requests} requests`, () => {
    it('holds worlds to replay', () => {
      assert.ok(worlds.length > 0 && result.requests > 0)
    })
    it('reads every manifest without a problem', () => {
      assert.deepEqual(result.problems, [])
    })
    it('decides each request as istiod and Envoy did', () => {
      assert.deepEqual(result.disagreements.slice(0, 20), [])
    })
  })
}

describe('recorded verdicts of Istio sidecars', () => {
  check('the traps, one a world', committed)
  // A clone without the sibling folder replays the traps alone.
  if (existsSync(shared)) check('everything recorded', shared)
})
