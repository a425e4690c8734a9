import fc from 'fast-check'
import type { Json } from './json'
import { compact, dated } from './json'
import { accounts, fixedObjects, namespaces } from './world-objects'

/*
 * Worlds of Kubernetes and Istio objects, as a cluster might hold them. The vocabulary
 * is small on purpose, so that policies, workloads and requests meet each other; every field of AuthorizationPolicy occurs.
 */

export const domains = ['td.example', 'old.example', 'foreign.example'] as const

export const some = <T>(arbitrary: fc.Arbitrary<T>, maxLength = 2): fc.Arbitrary<T[]> =>
  fc.array(arbitrary, { minLength: 1, maxLength })
export const maybe = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
  fc.option(arbitrary, { nil: undefined, freq: 2 })

const fields = (model: Record<string, fc.Arbitrary<unknown>>, most: number): fc.Arbitrary<Json> =>
  fc
    .subarray(Object.keys(model), { minLength: 1, maxLength: most })
    .chain(keys => fc.record(Object.fromEntries(keys.map(key => [key, model[key] ?? fc.constant(undefined)]))))

const principal = fc.oneof(
  fc
    .tuple(
      fc.constantFrom(...domains, 'cluster.local', '*'),
      fc.constantFrom(...namespaces),
      fc.constantFrom(...accounts),
    )
    .map(([d, n, a]) => `${d}/ns/${n}/sa/${a}`),
  fc.constantFrom(
    '*',
    'td.example/ns/shop/*',
    '*/sa/admin',
    '*.example/ns/pay/sa/web',
    'td*/ns/shop/sa/cart',
    'old*/ns/pay/sa/web',
    'spiffe://td.example/ns/shop/sa/cart',
    'td.example/ns/*/sa/cart',
  ),
)
const namespacePattern = fc.constantFrom('shop', 'pay', '*', 's*p', 'sh*', '*y', 'nowhere')
const account = fc.constantFrom('cart', 'web', 'shop/cart', 'pay/web', 'admin')
const block = fc.constantFrom('10.1.0.0/16', '10.1.2.3', '10.0.0.0/8', '192.168.1.0/24', '2001:db8::/32')
const trustDomain = fc.constantFrom('td.example', 'old.example', '*', '*.example', 'td*', 'foreign.example')
const requestPrincipal = fc.constantFrom(
  '*',
  'https://idp.example/alice',
  'https://idp.example/*',
  '*/alice',
  'https://other.example/*',
  'https*',
  '*ice',
)

const source = fields(
  {
    principals: some(principal),
    notPrincipals: some(principal),
    namespaces: some(namespacePattern),
    notNamespaces: some(namespacePattern),
    ipBlocks: some(block),
    notIpBlocks: some(block),
    remoteIpBlocks: some(block),
    notRemoteIpBlocks: some(block),
    trustDomains: some(trustDomain),
    notTrustDomains: some(trustDomain),
    requestPrincipals: some(requestPrincipal),
    notRequestPrincipals: some(requestPrincipal),
  },
  2,
)
// `serviceAccounts` may not stand beside principals or namespaces.
const accountSource = fields(
  { serviceAccounts: some(account), notServiceAccounts: some(account), ipBlocks: some(block) },
  2,
)

const path = fc.constantFrom(
  '/',
  '/a',
  '/a/*',
  '*/b',
  '*',
  '/a/{*}',
  '/a/{**}',
  '/{*}/b',
  '/a/{**}/b',
  '/admin',
  '/a/b',
)
const operation = fields(
  {
    hosts: some(fc.constantFrom('cart.example', '*.example', 'cart*', '*', 'CART.example')),
    notHosts: some(fc.constantFrom('cart.example', '*.example')),
    ports: some(fc.constantFrom('8080', '9000', '7070', '6000')),
    notPorts: some(fc.constantFrom('8080', '9000')),
    methods: some(fc.constantFrom('GET', 'POST', 'P*', '*T', '*')),
    notMethods: some(fc.constantFrom('GET', 'DELETE')),
    paths: some(path),
    notPaths: some(path),
  },
  3,
)

const values = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<Json> =>
  fc.oneof(
    some(arbitrary).map(list => ({ values: list })),
    some(arbitrary).map(list => ({ notValues: list })),
    fc.tuple(some(arbitrary), some(arbitrary)).map(([a, b]) => ({ values: a, notValues: b })),
  )
const when = fc.oneof(
  values(fc.constantFrom('dev', 'd*', '*', 'prod')).map(v => ({ key: 'request.headers[x-env]', ...v })),
  values(block).map(v => ({ key: 'source.ip', ...v })),
  values(block).map(v => ({ key: 'remote.ip', ...v })),
  values(block).map(v => ({ key: 'destination.ip', ...v })),
  values(namespacePattern).map(v => ({ key: 'source.namespace', ...v })),
  values(account).map(v => ({ key: 'source.serviceAccount', ...v })),
  values(principal).map(v => ({ key: 'source.principal', ...v })),
  values(trustDomain).map(v => ({ key: 'source.trustDomain', ...v })),
  values(fc.constantFrom('8080', '7070')).map(v => ({ key: 'destination.port', ...v })),
  values(requestPrincipal).map(v => ({ key: 'request.auth.principal', ...v })),
  values(fc.constantFrom('api', 'a*')).map(v => ({ key: 'request.auth.audiences', ...v })),
  values(fc.constantFrom('app')).map(v => ({ key: 'request.auth.presenter', ...v })),
  values(fc.constantFrom('dev', 'd*', 'ops', '*')).map(v => ({ key: 'request.auth.claims[groups]', ...v })),
  values(fc.constantFrom('read', 'write')).map(v => ({ key: 'request.auth.claims[scope]', ...v })),
  values(fc.constantFrom('red')).map(v => ({ key: 'request.auth.claims[org][team]', ...v })),
)

