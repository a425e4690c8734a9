import { groupBy } from '../../model/group'
import { Language } from '../../model/language'
import type { LanguageForm } from '../../model/language-form'
import { languageForm, parseLanguage } from '../../model/language-form'
import { byText } from '../../model/order'
import { Region } from '../../model/region'
import type { Cursor } from '../istio/cursor'
import type { Layer } from '../layer'
import type { Asked } from '../network/asked'
import type { Demands } from '../network/demands'
import type { ToldPod, ToldPods } from '../network/told'
import { printLabels } from '../network/unseen'

/** Pods as NetworkPolicies told them apart when a baseline was written. */
export interface KnownPods {
  /** What policies asked of those who call. */
  readonly asked: readonly Omit<Asked, 'subjects'>[]
  /** The values that `pod` had. */
  readonly names: readonly string[]
}

/** The same as it is stored. */
export interface KnownPodsForm {
  readonly asked: readonly AskedForm[]
  readonly names: readonly string[]
}

/** By key, the values that a label may have; `null` among them where it may be missing. */
type DemandsForm = Readonly<Record<string, LanguageForm>>

interface AskedForm {
  readonly namespace: string
  readonly pods: DemandsForm
  readonly namespaces?: DemandsForm
}

/** What a baseline says of Pods; nothing where no NetworkPolicy tells any apart. */
export function knownPods({ asked, all }: ToldPods): KnownPods | undefined {
  return all.size === 0 ? undefined : { asked, names: [...all.keys()].sort(byText) }
}

export function knownPodsForm({ asked, names }: KnownPods): KnownPodsForm {
  const form = (demands: Demands): DemandsForm =>
    Object.fromEntries(
      [...demands]
        .map(([key, values]) => [key, languageForm(values, { isAddress: false, bases: [] })] as const)
        .sort(([a], [b]) => byText(a, b)),
    )
  const forms = asked.map(({ namespace, pods, namespaces }): AskedForm => ({
    namespace,
    pods: form(pods),
    ...(namespaces && { namespaces: form(namespaces) }),
  }))
  const sorted = new Map(forms.map(one => [JSON.stringify(one), one]))
  return { asked: [...sorted].sort(([a], [b]) => byText(a, b)).map(([, one]) => one), names }
}

/** What {@link knownPodsForm} wrote; nothing where it is absent. */
export function parseKnownPods(field: Cursor): KnownPods | undefined {
  if (field.absent || !field.object()) return undefined
  field.only(['asked', 'names'])
  const asked = field
    .get('asked')
    .items()
    .flatMap((one): KnownPods['asked'] => {
      one.only(['namespace', 'pods', 'namespaces'])
      const namespaces = one.get('namespaces')
      return [
        {
          namespace: one.get('namespace').required()?.string() ?? '',
          pods: parseDemands(one.get('pods')),
          ...(!namespaces.absent && { namespaces: parseDemands(namespaces) }),
        },
      ]
    })
  return { asked, names: field.get('names').strings() }
}

function parseDemands(field: Cursor): Demands {
  return new Map(
    field.fields().flatMap(([key, value]) => {
      const values = parseLanguage(value.value, 'words')
      if (!values) value.wrong('values of a label')
      return values ? [[key, values] as const] : []
    }),
  )
}

/** A layer that is to be held against a baseline: what the policies of then asked is asked of everybody now, too. */
export function besideBaseline(layer: Layer, known: KnownPods | undefined): Layer {
  if (!known) return layer
  const askedBeside = known.asked.map(one => ({ ...one, subjects: [] }))
  return { ...layer, network: { ...layer.network, askedBeside } }
}

/**
 * What a region of then says of Pods that only now are told apart. To the policies of then such a Pod was like one without the labels that none of them asked for; where there is
 * none such, it was let in for certain if all were that were told apart.
 */
export function asToldThen({ asked, names }: KnownPods, now: ToldPods): (region: Region) => Region {
  const known = new Set(names)
  const labels = new Set(asked.flatMap(({ pods }) => [...pods.keys()]))
  const likes = ([, { place, labels: own }]: readonly [string, ToldPod]): readonly string[] => {
    const told = own && Object.fromEntries(Object.entries(own).filter(([key]) => labels.has(key)))
    const same = told && `${place}/${printLabels(told)}`
    return same !== undefined && known.has(same) ? [same] : names
  }
  const fresh = [...now.all].filter(([key]) => !known.has(key)).map(each => ({ key: each[0], like: likes(each) }))
  const groups = [...groupBy(fresh, ({ like }) => like.join('\n')).values()].map(same => ({
    pods: Language.literals(same.map(({ key }) => key)),
    like: same[0]?.like ?? [],
  }))
  const all = Region.where('pod', Language.union(groups.map(({ pods }) => pods)))
  return region => {
    if (groups.length === 0 || !region.asks('pod')) return region
    const told = groups.map(({ pods, like }) =>
      Region.intersection(like.map(name => region.given('pod', name))).intersect(Region.where('pod', pods)),
    )
    return Region.union([region.minus(all), ...told])
  }
}
