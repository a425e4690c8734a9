import assert from 'node:assert/strict'
import { settingsProblems } from '../../components/settings-problems'
import { ZeroTrustMesh } from '../../components/zero-trust-mesh'
import type { MeshSettings } from '../../components/settings'
import graph from '../../services'
import { rootA } from './certificates'
import { linkerd as given } from './linkerd-fixtures'
import { record } from './recorder'

// A source says who signs.
const { issuer: _, ...unsigned } = given
const linkerd = { ...unsigned, trustDomain: 'linkerd.example.com' }
const istio = { version: '1.30.3', trustDomain: 'test.example.com' }

/** The alerts that a mesh registers, by name; none where there is no object for them. */
async function alertsOf(settings: MeshSettings): Promise<readonly string[]> {
  const { all } = await record(() => void new ZeroTrustMesh('mesh', { graph, ...settings }))
  const found = all.filter(({ inputs }) => inputs.kind === 'PrometheusRule')
  assert.ok(found.length <= 1)
  const spec = found[0]?.inputs.spec as { groups: { rules: { alert: string }[] }[] } | undefined
  return (spec?.groups ?? []).flatMap(({ rules }) => rules.map(({ alert }) => alert))
}

describe('alerts on what a mesh trusts', () => {
  const alerts = { namespace: 'monitoring' }

  it('are registered where they are asked for', async () => {
    assert.deepEqual(await alertsOf({ istio, trust: { selfSigned: true } }), [])
    const own = await alertsOf({ istio, trust: { selfSigned: true, alerts } })
    assert.ok(own.includes('IstioAnchorEndsSoon') && own.every(name => name.startsWith('Istio')), own.join())
  })

  it('tell of the certificates that cert-manager makes for the meshes', async () => {
    const overdue = (
      await alertsOf({
        istio,
        linkerd,
        meshes: { load: 'linkerd' },
        trust: { certManager: {}, alerts },
      })
    ).filter(name => name.endsWith('RenewalOverdue'))
    assert.deepEqual(overdue, [
      'CertManagerZeroTrustMeshAnchorRenewalOverdue',
      'IstioSystemCacertsRenewalOverdue',
      'LinkerdLinkerdIdentityIssuerRenewalOverdue',
    ])
  })

  it('tell of who signs in istiod’s place only what somebody measures', async () => {
    const issuer = { name: 'mesh' }
    const csr = await alertsOf({ istio, trust: { istioCsr: { version: 'v0.17.0', issuer }, bundle: rootA, alerts } })
    assert.deepEqual(csr, ['IstioSystemIstiodRenewalOverdue', 'IstioSystemIstiodUnknown'])
    const signer = 'clusterissuers.cert-manager.io/mesh'
    const [found] = settingsProblems({ istio, trust: { signer, bundle: rootA, alerts } })
    assert.equal(found?.code, 'nothing-to-watch')
  })
})
