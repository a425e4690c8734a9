import { app, deployment, mesh, namespace } from './objects'
import { holds, type Row } from './table'

const ports = { 'tcp-a': [80, 80], 'tcp-b': [8080, 8080], 'tcp-c': [9090, 9090] } as const
const objects = [
  mesh(),
  ...['foo', 'ns-1', 'ns-2'].map(name => namespace(name)),
  app('foo/httpbin', ports),
  deployment('ns-1/client', {}),
  deployment('ns-2/client', {}),
]

const policy = (rule: string) => `
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: { name: httpbin, namespace: foo }
spec: { action: DENY, rules: [${rule}] }
`

/** A rule of upstream's policy, and what upstream's filter leaves of it: who it denies, where. Nothing stands for anybody, anywhere. */
interface Rule {
  readonly rule: string
  readonly never?: true
  readonly port?: number
  readonly namespace?: string
}

const http = 'requestPrincipals: [id-1]'
const rules: readonly Rule[] = [
  { rule: `{ from: [{ source: { ${http} } }], to: [{ operation: { methods: [GET] } }] }` },
  { rule: '{ to: [{ operation: { methods: [GET] } }] }' },
  { rule: `{ from: [{ source: { ${http} } }] }` },
  {
    rule: '{ from: [{ source: { namespaces: [ns-1] } }], to: [{ operation: { methods: [GET] } }] }',
    namespace: 'ns-1',
  },
  { rule: `{ from: [{ source: { ${http} } }], to: [{ operation: { ports: ['80'] } }] }`, port: 80 },
  {
    rule: `{ from: [{ source: { ${http} } }], to: [{ operation: { ports: ['8080'], methods: [GET] } }] }`,
    port: 8080,
  },
  {
    rule: `{ from: [{ source: { namespaces: [ns-2], ${http} } }], to: [{ operation: { ports: ['8080'], methods: [GET] } }] }`,
    port: 8080,
    namespace: 'ns-2',
  },
  {
    rule: "{ from: [{ source: { namespaces: [ns-1] } }], to: [{ operation: { ports: ['80'] } }] }",
    port: 80,
    namespace: 'ns-1',
  },
  { rule: "{ when: [{ key: 'request.headers[:method]', values: [GET] }] }" },
  { rule: "{ when: [{ key: destination.port, values: ['80'] }] }", port: 80 },
  {
    rule: `{
      from: [{ source: { principals: [a, '*b', 'c*', '*'], notPrincipals: [d, '*'], namespaces: [ns, '*'], notNamespaces: [e, '*'], ipBlocks: [1.2.3.4], ${http} } }],
      to: [{ operation: { methods: [M], hosts: [exact.com], ports: ['80'], notPorts: ['8000'], paths: [/exact] } }],
      when: [
        { key: source.ip, values: [10.10.10.10], notValues: [90.10.10.10] },
        { key: destination.ip, values: [10.10.10.10], notValues: [90.10.10.10] },
        { key: destination.port, values: ['91'], notValues: ['9001'] },
        { key: connection.sni, values: [exact.com], notValues: [not-exact.com] },
        { key: 'experimental.envoy.filters.a.b[c]', values: [exact], notValues: [not-exact] },
      ],
    }`,
    never: true,
  },
]

/**
 * istio `pilot/pkg/security/authz/builder/testdata/tcp/deny-both-http-tcp-{in,out}.yaml`, each rule by itself, since the first denies
 * everything: on a TCP chain a DENY loses its HTTP fields only.
 */
describe('table: a DENY of HTTP and TCP fields on a TCP chain', () => {
  const callers = ['cluster.local/ns/ns-1/sa/client', 'cluster.local/ns/ns-2/sa/client', 'plaintext']
  rules.forEach(({ rule, never, port, namespace: space }, i) => {
    describe(`rule ${i}`, () => {
      const rows = callers.flatMap(from =>
        [80, 8080, 9090].map((number): Row => {
          const named = space === undefined || from.includes(`/${space}/`)
          const denied = never === undefined && named && (port === undefined || port === number)
          return [denied ? 'deny' : 'allow', { from, to: 'foo/httpbin', port: number }]
        }),
      )
      holds([...objects, policy(rule)], rows)
    })
  })
})
