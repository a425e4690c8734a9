import assert from 'node:assert/strict'
import type { IstioTarget, LinkerdTarget, MeshTarget } from '../../../../../core/compile/target'
import type { LinkerdExport } from '../../../../../core/compile/target-linkerd'
import type { Graph } from '../../../../../core/graph/graph'
import { assumed, names, service, target, told } from '../../../../support/compiled'
import { linkerdTarget } from '../../../../support/linkerd'
import { network, rows } from './rows'

const http = { http: ['GET /x'] }
const cart = service('http', 7070)
const entered: Partial<Graph> = {
  services: { cart },
  ingress: { web: { gateway: 'shop/edge', hosts: ['shop.example.com'], routes: { cart: http } } },
}
const scraper = { namespace: 'monitoring', serviceAccount: 'prometheus' }
const scraped: Partial<Graph> = {
  services: {
    cart: { ...cart, metrics: { port: 9102, path: '/metrics' } },
    idle: service('http', 7071, { namespace: 'data' }),
  },
  scraper,
}
const callers = { 'monitoring/prometheus': { app: 'prometheus' } }
const ambient: IstioTarget = { ...target, kind: 'istio-ambient' }

type Settings = Parameters<typeof network>[1]

const narrowed = (parts: Partial<Graph>, settings: Settings): readonly string[] =>
  told(network(parts, settings)).flatMap(text => (text.startsWith('narrowed ') ? [text.split(' ')[1] ?? ''] : []))

describe('NetworkPolicies, in doubt', () => {
  const routed = (routing: 'istio' | 'gateway-api' | 'elsewhere', more: Partial<IstioTarget> = {}): MeshTarget => ({
    ...target,
    ...more,
    gateways: { 'shop/edge': { routing } },
  })
  const doors: readonly (readonly [what: string, settings: Settings, codes: readonly string[]])[] = [
    ['routed by us', { mesh: routed('istio') }, []],
    ['routed by us, for Pods that istiod makes', { mesh: routed('gateway-api') }, []],
    ['routed by somebody else', { mesh: routed('elsewhere') }, ['unknown-ports']],
    ['whose ports are said', { mesh: routed('elsewhere'), gatewayPorts: { 'shop/edge': [8443] } }, []],
    ['of no mesh of ours', {}, ['unknown-labels']],
    ['of no mesh of ours, with labels', { callers: { 'shop/edge': { app: 'edge' } } }, ['unknown-ports']],
    ['not closed yet', { stages: { shop: 'strict' } }, []],
  ]
  for (const [what, settings, codes] of doors)
    it(`say ${codes.join(', ') || 'nothing'} of a gateway ${what}`, () => {
      assert.deepEqual(narrowed(entered, settings), codes)
    })

  it('say nothing of the ports of a scraper, which nobody calls', () => {
    const near = { ...scraped, scraper: { namespace: 'shop', serviceAccount: 'prometheus' } }
    assert.deepEqual(narrowed(near, { callers: { 'shop/prometheus': { app: 'prometheus' } } }), [])
    assert.deepEqual(narrowed(near, {}), ['unknown-labels'])
  })

  const exported = (how: LinkerdExport | undefined, more: Partial<LinkerdTarget> = {}): LinkerdTarget => ({
    ...linkerdTarget,
    ...more,
    ...(how && { exports: { 'shop/cart': how } }),
  })
  const remote: readonly (readonly [what: string, mesh: MeshTarget | undefined, isTold: boolean])[] = [
    ['no mesh', undefined, false],
    ['nothing exported', exported(undefined), false],
    ['what comes by the gateway', exported('gateway'), false],
    ['what other clusters reach as Pods', exported('pods'), true],
    ['what other clusters reach as Pods and not closed yet', exported('pods', { stages: { shop: 'strict' } }), false],
    [
      'what they reach so of a Linkerd beside Istio',
      {
        kind: 'hybrid',
        istio: target,
        linkerd: exported('pods'),
        namespaces: { shop: 'linkerd' },
        podNetworks: ['10.0.0.0/8'],
      },
      true,
    ],
  ]
  for (const [what, mesh, isTold] of remote)
    it(`${isTold ? 'cut callers of other clusters off' : 'say nothing'}: ${what}`, () => {
      const found = told(network({ services: { cart } }, mesh && { mesh }))
      assert.equal(found.includes('narrowed remote-callers at target.exports'), isTold)
    })
})

