import assert from 'node:assert/strict'
import { compile } from '../../core/compile/compile'
import type { IstioTarget } from '../../core/compile/target'
import { defineGraph, http } from '../../core/graph/define'
import type { KubernetesObject } from '../../core/model/manifest'
import { objectName } from '../../core/model/manifest'
import { objectsOf, proveObjects, target } from '../support/prove'

/*
 * The compiler of gateways, broken on purpose. Whoever may enter a gateway gets further under its name, so that no policy of the callee tells him from the
 * gateway's own calls.
 */

const graph = defineGraph({
  services: {
    frontend: { namespace: 'shop', ports: { http: http(8080, { servicePort: 80 }) } },
    admin: { namespace: 'shop', ports: { http: http(9090) } },
  },
  ingress: {
    web: {
      gateway: 'edge/door-istio',
      hosts: ['shop.example.com'],
      tls: { secret: 'cert' },
      routes: { frontend: { http: ['GET /cart', 'GET /static/**', 'POST /cart'] } },
    },
    back: { gateway: 'edge/door-istio', hosts: ['back.example.com'], routes: { admin: { http: ['GET /admin'] } } },
  },
}).calls({})

type Change = (object: KubernetesObject) => KubernetesObject | undefined

interface Defect {
  readonly name: string
  readonly on: string
  readonly change: Change
  /** Another object that is missing besides. */
  readonly without?: string
  readonly kind: 'admitted' | 'cut' | 'unjudged'
  readonly shows: RegExp
}

const dropped: Change = () => undefined
const rewritten =
  (from: string | RegExp, to: string): Change =>
  object => {
    const before = JSON.stringify(object)
    const after = typeof from === 'string' ? before.replaceAll(from, to) : before.replace(from, to)
    assert.notEqual(after, before, `${before} does not say ${String(from)}`)
    return JSON.parse(after) as KubernetesObject
  }

const policy = 'AuthorizationPolicy edge/entries-of-door-istio'
/** Of one routing and the other alike. */
const ofPolicies: readonly Defect[] = [
  {
    name: 'drops the policy and the default deny',
    on: policy,
    change: dropped,
    without: 'AuthorizationPolicy edge/default-deny',
    kind: 'admitted',
    shows: /^anyone → edge\/door-istio /,
  },
  {
    name: 'widens a path',
    on: policy,
    change: rewritten('"/cart"', '"/cart*"'),
    kind: 'admitted',
    shows: /^anyone → edge\/door-istio shop\.example\.com \S+ \/cart./,
  },
  {
    name: 'drops a method, so that any will do',
    on: policy,
    change: rewritten(/"methods":\["GET","POST"\],|"methods":\["GET"\],?/, ''),
    kind: 'admitted',
    shows: /^anyone → edge\/door-istio \S+ /,
  },
  {
    name: 'drops a host, so that its entries are cut off',
    on: policy,
    change: rewritten('shop.example.com', 'other.example.com'),
    kind: 'cut',
    shows: /^anyone → edge\/door-istio shop\.example\.com \S+ \/\S* → shop\/frontend:8080/,
  },
  {
    name: 'admits hosts by a wildcard',
    on: policy,
    change: rewritten('"shop.example.com"', '"*.example.com"'),
    kind: 'admitted',
    shows: /^anyone → edge\/door-istio back\.example\.com \S+ \/(cart|static)/,
  },
]

