/**
 * `ztm reach` of Online Boutique behind sidecars, with what the sidecars let out and with NetworkPolicies below: what it takes after the start, in a process of its own,
 * where nothing is warm yet. Run in the root of the repository.
 */
import { join } from 'node:path'
import { reach } from '../core/analyze/reach'
import { read } from '../core/analyze/read-istio'
import { readObjects } from '../cli/io'

const folders = ['istio-sidecar', 'network-policy-below-istio-sidecar']

/** Milliseconds of each step: YAML to objects, objects to a layer, and who reaches whom. */
async function main(): Promise<void> {
  const took: Record<string, number> = {}
  let before = performance.now()
  const lap = (name: string): void => {
    const now = performance.now()
    took[name] = now - before
    before = now
  }
  const paths = folders.map(folder => join('examples/online-boutique/expected', folder))
  const { inputs, problems } = await readObjects(paths, { stdin: process.stdin })
  if (problems.length > 0) throw new Error(problems[0]?.message)
  lap('parse')
  const { layer } = read(inputs)
  lap('read')
  const { ports } = reach(layer)
  lap('reach')
  process.stdout.write(`${JSON.stringify({ objects: inputs.length, ports: ports.length, ...took })}\n`)
}

void main()
