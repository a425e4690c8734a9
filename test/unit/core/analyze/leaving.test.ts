import assert from 'node:assert/strict'
import { tellingWitness } from '../../../../core/analyze/diff/tell'
import { diff } from '../../../../core/analyze/diff/diff'
import type { Reach } from '../../../../core/analyze/reach'
import { reach } from '../../../../core/analyze/reach'
import { read } from '../../../../core/analyze/read-istio'
import { heldAt } from '../../../../core/analyze/leaving/ports'
import { compile } from '../../../../core/compile/compile'
import type { Graph } from '../../../../core/graph/graph'
import type { KubernetesObject } from '../../../../core/model/manifest'
import { objectName } from '../../../../core/model/manifest'
import { graphOf, service } from '../../../support/compiled'
import { linkerdTarget } from '../../../support/linkerd'
import { objectsOf, reachOf, target } from '../../../support/prove'
import type { Json } from './objects'

const graph: Graph = graphOf({
  services: { a: service('http', 8080), b: service('http', 8080, { namespace: 'other' }) },
  external: {
    api: {
      hosts: ['api.example.com'],
      ports: { http: { protocol: 'http', port: 80 } },
      gateway: 'istio-egress',
      tls: {},
    },
    direct: { hosts: ['d.example.com'], ports: { http: { protocol: 'http', port: 8080 } } },
  },
  calls: { a: { api: { http: ['GET /v1/**'] }, direct: { http: ['GET /'] } } },
})
const meshed = objectsOf(compile(graph, target))
const ungated = graphOf({
  services: graph.services,
  external: { direct: { hosts: ['d.example.com'], ports: { http: { protocol: 'http', port: 8080 } } } },
  calls: { a: { direct: { http: ['GET /v1/**'] } } },
})
const onLinkerd = objectsOf(compile(ungated, linkerdTarget))

/** What leaves newly in the second state, a line each. */
function newly(old: Reach, now: Reach): readonly string[] {
  return diff(old, now)
    .changes.filter(({ kind, patch }) => kind === 'leaving' && !patch.admitted.isEmpty)
    .map(change => tellingWitness(change.patch.admitted, change, now))
}

/** The same of objects, of which one is gone, or has a text changed, in the second state. */
function changed(
  objects: readonly KubernetesObject[],
  name: string,
  edit?: readonly [from: string, to: string],
): readonly string[] {
  assert.ok(
    objects.some(object => objectName(object) === name),
    name,
  )
  const now = objects.flatMap((object): readonly KubernetesObject[] => {
    if (objectName(object) !== name) return [object]
    if (!edit) return []
    const text = JSON.stringify(object)
    assert.ok(text.includes(edit[0]), `${edit[0]} in ${text}`)
    return [JSON.parse(text.replaceAll(...edit)) as KubernetesObject]
  })
  return newly(reachOf(objects), reachOf(now))
}

