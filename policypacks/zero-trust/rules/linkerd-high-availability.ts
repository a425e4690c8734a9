import { linkerdRelease } from '../example-linkerd-install'
import { release } from '../example-objects'
import { chartName, charts } from '../facts/charts'
import { controlPlaneChart } from '../facts/linkerd-install/settings'
import { valueOf } from '../facts/linkerd-install/values'
import { finding, flag, judgeEach, number, text, type Field } from '../field'
import { rule, type Finding } from '../rule'

const available = {
  controllerReplicas: 3,
  enablePodAntiAffinity: true,
  enablePodDisruptionBudget: true,
  webhookFailurePolicy: 'Fail',
}

/**
 * Linkerd's control plane outlives a node, and where its injector is away no Pod starts without a proxy (linkerd2 charts/linkerd-control-plane/values-ha.yaml). By
 * its own values the chart does neither: one replica, and webhooks that are passed by when they do not answer.
 */
export const linkerdHighAvailability = rule({
  id: 'linkerd-high-availability',
  severity: 'low',
  scope: 'object',
  controls: [
    'nist-800-53/CM-6',
    'nist-800-53/SC-7(21)',
    'nist-800-204/SM-DR1',
    'nist-800-207/tenet-6',
    'iso-27001/A.8.27',
  ],
  why: 'while the injector is away Pods start without a proxy, open to everybody, and while identities are not renewed calls stop',
  fix: 'set `controllerReplicas: 3`, `enablePodAntiAffinity: true`, `enablePodDisruptionBudget: true` and `webhookFailurePolicy: Fail`',
  limits: 'whether the nodes are in several zones, and have room for the replicas, is not seen',
  config: [],
  examples: {
    pass: [
      { title: 'it is available', objects: [linkerdRelease(available)] },
      { title: 'another chart', objects: [release('cache', { chart: 'redis', namespace: 'data' })] },
    ],
    fail: [
      { title: 'by its own values it is not', objects: [linkerdRelease({})] },
      {
        title: 'Pods start without a proxy where the injector is away',
        objects: [linkerdRelease({ ...available, webhookFailurePolicy: 'Ignore' })],
      },
      { title: 'one replica', objects: [linkerdRelease({ ...available, controllerReplicas: 1 })] },
      {
        title: 'all replicas on one node',
        objects: [linkerdRelease({ ...available, enablePodAntiAffinity: false })],
      },
      {
        title: 'files bring the values, and are not seen',
        objects: [linkerdRelease({}, { version: '2026.6.3', valueYamlFiles: ['values-ha.yaml'] })],
      },
    ],
  },
  check: context => judgeEach(charts(context), judge),
})

function judge(chart: Field): readonly Finding[] {
  if (chartName(chart) !== controlPlaneChart) return []
  const replicas = valueOf(chart, 'controllerReplicas')
  const policy = valueOf(chart, 'webhookFailurePolicy')
  return [
    ...((number(replicas) ?? 1) < 3 ? [finding(replicas, 'is fewer than three replicas of the control plane')] : []),
    ...(text(policy) === 'Fail'
      ? []
      : [finding(policy, 'is not `Fail`, so that Pods start without a proxy where the injector does not answer')]),
    ...unlessSet(valueOf(chart, 'enablePodAntiAffinity'), 'is not set, so that one node may have all replicas'),
    ...unlessSet(
      valueOf(chart, 'enablePodDisruptionBudget'),
      'is not set, so that all replicas may be taken away at once',
    ),
  ]
}

function unlessSet(value: Field, message: string): readonly Finding[] {
  return flag(value) === true ? [] : [finding(value, message)]
}
