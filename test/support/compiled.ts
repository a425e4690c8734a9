import assert from 'node:assert/strict'
import { compile } from '../../core/compile/compile'
import type { Compiled, IstioTarget } from '../../core/compile/target'
import type { Graph, Service } from '../../core/graph/graph'
import type { KubernetesObject, Manifest } from '../../core/model/manifest'
import { objectName } from '../../core/model/manifest'

/** A target whose trust domain is not the one that Istio assumes, so that an assumption shows. */
export const target: IstioTarget = { kind: 'istio-sidecar', version: '1.30.3', trustDomain: 'td.example' }

/** A graph from what a test is about; everything else is empty. */
export function graphOf(parts: Partial<Graph>): Graph {
  return { services: {}, external: {}, ingress: {}, outside: {}, calls: {}, ...parts }
}

/** A service in namespace `shop` with one port, which is named as its protocol is. */
export function service(protocol: 'http' | 'grpc' | 'tcp' | 'tls', port: number, more: Partial<Service> = {}): Service {
  return { namespace: 'shop', ports: { [protocol]: { protocol, port } }, ...more }
}

export function compiled(parts: Partial<Graph>, more: Partial<IstioTarget> = {}): Compiled {
  return compile(graphOf(parts), { ...target, ...more })
}

/** The same on ambient. */
export function ambient(parts: Partial<Graph>, more: Partial<IstioTarget> = {}): Compiled {
  return compiled(parts, { kind: 'istio-ambient', ...more })
}

/** The names of all manifests, or of those of one kind, as `Kind namespace/name`. */
export function names({ manifests }: Compiled, kind = ''): string[] {
  return manifests.map(({ object }) => objectName(object)).filter(name => name.startsWith(kind))
}

/** The manifest called `Kind namespace/name`. */
export function manifestOf({ manifests }: Compiled, name: string): Manifest {
  const found = manifests.find(({ object }) => objectName(object) === name)
  assert.ok(found, `no ${name} among ${manifests.map(({ object }) => objectName(object)).join(', ')}`)
  return found
}

/** What our manifests say, all kinds in one; what a kind does not have is absent at run time. */
export interface Spec {
  readonly targetRefs: readonly object[]
  readonly selector: { readonly matchLabels: Readonly<Record<string, string>> }
  readonly action: string
  readonly rules: readonly Rule[]
  readonly mtls: object
  readonly portLevelMtls: object
  readonly workloadSelector: object
  readonly egress: readonly { readonly hosts: readonly string[] }[]
  readonly outboundTrafficPolicy: object
  readonly ports: readonly { readonly protocol: string }[]
  readonly listeners: readonly object[]
}

export interface Rule {
  readonly from?: readonly { readonly source: Readonly<Record<string, readonly string[]>> }[]
  readonly to: readonly { readonly operation: Readonly<Record<string, readonly string[]>> }[]
  readonly when?: readonly { readonly key: string; readonly values: readonly string[] }[]
}

/** The `spec` of the manifest called `Kind namespace/name`. */
export function specOf(result: Compiled, name: string): Spec {
  return specIn(manifestOf(result, name).object)
}

export function specIn({ spec }: KubernetesObject): Spec {
  return spec as Spec // assertions on its fields fail where it is not
}

/** The assumed object called `Kind namespace/name`. */
export function assumed({ assumptions }: Compiled, name: string): KubernetesObject {
  const found = assumptions.find(object => objectName(object) === name)
  assert.ok(found, `no ${name} among ${assumptions.map(objectName).join(', ')}`)
  return found
}

/** `code at` of each problem. */
export function told({ problems }: Compiled): string[] {
  return problems.map(({ code, severity, at }) => `${severity} ${code} at ${at}`)
}
