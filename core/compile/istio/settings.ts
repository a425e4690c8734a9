import { isTrustDomain } from '../../model/identity'
import type { Problem } from '../../model/problem'
import { fault, isLabel, isName } from '../settings'
import type { DataPlane, GatewayTarget, IstioTarget, Stage, WaypointScope } from '../target'

/** A target with its defaults filled in. */
export interface Settings {
  readonly version: string
  readonly trustDomain: string
  readonly trustDomainAliases: readonly string[]
  readonly systemNamespace: string
  readonly rootNamespace: string
  readonly revision: string | undefined
  readonly tag: string | undefined
  readonly next: IstioTarget['next']
  readonly clusterDomain: string
  readonly stages: Readonly<Record<string, Stage>>
  /** The data plane of namespaces that `dataPlanes` does not name. */
  readonly plane: DataPlane
  readonly dataPlanes: Readonly<Record<string, DataPlane>>
  readonly waypoints: Readonly<Record<string, WaypointScope>>
  /** By `namespace/serviceAccount`. */
  readonly gateways: Readonly<Record<string, GatewayTarget>>
}

const supported = /^1\.(29|30|31)(\.|-|$)/

/**
 * Whether a Gateway of that name could be a waypoint. A Service gets its name too, which starts with a letter; `none` is
 * reserved (istio `pilot/pkg/serviceregistry/ambient/waypoints.go` GetUseWaypoint).
 */
export function isWaypointName({ namespace, name }: { readonly namespace: string; readonly name: string }): boolean {
  return isLabel(namespace) && isLabel(name) && /^[a-z]/.test(name) && name !== 'none'
}

const planes: Readonly<Record<IstioTarget['kind'], DataPlane>> = {
  'istio-sidecar': 'sidecar',
  'istio-ambient': 'ambient',
}

/** Fills in the defaults of a target and says what in it cannot be right. */
export function settle(target: IstioTarget): {
  readonly settings: Settings
  readonly problems: readonly Problem[]
} {
  const systemNamespace = target.systemNamespace ?? 'istio-system'
  const settings: Settings = {
    version: target.version,
    trustDomain: target.trustDomain,
    trustDomainAliases: target.trustDomainAliases ?? [],
    systemNamespace,
    rootNamespace: target.rootNamespace ?? systemNamespace,
    revision: target.revision,
    tag: target.tag,
    next: target.next,
    clusterDomain: target.clusterDomain ?? 'cluster.local',
    stages: target.stages ?? {},
    plane: planes[target.kind],
    dataPlanes: target.dataPlanes ?? {},
    waypoints: target.waypoints ?? {},
    gateways: target.gateways ?? {},
  }
  return { settings, problems: faults(settings) }
}

function faults(settings: Settings): Problem[] {
  const { version, trustDomain, trustDomainAliases, clusterDomain, next } = settings
  return [
    ...fault(supported.test(version), {
      code: 'unsupported-version',
      at: 'target.version',
      message: `Istio \`${version}\` is not supported`,
      hint: 'supported are 1.29, 1.30 and 1.31',
    }),
    ...badDomain(trustDomain, 'trustDomain'),
    ...trustDomainAliases.flatMap((alias, i) => badDomain(alias, `trustDomainAliases[${i}]`)),
    ...(['systemNamespace', 'rootNamespace', 'revision', 'tag'] as const).flatMap(field =>
      fault(isLabel(settings[field] ?? 'absent'), {
        code: 'bad-name',
        at: `target.${field}`,
        message: `\`${settings[field] ?? ''}\` is no DNS label`,
        hint: 'lower case letters, digits and `-`, as in `1-30-3`',
      }),
    ),
    ...fault(isLabel(next?.revision ?? 'absent'), {
      code: 'bad-name',
      at: 'target.next.revision',
      message: `\`${next?.revision ?? ''}\` is no DNS label`,
      hint: 'lower case letters, digits and `-`, as in `1-30-3`',
    }),
    ...fault(isName(clusterDomain), {
      code: 'bad-name',
      at: 'target.clusterDomain',
      message: `\`${clusterDomain}\` is no DNS name`,
      hint: 'as in `cluster.local`',
    }),
  ]
}

function badDomain(text: string, field: string): Problem[] {
  const message = `\`${text}\` is no trust domain`
  const hint = 'lower case letters, digits, `.`, `-` and `_`'
  return fault(isTrustDomain(text), { code: 'bad-trust-domain', at: `target.${field}`, message, hint })
}
