import { optimizeLate } from '../cli/optimize-late'
import { compareWithIntent } from '../core/analyze/compare'
import { reach } from '../core/analyze/reach'
import { read } from '../core/analyze/read-istio'
import { compile, compileWithNetwork } from '../core/compile/compile'
import type { Target } from '../core/compile/target'
import { termsOf } from '../core/compile/terms'
import { intentOf } from '../core/graph/intent'
import { largeGraph } from './large-graph'

const targets = {
  sidecar: { kind: 'istio-sidecar', version: '1.30.3', trustDomain: 'td.example' },
  ambient: { kind: 'istio-ambient', version: '1.30.3', trustDomain: 'td.example' },
  linkerd: { kind: 'linkerd', version: '2.20', trustDomain: 'td.example', nodeNetworks: ['10.0.0.0/16'] },
} as const satisfies Record<string, Target>

type Plane = keyof typeof targets
/** The mesh alone, or with the NetworkPolicies below it. */
type Layers = 'mesh' | 'all'

/** Seconds of each step of compile, read, reach and compare for a generated graph. One size a process, so that memory is its own. */
export function pipeline(size: number, plane: Plane, layers: Layers = 'mesh'): Readonly<Record<string, number>> {
  const graph = largeGraph(size)
  const seconds: Record<string, number> = {}
  const step = <T>(name: string, work: () => T): T => {
    const start = performance.now()
    const result = work()
    seconds[name] = (performance.now() - start) / 1000
    return result
  }
  const before = process.cpuUsage()
  const compiled = step('compile', () =>
    layers === 'all' ? compileWithNetwork(graph, targets[plane], {}) : compile(graph, targets[plane]),
  )
  const objects = [...compiled.assumptions, ...compiled.manifests.map(({ object }) => object)]
  const { layer } = step('read', () => read(objects.map(object => ({ object, at: '' }))))
  const reached = step('reach', () => reach(layer))
  const { differences } = step('compare', () => compareWithIntent(reached, intentOf(graph), termsOf(targets[plane])))
  const used = process.cpuUsage(before)
  if (differences.length > 0) throw new Error(`the proof failed: ${differences[0]?.text ?? ''}`)
  const calls = Object.values(graph.calls).reduce((sum, callees) => sum + Object.keys(callees).length, 0)
  return {
    ...seconds,
    total: Object.values(seconds).reduce((a, b) => a + b, 0),
    // Of all threads, those that collect garbage and translate among them: what counts where others want the cores.
    processor: (used.user + used.system) / 1e6,
    calls,
    'policies a service':
      compiled.manifests.filter(({ object }) => /Policy|Authentication/.test(object.kind)).length / size,
    megabytes: process.resourceUsage().maxRSS / 1024,
  }
}

if (require.main === module) {
  // As `ztm` does.
  optimizeLate()
  const [size = '150', wanted, layers] = process.argv.slice(2)
  const plane = (['sidecar', 'ambient', 'linkerd'] as const).find(name => name === wanted) ?? 'sidecar'
  process.stdout.write(`${JSON.stringify(pipeline(Number(size), plane, layers === 'all' ? 'all' : 'mesh'))}\n`)
}
