import { compareOn } from '../../../core/analyze/compare-meshes'
import type { Difference } from '../../../core/analyze/difference'
import { reach } from '../../../core/analyze/reach'
import type { Intent } from '../../../core/model/intent'
import { linkerdPolicy, toServer } from '../example-linkerd'
import { cartOnLinkerd, closedShop, installed } from '../example-linkerd-install'
import {
  authorizationPolicy,
  cartDigest,
  cartLock,
  cartPolicy,
  configMap,
  denyAll,
  namespace,
  release,
  strict,
} from '../example-objects'
import { analyzed, isObject } from '../facts/analyzed'
import { assumedFor } from '../facts/assumed'
import { isIstioChart, releases } from '../facts/charts'
import { expectedOn, meshesOf } from '../facts/intent-meshes'
import { at, finding, judgeEach, required, text, type Field } from '../field'
import { noLock } from '../lock'
import { intentConfigMap } from '../mesh'
import { ofKind, rule, type Context, type Finding } from '../rule'

const shop = [namespace('shop'), strict, denyAll]
const mesh = { kind: 'istio-sidecar', trustDomain: 'mesh.example', rootNamespace: 'istio-system' }
const registered = configMap(intentConfigMap, { digest: cartDigest, ...mesh })

/**
 * What is deployed lets through exactly what the reviewed intent declares, and nothing else, at every governed service.
 *
 * Who may call whom is computed from the objects of the stack under the semantics of the meshes themselves (core/analyze), and compared
 * with `intent.lock.json`. Workloads that the stack does not have are taken as the intent describes them.
 */
export const reachEqualsIntent = rule({
  id: 'reach-equals-intent',
  severity: 'critical',
  scope: 'stack',
  controls: [
    'nist-800-53/AC-3',
    'nist-800-53/AC-4',
    'nist-800-53/AC-6',
    'nist-800-53/CA-9',
    'nist-800-53/CM-3',
    'nist-800-53/CM-7',
    'nist-800-204/APE-SR-3',
    'nist-800-204/SAUZ-SR-1',
    'nist-800-207/tenet-4',
    'nist-800-207/tenet-6',
    'pci-dss/1.2.5',
    'pci-dss/7.2.1',
    'pci-dss/7.2.2',
    'soc-2/CC6.3',
    'soc-2/CC8.1',
    'iso-27001/A.8.3',
    'iso-27001/A.8.27',
    'dod-zero-trust/5.1',
    'dod-zero-trust/5.4',
    'dod-zero-trust/6.1',
  ],
  why: 'policies that look right admit callers nobody declared, or cut off those that were, and no object alone shows it',
  fix: 'declare the call in the graph and write the lock anew with `ztm compile --lock`, or take away the object that admits it',
  limits:
    'objects that are in the cluster and not in the stack are not seen; what a chart brings is not seen either, but for namespaces the intent governs that is refused',
  config: ['lock', 'stages', 'unrouted', 'mesh', 'reviewed'],
  examples: {
    pass: [
      { title: 'the one declared call, and no other', objects: [...shop, cartPolicy, registered], intent: cartLock },
      {
        title: 'the settings of the mesh are known from the chart that installs it',
        objects: [
          ...shop,
          cartPolicy,
          release('istiod', {
            chart: 'istiod',
            namespace: 'istio-system',
            version: '1.30.3',
            repositoryOpts: { repo: 'https://istio-release.storage.googleapis.com/charts' },
            values: { meshConfig: { trustDomain: 'mesh.example', rootNamespace: 'istio-system' } },
          }),
        ],
        intent: cartLock,
      },
      {
        title: 'the same call, and no other, on Linkerd',
        objects: [closedShop, ...cartOnLinkerd, installed],
        intent: cartLock,
      },
      {
        title: 'a stack of policies alone, for a Linkerd that another stack installs',
        objects: [
          ...cartOnLinkerd,
          configMap(
            intentConfigMap,
            {
              digest: cartDigest,
              kind: 'linkerd',
              trustDomain: 'mesh.example',
              controlPlaneNamespace: 'linkerd',
              clusterNetworks: '10.0.0.0/8',
              probeNetworks: '10.1.0.0/16',
            },
            'linkerd',
          ),
        ],
        intent: cartLock,
      },
    ],
    fail: [
      {
        title: 'on Linkerd, a policy that asks for nothing',
        objects: [closedShop, ...cartOnLinkerd, linkerdPolicy('anybody', toServer('cart.port'), []), installed],
        intent: cartLock,
      },
      {
        title: 'on Linkerd, a policy whose authentication is not there',
        objects: [closedShop, ...cartOnLinkerd.filter(({ kind }) => kind !== 'MeshTLSAuthentication'), installed],
        intent: cartLock,
      },
      {
        title: 'one foreign policy admits the whole namespace',
        objects: [
          ...shop,
          cartPolicy,
          registered,
          authorizationPolicy('monitoring', { rules: [{ from: [{ source: { namespaces: ['monitoring'] } }] }] }),
        ],
        intent: cartLock,
      },
      { title: 'the declared call is cut off', objects: [...shop, registered], intent: cartLock },
      {
        title: 'the stack was made from another intent',
        objects: [...shop, cartPolicy, configMap(intentConfigMap, { digest: 'sha256:beef', ...mesh })],
        intent: cartLock,
      },
      {
        title: 'nobody says what is meant',
        objects: [...shop, cartPolicy, registered],
        intent: noLock,
      },
      {
        title: 'a chart brings what nobody sees into a governed namespace',
        objects: [
          ...shop,
          cartPolicy,
          registered,
          release('cache', { chart: 'redis', namespace: 'shop', version: '20.1.0' }),
        ],
        intent: cartLock,
      },
    ],
  },
  check,
})

