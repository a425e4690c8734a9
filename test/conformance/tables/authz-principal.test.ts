import { a1, a2, bothHttp, echoes, grpcAndTcp, perProtocol, strict } from './echo'
import { holds } from './table'

/** istio `tests/integration/security/authz_test.go` TestAuthz_Principal, with `testdata/authz/allow-principal.yaml.tmpl`. */
describe('table: a principal allowed', () => {
  for (const to of ['echo1/b', 'echo1/headless']) {
    const policy = perProtocol(to, {
      action: 'ALLOW',
      source: '{ principals: [cluster.local/ns/echo1/sa/a] }',
      http: 'paths: [/allow]',
    })
    const allowed = { from: a1, to }
    const others = { from: a2, to }
    holds(
      [...echoes, strict(to), policy],
      [
        ...grpcAndTcp('allow', allowed),
        ...grpcAndTcp('deny', others),
        ...bothHttp('allow', { ...allowed, http: 'GET /allow' }),
        ...bothHttp('deny', { ...others, http: 'GET /allow' }),
        ...bothHttp('allow', { ...allowed, http: 'GET /allow?param=value' }),
        ...bothHttp('deny', { ...others, http: 'GET /allow?param=value' }),
        ...bothHttp('deny', { ...allowed, http: 'GET /deny' }),
        ...bothHttp('deny', { ...others, http: 'GET /deny' }),
        ...bothHttp('deny', { ...allowed, http: 'GET /deny?param=value' }),
        ...bothHttp('deny', { ...others, http: 'GET /deny?param=value' }),
      ],
    )
  }
})
