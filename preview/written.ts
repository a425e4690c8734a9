import { relative } from 'node:path'
import { renderJson } from '../core/report/json'
import { objectName, type KubernetesObject, type Manifest } from '../core/model/manifest'
import { renderObjects, renderYaml } from '../core/report/yaml'
import { writeFiles } from './io'
import type { Meant } from './meant'
import { keyOf, type RegisteredObject } from './objects'
import type { WrittenConfig } from './pack-config'
import { problem, Refusal } from './refusal'
import { renderMarkdown } from './report/markdown'
import { renderSummary } from './report/summary'
import type { Result } from './result'
import { holds } from './proof'

/** What is written beside the report. */
export interface Rendered {
  readonly directory: string
  /** Paths are shown relative to this folder, where they are in it. */
  readonly from: string
  readonly registered: readonly RegisteredObject[]
  readonly meant: Meant | undefined
  /** As `pulumi preview --policy-pack-config` takes it. */
  readonly packConfig: WrittenConfig
}

/**
 * Writes what was rendered and what was found; returns the result with the paths.
 *
 * @throws Refusal where the directory cannot be written
 */
export function writeResult(result: Result, rendered: Rendered): Result {
  const files = {
    'manifests.yaml': renderYaml(manifestsOf(rendered)),
    'assumptions.yaml': renderObjects(assumedOf(rendered)),
    'policy-config.json': renderJson(rendered.packConfig),
    'reach.json': renderJson({
      ...result.proof.reach,
      differences: result.proof.comparison?.differences ?? null,
      holds: holds(result.proof),
    }),
    'report.md': renderMarkdown(result),
    'preview.json': renderSummary(result),
  }
  try {
    const written = writeFiles(rendered.directory, files).map(path => shownFrom(rendered.from, path))
    return { ...result, written }
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    throw new Refusal([
      problem({
        code: 'not-written',
        at: rendered.directory,
        message: `cannot be written: ${why}`,
        hint: 'choose another with `--out`',
      }),
    ])
  }
}

function shownFrom(folder: string, path: string): string {
  const shorter = relative(folder, path)
  return shorter.startsWith('..') ? path : shorter
}

/** What is registered, with the compiler's reasons where it made the object. */
function manifestsOf({ registered, meant }: Rendered): readonly Manifest[] {
  const reasons = new Map(meant?.manifests.map(({ object, because }) => [objectName(object), because]))
  return registered.map(({ shown, name }) => ({ object: shown, because: reasons.get(name) ?? [] }))
}

/** What is assumed to be there beside: with what is registered it is one state, in which nothing stands twice. */
function assumedOf({ registered, meant }: Rendered): readonly KubernetesObject[] {
  const own = new Set(registered.map(({ object }) => keyOf(object)))
  return (meant?.assumptions ?? []).filter(object => !own.has(keyOf(object)))
}
