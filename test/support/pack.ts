import { createHash } from 'node:crypto'
import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { build } from 'esbuild'
import type { KubernetesObject } from '../../core/model/manifest'
import { canonicalJson } from '../../core/model/canonical'
import type { IntentSource } from '../../policypacks/zero-trust/lock'
import type { Rule } from '../../policypacks/zero-trust/rule'
import { startPack, type PackFinding, type PolicyPack } from '../../preview/policy-pack'
import type { JsonObject } from '../../preview/wire'

/** The pack's own folder. */
export const packDirectory = resolve(__dirname, '../../policypacks/zero-trust')

/** A resource as the engine passes it. */
export interface Registered {
  readonly urn: string
  readonly type: string
  readonly name: string
  readonly inputs: JsonObject
}

export const sha256 = (text: string): string => `sha256:${createHash('sha256').update(text).digest('hex')}`

/** Bundles the pack as the build does, so that what runs is what is written, then starts it as Pulumi does. Put in its place at once: tests beside this one start it too. */
export async function freshPack(): Promise<PolicyPack> {
  const bundled = join(packDirectory, `dist/index.${process.pid}.js`)
  await build({
    entryPoints: [join(packDirectory, 'index.ts')],
    outfile: bundled,
    ...{ bundle: true, platform: 'node', target: 'node20', format: 'cjs', external: ['@pulumi/*'], logLevel: 'error' },
  })
  renameSync(bundled, join(packDirectory, 'dist/index.js'))
  return startPack(packDirectory, { project: 'shop', stack: 'test' })
}

/** How Pulumi registers a Kubernetes object: its type in the type of the resource, and everything else as properties. */
export function registered(object: KubernetesObject, urn: string): Registered {
  const { apiVersion, kind, metadata, ...rest } = object
  const type = `kubernetes:${apiVersion === 'v1' ? 'core/v1' : apiVersion}:${kind}`
  const own = apiVersion.startsWith('helm.sh/') ? {} : { apiVersion, kind, metadata }
  // Examples are JSON: their types are merely wider.
  return { urn, type, name: urn, inputs: JSON.parse(JSON.stringify({ ...own, ...rest })) as JsonObject }
}

/** What one rule says of resources, each finding as the pack reports it; all other rules are off. */
export async function ask(
  pack: PolicyPack,
  rule: Rule,
  resources: readonly Registered[],
): Promise<readonly PackFinding[]> {
  if (rule.scope === 'stack') return pack.analyzeStack(resources, '')
  const answers = await Promise.all(resources.map(resource => pack.analyze(resource)))
  return answers.flat()
}

/** A folder with a lock file in it, for as long as a test needs it. */
export class Locks {
  private readonly folder = mkdtempSync(join(tmpdir(), 'ztm-locks-'))
  private count = 0

  /** The path of a lock file with this intent; of none where there is none. */
  path(intent: IntentSource | undefined): string | undefined {
    if (intent?.kind !== 'found') return undefined
    const path = join(this.folder, `${this.count++}.json`)
    writeFileSync(path, JSON.stringify({ digest: sha256(canonicalJson(intent.intent)), intent: intent.intent }))
    return path
  }

  remove(): void {
    rmSync(this.folder, { recursive: true })
  }
}
