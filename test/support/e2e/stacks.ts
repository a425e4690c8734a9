import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { parse } from 'yaml'
import type { KubernetesObject } from '../../../core/model/manifest'
import { chartsOf } from './charts'

/** A stack that is taken from nothing to nothing, and what is to be seen on the way. */
export interface StackCase {
  /** Of the stack, too. */
  readonly name: string
  readonly title: string
  readonly config: Readonly<Record<string, unknown>>
  /** Namespaces that are there already. */
  readonly there: readonly string[]
  /** Domains whose CRDs the cluster has not yet: the stack installs them, and uses them in the same update. */
  readonly bare: readonly string[]
  /** Releases of Helm in the order in which they have to come. */
  readonly releases: readonly string[]
  /** An object that the program adds, which the policy pack forbids. */
  readonly forbidden: KubernetesObject
  /** What is said of it, and by which rule. */
  readonly why: RegExp
  /** What changes where `adservice` may call `currencyservice`, whom others call already; `#` for what is made of a digest. */
  readonly called: readonly string[]
  /** What changes where there is no `emailservice`, and nobody who calls it. */
  readonly gone: readonly string[]
  /** Namespaces that stay when it is destroyed. */
  readonly kept: readonly string[]
  /** An object that somebody edits in the cluster, and how. */
  readonly edited: { readonly object: KubernetesObject; readonly edit: (spec: object) => object }
}

type Kind = readonly [apiVersion: string, kind: string]
const istio: Kind = ['security.istio.io/v1', 'AuthorizationPolicy']
const peers: Kind = ['security.istio.io/v1', 'PeerAuthentication']
const linkerd: Kind = ['policy.linkerd.io/v1alpha1', 'AuthorizationPolicy']
const servers: Kind = ['policy.linkerd.io/v1beta3', 'Server']

function named([apiVersion, kind]: Kind, name: string, namespace: string): KubernetesObject {
  return { apiVersion, kind, metadata: { name, namespace } }
}

/** A stack of the project as it is written, with charts in the place of the real ones. */
function written(name: string, otherwise: Readonly<Record<string, unknown>> = {}): Readonly<Record<string, unknown>> {
  const text = readFileSync(resolve(__dirname, `../../../Pulumi.${name}.yaml`), 'utf8')
  const { config } = parse(text) as { config: Readonly<Record<string, object>> }
  const own = Object.entries(config).map(([key, value]) => [key.replace(/^.*:/u, ''), value] as const)
  const meshes = { mesh: 'istio', linkerd: 'linkerd' } as const
  const local = own.map(([key, value]) =>
    key === 'mesh' || key === 'linkerd' ? [key, { ...value, charts: chartsOf(meshes[key]) }] : [key, value],
  )
  return { ...Object.fromEntries(local), ...otherwise }
}

const plaintext = {
  forbidden: {
    ...named(peers, 'plaintext', 'boutique'),
    spec: { selector: { matchLabels: { app: 'frontend' } }, mtls: { mode: 'DISABLE' } },
  },
  why: /\[mandatory\] .* strict-mtls {2}\(.*: added\)[^]*PeerAuthentication boutique\/plaintext spec\.mtls\.mode: takes plaintext/u,
}

const policies = {
  all: 'mandatory',
  'no-self-minted-istio-root': 'disabled',
  'dedicated-service-account': 'advisory',
  'pinned-mesh-version': 'advisory',
} as const

/** Where sidecars have the callees of a service, too. */
const bySidecars = {
  called: [
    'create Sidecar mesh-policies-boutique/callees-of-adservice', // until now it called nobody
    'update AuthorizationPolicy mesh-policies-boutique/callers-of-currencyservice',
    'update ConfigMap mesh-policies-intent',
  ],
  gone: [
    'delete AuthorizationPolicy mesh-policies-boutique/callers-of-emailservice',
    'update ConfigMap mesh-policies-intent',
    'update Sidecar mesh-policies-boutique/callees-of-checkoutservice',
  ],
  edited: {
    object: named(istio, 'callers-of-adservice', 'boutique'),
    edit: (spec: object) => ({ ...spec, rules: [{}] }),
  },
}

