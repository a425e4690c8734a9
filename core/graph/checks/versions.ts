import type { Problem } from '../../model/problem'
import type { Service, Version } from '../graph'
import { nameProblems } from '../names'
import { defect, listing, place } from '../place'
import { labelsOf } from '../resolve'
import type { Context } from './context'

type Versions = Readonly<Record<string, Version>>
type Labels = Readonly<Record<string, string>>

/** What is wrong with the versions of a service. */
export function versionProblems(context: Context, name: string, service: Service): readonly Problem[] {
  const versions = service.traffic?.versions
  if (versions === undefined) return []
  const at = place('services', name, 'traffic', 'versions')
  return [
    ...Object.entries(versions).flatMap(([version, { labels }]) => [
      ...nameProblems('entry', version, place('services', name, 'traffic', 'versions', version)),
      ...Object.entries(labels ?? {}).flatMap(([key, value]) => [
        ...nameProblems('labelKey', key, place('services', name, 'traffic', 'versions', version, 'labels', key)),
        ...nameProblems('labelValue', value, place('services', name, 'traffic', 'versions', version, 'labels', key)),
      ]),
      ...contradictions(name, service, version),
    ]),
    ...(context.damaged('services', name, 'traffic', 'versions') ? [] : sharesOf(versions, at)),
    ...alike(versions, at),
    ...headless(service, at),
    ...takenNames(context, name, service),
    ...caught(context, name, service),
  ]
}

function sharesOf(versions: Versions, at: string): readonly Problem[] {
  if (Object.keys(versions).length < 2) {
    const message = 'calls are spread over two versions or more'
    return [defect({ code: 'lone-version', at, message, hint: 'leave `versions` out where there is only one' })]
  }
  const sum = Object.values(versions).reduce((total, { weight }) => total + weight, 0)
  if (sum === 100) return []
  return [defect({ code: 'weights', at, message: `the weights are \`${sum}\` together, not \`100\`` })]
}

/** The labels a version's Pods have beside the service's. */
function labelsOfVersion(name: string, { labels = { version: name } }: Version): Labels {
  return labels
}

/** A version's Pods have to be the service's too: its policies stand before them, and its Service leads to them. */
function contradictions(name: string, service: Service, version: string): readonly Problem[] {
  const own = labelsOfVersion(version, service.traffic?.versions?.[version] ?? { weight: 0 })
  const at = place('services', name, 'traffic', 'versions', version, 'labels')
  if (Object.keys(own).length === 0) {
    const hint = 'leave `labels` out for `version: <its name>`'
    return [defect({ code: 'empty-labels', at, message: 'a version is told apart by its labels, and has none', hint })]
  }
  const all = labelsOf(name, service)
  return Object.entries(own).flatMap(([key, value]) => {
    const wanted = Object.hasOwn(all, key) ? all[key] : value
    if (wanted === value) return []
    const message = `\`${key}: ${value}\` contradicts \`${key}: ${wanted ?? ''}\`, by which the service selects its Pods`
    return [defect({ code: 'contradicting-labels', at, message, hint: 'its Pods have these labels beside those' })]
  })
}

/** A Pod must never be of two versions, or one of them would get calls that are meant for the other. */
function alike(versions: Versions, at: string): readonly Problem[] {
  const all = Object.entries(versions).map(([name, version]) => ({ name, labels: labelsOfVersion(name, version) }))
  return all.flatMap((one, index) =>
    all.slice(index + 1).flatMap(other => {
      if (Object.entries(one.labels).some(([key, value]) => (other.labels[key] ?? value) !== value)) return []
      const message = `a Pod may have the labels of \`${one.name}\` and of \`${other.name}\``
      const hint = 'give both one label, such as `version`, with a value of its own in each'
      return [defect({ code: 'overlapping-labels', at, message, hint })]
    }),
  )
}

/** Services whose policies would stand before a version's Pods too, and not before the others'. */
function caught({ graph }: Context, name: string, service: Service): readonly Problem[] {
  const selecting = (labels: Labels): readonly string[] =>
    Object.entries(graph.services)
      .filter(([other, { namespace }]) => other !== name && namespace === service.namespace)
      .filter(([other, declared]) =>
        Object.entries(labelsOf(other, declared)).every(([key, value]) => labels[key] === value),
      )
      .map(([other]) => other)
  const all = labelsOf(name, service)
  const known = selecting(all)
  return Object.entries(service.traffic?.versions ?? {}).flatMap(([version, declared]) => {
    const others = selecting({ ...all, ...labelsOfVersion(version, declared) }).filter(each => !known.includes(each))
    if (others.length === 0) return []
    const at = place('services', name, 'traffic', 'versions', version)
    const message = `with its labels its Pods are those of ${listing(others)} too`
    return [defect({ code: 'overlapping-labels', at, message, hint: 'give it labels that no service is selected by' })]
  })
}

function headless({ headless: bare = false }: Service, at: string): readonly Problem[] {
  if (!bare) return []
  const message = 'who calls a headless Service picks the Pod itself, so that nobody can spread its calls'
  return [
    defect({ code: 'headless-versions', at, message, hint: 'give the Service an address, or leave `versions` out' }),
  ]
}

/** Where a route has no word for a part of a Service's Pods, each version has a Service of its own, `<service>-<version>`. */
function takenNames({ graph }: Context, name: string, { namespace, traffic }: Service): readonly Problem[] {
  const others = Object.entries(graph.services).filter(
    ([other, service]) => other !== name && service.namespace === namespace,
  )
  const taken = new Set(others.flatMap(([other, service]) => [other, ...serviceNames(other, service)]))
  return Object.keys(traffic?.versions ?? {}).flatMap(version => {
    const service = `${name}-${version}`
    if (!taken.has(service)) return []
    const at = place('services', name, 'traffic', 'versions', version)
    const message = `its Service would be \`${service}\`, a name that another has in \`${namespace}\``
    return [defect({ code: 'version-clash', at, message, hint: 'give the version another name' })]
  })
}

function serviceNames(name: string, { traffic }: Service): readonly string[] {
  return Object.keys(traffic?.versions ?? {}).map(version => `${name}-${version}`)
}
