import assert from 'node:assert/strict'
import { a1, a2, echoes, port, strict } from './echo'
import { answer, holds, world, type Ask, type Row } from './table'

const owner = { kind: 'Deployment', name: 'b', controller: true }
const ports = Object.values(port).map(containerPort => ({ containerPort }))

const policy = (path: string, condition: string) => `
    - to: [{ operation: { paths: [${path}] } }]
      when: [${condition}]`

const conditions = `
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: { name: b, namespace: echo1 }
spec:
  selector: { matchLabels: { app: b } }
  rules:${[
    policy('/request-headers', "{ key: 'request.headers[x-foo]', values: [foo] }"),
    policy('/request-headers-notValues', "{ key: 'request.headers[x-foo]', notValues: [bar] }"),
    policy('/source-ip', '{ key: source.ip, values: [10.1.0.1] }'),
    policy('/source-ip-notValues', '{ key: source.ip, notValues: [10.2.0.1] }'),
    policy('/source-namespace', '{ key: source.namespace, values: [echo1] }'),
    policy('/source-namespace-notValues', '{ key: source.namespace, notValues: [echo2] }'),
    policy('/source-principal', '{ key: source.principal, values: [cluster.local/ns/echo1/sa/a] }'),
    policy('/source-principal-notValues', '{ key: source.principal, notValues: [cluster.local/ns/echo2/sa/a] }'),
    policy('/source-trust-domain', '{ key: source.trustDomain, values: [cluster.local] }'),
    policy('/source-trust-domain-notValues', '{ key: source.trustDomain, notValues: [bad.example.com] }'),
    policy('/destination-port-good', `{ key: destination.port, values: ['${port.http}'] }`),
    policy('/destination-port-bad', "{ key: destination.port, values: ['1'] }"),
    policy('/destination-port-notValues', `{ key: destination.port, notValues: ['${port.http}'] }`),
    policy('/connection-sni-good', "{ key: connection.sni, values: ['*.b.echo1.svc.cluster.local'] }"),
    policy('/connection-sni-bad', '{ key: connection.sni, values: [never-matched] }'),
    policy('/connection-sni-notValues', "{ key: connection.sni, notValues: ['*.b.echo1.svc.cluster.local'] }"),
  ].join('')}
`

const allowed: Ask = {
  from: a1,
  to: 'echo1/b',
  port: port.http,
  ip: '10.1.0.1',
  sni: 'outbound_.80_._.b.echo1.svc.cluster.local',
}
const others: Ask = { ...allowed, from: a2, ip: '10.2.0.1' }

const asking = (path: string, headers?: Readonly<Record<string, string>>): readonly Ask[] =>
  [allowed, others].map(ask => ({ ...ask, http: `GET ${path}`, ...(headers && { headers }) }))
const both = (verdict: Row[0], path: string, headers?: Readonly<Record<string, string>>): readonly Row[] =>
  asking(path, headers).map(ask => [verdict, ask])
const apart = (path: string): readonly Row[] =>
  asking(path).map((ask): Row => [ask.from === a1 ? 'allow' : 'deny', ask])

/** istio `tests/integration/security/authz_test.go` TestAuthz_Conditions, with `testdata/authz/conditions.yaml.tmpl`. */
describe('table: conditions', () => {
  holds(
    [...echoes, strict('echo1/b'), conditions],
    [
      ...both('allow', '/request-headers', { 'x-foo': 'foo' }),
      ...both('deny', '/request-headers', { 'x-foo': 'bar' }),
      ...both('deny', '/request-headers'),
      ...both('allow', '/request-headers-notValues', { 'x-foo': 'foo' }),
      ...both('deny', '/request-headers-notValues', { 'x-foo': 'bar' }),
      ...apart('/source-ip'),
      ...apart('/source-ip-notValues'),
      ...apart('/source-namespace'),
      ...apart('/source-namespace-notValues'),
      ...apart('/source-principal'),
      ...apart('/source-principal-notValues'),
      ...both('allow', '/source-trust-domain'),
      ...both('allow', '/source-trust-domain-notValues'),
      ...both('allow', '/destination-port-good'),
      ...both('deny', '/destination-port-bad'),
      ...both('deny', '/destination-port-notValues'),
      ...both('allow', '/connection-sni-good'),
      ...both('deny', '/connection-sni-bad'),
      ...both('deny', '/connection-sni-notValues'),
      ...both('deny', '/other'),
    ],
  )

  const addresses = `
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: { name: b-address, namespace: echo1 }
spec:
  selector: { matchLabels: { app: b } }
  rules:${[
    policy('/destination-ip-good', '{ key: destination.ip, values: [10.1.0.2] }'),
    policy('/destination-ip-bad', '{ key: destination.ip, values: [1.2.3.4] }'),
    policy('/destination-ip-notValues', '{ key: destination.ip, notValues: [10.1.0.2] }'),
  ].join('')}
`
  for (const path of ['/destination-ip-good', '/destination-ip-bad', '/destination-ip-notValues']) {
    it(`does not know ${path} of Pods that have no address yet`, () => {
      const made = world(...echoes, addresses)
      assert.equal(answer(made(), { ...allowed, http: `GET ${path}` }).verdict, 'unknown')
    })
  }
  const running = echoes.map(text => (text.includes('"name":"b","namespace":"echo1"') ? live(text) : text))
  holds(
    [...running, addresses],
    [
      ...both('allow', '/destination-ip-good'),
      ...both('deny', '/destination-ip-bad'),
      ...both('deny', '/destination-ip-notValues'),
    ],
  )
})

/** The same server, with the one Pod that its Deployment has made. */
function live(text: string): string {
  const pod = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'b-0', namespace: 'echo1', uid: 'b', labels: { app: 'b' }, ownerReferences: [owner] },
    spec: { serviceAccountName: 'b', containers: [{ name: 'app', ports }, { name: 'istio-proxy' }] },
    status: { podIP: '10.1.0.2' },
  }
  return `${text}\n---\n${JSON.stringify(pod)}`
}