describe('what newly leaves the mesh', () => {
  it('is nothing between a state and itself', () => {
    assert.deepEqual(newly(reachOf(meshed), reachOf(meshed)), [])
    assert.deepEqual(newly(reachOf(onLinkerd), reachOf(onLinkerd)), [])
  })

  it('is all requests to a host of which the route through its gateway is gone: they go straight there', () => {
    assert.deepEqual(changed(meshed, 'VirtualService shop/api.example.com'), ['shop/a → api.example.com:80 GET /'])
  })

  it('is what the gateway lets out beyond what it did, of the caller that its policy names', () => {
    const policy = 'AuthorizationPolicy istio-egress/calls-through-istio-egress'
    assert.deepEqual(changed(meshed, policy, ['"/v1/*"', '"/v2/*"']), ['shop/a → api.example.com:80 GET /v2/'])
    assert.deepEqual(changed(meshed, policy, ['ns/shop/sa/a', 'ns/other/sa/b']), [])
  })

  it('is a host that a ServiceEntry makes known where nothing else is, on its port alone', () => {
    const entry = meshed.find(object => objectName(object) === 'ServiceEntry shop/d.example.com')
    assert.ok(entry)
    const before = reachOf(meshed.filter(object => object !== entry))
    assert.deepEqual(newly(before, reachOf(meshed)), ['shop/a → d.example.com:8080 GET /'])
  })

  it('is what a route of Linkerd’s proxies lets out, of every workload of the namespace', () => {
    const named = onLinkerd.map(objectName).filter(name => name.startsWith('HTTPRoute shop/'))
    const name = named.find(one => one.includes('example')) ?? ''
    assert.deepEqual(changed(onLinkerd, name, ['/v1', '/v2']), ['shop/a → d.example.com:8080 GET /v2/'])
    const network = onLinkerd.map(objectName).find(one => one.startsWith('EgressNetwork shop/')) ?? ''
    const all = changed(onLinkerd, network, ['"Deny"', '"Allow"'])
    assert.ok(
      all.some(text => text.includes('www.example.com')),
      all.join('\n'),
    )
  })

  it('is certain of what is certain to leave, and may be all of it', () => {
    let asked = 0
    for (const objects of [meshed, onLinkerd]) {
      const reached = reachOf(objects)
      const [trustDomain = ''] = reached.domains ?? []
      for (const { workload, ports } of reached.leaving().filter(one => one.workload.name !== 'istio-egress')) {
        for (const [host, port] of [
          ['api.example.com', 80],
          ['d.example.com', 8080],
          ['x.example.com', 443],
        ] as const) {
          const { certain } = reached.egress({ ...workload, trustDomain }, { host, port })
          const { bounds } = heldAt(ports, port) ?? assert.fail()
          const may = bounds.may.given('host', host).given('authority', host)
          assert.ok(certain.given('authority', host).within(may), `${workload.name} ${host}`)
          assert.ok(bounds.must.within(bounds.may))
          if (!certain.isEmpty) asked++
        }
      }
    }
    assert.ok(asked > 2, `only ${asked} were certain of anything`)
  })
})

describe('what the network newly lets out', () => {
  const pod = {
    kind: 'Pod',
    metadata: { name: 'cart', namespace: 'shop', labels: { app: 'cart' }, uid: 'a' },
    spec: { containers: [] },
  }
  const policy = (rule: Json): Json => ({
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: { name: 'out', namespace: 'shop' },
    spec: { podSelector: {}, policyTypes: ['Egress'], egress: [rule] },
  })
  const state = (...objects: readonly Json[]): Reach =>
    reach(read([{ apiVersion: 'v1', ...pod }, ...objects].map((object, i) => ({ object, at: `object ${i}` }))).layer)
  const to = (cidr: string): Json => ({ to: [{ ipBlock: { cidr } }] })

  it('is everything where the last policy is gone, and the addresses that a wider block adds', () => {
    assert.deepEqual(newly(state(policy(to('10.0.0.0/8'))), state()), [
      'shop/cart → www.example.com:443 GET / at 0.0.0.0',
    ])
    const [more = ''] = newly(state(policy(to('10.0.0.0/8'))), state(policy(to('10.0.0.0/7'))))
    assert.match(more, /at 11\.0\.0\.0/)
    assert.deepEqual(newly(state(policy(to('10.0.0.0/7'))), state(policy(to('10.0.0.0/8')))), [])
  })

  it('is the ports that a range takes in more', () => {
    const ports = (endPort: number): Json => policy({ ports: [{ protocol: 'TCP', port: 400, endPort }] })
    assert.deepEqual(
      diff(state(ports(500)), state(ports(600)))
        .changes.filter(({ kind }) => kind === 'leaving')
        .map(({ callee }) => callee),
      ['shop/cart → outside:501-600'],
    )
  })

  it('is nothing where a policy lets in other Pods alone', () => {
    assert.deepEqual(
      newly(state(policy({ to: [{ podSelector: {} }] })), state(policy({ to: [{ namespaceSelector: {} }] }))),
      [],
    )
  })
})
