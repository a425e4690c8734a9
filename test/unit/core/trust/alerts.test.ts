import assert from 'node:assert/strict'
import { trustAlerts, type AlertSettings } from '../../../../core/trust/alerts'

interface Rule {
  readonly alert: string
  readonly expr: string
  readonly labels: { readonly severity: string }
}

function rulesOf(settings: Partial<AlertSettings>): readonly Rule[] {
  const { spec } = trustAlerts({ authorities: [], namespace: 'monitoring', ...settings })
  const { groups } = spec as { groups: { rules: Rule[] }[] }
  return groups.flatMap(({ rules }) => rules)
}

const severest = (prefix: string, rules: readonly Rule[]) =>
  rules.filter(({ alert }) => alert.startsWith(prefix)).map(({ expr, labels }) => `${labels.severity}: ${expr}`)

describe('alerts on what ends', () => {
  it('tell of istiod’s anchor 60 days before, and of its issuer before a certificate of it could outlive it', () => {
    const rules = rulesOf({ authorities: ['cacerts'] })
    assert.deepEqual(severest('IstioAnchor', rules), [
      'warning: min(citadel_server_root_cert_expiry_timestamp) - time() < 5184000',
      'critical: min(citadel_server_root_cert_expiry_timestamp) - time() < 1209600',
    ])
    assert.deepEqual(severest('IstioIssuer', rules), [
      'warning: min(citadel_server_cert_chain_expiry_timestamp) - time() < 604800',
      'critical: min(citadel_server_cert_chain_expiry_timestamp) - time() < 172800',
    ])
  })

  it('tell of Linkerd’s issuer when its proxies’ certificates would outlive it, and not before it is renewed', () => {
    assert.deepEqual(severest('LinkerdIssuer', rulesOf({ authorities: ['linkerd'] })), [
      'warning: min(issuer_cert_ttl_seconds) < 86400',
      'critical: min(issuer_cert_ttl_seconds) < 43200',
    ])
  })

  it('tell where there is nothing to be told', () => {
    const unknown = rulesOf({ authorities: ['cacerts', 'linkerd'], certificates: ['cert-manager/root'] })
      .filter(({ alert }) => alert.endsWith('Unknown'))
      .map(({ expr }) => expr)
    assert.deepEqual(unknown, [
      'absent(citadel_server_root_cert_expiry_timestamp)',
      'absent(issuer_cert_ttl_seconds)',
      'absent(certmanager_certificate_renewal_timestamp_seconds{namespace="cert-manager",name="root"})',
    ])
  })

  it('tell of a Certificate that cert-manager should have renewed', () => {
    const [overdue] = rulesOf({ certificates: ['linkerd/linkerd-identity-issuer'] })
    assert.equal(overdue?.alert, 'LinkerdLinkerdIdentityIssuerRenewalOverdue')
    assert.equal(
      overdue.expr,
      'time() > certmanager_certificate_renewal_timestamp_seconds{namespace="linkerd",name="linkerd-identity-issuer"}',
    )
  })

  it('have names of their own, and the labels by which Prometheus chooses', () => {
    const settings = { authorities: ['cacerts', 'linkerd'], certificates: ['a/b', 'a/c'] } as const
    const names = rulesOf(settings).map(({ alert }) => alert)
    assert.deepEqual([...new Set(names)], names)
    const { metadata } = trustAlerts({ ...settings, namespace: 'monitoring', labels: { release: 'prometheus' } })
    assert.equal(metadata.labels?.release, 'prometheus')
  })
})
