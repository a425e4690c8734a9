import assert from 'node:assert/strict'
import type { Carrier, DomainState, MigrationSettings } from '../../../../core/trust/migration/migration'
import { planMigration } from '../../../../core/trust/migration/plan'

const hour = 3_600_000
const named = (trustDomain: string, ...aliases: readonly string[]): DomainState => ({ trustDomain, aliases })
const [old, fresh] = ['old.example', 'new.example']

const planned = (settings: MigrationSettings, from = named(old), to = named(fresh)) =>
  planMigration(from, to, settings).steps
const stepOf = (step: string, settings: MigrationSettings) =>
  planned(settings).find(one => one.step === step) ?? assert.fail(`no step ${step}`)

describe('a migration of the trust domain', () => {
  it('goes by steps that leave out what is done already', () => {
    const steps = (from: DomainState, to: DomainState) =>
      planned({ carrier: 'sidecar' }, from, to).map(
        ({ step, state }) => `${step} ${[state.trustDomain, ...state.aliases].join()}`,
      )
    assert.deepEqual(steps(named(old), named(fresh)), [
      `accept ${old},${fresh}`,
      `switch ${fresh},${old}`,
      `wait ${fresh},${old}`,
      `drop ${fresh}`,
    ])
    assert.deepEqual(steps(named(old, fresh), named(fresh, old)), [`switch ${fresh},${old}`, `wait ${fresh},${old}`])
    assert.deepEqual(steps(named(fresh, old), named(fresh)), [`wait ${fresh},${old}`, `drop ${fresh}`])
    assert.deepEqual(steps(named(fresh), named(fresh)), [])
  })

  it('waits for as long as identities last, or until workloads are restarted where none renews by itself', () => {
    const within = (settings: MigrationSettings) => stepOf('wait', settings).within
    const day = within({ carrier: 'sidecar' })
    assert.ok(day !== undefined && day >= 24 * hour && day < 25 * hour)
    assert.equal(within({ carrier: 'sidecar', leaf: 2 * hour }), day - 22 * hour)
    assert.equal(within({ carrier: 'sidecar', istioCsr: true }), undefined)
    assert.equal(within({ carrier: 'linkerd' }), undefined)
    const prepared = stepOf('prepare', { carrier: 'sidecar', istioCsr: true }).within
    assert.equal(prepared, hour / 2 + (day - 24 * hour))
  })

  it('is watched by what the proxies of its kind count', () => {
    const seen = (carrier: Carrier) =>
      stepOf('wait', { carrier })
        .observe.map(one => JSON.stringify(one))
        .join('\n')
    assert.ok(seen('sidecar').includes('istio_requests_total{source_principal'))
    assert.ok(seen('ambient').includes('istio_tcp_connections_opened_total{source_principal'))
    assert.ok(!seen('linkerd').includes('source_principal') && seen('linkerd').includes('inbound_tcp_errors_total'))
    assert.ok(seen('sidecar').includes('new\\\\\\\\.example'), seen('sidecar'))
    const nodes = (carrier: Carrier) => stepOf('accept', { carrier }).observe.length
    assert.equal(nodes('ambient'), nodes('sidecar') + 1)
  })

  it('restarts the workloads of the namespaces that are named, and else says which have to be', () => {
    const restarts = (namespaces?: readonly string[]) =>
      stepOf('wait', { carrier: 'linkerd', ...(namespaces && { namespaces }) }).apply.join()
    const command = (namespace: string) =>
      `\`kubectl -n ${namespace} rollout restart deployment,statefulset,daemonset\``
    assert.equal(restarts(['shop', 'web']), `${command('shop')}, ${command('web')}`)
    assert.equal(restarts(), `${command('NAMESPACE')}, for every namespace of the mesh`)
    assert.equal(restarts([]), restarts())
  })

  it('ends with the aliases that stay, and the way back takes those again that go', () => {
    const drop = planned({ carrier: 'sidecar' }, named(fresh, old, 'kept.example'), named(fresh, 'kept.example')).at(-1)
    assert.deepEqual(drop?.apply, ['`mesh.trustDomainAliases: [kept.example]`, then `pulumi up`'])
    assert.equal(drop?.back, `take \`${old}\` for an alias again`)
    assert.deepEqual(stepOf('drop', { carrier: 'sidecar' }).apply, ['no `mesh.trustDomainAliases`, then `pulumi up`'])
    assert.equal(stepOf('drop', { carrier: 'ambient' }).apply.length, 2)
  })
})
