import { parse } from 'yaml'
import type { MeshKey } from './config'
import { at, finding, gather, given, text, type Field } from './field'
import { isRecord } from './judged'
import { chartName, releases } from './facts/charts'
import { linkerdConfigMap, ofConfig, ofInstallation, ofStatement } from './facts/linkerd-install/settings'
import { ofKind, type Finding } from './rule'

/** What is known of one of the mesh's settings. Nothing is ever filled in for a mesh that nobody described. */
export type Setting =
  | { readonly kind: 'known'; readonly value: string }
  /** `findings` name the objects that could not be read, or that contradict each other. */
  | { readonly kind: 'unknown'; readonly why: string; readonly findings: readonly Finding[] }

/** Looks a setting up, when a rule needs it. */
export type MeshSettings = (key: MeshKey) => Setting

/** The ConfigMap in which a stack registers what it was compiled from. */
export const intentConfigMap = 'zero-trust-mesh-intent'

interface Statement {
  readonly value: string
  readonly field?: Field
}

/**
 * The mesh's settings, from the rule's configuration and from what the stack registers; all of them have to agree. Each
 * is looked for when it is asked for, once.
 */
export function meshSettings(objects: readonly Field[], configured: Partial<Record<MeshKey, string>>): MeshSettings {
  const known = new Map<MeshKey, Setting>()
  return key => {
    const setting = known.get(key) ?? lookUp(key, objects, ofConfig(configured, key))
    known.set(key, setting)
    return setting
  }
}

function lookUp(key: MeshKey, objects: readonly Field[], configured: string | undefined): Setting {
  const sources = [...ofKind({ objects }, '', 'ConfigMap'), ...releases({ objects })]
  const { facts, findings } = gather(sources, field => ({ value: stateOf(field, key), field }))
  const told = facts.flatMap(({ value, field }): Statement[] => (value === undefined ? [] : [{ value, field }]))
  return settled(key, [...(configured === undefined ? [] : [{ value: configured }]), ...told], findings)
}

function settled(key: MeshKey, stated: readonly Statement[], findings: readonly Finding[]): Setting {
  if (findings.length > 0) return { kind: 'unknown', why: `the mesh's \`${key}\` cannot be read`, findings }
  const [first] = stated
  if (first === undefined)
    return {
      kind: 'unknown',
      why: `the mesh's \`${key}\` is not known: no object of the stack says it, nor does the setting \`mesh\``,
      findings,
    }
  const other = stated.find(({ value }) => value !== first.value)
  if (other === undefined) return { kind: 'known', value: first.value }
  if (key === 'kind' && isHybrid(stated)) return { kind: 'known', value: 'hybrid' }
  const why = `the mesh's \`${key}\` is stated in two ways`
  const contradiction =
    other.field && finding(other.field, `${why}: here, and ${first.field?.of.label ?? 'in the setting `mesh`'}`)
  return { kind: 'unknown', why, findings: contradiction ? [contradiction] : [] }
}

/** Istio in one way, and Linkerd: a stack may state each of its meshes by itself. */
function isHybrid(stated: readonly Statement[]): boolean {
  const kinds = new Set(stated.map(({ value }) => value))
  const istio = [...kinds].filter(kind => kind.startsWith('istio-'))
  return kinds.size - istio.length > 0 && istio.length <= 1 && [...kinds].every(isOfHybrid)
}

function isOfHybrid(kind: string): boolean {
  return kind.startsWith('istio-') || kind === 'linkerd' || kind === 'hybrid'
}

/** What our ConfigMap, istiod's (`istio`, `istio-<revision>`), Linkerd's (`linkerd-config`) or a Release of either control plane says of a setting. */
function stateOf(source: Field, key: MeshKey): string | undefined {
  if (source.of.kind !== 'ConfigMap')
    return chartName(source) === 'istiod' ? fromValues(source, key) : ofInstallation(source, key)
  const name = text(at(source, 'metadata', 'name')) ?? ''
  if (name === intentConfigMap) return ofStatement(source, key)
  if (name === linkerdConfigMap) return ofInstallation(source, key)
  const mesh = at(source, 'data', 'mesh')
  return /^istio(-.+)?$/.test(name) && given(mesh)
    ? fromMeshConfig(parse(text(mesh) ?? '', { logLevel: 'error' }), key)
    : undefined
}

/** From the values of the istiod chart. Its `version` is Istio's own. */
function fromValues(chart: Field, key: MeshKey): string | undefined {
  switch (key) {
    case 'version':
      return text(at(chart, 'version'))
    case 'trustDomain':
    case 'rootNamespace':
      return text(at(chart, 'values', 'meshConfig', key))
    case 'pathNormalization':
      return text(at(chart, 'values', 'meshConfig', key, 'normalization'))
    // `kind` is nowhere said, all others are Linkerd's.
    default:
      return undefined
  }
}

/** From the `mesh` of istiod's ConfigMap (istio pkg/config/mesh/mesh.go). */
function fromMeshConfig(config: unknown, key: MeshKey): string | undefined {
  if (!isRecord(config)) return undefined
  if (key === 'trustDomain' || key === 'rootNamespace') return textOf(config[key])
  return key === 'pathNormalization' && isRecord(config[key]) ? textOf(config[key].normalization) : undefined
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined
}

/** Where a setting is said but cannot be read. */
export function unreadable(setting: Setting): readonly Finding[] {
  return setting.kind === 'unknown' ? setting.findings : []
}

/** The findings of a rule that needs a setting nobody knows; reported at the objects concerned, else at `field`. */
export function unknownSetting(
  setting: Setting & { readonly kind: 'unknown' },
  field: Field | undefined,
): readonly Finding[] {
  if (setting.findings.length > 0) return setting.findings
  const place = field ? { at: field.of.at, resource: field.of.label } : { at: '', resource: 'the stack' }
  return [{ ...place, path: '', message: `cannot be proven: ${setting.why}` }]
}
