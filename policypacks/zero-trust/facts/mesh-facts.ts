import type { MeshFacts } from '../assumptions'
import { at, gather, given, plain, text, texts, type Field } from '../field'
import { isRecord } from '../judged'
import { intentConfigMap, unreadable } from '../mesh'
import { ofKind, type Context, type Finding } from '../rule'
import { chartName, releases } from './charts'

/** The mesh's config as far as the stack says it, for an analysis that needs all of it at once. */
export interface ReadMesh {
  /** Absent where the stack registers istiod's own ConfigMap. */
  readonly facts: MeshFacts | undefined
  readonly findings: readonly Finding[]
}

/** What a Helm Release of istiod, or the ConfigMap of a stack, says of the mesh; else the settings that are known. */
export function readMeshFacts(context: Context): ReadMesh {
  const maps = gather(ofKind(context, '', 'ConfigMap'), readConfigMap)
  const installed = gather(releases(context), readRelease)
  const findings = [...maps.findings, ...installed.findings]
  if (maps.facts.some(({ isMeshConfig }) => isMeshConfig)) return { facts: undefined, findings }
  const told = installed.facts.flatMap(fact => fact ?? [])
  const revisions = [...told.flatMap(fact => fact.revisions), ...maps.facts.flatMap(({ follows }) => follows)]
  const [first] = told
  const settings = first ? { config: first.config, findings: [] } : knownSettings(context)
  return {
    facts: { config: settings.config, revisions: [...new Set(revisions)] },
    findings: [...findings, ...settings.findings],
  }
}

interface ConfigMapFact {
  readonly isMeshConfig: boolean
  readonly follows: readonly string[]
}

function readConfigMap(field: Field): ConfigMapFact {
  const name = text(at(field, 'metadata', 'name')) ?? ''
  const revision = name === intentConfigMap ? text(at(field, 'data', 'revision')) : undefined
  return {
    isMeshConfig: isMeshConfig(field),
    follows: revision === undefined ? [] : [revision],
  }
}

/** Whether a ConfigMap is istiod's own (`istio`, `istio-<revision>`), which lies beside it. */
export function isMeshConfig(map: Field): boolean {
  return /^istio(-.+)?$/.test(text(at(map, 'metadata', 'name')) ?? '') && given(at(map, 'data', 'mesh'))
}

function readRelease(field: Field): MeshFacts | undefined {
  if (chartName(field) !== 'istiod') return undefined
  const values = at(field, 'values')
  const config = plain(at(values, 'meshConfig'))
  return {
    config: isRecord(config) ? config : {},
    revisions: [text(at(values, 'revision')) ?? 'default', ...texts(at(values, 'revisionTags'))],
  }
}

function knownSettings({ mesh }: Context): {
  readonly config: MeshFacts['config']
  readonly findings: readonly Finding[]
} {
  const all = {
    trustDomain: mesh('trustDomain'),
    rootNamespace: mesh('rootNamespace'),
    pathNormalization: mesh('pathNormalization'),
  }
  const { trustDomain, rootNamespace, pathNormalization } = all
  return {
    config: {
      ...(trustDomain.kind === 'known' && { trustDomain: trustDomain.value }),
      ...(rootNamespace.kind === 'known' && { rootNamespace: rootNamespace.value }),
      ...(pathNormalization.kind === 'known' && { pathNormalization: { normalization: pathNormalization.value } }),
    },
    findings: Object.values(all).flatMap(unreadable),
  }
}