function check(context: Context): readonly Finding[] {
  const { intent } = context
  const digests = ofKind(context, '', 'ConfigMap')
  if (intent.kind === 'missing') {
    return [{ at: '', resource: 'the stack', path: '', message: `cannot be held against an intent: ${intent.why}` }]
  }
  return [
    ...judgeEach(digests, field => otherDigest(field, intent.digest)),
    ...judgeEach(releases(context), field => opaque(field, intent.intent, context)),
    ...proof(intent.intent, context),
  ]
}

function otherDigest(field: Field, digest: string): readonly Finding[] {
  if (text(at(field, 'metadata', 'name')) !== intentConfigMap) return []
  const own = at(field, 'data', 'digest')
  return required(own) === digest
    ? []
    : [finding(own, 'is not the digest of the reviewed intent: the stack was made from another graph')]
}

/** What a chart installs is not seen: into a governed namespace it could bring a policy that admits everybody. */
function opaque(field: Field, { governed }: Intent, { config }: Context): readonly Finding[] {
  if (isIstioChart(field)) return []
  const namespace = required(at(field, 'namespace'))
  if (!governed.some(service => service.namespace === namespace)) return []
  const isReviewed =
    config.reviewed.length > 0 && config.reviewed.includes(`${namespace}/${text(at(field, 'name')) ?? ''}`)
  return isReviewed
    ? []
    : [finding(field, 'brings objects that are not seen into a governed namespace, so that nothing is proved of it')]
}

function proof(intent: Intent, context: Context): readonly Finding[] {
  const meshes = meshesOf(intent, context)
  const assumed = assumedFor(intent, context, meshes)
  const { layer, findings } = analyzed(context, assumed.objects)
  const judgement = expectedOn(meshes, context, layer.mesh.trustDomainAliases)
  if (judgement.kind === 'unknown') return [...meshes.findings, ...judgement.findings]
  const { differences } = compareOn(reach(layer), intent, judgement.expected)
  return [
    ...meshes.findings,
    ...assumed.findings,
    ...findings,
    ...differences.map(difference => described(difference, context.objects.filter(isObject))),
  ]
}

const words: Readonly<Record<Difference['kind'], string>> = {
  admitted: 'admits what nobody declared',
  cut: 'does not surely let through what is declared',
  unjudged: 'cannot be judged',
}

/** A difference, at the first object of the stack that brings it about. */
function described({ kind, callee, service, text: witness, because }: Difference, objects: readonly Field[]): Finding {
  const place = objects.find(({ of }) =>
    because.some(reason => reason === of.label || reason.startsWith(`${of.label} `)),
  )
  const reasons = because.length === 0 ? '' : ` (${because.join('; ')})`
  return {
    at: place?.of.at ?? '',
    resource: `service ${callee.namespace}/${service}`,
    path: '',
    message: `${words[kind]}: ${witness}${reasons}`,
  }
}