describe('NetworkPolicies, of what a scraper reads', () => {
  const from = 'from monitoring/app=prometheus'
  const proxies: readonly (readonly [mesh: MeshTarget | undefined, row: string | undefined])[] = [
    [undefined, undefined],
    [target, `15020,15090 ${from}`],
    [{ ...target, dataPlanes: { data: 'ambient' } }, `15008,15020,15090 ${from}`],
    [linkerdTarget, `4191 ${from}`],
  ]
  for (const [mesh, row] of proxies)
    it(`open the proxies of all services of a namespace where anything is read, and of no other: ${mesh?.kind ?? 'none'}`, () => {
      const services = { ...scraped.services, beside: service('http', 7072) }
      const found = rows(network({ ...scraped, services }, { callers, ...(mesh && { mesh }) }))
      const into = (name: string) => found.filter(each => each.startsWith(`${name} ←`))
      assert.deepEqual(into('beside'), row === undefined ? [] : [`beside ← ${row}`])
      assert.deepEqual(into('idle'), [])
    })
})

describe('NetworkPolicies, of whom they name that is no service', () => {
  const scraperOn = (mesh: MeshTarget | undefined, parts = scraped) =>
    assumed(network(parts, { callers, ...(mesh && { mesh }) }), 'Pod monitoring/prometheus').metadata

  it('assume a Pod that is in the mesh of its namespace', () => {
    const app = 'prometheus'
    assert.deepEqual(scraperOn(undefined), { name: app, namespace: 'monitoring', labels: { app } })
    assert.deepEqual(scraperOn(target).labels, { app, 'sidecar.istio.io/inject': 'true' })
    assert.deepEqual(scraperOn(ambient).labels, { app, 'istio.io/dataplane-mode': 'ambient' })
    const { labels, annotations } = scraperOn(linkerdTarget)
    assert.deepEqual([labels, annotations], [{ app }, { 'linkerd.io/inject': 'enabled' }])
  })

  it('assume no ztunnel where nothing of the graph is on one', () => {
    const dataPlanes = { shop: 'sidecar', data: 'sidecar' } as const
    assert.deepEqual(scraperOn({ ...ambient, dataPlanes }).labels, {
      app: 'prometheus',
      'sidecar.istio.io/inject': 'true',
    })
    assert.equal(
      scraperOn({ ...ambient, dataPlanes: { shop: 'sidecar' } }).labels?.['istio.io/dataplane-mode'],
      'ambient',
    )
  })

  it('give a gateway that is called as a service is a Pod of another name', () => {
    const named: Partial<Graph> = {
      ...entered,
      services: { cart, edge: service('http', 81, { serviceAccount: 'other' }) },
    }
    const compiled = network(named, { mesh: target })
    assert.equal(assumed(compiled, 'Pod shop/edge').metadata.labels?.app, 'edge')
    assert.ok(assumed(compiled, 'Pod shop/edge-gateway').metadata.labels?.istio)
  })

  it('have a policy for a waypoint in a namespace of its own alone where all behind it is closed', () => {
    const parts = { services: { cart, web: service('http', 80) }, calls: { web: { cart: http } } }
    const waypoints = { shop: { namespace: 'mesh-gateways', name: 'w' } }
    const policies = (stage: 'strict' | 'enforce') =>
      names(
        network(parts, { mesh: { ...ambient, waypoints, stages: { shop: stage } } }),
        'NetworkPolicy mesh-gateways/',
      )
    assert.ok(policies('enforce').includes('NetworkPolicy mesh-gateways/calls-of-waypoint.w'))
    assert.deepEqual(policies('strict'), [])
  })
})
