import { z } from 'zod'
import { fragmentsShape } from './config-shape-fragments'
import { linkerd } from './config-shape-linkerd'
import { networkPolicy } from './config-shape-network'
import { trust } from './config-shape-trust'
import type { Fields } from './config-words'
import { charts, folder, gatewayApi, label, pattern, text, trustDomain } from './config-words'
import type {
  CniSettings,
  GatewaySettings,
  IstioSettings,
  MultiClusterSettings,
  NamespaceSettings,
  NextSettings,
} from './settings'
import { dataPlanes, gatewayRoutings, meshes, pathNormalizations, podSecurityLevels, telemetryLevels } from './settings'

/*
 * The shape of a stack's configuration at run time. `Pulumi.yaml` says of each key only that it is an object or a list;
 * what is in it is for here.
 */

const cni = z.strictObject({
  binDir: folder.exactOptional(),
  confDir: folder.exactOptional(),
  netnsDir: folder.exactOptional(),
} satisfies Fields<CniSettings>)

const multiCluster = z.strictObject({
  cluster: label,
  network: label.exactOptional(),
  meshId: label.exactOptional(),
} satisfies Fields<MultiClusterSettings>)

// One, exactly: a range would install on Tuesday what nobody reviewed on Monday.
const version = pattern(/^\d+\.\d+\.\d+$/, 'expected an exact version such as `1.30.3`')

const next = z.strictObject({
  version,
  revision: label,
  tagged: z.boolean().exactOptional(),
  namespaces: z.array(label).exactOptional(),
  nodes: z.boolean().exactOptional(),
  charts: charts.exactOptional(),
} satisfies Fields<NextSettings>)

const mesh = z.strictObject({
  version,
  trustDomain,
  trustDomainAliases: z.array(trustDomain).exactOptional(),
  install: z.boolean().exactOptional(),
  charts: charts.exactOptional(),
  hub: text.exactOptional(),
  platform: text.exactOptional(),
  systemNamespace: label.exactOptional(),
  rootNamespace: label.exactOptional(),
  revision: label.exactOptional(),
  tag: label.exactOptional(),
  next: next.exactOptional(),
  clusterDomain: text.exactOptional(),
  pathNormalization: z.enum(pathNormalizations).exactOptional(),
  dataPlane: z.enum(dataPlanes).exactOptional(),
  gatewayApi: gatewayApi.exactOptional(),
  telemetry: z.enum(telemetryLevels).exactOptional(),
  networkPolicies: z.boolean().exactOptional(),
  pullSecrets: z.array(label).exactOptional(),
  nodeNamespace: label.exactOptional(),
  cni: cni.exactOptional(),
  nativeNftables: z.boolean().exactOptional(),
  multiCluster: multiCluster.exactOptional(),
} satisfies Fields<IstioSettings>)

const gateway = z.strictObject({
  kind: z.enum(['ingress', 'east-west']).exactOptional(),
  namespace: label.exactOptional(),
  routing: z.enum(gatewayRoutings).exactOptional(),
  service: z.enum(['LoadBalancer', 'NodePort', 'ClusterIP']).exactOptional(),
} satisfies Fields<GatewaySettings>)

const namespaces = z.strictObject({
  existing: z.array(label).exactOptional(),
  podSecurity: z.enum(podSecurityLevels).exactOptional(),
} satisfies Fields<NamespaceSettings>)

const waypoint = z.union([z.enum(['namespace', 'service']), z.strictObject({ namespace: label, name: label })])

const level = z.enum(['advisory', 'mandatory', 'remediate', 'disabled'])

/** The program does not read them; a level that is misspelt would quietly be none, so it is refused here too. */
const policies = z.record(z.string(), z.union([level, z.looseObject({ enforcementLevel: level.exactOptional() })]))

/** The keys of a stack's configuration that hold structured values. */
export const configShape = z.strictObject({
  mesh: mesh.exactOptional(),
  linkerd: linkerd.exactOptional(),
  meshes: z.record(label, z.enum(meshes)).default({}),
  trust,
  stages: z.record(label, z.enum(['strict', 'enforce'])).default({}),
  dataPlanes: z.record(label, z.enum(dataPlanes)).default({}),
  waypoints: z.record(label, waypoint).default({}),
  gateways: z.record(label, gateway).default({}),
  namespaces: namespaces.default({}),
  networkPolicy: networkPolicy.exactOptional(),
  acknowledged: z.array(text).default([]),
  fragments: fragmentsShape.default({}),
  crds: text.exactOptional(),
  policies: policies.default({}),
})
