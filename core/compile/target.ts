import type { KubernetesObject, Manifest } from '../model/manifest'
import type { Problem } from '../model/problem'

/** How far a namespace has been taken: `strict` requires mTLS and shadows the policies; `enforce` is allow-list and default deny. */
export type Stage = 'strict' | 'enforce'

/** The mesh a graph is compiled for. */
export interface IstioSidecarTarget {
  readonly kind: 'istio-sidecar'
  /** Istio's version, `1.30.3`. */
  readonly version: string
  /** The mesh's own trust domain; never assumed. */
  readonly trustDomain: string
  /** Where istiod runs. @default 'istio-system' */
  readonly systemNamespace?: string
  /** `meshConfig.rootNamespace`. @default the system namespace */
  readonly rootNamespace?: string
  /** Control-plane revision or revision tag the namespaces follow; without it `istio-injection: enabled`. */
  readonly revision?: string
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
