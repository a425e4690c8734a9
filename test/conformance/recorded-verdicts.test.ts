import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { replay, worldsIn, type Replay } from './replay'

const committed = join(__dirname, 'recorded')
const shared = join(process.env.ZTM_SHARED ?? join(__dirname, '..', '..', '..', 'shared'), 'verdicts')

/** Each folder of recordings, and what gave the verdicts. */
const engines = {
  'istio-sidecar': 'istiod and Envoy',
  'istio-waypoint': 'istiod and Envoy',
  ztunnel: 'istiod and ztunnel',
  linkerd: 'the policy controller and its proxy',
}

/** Every request of every world, at once: a test's title says how many there were. */
function replayAll(root: string): Replay {
  const replays = worldsIn(root).map(world => replay(join(root, world), world))
  return {
    requests: replays.reduce((sum, { requests }) => sum + requests, 0),
    disagreements: replays.flatMap(({ disagreements }) => disagreements),
    problems: replays.flatMap(({ problems }) => problems),
  }
}

interface Recording {
  readonly what: string
  readonly root: string
  readonly deciders: string
}

function check({ what, root, deciders }: Recording) {
  const worlds = worldsIn(root)
  const result = replayAll(root)
  describe(`${what}: ${worlds.length} worlds, ${result.requests} requests`, () => {
    it('holds worlds to replay', () => {
      assert.ok(worlds.length > 0 && result.requests > 0)
    })
    it('reads every manifest without a problem', () => {
      assert.deepEqual(result.problems, [])
    })
    it(`decides each request as ${deciders} did`, () => {
      assert.deepEqual(result.disagreements.slice(0, 20), [])
    })
  })
}

for (const [engine, deciders] of Object.entries(engines)) {
  describe(`recorded verdicts of ${engine}`, () => {
    check({ what: 'the traps', root: join(committed, engine), deciders })
    // A clone without the sibling folder replays the traps alone.
    const all = join(shared, engine)
    if (existsSync(all)) check({ what: 'everything recorded', root: all, deciders })
  })
}
