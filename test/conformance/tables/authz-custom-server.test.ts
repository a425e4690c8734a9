import { a1, bothHttp, denyEverywhere, echoes, grpcAndTcp, grpcEcho, port } from './echo'
import { mesh } from './objects'
import { holds } from './table'

const provider = 'ext-authz-grpc'
const [, ...servers] = echoes
const known = mesh({
  extensionProviders: [
    { name: provider, envoyExtAuthzGrpc: { service: 'ext-authz.istio-system.svc.cluster.local', port: 9000 } },
    { name: 'tracer', zipkin: { service: 'zipkin.istio-system.svc.cluster.local', port: 9411 } },
  ],
})

const custom = (name: string, annotations = '{}') => `
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: { name: custom-b, namespace: echo1, annotations: ${annotations} }
spec:
  selector: { matchLabels: { app: b } }
  action: CUSTOM
  provider: { name: ${name} }
  rules:
    - to: [{ operation: { ports: ['${port.http}', '${port.http2}'], paths: [/custom], methods: [GET] } }]
    - to: [{ operation: { ports: ['${port.grpc}'], paths: [/proto.EchoTestService/Echo], methods: [POST] } }]
    - to: [{ operation: { ports: ['${port.tcp}'] } }]
`

const b = { from: a1, to: 'echo1/b' }
const health = bothHttp('allow', { ...b, http: 'GET /health' })

/**
 * istio `tests/integration/security/authz_test.go` TestAuthz_CustomServer, with `testdata/authz/custom-provider.yaml.tmpl`: whatever the policy
 * matches, the server of the test lets in or not by a header, or by who calls.
 */
describe('table: an external authorizer', () => {
  describe('that the mesh defines', () => {
    const asked = [
      ...bothHttp('unknown', { ...b, http: 'GET /custom' }),
      ...grpcAndTcp('unknown', b),
      ...bothHttp('allow', { ...b, http: 'POST /custom' }),
    ]
    holds([known, ...servers, custom(provider)], [...asked, ...health])
  })

  describe('beside a DENY, which counts whatever it answers', () => {
    const rows = [
      ...bothHttp('deny', { ...b, http: 'GET /global-deny' }),
      ...bothHttp('unknown', { ...b, http: 'GET /custom' }),
    ]
    holds([known, ...servers, custom(provider), denyEverywhere], [...rows, ...health])
  })

  describe('beside an ALLOW, which its answer cannot replace', () => {
    const only = `
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: { name: only-custom, namespace: echo1 }
spec: { selector: { matchLabels: { app: b } }, rules: [{ to: [{ operation: { paths: [/custom] } }] }] }
`
    holds(
      [known, ...servers, custom(provider), only],
      [
        ...bothHttp('unknown', { ...b, http: 'GET /custom' }),
        ...bothHttp('deny', { ...b, http: 'GET /health' }),
        ['deny', { ...b, port: port.grpc, http: grpcEcho }],
      ],
    )
  })

  describe('in a dry run, of which versions make different things', () => {
    const shadowed = custom(provider, '{ istio.io/dry-run: "true" }')
    holds([known, ...servers, shadowed], [...bothHttp('unknown', { ...b, http: 'GET /custom' }), ...health])
  })
})
