import assert from 'node:assert/strict'
import { Istio } from '../../components/istio'
import type { IstioArgs } from '../../components/istio'
import type { IstioSettings } from '../../components/settings'
import { settings } from './fixtures'
import { allBefore, once, record } from './recorder'

const install = once((args: Partial<IstioArgs> = {}) => record(() => new Istio('mesh', { ...settings, ...args })))

function withIstio(istio: Partial<IstioSettings>) {
  return install({ istio: { ...settings.istio, ...istio } })
}

describe('what the mesh logs', () => {
  const telemetry = 'kubernetes:telemetry.istio.io/v1:Telemetry'

  it('is nothing unless it is asked for', async () => {
    assert.deepEqual((await install()).ofType(telemetry), [])
    assert.deepEqual((await withIstio({ telemetry: 'off' })).ofType(telemetry), [])
  })

  it('is what policies refuse, requests and connections, or every request, of the whole mesh', async () => {
    const [denials] = (await withIstio({ telemetry: 'denials', rootNamespace: 'mesh-root' })).ofType(telemetry)
    const [{ providers, filter }] = denials?.inputs.spec.accessLogging ?? []
    assert.equal(denials?.inputs.metadata.namespace, 'mesh-root')
    assert.equal(denials?.inputs.spec.selector, undefined)
    assert.deepEqual(providers, [{ name: 'envoy' }])
    assert.equal(
      filter.expression,
      "response.code_details.startsWith('rbac_access_denied') || connection.termination_details.startsWith('rbac_access_denied')",
    )
    const [all] = (await withIstio({ telemetry: 'requests' })).ofType(telemetry)
    assert.deepEqual(all?.inputs.spec.accessLogging, [{ providers: [{ name: 'envoy' }] }])
  })

  it('is written after the control plane and the namespace it is written into', async () => {
    const recording = await withIstio({ telemetry: 'denials', rootNamespace: 'mesh-root' })
    const before = allBefore(recording, 'mesh-telemetry')
    for (const name of ['mesh-istiod', 'mesh-mesh-root-namespace']) assert.ok(before.has(name), name)
  })
})