const sets: Readonly<Record<string, { readonly to: IstioTarget; readonly defects: readonly Defect[] }>> = {
  'with Istio’s own API': {
    to: target,
    defects: [
      ...ofPolicies,
      {
        name: 'writes a selector that no Pod meets',
        on: policy,
        change: rewritten('"app":"door-istio"', '"app":"door"'),
        kind: 'cut',
        shows: /^anyone → edge\/door-istio \S+ \S+ \S+ → shop\//,
      },
      {
        name: 'sends a host to another service',
        on: 'VirtualService edge/web',
        change: rewritten('frontend.shop.svc.cluster.local', 'admin.shop.svc.cluster.local'),
        kind: 'cut',
        shows: /^anyone → edge\/door-istio shop\.example\.com \S+ \/\S* → shop\/frontend:8080/,
      },
      {
        name: 'writes the container port where the Service’s is meant',
        on: 'VirtualService edge/web',
        change: rewritten('"number":80', '"number":8080'),
        kind: 'admitted',
        shows: /→ frontend\.shop\.svc\.cluster\.local:8080$/,
      },
      {
        name: 'puts a broad route before all others',
        on: 'VirtualService edge/web',
        change: rewritten(
          '"http":[',
          '"http":[{"match":[{"uri":{"prefix":"/"}}],"route":[{"destination":{"host":"admin.shop.svc.cluster.local","port":{"number":9090}}}]},',
        ),
        kind: 'admitted',
        shows: /^anyone → edge\/door-istio shop\.example\.com \S+ \/\S* → shop\/admin:9090/,
      },
      {
        name: 'forgets to redirect what comes in plaintext',
        on: 'Gateway edge/web',
        change: rewritten('"httpsRedirect":true', '"httpsRedirect":false'),
        kind: 'admitted',
        shows: /^anyone in plaintext → edge\/door-istio shop\.example\.com /,
      },
      {
        name: 'selects other Pods by the Gateway',
        on: 'Gateway edge/web',
        change: rewritten('"app":"door-istio"', '"app":"door"'),
        kind: 'cut',
        shows: /→ shop\/frontend:8080/,
      },
    ],
  },
  'with the Gateway API': {
    to: { ...target, gateways: { 'edge/door-istio': { routing: 'gateway-api' } } },
    defects: [
      ...ofPolicies,
      {
        name: 'misnames the Gateway in the policy',
        on: policy,
        change: rewritten('"kind":"Gateway","name":"door"', '"kind":"Gateway","name":"doors"'),
        kind: 'cut',
        shows: /^anyone → edge\/door-istio \S+ \S+ \S+ → shop\//,
      },
      {
        name: 'forgets the ReferenceGrant',
        on: 'ReferenceGrant shop/from-door.edge',
        change: dropped,
        kind: 'cut',
        shows: /→ shop\/frontend:8080/,
      },
      {
        name: 'hangs the route on no listener',
        on: 'HTTPRoute edge/web',
        change: rewritten('"name":"door"', '"name":"doors"'),
        kind: 'cut',
        shows: /→ shop\/frontend:8080/,
      },
      {
        name: 'forgets the redirect, and serves plaintext',
        on: 'HTTPRoute edge/web',
        change: rewritten(/,"sectionName":"[^"]*"/, ''),
        kind: 'admitted',
        shows: /^anyone in plaintext → edge\/door-istio shop\.example\.com /,
      },
    ],
  },
}

for (const [routing, { to, defects }] of Object.entries(sets)) {
  const objects = objectsOf(compile(graph, to))

  describe(`law: the proof notices a broken compiler of gateways ${routing}`, () => {
    it('and finds nothing to say about the sound one', () => {
      assert.deepEqual(proveObjects(objects, graph, to).differences, [])
    })

    for (const { name, on, change, without, kind, shows } of defects) {
      it(`that ${name}`, () => {
        const known = objects.filter(object => objectName(object) === on)
        assert.equal(known.length > 0, true, `no ${on} among ${objects.map(objectName).join(', ')}`)
        const broken = objects
          .filter(object => objectName(object) !== without)
          .flatMap(object => (known.includes(object) ? (change(object) ?? []) : [object]))
        const texts = proveObjects(broken, graph, to)
          .differences.filter(difference => difference.kind === kind)
          .map(({ text }) => text)
        assert.ok(
          texts.some(text => shows.test(text)),
          `expected ${kind} ${String(shows)}, found ${JSON.stringify(texts)}`,
        )
      })
    }
  })
}
