import { deployment, release } from '../example-objects'
import { chartName, isNamedLikeIstio, releases } from '../facts/charts'
import { podOf, workloads } from '../facts/workloads'
import { at, finding, given, items, judgeEach, parts, text, type Field } from '../field'
import { ofKind, rule, type Context, type Finding } from '../rule'

/** Versions of Istio whose behaviour the rules and the proof know: 1.29 to 1.31. */
const supported = { major: 1, minors: [29, 30, 31] }

/** Names of the containers of Istio's own components. */
const meshContainers = ['istio-proxy', 'istio-init', 'istio-validation', 'discovery', 'install-cni']

/**
 * What installs the mesh names one version exactly, and one whose behaviour is known here: a range, `latest`, or a chart
 * of no version is something else tomorrow.
 */
export const pinnedMeshVersion = rule({
  id: 'pinned-mesh-version',
  severity: 'medium',
  scope: 'object',
  controls: ['nist-800-53/CM-3', 'nist-800-53/CM-6', 'soc-2/CC8.1', 'iso-27001/A.8.9'],
  why: 'a mesh that changes on its own was not the one that was proved, and may be one that is no longer mended',
  fix: 'give charts an exact `version`, and images a tag or digest, of Istio 1.29, 1.30 or 1.31',
  limits:
    'images are judged in containers that are called as Istio calls them: istio-proxy, istio-init, istio-validation, discovery, install-cni',
  config: [],
  examples: {
    pass: [
      {
        title: 'an exact version',
        objects: [
          release('istiod', {
            chart: 'istiod',
            version: '1.30.3',
            namespace: 'istio-system',
            values: { global: { tag: '1.30.3-distroless' } },
          }),
        ],
      },
      {
        title: 'an archive that says its version',
        objects: [release('istio-base', { chart: './charts/base-1.30.3.tgz', namespace: 'istio-system' })],
      },
      {
        title: 'the proxy of a gateway is left to injection',
        objects: [deployment('gateway', { container: 'istio-proxy', image: 'auto' })],
      },
    ],
    fail: [
      { title: 'no version', objects: [release('istiod', { chart: 'istiod', namespace: 'istio-system' })] },
      {
        title: 'a range',
        objects: [release('istiod', { chart: 'istiod', version: '~1.30.0', namespace: 'istio-system' })],
      },
      {
        title: 'a version that is too old',
        objects: [release('istiod', { chart: 'istiod', version: '1.24.2', namespace: 'istio-system' })],
      },
      {
        title: 'images of whatever is newest',
        objects: [
          release('istiod', {
            chart: 'istiod',
            version: '1.30.3',
            namespace: 'istio-system',
            values: { global: { tag: 'latest' } },
          }),
        ],
      },
      {
        title: 'a proxy of no version',
        objects: [deployment('cart', { container: 'istio-proxy', image: 'registry.istio.io/release/proxyv2' })],
      },
    ],
  },
  check: context => [...judgeEach(charts(context), chart), ...judgeEach(workloads(context), images)],
})

/** Releases, and Charts that say what they are; the children of the others are judged one by one. */
function charts(context: Context): readonly Field[] {
  return [...releases(context), ...ofKind(context, 'helm.sh', 'Chart').filter(({ of }) => of.kind === 'Chart')]
}

function chart(field: Field): readonly Finding[] {
  if (!isNamedLikeIstio(field)) return []
  return [...chartVersion(field), ...tags(at(field, 'values'))]
}

function chartVersion(field: Field): readonly Finding[] {
  const place = at(field, 'version')
  const archive = /-v?(\d+\.\d+\.\d+[^/]*)\.tgz$/.exec(text(at(field, 'chart')) ?? '')?.[1]
  const version = text(place)
  if (version === undefined && archive === undefined)
    return [finding(place, `is not given, so that the newest \`${chartName(field) ?? ''}\` is installed`)]
  return [
    ...(version === undefined ? [] : faults(version, place)),
    ...(archive === undefined ? [] : faults(archive, at(field, 'chart'))),
  ]
}

/** Every `tag` among the values, at whatever depth, is that of an image. */
function tags(values: Field): readonly Finding[] {
  return parts(values).flatMap(field => {
    if (!field.path.endsWith('.tag')) return tags(field)
    return given(field) ? faults(text(field) ?? '', field) : []
  })
}

function images(workload: Field): readonly Finding[] {
  const spec = at(podOf(workload), 'spec')
  const annotation = at(podOf(workload), 'metadata', 'annotations', 'sidecar.istio.io/proxyImage')
  const containers = [...items(at(spec, 'containers')), ...items(at(spec, 'initContainers'))]
  return [annotation, ...containers.flatMap(imageOf)].flatMap(image)
}

/** The image of a container of the mesh. What an application runs is none of this rule's business. */
function imageOf(container: Field): readonly Field[] {
  return meshContainers.includes(text(at(container, 'name')) ?? '') ? [at(container, 'image')] : []
}

function image(field: Field): readonly Finding[] {
  const [reference = '', digest] = (text(field) ?? '').split('@')
  if (reference === '' || reference === 'auto' || digest !== undefined) return []
  const tag = /:([^:/]+)$/.exec(reference)?.[1]
  return tag === undefined ? [finding(field, 'has no tag, so that it is the newest image')] : faults(tag, field)
}

/** What is wrong with a version, or the tag of an image, which may end in a variant: `1.30.3-distroless`. */
function faults(version: string, place: Field): readonly Finding[] {
  const [, major, minor] = /^v?(\d+)\.(\d+)\.\d+(-[\w.-]+)?$/.exec(version) ?? []
  if (major === undefined) return [finding(place, 'is no exact version')]
  const known = Number(major) === supported.major && supported.minors.includes(Number(minor))
  return known
    ? []
    : [finding(place, 'is a version whose behaviour is not known here; supported are Istio 1.29, 1.30 and 1.31')]
}
