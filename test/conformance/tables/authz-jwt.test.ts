import { a1, bothHttp, echoes } from './echo'
import { holds, type Row } from './table'

/** A rule for `GET <path>`. */
const rule = (path: string, when: string) => `
    - to: [{ operation: { paths: ['${path}'], methods: [GET] } }]
      ${when}`
const claim = (name: string, ...values: readonly string[]) =>
  `when: [{ key: 'request.auth.claims${name}', values: [${values.join(', ')}] }]`
const principals = (field: string, value: string) => `from: [{ source: { ${field}: ['${value}'] } }]`

const policies = `
apiVersion: security.istio.io/v1
kind: RequestAuthentication
metadata: { name: default, namespace: echo1 }
spec:
  jwtRules:
    - { issuer: test-issuer-1@istio.io, jwksUri: 'https://jwks.example.com' }
    - issuer: test-issuer-2@istio.io
      jwksUri: https://jwks.example.com
      spaceDelimitedClaims: [custom_scope, teams]
---
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: { name: b, namespace: echo1 }
spec:
  selector: { matchLabels: { app: b } }
  rules:${[
    rule('/token1', principals('requestPrincipals', 'test-issuer-1@istio.io/sub-1')),
    rule('/token2', claim('[groups]', 'group-2')),
    rule('/tokenAny', principals('requestPrincipals', '*')),
    rule('/scope', claim('[scope]', 'append', 'write')),
    rule('/otherscope', claim('[scope]', 'admin')),
    rule('/permission', claim('[permission]', 'write', 'append')),
    rule('/custom-scope-admin', claim('[custom_scope]', 'admin')),
    rule('/custom-scope-user', claim('[custom_scope]', 'user')),
    rule('/nested-key1', claim('[nested][key1]', 'valueB')),
    rule('/nested-non-exist', claim('[nested][non-exist]', 'valueC')),
    rule('/nested-key2', claim('[nested][key2]', 'valueC')),
    rule('/nested-2-key1', claim('[nested][nested-2][key1]', 'valueA')),
    rule('*/audiences', "when: [{ key: request.auth.audiences, values: ['foo'] }]"),
    rule('/token3', principals('notRequestPrincipals', 'test-issuer-1@istio.io/sub-1')),
  ].join('')}
`

const first = { iss: 'test-issuer-1@istio.io', sub: 'sub-1' }
const second = { iss: 'test-issuer-2@istio.io', sub: 'sub-2' }
const lists = ['valueA', 'valueB']

/** The tokens of istio `tests/common/jwt/jwt_token.go`, by what they claim. */
const tokens = {
  issuer1: { ...first, claims: { groups: ['group-1'] } },
  issuer2: { ...second, claims: { groups: ['group-2'] } },
  permission: { ...second, claims: { permission: 'read write' } },
  scope: { ...second, claims: { scope: 'write read' } },
  customScope: { ...second, claims: { custom_scope: 'admin user' } },
  nested1: { ...first, claims: { nested: { key1: lists, 'nested-2': { key1: lists } } } },
  nested2: { ...first, claims: { nested: { key2: 'valueC', 'nested-2': { key2: 'valueC' } } } },
  audience: { ...first, aud: 'foo' },
  audiences: { ...first, aud: ['foo', 'buzz'] },
} as const

const line = (verdict: Row[0], token: keyof typeof tokens | 'none', path: string): readonly Row[] =>
  bothHttp(verdict, {
    from: a1,
    to: 'echo1/b',
    http: `GET ${path}`,
    ...(token === 'none' ? {} : { jwt: tokens[token] }),
  })

/** istio `tests/integration/security/authz_test.go` TestAuthz_JWT, with `testdata/authz/jwt.yaml.tmpl`. */
describe('table: tokens', () => {
  holds(
    [...echoes, policies],
    [
      ...line('deny', 'none', '/token1'),
      ...line('deny', 'none', '/token2'),
      ...line('allow', 'issuer1', '/token1'),
      ...line('deny', 'issuer1', '/token2'),
      ...line('deny', 'issuer2', '/token1'),
      ...line('allow', 'issuer2', '/token2'),
      ...line('deny', 'issuer1', '/token3'),
      ...line('allow', 'issuer2', '/token3'),
      ...line('allow', 'issuer1', '/tokenAny'),
      ...line('allow', 'issuer2', '/tokenAny'),
      ...line('deny', 'issuer1', '/permission'),
      ...line('deny', 'issuer2', '/permission'),
      ...line('allow', 'permission', '/permission'),
      ...line('allow', 'scope', '/scope'),
      ...line('deny', 'scope', '/otherscope'),
      ...line('allow', 'customScope', '/custom-scope-admin'),
      ...line('allow', 'customScope', '/custom-scope-user'),
      ...line('deny', 'none', '/custom-scope-admin'),
      ...line('deny', 'none', '/custom-scope-user'),
      ...line('deny', 'issuer1', '/custom-scope-admin'),
      ...line('deny', 'issuer1', '/custom-scope-user'),
      ...line('allow', 'nested1', '/nested-key1'),
      ...line('deny', 'nested2', '/nested-key1'),
      ...line('deny', 'nested1', '/nested-key2'),
      ...line('allow', 'nested2', '/nested-key2'),
      ...line('allow', 'nested1', '/nested-2-key1'),
      ...line('deny', 'nested2', '/nested-2-key1'),
      ...line('deny', 'nested1', '/nested-non-exist'),
      ...line('deny', 'nested2', '/nested-non-exist'),
      ...line('deny', 'none', '/tokenAny'),
      ...line('allow', 'audience', '/audiences'),
      ...line('allow', 'audiences', '/audiences'),
    ],
  )
})
