import { managed } from '../model/managed'
import type { KubernetesObject } from '../model/manifest'
import type { Duration } from './certificate'
import { day, hour, showDuration } from './certificate'
import { usualHorizon, usualLeaf } from './expected'
import type { Authority } from './rotation/rotation'

/** Whose certificates are watched, and where the alerts are put. */
export interface AlertSettings {
  readonly authorities: readonly Authority[]
  /** Where Prometheus looks for its rules. */
  readonly namespace: string
  /** By which Prometheus chooses them (`ruleSelector`). @default none beside the project's own */
  readonly labels?: Readonly<Record<string, string>>
  /** Certificates that cert-manager makes, `namespace/name`: anchors, issuers. @default none */
  readonly certificates?: readonly string[]
}

interface Alert {
  readonly alert: string
  readonly expr: string
  readonly for: string
  readonly labels: { readonly severity: 'warning' | 'critical' }
  readonly annotations: { readonly summary: string; readonly description: string }
}

/**
 * Alerts on what ends unseen, as a PrometheusRule (prometheus-operator `monitoring.coreos.com/v1`). Where a number is missing there is an alert too: one that
 * compares nothing with nothing would be silent for ever.
 */
export function trustAlerts({ authorities, namespace, labels, certificates = [] }: AlertSettings): KubernetesObject {
  const rules = [...authorities.flatMap(authority => ofAuthority[authority]), ...certificates.flatMap(ofCertificate)]
  return {
    apiVersion: 'monitoring.coreos.com/v1',
    kind: 'PrometheusRule',
    metadata: {
      name: 'zero-trust-mesh-trust',
      namespace,
      labels: { ...managed, ...labels },
    },
    spec: { groups: [{ name: 'zero-trust-mesh-trust', rules }] },
  }
}

const rotate = '`ztm trust plan` prints how to rotate it'

/**
 * Istiod tells of the first anchor of its bundle and of what it signs with (istio `security/pkg/server/ca/monitoring.go`), Linkerd's identity of its issuer and of no anchor
 * (linkerd2 `pkg/identity/service.go`); istio-csr leaves both to cert-manager.
 */
const ofAuthority: Readonly<Record<Authority, readonly Alert[]>> = {
  cacerts: [
    ...ending('IstioAnchor', {
      what: 'the first anchor of Istio’s bundle',
      left: 'min(citadel_server_root_cert_expiry_timestamp) - time()',
      warning: usualHorizon,
      critical: 14 * day,
    }),
    ...ending('IstioIssuer', {
      what: 'what istiod signs with',
      left: 'min(citadel_server_cert_chain_expiry_timestamp) - time()',
      warning: 7 * day,
      critical: 2 * usualLeaf,
    }),
    unknown('IstioTrustUnknown', 'citadel_server_root_cert_expiry_timestamp'),
  ],
  'istio-csr': [],
  linkerd: [
    // cert-manager renews it 25 hours before its end; a proxy's certificate lasts for a day.
    ...ending('LinkerdIssuer', {
      what: 'Linkerd’s issuer, as identity has it in memory',
      left: 'min(issuer_cert_ttl_seconds)',
      warning: usualLeaf,
      critical: 12 * hour,
    }),
    unknown('LinkerdTrustUnknown', 'issuer_cert_ttl_seconds'),
  ],
}

/** What is known of a Certificate is cert-manager's (cert-manager `pkg/metrics/metrics.go`). */
function ofCertificate(certificate: string): readonly Alert[] {
  const [namespace = '', name = ''] = certificate.split('/')
  const of = `{namespace="${namespace}",name="${name}"}`
  const id = pascal(`${namespace}-${name}`)
  return [
    {
      alert: `${id}RenewalOverdue`,
      expr: `time() > certmanager_certificate_renewal_timestamp_seconds${of}`,
      for: '30m',
      labels: { severity: 'critical' },
      annotations: {
        summary: `cert-manager has not renewed ${certificate}`,
        description: `The Certificate \`${certificate}\` should have been renewed; \`kubectl -n ${namespace} describe certificate ${name}\` says why it was not.`,
      },
    },
    unknown(`${id}Unknown`, `certmanager_certificate_renewal_timestamp_seconds${of}`),
  ]
}

interface Ending {
  readonly what: string
  /** How many seconds are left, in PromQL. */
  readonly left: string
  readonly warning: Duration
  readonly critical: Duration
}

function ending(id: string, { what, left, ...limits }: Ending): readonly Alert[] {
  return (['warning', 'critical'] as const).map(severity => ({
    alert: `${id}Ends${severity === 'critical' ? 'VerySoon' : 'Soon'}`,
    expr: `${left} < ${limits[severity] / 1000}`,
    for: '10m',
    labels: { severity },
    annotations: {
      summary: `${what} ends in less than ${showDuration(limits[severity])}`,
      description: `When ${what} ends, workloads refuse each other; ${rotate}.`,
    },
  }))
}

function unknown(alert: string, metric: string): Alert {
  return {
    alert,
    expr: `absent(${metric})`,
    for: '30m',
    labels: { severity: 'warning' },
    annotations: {
      summary: `nobody can tell when what is trusted ends`,
      description: `Prometheus has no \`${metric.replace(/\{.*/, '')}\`: the alerts on it stay silent whatever happens.`,
    },
  }
}

function pascal(name: string): string {
  return name.replace(/(?:^|[^A-Za-z0-9]+)([A-Za-z0-9])/g, (_, first: string) => first.toUpperCase())
}