export const rule = fc
  .record({
    from: maybe(some(fc.oneof({ weight: 3, arbitrary: source }, accountSource).map(s => ({ source: s })))),
    to: maybe(some(operation.map(o => ({ operation: o })))),
    when: maybe(some(when)),
  })
  .map(compact)

const selector = fc
  .constantFrom({ app: 'cart' }, { app: 'web' }, { app: 'cart', tier: 'back' }, { app: 'nobody' })
  .map(matchLabels => ({ matchLabels }))
export const placed = fc.record({ namespace: fc.constantFrom(...namespaces), selector: maybe(selector) })

export const authorizationPolicy = fc
  .record({
    placed,
    action: fc.constantFrom('ALLOW', 'ALLOW', 'DENY', 'AUDIT', 'CUSTOM', undefined),
    rules: fc.array(rule, { maxLength: 3 }),
    dryRun: fc.constantFrom(undefined, undefined, undefined, 'true'),
  })
  .map(({ placed: p, action, rules, dryRun }): Json => {
    // A DENY or CUSTOM without rules is refused by validation, and a CUSTOM names no caller.
    const usable = action === 'DENY' && rules.length === 0 ? 'ALLOW' : action === 'CUSTOM' ? 'AUDIT' : action
    return {
      apiVersion: 'security.istio.io/v1',
      kind: 'AuthorizationPolicy',
      metadata: compact({ namespace: p.namespace, annotations: dryRun && { 'istio.io/dry-run': dryRun } }),
      spec: compact({
        selector: p.selector,
        action: usable,
        rules: usable === 'AUDIT' && rules.length === 0 ? [{}] : rules,
      }),
    }
  })

/** What an external authorizer answers is not written anywhere, but that one the mesh does not define is a denial. A CUSTOM rule may not ask who calls. */
export const customPolicy = fc
  .record({ placed, operations: some(operation) })
  .map(({ placed: p, operations }): Json => ({
    apiVersion: 'security.istio.io/v1',
    kind: 'AuthorizationPolicy',
    metadata: { namespace: p.namespace },
    spec: compact({
      selector: p.selector,
      action: 'CUSTOM',
      provider: { name: 'authorizer' },
      rules: [{ to: operations.map(o => ({ operation: o })) }],
    }),
  }))

const mode = fc.constantFrom('STRICT', 'PERMISSIVE', 'DISABLE', 'UNSET', undefined)
export const peerAuthentication = fc
  .record({
    placed,
    mode,
    ports: fc.dictionary(fc.constantFrom('8080', '9000', '7070'), fc.constantFrom('STRICT', 'PERMISSIVE', 'DISABLE'), {
      maxKeys: 2,
    }),
  })
  .map(({ placed: p, mode: m, ports: levels }): Json => ({
    apiVersion: 'security.istio.io/v1',
    kind: 'PeerAuthentication',
    metadata: { namespace: p.namespace },
    spec: compact({
      selector: p.selector,
      mtls: m && { mode: m },
      portLevelMtls:
        p.selector && Object.keys(levels).length > 0
          ? Object.fromEntries(Object.entries(levels).map(([k, v]) => [k, { mode: v }]))
          : undefined,
    }),
  }))

const bearer = { name: 'Authorization', prefix: 'Bearer ' }
export const requestAuthentication = fc
  .record({
    placed,
    rules: some(
      fc
        .record({
          issuer: fc.constantFrom('https://idp.example', 'https://other.example'),
          audiences: maybe(some(fc.constantFrom('api', 'web'))),
          fromHeaders: fc.constantFrom(
            undefined,
            undefined,
            undefined,
            [{ name: 'X-Env' }],
            [{ name: 'x-env' }, bearer],
            [bearer, { name: 'A-Env' }],
          ),
        })
        .map(r => compact({ ...r, jwks: '{"keys":[]}' })),
    ),
  })
  .map(({ placed: p, rules }): Json => ({
    apiVersion: 'security.istio.io/v1',
    kind: 'RequestAuthentication',
    metadata: { namespace: p.namespace },
    spec: compact({ selector: p.selector, jwtRules: rules }),
  }))

/** A world: its objects, policies named and dated in the order in which they were drawn. */
export const world: fc.Arbitrary<readonly Json[]> = fc
  .record({
    settings: fc.record({
      normalization: fc.constantFrom(undefined, 'NONE', 'MERGE_SLASHES', 'DECODE_AND_MERGE_SLASHES'),
      aliases: fc.boolean(),
      authorizer: fc.boolean(),
    }),
    policies: fc.array(authorizationPolicy, { maxLength: 4 }),
    peers: fc.array(peerAuthentication, { maxLength: 3 }),
    tokens: fc.array(requestAuthentication, { maxLength: 2 }),
    custom: fc.oneof({ weight: 4, arbitrary: fc.constant([]) }, fc.array(customPolicy, { maxLength: 1 })),
  })
  .map(({ settings, policies, peers, tokens, custom }) => [
    ...fixedObjects(settings),
    ...dated([...policies, ...peers, ...tokens, ...custom]),
  ])
