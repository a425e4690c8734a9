import { z } from 'zod'
import type {
  Charts,
  CniSettings,
  GatewaySettings,
  IstioSettings,
  MultiClusterSettings,
  NamespaceSettings,
  NextSettings,
  TrustSettings,
} from './settings'
import { dataPlanes, gatewayRoutings, pathNormalizations, podSecurityLevels, telemetryLevels } from './settings'

/*
 * The shape of a stack's configuration at run time. `Pulumi.yaml` says of each key only that it is an object or a list;
 * what is in it is for here.
 */

/** All the keys of a type, each with its schema: a field added to the type and forgotten here fails to compile. */
type Fields<T> = Readonly<Record<keyof T, z.ZodType>>

function pattern(regex: RegExp, error: string): z.ZodString {
  return z.string().regex(regex, { error })
}

const text = pattern(/\S/, 'expected some text')
const label = pattern(
  /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/,
  'expected a DNS label: lower-case letters, digits and `-`, at most 63 characters',
)

const charts = z
  .strictObject({
    repository: pattern(
      /^(https|oci):\/\/\S+$/,
      'expected an address that starts with `https://` or `oci://`',
    ).exactOptional(),
    directory: text.exactOptional(),
    archives: text.exactOptional(),
  })
  .refine(value => Object.keys(value).length === 1, {
    error: 'expected one of `repository`, `directory` and `archives`',
  })
  .transform(value => value as Charts) // exactly one of them, as was just seen

const folder = pattern(/^\/\S*$/, 'expected the path of a folder on the node, from `/`')

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

const gatewayApi = z.union([z.literal('existing'), z.strictObject({ file: text })])

const mesh = z.strictObject({
  version,
  trustDomain: pattern(/^[a-z0-9._-]{1,255}$/, 'expected a trust domain: lower-case letters, digits, `.`, `-` and `_`'),
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

const trust = z.strictObject({
  bundle: z.string().exactOptional(),
  secret: label.exactOptional(),
  selfSigned: z.boolean().exactOptional(),
  revocation: z.boolean().exactOptional(),
} satisfies Fields<TrustSettings>)

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
  mesh,
  trust,
  stages: z.record(label, z.enum(['strict', 'enforce'])).default({}),
  dataPlanes: z.record(label, z.enum(dataPlanes)).default({}),
  waypoints: z.record(label, waypoint).default({}),
  gateways: z.record(label, gateway).default({}),
  namespaces: namespaces.default({}),
  acknowledged: z.array(text).default([]),
  policies: policies.default({}),
})
