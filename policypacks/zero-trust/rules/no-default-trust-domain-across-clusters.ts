import { linkerdRelease } from '../example-linkerd-install'
import { gateway, release } from '../example-objects'
import { istiodRelease } from '../example-trust'
import { controlPlaneChart } from '../facts/linkerd-install/settings'
import { chartName, charts } from '../facts/charts'
import { spansOf } from '../facts/multi-cluster'
import { defaultTrustDomain, istioDomains, linkerdDomainOf, type StatedDomain } from '../facts/trust-domains'
import { finding, gather, type Field } from '../field'
import { unknownSetting, type Setting } from '../mesh'
import { rule, type Context, type Finding } from '../rule'

const multicluster = release('linkerd-multicluster', { chart: 'linkerd-multicluster', version: '2026.6.3' })
const east = { multiCluster: { clusterName: 'east' }, network: 'vpc-1' }

/**
 * A mesh of several clusters has a trust domain of its own. `cluster.local` is what each mesh is called that nobody gave a name: once two of them have an anchor in
 * common, by a merger or by a test cluster that was given the same one, their identities are the same. Istio takes it for the own one wherever it is (istio
 * pilot/pkg/security/trustdomain/bundle.go).
 */
export const noDefaultTrustDomainAcrossClusters = rule({
  id: 'no-default-trust-domain-across-clusters',
  severity: 'medium',
  scope: 'stack',
  controls: [
    'nist-800-53/AC-3',
    'nist-800-53/CM-6',
    'nist-800-53/IA-9',
    'nist-800-53/SC-23(5)',
    'nist-800-207/tenet-6',
    'iso-27001/A.5.16',
  ],
  why: 'identities of a cluster that somebody adds later, or of one that was never meant to be added, are those of this mesh, and no policy can tell them apart',
  fix: 'give the mesh a trust domain of its own: `meshConfig.trustDomain` of istiod, `identityTrustDomain` of Linkerd; a mesh that runs changes it by aliases, step by step',
  limits: 'whether other clusters really have another trust domain is not seen',
  config: ['mesh'],
  examples: {
    pass: [
      {
        title: 'one of several clusters, of a mesh that has a name',
        objects: [istiodRelease({ global: east, meshConfig: { trustDomain: 'mesh.example' } })],
      },
      { title: 'one cluster, and no other', objects: [istiodRelease({})] },
      {
        title: 'Linkerd, with other clusters',
        objects: [linkerdRelease({ identityTrustDomain: 'mesh.example' }), multicluster],
      },
    ],
    fail: [
      { title: 'one of several clusters', objects: [istiodRelease({ global: east })] },
      {
        title: 'a gateway between networks',
        objects: [gateway('east-west', { gatewayClassName: 'istio-east-west' })],
        config: { mesh: { trustDomain: 'cluster.local' } },
      },
      {
        title: 'a gateway between networks, of a mesh of which nothing is known',
        objects: [gateway('east-west', { gatewayClassName: 'istio-east-west' })],
      },
      { title: 'Linkerd, with other clusters', objects: [linkerdRelease({}), multicluster] },
    ],
  },
  check,
})

function check(context: Context): readonly Finding[] {
  const spans = spansOf(context)
  return [
    ...spans.findings,
    ...(spans.istio.length === 0 ? [] : ofIstio(context, spans.istio)),
    ...(spans.linkerd.length === 0 ? [] : ofLinkerd(context, spans.linkerd)),
  ]
}

function ofIstio(context: Context, spans: readonly Field[]): readonly Finding[] {
  const { planes, findings } = istioDomains(context)
  return [...findings, ...judge(spans, { said: context.mesh('trustDomain'), planes })]
}

function ofLinkerd(context: Context, spans: readonly Field[]): readonly Finding[] {
  const { facts, findings } = gather(charts(context), chart =>
    chartName(chart) === controlPlaneChart ? [linkerdDomainOf(chart)] : [],
  )
  return [...findings, ...judge(spans, { said: context.mesh('linkerdTrustDomain'), planes: facts.flat() })]
}

interface Named {
  readonly said: Setting
  readonly planes: readonly StatedDomain[]
}

function judge(spans: readonly Field[], { said, planes }: Named): readonly Finding[] {
  const domains = [...planes.map(({ value }) => value), ...(said.kind === 'known' ? [said.value] : [])]
  if (domains.length === 0) return said.kind === 'unknown' ? unknownSetting(said, spans[0]) : []
  return domains.includes(defaultTrustDomain)
    ? spans.map(span =>
        finding(
          span,
          `makes the cluster one of several, and its mesh is \`${defaultTrustDomain}\`, as is each that nobody named`,
        ),
      )
    : []
}
