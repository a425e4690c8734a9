import { linkerdRelease } from '../example-linkerd-install'
import { deployment, release } from '../example-objects'
import { chartName, charts, isLinkerdChart, isNamedLikeIstio } from '../facts/charts'
import { edgeOf, isBefore, lastYearKnown, oldestKnown, versionsIn } from '../facts/linkerd-install/versions'
import { podOf, workloads } from '../facts/workloads'
import { at, finding, given, items, judgeEach, parts, text, type Field } from '../field'
import { rule, type Finding } from '../rule'

/** Versions of Istio whose behaviour the rules and the proof know: 1.29 to 1.31. */
const supported = { major: 1, minors: [29, 30, 31] }

/** Names of the containers of the meshes' own components; `install-cni` is what both call the installer of their plugins. */
const meshContainers = ['istio-proxy', 'istio-init', 'istio-validation', 'discovery', 'install-cni']
const linkerdContainers = ['linkerd-proxy', 'linkerd-init', 'linkerd-network-validator']

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
  fix: 'give charts an exact `version`, and images a tag or digest, of Istio 1.29, 1.30 or 1.31, or of Linkerd from edge-25.4.4 (chart 2025.4.4) to those of 2026',
  limits:
    'images are judged in containers that are called as Istio and Linkerd call them: istio-proxy, istio-init, istio-validation, discovery, install-cni, linkerd-proxy, linkerd-init, linkerd-network-validator; the CNI plugin of Linkerd has numbers of its own, of which only the chart is judged',
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
      {
        title: 'an exact version of Linkerd',
        objects: [linkerdRelease({ proxy: { image: { version: 'edge-26.6.3' } } }, { version: '2026.6.3' })],
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
      { title: 'whatever Linkerd is newest', objects: [linkerdRelease({}, {})] },
      {
        title: 'a proxy of Linkerd that one Pod chooses for itself, and that is no release',
        objects: [deployment('cart', { annotations: { 'config.linkerd.io/proxy-version': 'main' } })],
      },
    ],
  },
  check: context => [...judgeEach(charts(context), chart), ...judgeEach(workloads(context), images)],
})

function chart(field: Field): readonly Finding[] {
  if (isLinkerdChart(field))
    return [...chartVersion(field, edgeFaults), ...versionsIn(field).flatMap(one => edgeFaults(text(one) ?? '', one))]
  if (!isNamedLikeIstio(field)) return []
  return [...chartVersion(field, faults), ...tags(at(field, 'values'))]
}

/** What is wrong with a version, told at the place that has it. */
type Faults = (version: string, place: Field) => readonly Finding[]

function chartVersion(field: Field, faultsOf: Faults): readonly Finding[] {
  const place = at(field, 'version')
  const archive = /-v?(\d+\.\d+\.\d+[^/]*)\.tgz$/.exec(text(at(field, 'chart')) ?? '')?.[1]
  const version = text(place)
  if (version === undefined && archive === undefined)
    return [finding(place, `is not given, so that the newest \`${chartName(field) ?? ''}\` is installed`)]
  return [
    ...(version === undefined ? [] : faultsOf(version, place)),
    ...(archive === undefined ? [] : faultsOf(archive, at(field, 'chart'))),
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
  const pod = podOf(workload)
  const spec = at(pod, 'spec')
  const annotations = at(pod, 'metadata', 'annotations')
  const version = at(annotations, 'config.linkerd.io/proxy-version')
  const containers = [...items(at(spec, 'containers')), ...items(at(spec, 'initContainers'))]
  return [
    ...image(at(annotations, 'sidecar.istio.io/proxyImage'), faults),
    ...(given(version) ? edgeFaults(text(version) ?? '', version) : []),
    ...containers.flatMap(ofContainer),
  ]
}

/** The image of a container of a mesh. What an application runs is none of this rule's business. */
function ofContainer(container: Field): readonly Finding[] {
  const name = text(at(container, 'name')) ?? ''
  if (linkerdContainers.includes(name)) return image(at(container, 'image'), edgeFaults)
  return meshContainers.includes(name) ? image(at(container, 'image'), faults) : []
}

function image(field: Field, faultsOf: Faults): readonly Finding[] {
  const [reference = '', digest] = (text(field) ?? '').split('@')
  if (reference === '' || reference === 'auto' || digest !== undefined) return []
  const tag = /:([^:/]+)$/.exec(reference)?.[1]
  return tag === undefined ? [finding(field, 'has no tag, so that it is the newest image')] : faultsOf(tag, field)
}

/** What is wrong with a version of Linkerd, which charts and images spell in two ways. */
function edgeFaults(version: string, place: Field): readonly Finding[] {
  const edge = edgeOf(version)
  if (edge === undefined)
    return [finding(place, 'is no exact version of Linkerd: those are `edge-26.6.3` and, of charts, `2026.6.3`')]
  return isBefore(edge, oldestKnown) || edge[0] > lastYearKnown
    ? [
        finding(
          place,
          'is a version whose behaviour is not known here; supported is Linkerd from edge-25.4.4 to those of 2026',
        ),
      ]
    : []
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
