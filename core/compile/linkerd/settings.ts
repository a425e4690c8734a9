import { canonicalCidr } from '../../graph/cidrs'
import type { Problem } from '../../model/problem'
import { blocking } from '../../model/problem'
import { sorted } from '../order'
import { fault, isLabel, isName } from '../settings'
import type { LinkerdTarget, Stage } from '../target'
import type { LinkerdExport } from '../target-linkerd'

/** A target with its defaults filled in. */
export interface Settings {
  readonly version: string
  readonly trustDomain: string
  readonly controlPlane: string
  readonly clusterDomain: string
  readonly stages: Readonly<Record<string, Stage>>
  readonly gatewayApi: 'standard' | 'experimental'
  /** By `namespace/service`. */
  readonly exports: Readonly<Record<string, LinkerdExport>>
  /** Where kubelets probe from, sorted; all there is where nobody says. */
  readonly nodeNetworks: readonly string[]
}

/** Every address (linkerd2 `charts/linkerd-control-plane/values.yaml` policyController.probeNetworks). */
export const anywhere: readonly string[] = ['0.0.0.0/0', '::/0']

/** Edges from 26.6.3 on; before 26.6.2 deleting a MeshTLSAuthentication took nothing away (linkerd2 commit 744fdc675). */
const supported = /^(2\.20(\.\d+)?|edge-26\.(6\.([3-9]|\d\d)|([7-9]|1[0-2])\.\d+)|edge-(2[7-9]|[3-9]\d)\.\d+\.\d+)$/

/** Fills in the defaults of a target and says what in it cannot be right. */
export function settle(target: LinkerdTarget): { readonly settings: Settings; readonly problems: readonly Problem[] } {
  const { version, trustDomain, nodeNetworks = anywhere, stages = {} } = target
  const blocks = nodeNetworks.map(cidr => ({ cidr, canonical: canonicalCidr(cidr) }))
  const settings: Settings = {
    version,
    trustDomain,
    controlPlane: target.controlPlaneNamespace ?? 'linkerd',
    clusterDomain: target.clusterDomain ?? 'cluster.local',
    stages,
    gatewayApi: target.gatewayApi ?? 'standard',
    exports: target.exports ?? {},
    nodeNetworks: sorted(blocks.flatMap(({ canonical }) => canonical ?? [])),
  }
  const bad = blocks.filter(({ canonical }) => canonical === undefined)
  return { settings, problems: [...faults(settings), ...bad.map(({ cidr }) => badBlock(cidr))] }
}

function faults({ version, trustDomain, controlPlane, clusterDomain }: Settings): Problem[] {
  return [
    ...fault(supported.test(version), {
      code: 'unsupported-version',
      at: 'target.version',
      message: `Linkerd \`${version}\` is not supported`,
      hint: 'supported are 2.20 and its edge releases from `edge-26.6.3` on',
    }),
    ...fault(isName(trustDomain), {
      code: 'bad-trust-domain',
      at: 'target.trustDomain',
      message: `\`${trustDomain}\` is no trust domain of Linkerd’s`,
      hint: 'a DNS name in lower case, as in `cluster.local`',
    }),
    ...fault(isLabel(controlPlane), {
      code: 'bad-name',
      at: 'target.controlPlaneNamespace',
      message: `\`${controlPlane}\` is no DNS label`,
      hint: 'lower case letters, digits and `-`, as in `linkerd`',
    }),
    ...fault(isName(clusterDomain), {
      code: 'bad-name',
      at: 'target.clusterDomain',
      message: `\`${clusterDomain}\` is no DNS name`,
      hint: 'as in `cluster.local`',
    }),
  ]
}

function badBlock(cidr: string): Problem {
  const message = `\`${cidr}\` is no block of addresses`
  return blocking({ code: 'bad-cidr', at: 'target.nodeNetworks', message, hint: 'as in `10.0.0.0/16`' })
}
