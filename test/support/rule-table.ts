import assert from 'node:assert/strict'
import type { KubernetesObject } from '../../core/model/manifest'
import type { Config } from '../../policypacks/zero-trust/config'
import { cartIntent } from '../../policypacks/zero-trust/example-objects'
import type { IntentSource } from '../../policypacks/zero-trust/lock'
import { rules } from '../../policypacks/zero-trust/rules'
import { checkManifests } from '../../policypacks/zero-trust/run'

interface Case {
  readonly objects: readonly KubernetesObject[]
  readonly config?: Partial<Config>
  readonly intent?: IntentSource
}

function found(id: string, { objects, config, intent }: Case): readonly string[] {
  const rule = rules.filter(one => one.id === id)
  assert.equal(rule.length, 1)
  const sourced = objects.map((object, i) => ({ object, at: `object ${i}` }))
  return checkManifests(rule, sourced, { ...(config && { config }), ...(intent && { intent }) }).map(
    ({ resource, path }) => `${resource} ${path}`.trim(),
  )
}

/** What a rule has to say of each of several stacks. */
export function table(
  id: string,
  cases: readonly (readonly [title: string, is: Case, finds: readonly string[]])[],
): void {
  describe(id, () => {
    for (const [title, is, finds] of cases) it(title, () => assert.deepEqual(found(id, is), finds))
  })
}

/** The intent in which `cart:7070` is called from outside the mesh. */
export function openTo(cidrs: readonly string[]): IntentSource {
  const flows = cartIntent.flows.map(flow => ({ ...flow, from: { kind: 'outside', name: 'legacy', cidrs } as const }))
  return { kind: 'found', digest: 'sha256:0', intent: { ...cartIntent, flows } }
}
