/**
 * The library: components for a Pulumi program, and the pure functions they are made of.
 *
 * ```ts
 * import { defineGraph, http, ZeroTrustMesh } from 'zero-trust-mesh'
 * ```
 */

// What is meant.
export { defineGraph, grpc, http, tcp, tls } from './core/graph/define'
export { flows } from './core/graph/flows'
export type { Fragment } from './core/graph/fragments/fragment'
export { defineFragment } from './core/graph/fragments/fragment'
export type { Merged, MergedFragment, Offered } from './core/graph/fragments/merge'
export { mergeFragments } from './core/graph/fragments/merge'
export type { MeshOutput } from './core/graph/fragments/mesh-output'
export { meshJsonSchema, parseMesh } from './core/graph/fragments/mesh-output'
export { fragmentJsonSchema, parseFragment } from './core/graph/fragments/schema'
export type {
  Accepts,
  Callees,
  Consent,
  External,
  Graph,
  GuardedRoute,
  Ingress,
  Method,
  Origination,
  OutlierDetection,
  Outside,
  Port,
  Protocol,
  Retries,
  Routes,
  Service,
  TokenIssuer,
  TokenRequirement,
  Traffic,
  Version,
  WorkloadKind,
} from './core/graph/graph'
export { intentOf } from './core/graph/intent'
export { graphJsonSchema, parseGraph } from './core/graph/schema'
export { validate } from './core/graph/validate'

// What is deployed for it.
export { compile, compileWithNetwork, namespaceLabels } from './core/compile/compile'
export type {
  Compiled,
  DataPlane,
  DnsTarget,
  GatewayRouting,
  GatewayTarget,
  IstioTarget,
  LinkerdTarget,
  MeshTarget,
  NetworkPolicyTarget,
  NetworkSettings,
  Stage,
  Target,
  WaypointScope,
} from './core/compile/target'
export { capabilities } from './core/compile/target'

// How it gets from one to another, step by step.
export { plannedSteps } from './core/rollout/moves'
export { planUpgrade } from './core/rollout/upgrade'

// What that lets through.
export type { Difference } from './core/analyze/compare'
export { compare } from './core/analyze/compare'
export type { Expected } from './core/analyze/expect'
export { decide } from './core/analyze/decide'
export type { DecideOptions, Verdict } from './core/analyze/decide'
export type { Layer } from './core/analyze/layer'
export type { Reach } from './core/analyze/reach'
export { reach } from './core/analyze/reach'
export { read } from './core/analyze/read-istio'
export type { Request } from './core/analyze/request'
export { parseRequest } from './core/analyze/request'

// The words.
export type { Flow } from './core/model/flow'
export { printFlow } from './core/model/flow'
export type { Identity } from './core/model/identity'
export type { Intent } from './core/model/intent'
export type { KubernetesObject, Manifest, Sourced } from './core/model/manifest'
export type { Problem, Severity } from './core/model/problem'
export { printProblem } from './core/model/problem'

// The components.
export type { AnchorSource } from './components/anchor-source'
export type { Endpoints } from './components/endpoints'
export type { GatewayApiArgs } from './components/gateway-api'
export { GatewayApi } from './components/gateway-api'
export type { IstioArgs } from './components/istio'
export { Istio } from './components/istio'
export type { LinkerdArgs } from './components/linkerd'
export { Linkerd } from './components/linkerd'
export { mergeConfigured } from './components/fragments'
export type { FragmentsSettings } from './components/fragments'
export type { FragmentSettings } from './components/config-shape-fragments'
export type { MeshNamespaceArgs } from './components/mesh-namespace'
export { MeshNamespace } from './components/mesh-namespace'
export type { CheckArgs, MeshReferenceArgs } from './components/mesh-reference'
export { MeshReference } from './components/mesh-reference'
export type { PrivateCaArgs } from './components/private-ca'
export { PrivateCa } from './components/private-ca'
export type { ClusterSettings } from './components/provider'
export { kubernetesProvider } from './components/provider'
export { Refused } from './components/refused'
export type { ServicePoliciesArgs } from './components/service-policies'
export { ServicePolicies } from './components/service-policies'
export type {
  CertManagerSettings,
  Charts,
  CniSettings,
  GatewayApiSource,
  GatewaySettings,
  IssuerReference,
  IstioSettings,
  LinkerdCniSettings,
  LinkerdGatewaySettings,
  LinkerdMultiClusterSettings,
  LinkerdSettings,
  MeshSettings,
  MultiClusterSettings,
  NamespaceSettings,
  PathNormalization,
  PodSecurity,
  PrivateCaSettings,
  Telemetry,
  TrustManagerSettings,
  TrustSettings,
  VizSettings,
} from './components/settings'
export type { TrustAnchorArgs } from './components/trust-anchor'
export { TrustAnchor } from './components/trust-anchor'
export type { ZeroTrustMeshArgs } from './components/zero-trust-mesh'
export { ZeroTrustMesh } from './components/zero-trust-mesh'