/** One for each way to run a mesh. */
export const stacks: readonly StackCase[] = [
  {
    name: 'istio',
    title: 'Istio with sidecars, which is there already',
    config: {
      mesh: { version: '1.30.3', trustDomain: 'e2e.example.com', install: false },
      trust: { selfSigned: true, alerts: { namespace: 'monitoring' } },
      gateways: { 'istio-ingress': { routing: 'istio' } },
      policies,
    },
    there: ['istio-system', 'istio-ingress', 'monitoring'],
    bare: [],
    releases: [],
    kept: ['boutique', 'data', 'load'],
    ...plaintext,
    ...bySidecars,
  },
  {
    name: 'ambient',
    title: 'Istio without sidecars, on a bare cluster',
    config: written('ambient', {
      // `data` has no route, and so no waypoint; a NetworkPolicy admits one all the same, and the pack says so.
      policies: { ...policies, 'network-policy-selects-pods': 'advisory' },
    }),
    there: [],
    bare: ['istio.io'],
    releases: ['istio-base', 'istiod', 'istio-cni', 'ztunnel', 'istio-ingress'],
    kept: ['boutique', 'data', 'istio-ingress', 'load'],
    ...plaintext,
    called: [
      // The waypoint says who may call; on the network below, the caller may now call the waypoint.
      'update AuthorizationPolicy mesh-policies-boutique/routes-to-currencyservice',
      'update ConfigMap mesh-policies-intent',
      'update NetworkPolicy mesh-policies-boutique/calls-of-adservice',
      'update NetworkPolicy mesh-policies-boutique/calls-of-waypoint.waypoint',
    ],
    gone: [
      'delete AuthorizationPolicy mesh-policies-boutique/callers-of-emailservice',
      'delete AuthorizationPolicy mesh-policies-boutique/routes-to-emailservice',
      'delete NetworkPolicy mesh-policies-boutique/calls-of-emailservice',
      'update ConfigMap mesh-policies-intent',
      'update NetworkPolicy mesh-policies-boutique/calls-of-waypoint.waypoint',
    ],
    edited: bySidecars.edited,
  },
  {
    name: 'linkerd',
    title: 'Linkerd, on a bare cluster',
    config: written('linkerd'),
    there: [],
    bare: ['linkerd.io'],
    releases: ['linkerd-crds', 'linkerd-cni', 'linkerd-control-plane'],
    kept: ['boutique', 'data', 'load'],
    forbidden: {
      ...named(linkerd, 'anybody', 'boutique'),
      spec: {
        targetRef: { group: 'policy.linkerd.io', kind: 'Server', name: 'adservice.grpc' },
        requiredAuthenticationRefs: [],
      },
    },
    why: /\[mandatory\] .* no-empty-authentication {2}\(.*: added\)[^]*AuthorizationPolicy boutique\/anybody spec\.requiredAuthenticationRefs: /u,
    called: [
      // A route is named after those who may ask it; there was none for these three.
      'create AuthorizationPolicy mesh-policies-boutique/currencyservice.grpc.#-#',
      'create GRPCRoute mesh-policies-boutique/currencyservice.grpc.#-#',
      'create MeshTLSAuthentication mesh-policies-boutique/callers-#',
      'delete AuthorizationPolicy mesh-policies-boutique/currencyservice.grpc.#-#',
      'delete GRPCRoute mesh-policies-boutique/currencyservice.grpc.#-#',
      'update ConfigMap mesh-policies-intent',
      'update NetworkPolicy mesh-policies-boutique/calls-of-adservice',
      'update NetworkPolicy mesh-policies-boutique/calls-of-currencyservice',
    ],
    gone: [
      'delete AuthorizationPolicy mesh-policies-boutique/emailservice.grpc.checkoutservice.boutique-#',
      'delete AuthorizationPolicy mesh-policies-boutique/emailservice.grpc.kubelet-#.networks',
      'delete GRPCRoute mesh-policies-boutique/emailservice.grpc.checkoutservice.boutique-#',
      'delete GRPCRoute mesh-policies-boutique/emailservice.grpc.kubelet-#',
      'delete NetworkPolicy mesh-policies-boutique/calls-of-emailservice',
      'delete Server mesh-policies-boutique/emailservice.grpc',
      'update ConfigMap mesh-policies-intent',
      'update NetworkPolicy mesh-policies-boutique/calls-of-checkoutservice',
    ],
    edited: {
      object: named(servers, 'adservice.grpc', 'boutique'),
      edit: spec => ({ ...spec, accessPolicy: 'all-unauthenticated' }),
    },
  },
  {
    name: 'hybrid',
    title: 'Istio and Linkerd side by side',
    config: written('hybrid', {
      // In place of the authority in AWS: there is no provider for it here.
      trust: { certManager: {} },
      policies: { ...policies, 'root-key-outside-cluster': 'advisory' },
    }),
    there: ['cert-manager'],
    bare: ['istio.io', 'linkerd.io'],
    releases: [
      'linkerd-crds',
      'istio-base',
      'linkerd-cni',
      'istiod',
      'linkerd-control-plane',
      'istio-cni',
      'istio-ingress',
    ],
    kept: ['boutique', 'data', 'istio-ingress', 'load'],
    ...plaintext,
    ...bySidecars,
  },
]
