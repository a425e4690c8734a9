import {
  ambient,
  captured,
  forGateway,
  identityOf,
  policy,
  serviceAddressed,
  toService,
  workloadAddressed,
} from './ambient'
import { holds, type Ask, type Row } from './table'

const tokens = (name: string, spec: string) => `
apiVersion: security.istio.io/v1
kind: RequestAuthentication
metadata: { name: ${name}, namespace: echo }
spec: ${spec}
`
const issuers = (...numbers: readonly number[]) =>
  `jwtRules: [${numbers.map(n => `{ issuer: test-issuer-${n}@istio.io, jwksUri: 'https://jwks.example.com' }`).join(', ')}]`

const policies = [
  tokens('default', `{ ${forGateway('waypoint-service')}, ${issuers(1, 2)} }`),
  tokens(
    'ignored',
    `{ selector: { matchLabels: { gateway.networking.k8s.io/gateway-name: waypoint-service } }, ${issuers(3)} }`,
  ),
  policy(
    'authz-gateway',
    forGateway('waypoint-service'),
    `rules:
    - from:
        - source: { requestPrincipals: [test-issuer-1@istio.io/sub-1] }
        - source: { requestPrincipals: [test-issuer-3@istio.io/sub-1] }
    - to: [{ operation: { paths: [/healthz] } }]`,
  ),
]
const token = (issuer: number, subject: number) => ({ iss: `test-issuer-${issuer}@istio.io`, sub: `sub-${subject}` })

/**
 * istio `tests/integration/ambient/baseline_test.go` TestL7JWT, with `testdata/requestauthn/waypoint-jwt.yaml.tmpl`: at a waypoint
 * only a RequestAuthentication that names it counts.
 */
describe('table: tokens at a waypoint', () => {
  const sources = [workloadAddressed, captured] as const
  const call = (http: string, jwt?: Ask['jwt']): readonly Ask[] =>
    sources.map(name => ({
      from: identityOf(name),
      ...toService(serviceAddressed, 'http'),
      http,
      ...(jwt && { jwt }),
    }))
  const all = (verdict: Row[0], asks: readonly Ask[]): readonly Row[] => asks.map(ask => [verdict, ask])
  holds(
    [...ambient(), ...policies],
    [
      ...all('deny', call('GET /')),
      ...all('allow', call('GET /', token(1, 1))),
      ...all('deny', call('GET /', token(3, 1))),
      ...all('deny', call('GET /', token(2, 2))),
      ...all('deny', call('GET /', { invalid: true, reason: 'expired' })),
      ...all('allow', call('GET /healthz')),
    ],
  )
})
