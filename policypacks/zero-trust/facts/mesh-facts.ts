import type { MeshFacts } from '../assumptions'
import { at, gather, plain, text, texts, type Field } from '../field'
import { isRecord } from '../judged'
import { intentConfigMap, unreadable } from '../mesh'
import { ofKind, type Context, type Finding } from '../rule'
import { chartName, releases } from './charts'
import { dataPlanes } from './data-plane'
import { isMeshConfig } from './mesh-config'
import { namespaces } from './namespaces'

/** The mesh's config as far as the stack says it, for an analysis that needs all of it at once. */
export interface ReadMesh {
  /** One a control plane; none where the stack registers istiod's own ConfigMap. */
  readonly facts: readonly MeshFacts[]
  readonly findings: readonly Finding[]
}

/** What a Helm Release of istiod, or the ConfigMap of a stack, says of the mesh; else the settings that are known. */
export function readMeshFacts(context: Context): ReadMesh {
  const maps = gather(ofKind(context, '', 'ConfigMap'), readConfigMap)
  const installed = gather(releases(context), readRelease)
  const findings = [...maps.findings, ...installed.findings]
  if (maps.facts.some(({ isMeshConfig }) => isMeshConfig)) return { facts: [], findings }
  const told = installed.facts.flatMap(fact => fact ?? [])
  const follows = maps.facts.flatMap(fact => fact.follows)
  // Several control planes stay apart: what they are told differently is for the analyzer to call unknown.
  if (told.length > 0) return { facts: withFollowed(told, follows), findings }
  const settings = knownSettings(context)
  return {
    facts: [{ config: settings.config, revisions: [...new Set(follows)] }],
    findings: [...findings, ...settings.findings],
  }
}

/** What namespaces follow may be a tag, of which no Release knows; it leads to one of them. */
function withFollowed([first, ...more]: readonly MeshFacts[], follows: readonly string[]): readonly MeshFacts[] {
  if (!first) return []
  const known = [first, ...more].flatMap(({ revisions }) => revisions)
  const tags = [...new Set(follows)].filter(name => !known.includes(name))
  return [{ ...first, revisions: [...first.revisions, ...tags] }, ...more]
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

function readRelease(field: Field): MeshFacts | undefined {
  if (chartName(field) !== 'istiod') return undefined
  const values = at(field, 'values')
  const config = plain(at(values, 'meshConfig'))
  return {
    config: isRecord(config) ? config : {},
    revisions: [text(at(values, 'revision')) ?? 'default', ...texts(at(values, 'revisionTags'))],
  }
}

function knownSettings(context: Context): {
  readonly config: MeshFacts['config']
  readonly findings: readonly Finding[]
} {
  const { mesh } = context
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
      // Where there is ztunnel, Istio's profile has sidecars and gateways speak to it (istio `manifests/helm-profiles/ambient.yaml`).
      ...(isAmbientAnywhere(context) && { defaultConfig: { proxyMetadata: { ISTIO_META_ENABLE_HBONE: 'true' } } }),
    },
    findings: Object.values(all).flatMap(unreadable),
  }
}

function isAmbientAnywhere(context: Context): boolean {
  const { mesh } = context
  const kind = mesh('kind')
  if (kind.kind === 'known' && kind.value === 'istio-ambient') return true
  const planes = dataPlanes(context)
  const names = gather(namespaces(context), field => text(at(field, 'metadata', 'name')))
  return names.facts.some(name => name !== undefined && planes(name).kind === 'ambient')
}
