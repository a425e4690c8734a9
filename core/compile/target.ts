import type { KubernetesObject, Manifest } from '../model/manifest'
import type { Problem } from '../model/problem'

/** How far a namespace has been taken: `strict` requires mTLS and shadows the policies; `enforce` is allow-list and default deny. */
export type Stage = 'strict' | 'enforce'

/** The mesh a graph is compiled for. */
export interface IstioSidecarTarget {
  readonly kind: 'istio-sidecar'
  /** Istio's version, `1.30.3`. Supported: 1.29, 1.30, 1.31; another is a Problem. */
  readonly version: string
  /** The mesh's own trust domain; never assumed. */
  readonly trustDomain: string
  /** Where istiod runs. @default 'istio-system' */
  readonly systemNamespace?: string
  /** `meshConfig.rootNamespace`. @default the system namespace */
  readonly rootNamespace?: string
  /** The control plane's revision, `1-30-3`; namespaces follow it unless `tag` is given. Without either they say `istio-injection: enabled`. */
  readonly revision?: string
  /** A revision tag that points at `revision`; namespaces follow the tag, so that an upgrade moves the tag and touches no namespace. */
  readonly tag?: string
  /** The cluster's DNS domain, which Services' host names end with. @default 'cluster.local' */
  readonly clusterDomain?: string
  /** Stage per namespace. @default 'enforce' for each that is not named */
  readonly stages?: Readonly<Record<string, Stage>>
}

export type Target = IstioSidecarTarget

/** What a graph became for one target. */
export interface Compiled {
  /** What to deploy, canonically sorted. */
  readonly manifests: readonly Manifest[]
  /** What was assumed about objects that somebody else deploys: namespaces, Pods, Services, the mesh's settings. */
  readonly assumptions: readonly KubernetesObject[]
  readonly problems: readonly Problem[]
}

/** Something a graph can ask for and a target can or cannot say. */
export type Capability =
  | 'http'
  | 'grpc'
  | 'tcp'
  | 'tls'
  | 'segment-wildcard'
  | 'default-deny'
  | 'outside-callers'
  | 'cidrs'
  | 'probes'
  | 'egress'
  | 'dry-run'
  | 'jwt'

/** How well a target says it: `enforced` exactly, `partly` (the note says what is left out), `not` at all. */
export interface Support {
  readonly how: 'enforced' | 'partly' | 'not'
  readonly note: string
}

/** What each target can express, printed as a table in the documentation. */
export const capabilities: Readonly<Record<Target['kind'], Readonly<Record<Capability, Support>>>> = {
  'istio-sidecar': {
    http: { how: 'enforced', note: 'method and path at the callee’s sidecar' },
    grpc: { how: 'enforced', note: '`POST /package.Service/Method`' },
    tcp: { how: 'enforced', note: 'caller and port; any bytes' },
    tls: { how: 'enforced', note: 'caller and port; the inner TLS stays closed to the mesh' },
    'segment-wildcard': {
      how: 'partly',
      note: '`{*}` templates match URI path characters only, and so must the literal segments beside them',
    },
    'default-deny': { how: 'enforced', note: 'an AuthorizationPolicy without rules in each namespace' },
    'outside-callers': {
      how: 'partly',
      note: 'the port accepts plaintext, and everybody where no addresses are given',
    },
    cidrs: {
      how: 'enforced',
      note: 'the connection’s source address; a load balancer that rewrites it hides the caller',
    },
    probes: { how: 'enforced', note: 'injection sends the kubelet to the agent, so that no policy is needed' },
    egress: {
      how: 'partly',
      note: 'the caller’s own sidecar; a workload can go round it, so it is no security boundary',
    },
    'dry-run': { how: 'enforced', note: 'stage `strict`: policies in shadow, mTLS required' },
    jwt: { how: 'not', note: 'not compiled yet' },
  },
}
