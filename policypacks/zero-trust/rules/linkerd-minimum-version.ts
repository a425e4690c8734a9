import { linkerdRelease } from '../example-linkerd-install'
import { configMap, deployment } from '../example-objects'
import { chartName, charts } from '../facts/charts'
import { controlPlaneVersionsIn, isBefore, releaseOf, type Edge } from '../facts/linkerd-install/versions'
import { controlPlaneChart } from '../facts/linkerd-install/settings'
import { podOf, workloads } from '../facts/workloads'
import { at, finding, items, judgeEach, text, type Field } from '../field'
import { intentConfigMap } from '../mesh'
import { ofKind, rule, type Context, type Finding } from '../rule'

/** The first release whose policy controller takes an authentication that is deleted out of the policies that name it (linkerd2 744fdc675). */
const minimum: Edge = [26, 6, 2]

/** Images of the control plane that decide on policies; since 2.20 it is one (linkerd2 charts/linkerd-control-plane/templates/destination.yaml). */
const controllers = /(?:^|\/)linkerd\/(?:controller|policy-controller)(?::([^@/]+))?(?:@|$)/

/**
 * Linkerd's control plane is edge-26.6.2 or newer. Before that a MeshTLSAuthentication or NetworkAuthentication that was deleted went on admitting whom it had
 * admitted (linkerd2 issues 15326 and 15548).
 */
export const linkerdMinimumVersion = rule({
  id: 'linkerd-minimum-version',
  severity: 'high',
  scope: 'stack',
  controls: [
    'nist-800-53/AC-3',
    'nist-800-53/CM-6',
    'nist-800-207/tenet-4',
    'nist-800-207/tenet-5',
    'soc-2/CC6.3',
    'iso-27001/A.8.9',
  ],
  why: 'access that was taken away stays given, until the control plane is started anew, and nothing shows it',
  fix: 'install Linkerd edge-26.6.2 (charts 2026.6.2) or newer, which 2.20 is',
  limits:
    'a chart without a version is left to `pinned-mesh-version`; versions of vendors, which number theirs otherwise, are not known and so refused; an image by its digest alone is not judged',
  config: ['mesh'],
  examples: {
    pass: [
      { title: 'Linkerd 2.20, by its chart', objects: [linkerdRelease({}, { version: '2026.6.3' })] },
      {
        title: 'the same, by the image of the control plane',
        objects: [
          deployment('linkerd-destination', { container: 'policy', image: 'cr.l5d.io/linkerd/controller:edge-26.6.3' }),
        ],
      },
      {
        title: 'what a stack was compiled for',
        objects: [configMap(intentConfigMap, { kind: 'linkerd', version: '2.20' }, 'linkerd')],
      },
    ],
    fail: [
      { title: 'Linkerd 2.19', objects: [linkerdRelease({}, { version: '2025.10.7' })] },
      {
        title: 'a chart that is new enough, with a controller that is not',
        objects: [linkerdRelease({ controllerImageVersion: 'edge-26.6.1' }, { version: '2026.6.3' })],
      },
      {
        title: 'an old image',
        objects: [
          deployment('linkerd-destination', {
            container: 'policy',
            image: 'cr.l5d.io/linkerd/policy-controller:stable-2.14.10',
          }),
        ],
      },
      {
        title: 'what a stack was compiled for',
        objects: [configMap(intentConfigMap, { kind: 'linkerd', version: 'edge-26.5.1' }, 'linkerd')],
      },
      {
        title: 'what a stack was compiled for, beside Istio',
        objects: [configMap(intentConfigMap, { kind: 'hybrid', version: '1.30.3', linkerdVersion: '2.19' })],
      },
    ],
  },
  check,
})

function check(context: Context): readonly Finding[] {
  return [
    ...ofSetting(context),
    ...judgeEach(ofKind(context, '', 'ConfigMap'), ofStatement),
    ...judgeEach(charts(context), ofChart),
    ...judgeEach(workloads(context), ofWorkload),
  ]
}

function ofSetting({ config: { mesh } }: Context): readonly Finding[] {
  const version = mesh.kind === 'linkerd' ? mesh.version : mesh.linkerdVersion
  return version === undefined || isNewEnough(version)
    ? []
    : [{ at: '', resource: 'the setting `mesh`', path: '', message: tooOld }]
}

function ofStatement(map: Field): readonly Finding[] {
  if (text(at(map, 'metadata', 'name')) !== intentConfigMap) return []
  return judge(at(map, 'data', text(at(map, 'data', 'kind')) === 'linkerd' ? 'version' : 'linkerdVersion'))
}

function ofChart(chart: Field): readonly Finding[] {
  if (chartName(chart) !== controlPlaneChart) return []
  const archive = /-v?(\d+\.\d+\.\d+)[^/]*\.tgz$/.exec(text(at(chart, 'chart')) ?? '')?.[1]
  return [
    ...judge(at(chart, 'version')),
    ...(archive === undefined || isNewEnough(archive) ? [] : [finding(at(chart, 'chart'), tooOld)]),
    ...controlPlaneVersionsIn(chart).flatMap(judge),
  ]
}

function ofWorkload(workload: Field): readonly Finding[] {
  const spec = at(podOf(workload), 'spec')
  return [...items(at(spec, 'containers')), ...items(at(spec, 'initContainers'))].flatMap(container => {
    const field = at(container, 'image')
    const tag = controllers.exec(text(field) ?? '')?.[1]
    return tag === undefined || isNewEnough(tag) ? [] : [finding(field, tooOld)]
  })
}

const tooOld = 'is not known to be edge-26.6.2 or newer, before which deleted authentications went on admitting'

function judge(version: Field): readonly Finding[] {
  const value = text(version)
  return value === undefined || isNewEnough(value) ? [] : [finding(version, tooOld)]
}

function isNewEnough(version: string): boolean {
  const edge = releaseOf(version)
  return edge !== undefined && !isBefore(edge, minimum)
}
