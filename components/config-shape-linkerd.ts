import { z } from 'zod'
import type { Fields } from './config-words'
import { charts, folder, gatewayApi, issuer, label, networks, pattern, text, trustDomain } from './config-words'
import { gatewayApiChannels, linkerdExports } from './linkerd-settings'
import type {
  LinkerdCniSettings,
  LinkerdGatewaySettings,
  LinkerdMultiClusterSettings,
  LinkerdSettings,
  TrustManagerSettings,
  VizSettings,
} from './settings'

const service = pattern(/^[a-z0-9][-a-z0-9]*\/[a-z0-9][-a-z0-9]*$/, 'expected `<namespace>/<service>`')

const trustManager = z.strictObject({
  secrets: z.array(text).min(1, { error: 'expected one Secret at least' }),
  key: text.exactOptional(),
} satisfies Fields<TrustManagerSettings>)

const cni = z.strictObject({
  namespace: label.exactOptional(),
  binDir: folder.exactOptional(),
  confDir: folder.exactOptional(),
} satisfies Fields<LinkerdCniSettings>)

const viz = z.strictObject({
  namespace: label.exactOptional(),
  prometheusUrl: pattern(
    /^https?:\/\/\S+$/,
    'expected an address that starts with `http://` or `https://`',
  ).exactOptional(),
  apiServerNetworks: networks.exactOptional(),
} satisfies Fields<VizSettings>)

const gateway = z.strictObject({
  sourceNetworks: networks,
  identities: z.array(text).min(1, { error: 'expected one identity at least' }).exactOptional(),
  service: z.enum(['LoadBalancer', 'NodePort', 'ClusterIP']).exactOptional(),
} satisfies Fields<LinkerdGatewaySettings>)

const multicluster = z.strictObject({
  namespace: label.exactOptional(),
  gateway: gateway.exactOptional(),
  links: z.array(label).exactOptional(),
} satisfies Fields<LinkerdMultiClusterSettings>)

/** What the configuration may say of Linkerd. */
export const linkerd = z.strictObject({
  version: pattern(
    /^(edge-\d{2}\.\d{1,2}\.\d+|\d+\.\d+(\.\d+)?)$/,
    'expected an exact edge release such as `edge-26.6.3`',
  ),
  trustDomain,
  install: z.boolean().exactOptional(),
  charts: charts.exactOptional(),
  hub: text.exactOptional(),
  pullSecrets: z.array(label).exactOptional(),
  controlPlaneNamespace: label.exactOptional(),
  clusterDomain: text.exactOptional(),
  clusterNetworks: networks.exactOptional(),
  nodeNetworks: networks.exactOptional(),
  issuer: issuer.exactOptional(),
  trustManager: trustManager.exactOptional(),
  highAvailability: z.boolean().exactOptional(),
  cni: cni.exactOptional(),
  nativeSidecars: z.boolean().exactOptional(),
  ipv6: z.boolean().exactOptional(),
  gatewayApi: gatewayApi.exactOptional(),
  gatewayApiChannel: z.enum(gatewayApiChannels).exactOptional(),
  viz: viz.exactOptional(),
  multicluster: multicluster.exactOptional(),
  exports: z.record(service, z.enum(linkerdExports)).exactOptional(),
} satisfies Fields<LinkerdSettings>)
