import { a1, a2, bothHttp, denyEverywhere, echoes, grpcAndTcp, perProtocol, strict } from './echo'
import { holds } from './table'

/** istio `tests/integration/security/authz_test.go` TestAuthz_DenyNamespace, with `testdata/authz/deny-global.yaml.tmpl` and `deny-namespace.yaml.tmpl`. */
describe('table: a namespace denied', () => {
  for (const to of ['echo1/b', 'echo2/b']) {
    const http = 'paths: [/deny*], notPaths: [/deny/allow]'
    const policy = perProtocol(to, { action: 'DENY', source: '{ namespaces: [echo2] }', http })
    const both = [a1, a2].map(from => ({ from, to }))
    holds(
      [...echoes, strict(to), denyEverywhere, policy],
      both.flatMap(call => {
        const verdict = call.from === a1 ? 'allow' : 'deny'
        return [
          ...grpcAndTcp(verdict, call),
          ...bothHttp(verdict, { ...call, http: 'GET /deny' }),
          ...bothHttp(verdict, { ...call, http: 'GET /deny?param=value' }),
          ...bothHttp('allow', { ...call, http: 'GET /deny/allow' }),
          ...bothHttp('allow', { ...call, http: 'GET /deny/allow?param=value' }),
          ...bothHttp('allow', { ...call, http: 'GET /allow' }),
          ...bothHttp('allow', { ...call, http: 'GET /allow?param=value' }),
          ...bothHttp('deny', { ...call, http: 'GET /global-deny' }),
          ...bothHttp('deny', { ...call, http: 'GET /global-deny?param=value' }),
          ...bothHttp('allow', { ...call, http: 'GET /global-deny/allow' }),
          ...bothHttp('allow', { ...call, http: 'GET /global-deny/allow?param=value' }),
        ]
      }),
    )
  }
})
