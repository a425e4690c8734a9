import assert from 'node:assert/strict'
import { ambientVerdict, targeted, viaCart, waypoint } from './ambient-objects'
import {
  authorization,
  inNamespace,
  mesh,
  namespace,
  object,
  peers,
  plaintext,
  pod,
  service,
  verdictIn,
  type Json,
} from './objects'

const world = [
  mesh(),
  namespace('shop'),
  pod('shop/cart', { labels: { app: 'cart', tier: 'web' } }),
  service('shop/cart'),
]
const labels = (matchLabels: Json): Json => ({ selector: { matchLabels } })
const gateway = 'gateway.networking.k8s.io'
const dry = (value: string): Json => ({ annotations: { 'istio.io/dry-run': value } })

describe('an AuthorizationPolicy that is, or is not, for a workload', () => {
  // istio `pilot/pkg/model/policyattachment.go` ShouldAttachPolicy, `pilot/pkg/model/authorization.go`, `authz/builder/builder.go` isDryRun;
  // for ztunnel `pilot/pkg/serviceregistry/ambient/{workloads,authorization}.go`
  const table: readonly (readonly [id: string, spec: Json, metadata: Json, bySidecar: boolean, byZtunnel: boolean])[] =
    [
      ['shop/p', {}, {}, true, true],
      ['web/p', {}, {}, false, false],
      ['istio-system/p', {}, {}, true, true],
      ['shop/p', labels({ app: 'cart' }), {}, true, true],
      ['shop/p', labels({ app: 'cart', tier: 'web' }), {}, true, true],
      ['shop/p', labels({ app: 'cart', tier: 'db' }), {}, false, false],
      ['shop/p', labels({ app: 'cart', more: '' }), {}, false, false],
      ['shop/p', labels({ app: 'other' }), {}, false, false],
      ['web/p', labels({ app: 'cart' }), {}, false, false],
      ['istio-system/p', labels({ app: 'cart' }), {}, true, true],
      ['istio-system/p', labels({ app: 'other' }), {}, false, false],
      ['shop/p', { selector: {} }, {}, true, false],
      ['istio-system/p', { selector: {} }, {}, true, false],
      ['shop/p', labels({}), {}, true, true],
      ['shop/p', { targetRefs: [{ kind: 'Service', group: '', name: 'cart' }] }, {}, false, false],
      ['shop/p', { targetRefs: [{ kind: 'Gateway', group: gateway, name: 'cart' }] }, {}, false, false],
      ['shop/p', { targetRef: { kind: 'Service', group: '', name: 'cart' } }, {}, false, false],
      [
        'istio-system/p',
        { targetRefs: [{ kind: 'GatewayClass', group: gateway, name: 'istio-waypoint' }] },
        {},
        false,
        false,
      ],
      ['shop/p', { targetRefs: [] }, {}, true, true],
      ['shop/p', { action: 'AUDIT', rules: [{}] }, {}, false, false],
      ['shop/p', { action: 'ALLOW' }, {}, true, true],
      ...['true', 'TRUE', 'True', 't', 'T', '1'].map(text => ['shop/p', {}, dry(text), false, false] as const),
      ...['false', '0', 'F'].map(text => ['shop/p', {}, dry(text), true, true] as const),
      ['shop/p', {}, { annotations: { 'istio.io/dry-runs': 'true' } }, true, true],
    ]
  for (const [id, spec, metadata, bySidecar, byZtunnel] of table)
    it(`${bySidecar ? 'is' : 'is not'} a sidecar’s, and ${byZtunnel ? 'is' : 'is not'} ztunnel’s: ${id} ${JSON.stringify({ ...spec, ...metadata })}`, () => {
      // An ALLOW of nothing refuses everybody whom it is for.
      const policy = authorization(id, spec, metadata)
      assert.equal(verdictIn([...world, policy]), bySidecar ? 'deny' : 'allow')
      const cart = pod('shop/cart', { labels: { app: 'cart', tier: 'web' } })
      assert.equal(ambientVerdict([cart, policy]), byZtunnel ? 'deny' : 'allow')
      // A DENY of everything, likewise.
      if (!('action' in spec)) {
        const denying = authorization(id, { ...spec, action: 'DENY', rules: [{}] }, metadata)
        assert.equal(verdictIn([...world, denying]), bySidecar ? 'deny' : 'allow')
        assert.equal(ambientVerdict([cart, denying]), byZtunnel ? 'deny' : 'allow')
      }
    })

  it('is no ztunnel’s that leaves it to others to judge', () => {
    const custom = inNamespace('AuthorizationPolicy', 'shop/p', {
      action: 'CUSTOM',
      provider: { name: 'x' },
      rules: [{}],
    })
    assert.equal(ambientVerdict([custom]), 'allow')
    const known = mesh({ extensionProviders: [{ name: 'x', envoyExtAuthzGrpc: { service: 'x', port: 1 } }] })
    assert.equal(verdictIn([known, ...world.slice(1), custom]), 'unknown')
  })

  it('may be anybody’s where the root namespace, or its own, is not known', () => {
    const rootless = [...world.slice(1), mesh({ rootNamespace: undefined })]
    const from = (id: string, spec: Json = {}) =>
      verdictIn([...rootless, authorization(id, { action: 'DENY', rules: [{}], ...spec })])
    assert.equal(from('shop/p'), 'deny')
    assert.equal(from('web/p'), 'unknown')
    assert.equal(from('web/p', labels({ app: 'other' })), 'allow')
    assert.equal(from('web/p', labels({ app: 'cart' })), 'unknown')
  })
})

describe('a policy that is, or is not, for a call through a waypoint', () => {
  const way: readonly Json[] = [
    waypoint('shop/waypoint'),
    service('shop/cart', {}, { labels: { 'istio.io/use-waypoint': 'waypoint' } }),
    service('shop/other'),
  ]
  // istio `pilot/pkg/model/policyattachment.go` ShouldAttachPolicy, `pilot/pkg/model/authorization.go` ListAuthorizationPolicies
  const table: readonly (readonly [policy: Json, found: boolean])[] = [
    [targeted('shop/p', 'Service cart'), true],
    [targeted('shop/p', 'Service other'), false],
    [targeted('web/p', 'Service cart'), false],
    [targeted('istio-system/p', 'Service cart'), false],
    [targeted('shop/p', 'Gateway waypoint'), true],
    [targeted('shop/p', 'Gateway other'), false],
    [targeted('web/p', 'Gateway waypoint'), false],
    [targeted('istio-system/p', 'GatewayClass istio-waypoint'), true],
    [targeted('shop/p', 'GatewayClass istio-waypoint'), false],
    [targeted('istio-system/p', 'GatewayClass istio'), false],
    [inNamespace('AuthorizationPolicy', 'shop/p', { targetRef: { kind: 'Service', group: '', name: 'cart' } }), true],
    [
      inNamespace('AuthorizationPolicy', 'shop/p', { targetRefs: [{ kind: 'Service', group: 'core', name: 'cart' }] }),
      true,
    ],
    [
      inNamespace('AuthorizationPolicy', 'shop/p', { targetRefs: [{ kind: 'Service', group: gateway, name: 'cart' }] }),
      false,
    ],
    [
      inNamespace('AuthorizationPolicy', 'shop/p', { targetRefs: [{ kind: 'Gateway', group: '', name: 'waypoint' }] }),
      false,
    ],
    [
      inNamespace('AuthorizationPolicy', 'shop/p', {
        targetRefs: [
          { kind: 'Service', group: '', name: 'other' },
          { kind: 'Service', group: '', name: 'cart' },
        ],
      }),
      true,
    ],
    [{ ...targeted('shop/p', 'Service cart'), metadata: { namespace: 'shop', name: 'p', ...dry('true') } }, false],
  ]
  for (const [policy, found] of table)
    it(`${found ? 'is' : 'is not'}: ${JSON.stringify(policy)}`, () => {
      assert.equal(ambientVerdict([...way, policy], viaCart), found ? 'deny' : 'allow')
      const spec = policy['spec' as never] as Json
      const denying = { ...policy, spec: { ...spec, action: 'DENY', rules: [{}] } }
      assert.equal(ambientVerdict([...way, denying], viaCart), found ? 'deny' : 'allow')
    })

  it('may be, where it lies nobody knows where', () => {
    const lost = (target: string) => {
      const { spec } = targeted('shop/p', target) as { readonly spec: Json }
      return ambientVerdict([...way, object('AuthorizationPolicy', { name: 'p' }, { spec })], viaCart)
    }
    assert.deepEqual(['Service cart', 'Gateway waypoint'].map(lost), ['unknown', 'unknown'])
  })
})

describe('a PeerAuthentication that is, or is not, for a port', () => {
  const at = (second: number): Json => ({ creationTimestamp: `2026-01-01T00:00:0${second}Z` })
  const strict: Json = { mtls: { mode: 'STRICT' } }
  const own = labels({ app: 'cart' })
  const ports = (levels: Readonly<Record<string, string>>): Json => ({
    portLevelMtls: Object.fromEntries(Object.entries(levels).map(([port, mode]) => [port, { mode }])),
  })

  // istio `pilot/pkg/security/authn/policy_applier.go` ComposePeerAuthentication, `pilot/pkg/model/authentication.go`
  const table: readonly (readonly [why: string, policies: readonly Json[], found: 'open' | 'STRICT'])[] = [
    ['the namespace’s', [peers('shop/a', strict)], 'STRICT'],
    ['another namespace’s', [peers('web/a', strict)], 'open'],
    ['the mesh’s', [peers('istio-system/a', strict)], 'STRICT'],
    ['the workload’s', [peers('shop/a', { ...own, ...strict })], 'STRICT'],
    ['another workload’s', [peers('shop/a', { ...labels({ app: 'x' }), ...strict })], 'open'],
    ['the workload’s, of the root namespace', [peers('istio-system/a', { ...own, ...strict })], 'open'],
    [
      'the mesh’s, under the namespace’s',
      [peers('istio-system/a', strict), peers('shop/a', { mtls: { mode: 'PERMISSIVE' } })],
      'open',
    ],
    ['the mesh’s, under one that says nothing', [peers('istio-system/a', strict), peers('shop/a', {})], 'STRICT'],
    [
      'the namespace’s, under the workload’s',
      [peers('shop/a', strict), peers('shop/b', { ...own, mtls: { mode: 'PERMISSIVE' } })],
      'open',
    ],
    [
      'the namespace’s, under one that says nothing',
      [peers('shop/a', strict), peers('shop/b', { ...own, mtls: { mode: 'UNSET' } })],
      'STRICT',
    ],
    [
      'the older of two',
      [peers('shop/a', strict, at(2)), peers('shop/b', { mtls: { mode: 'PERMISSIVE' } }, at(1))],
      'open',
    ],
    ['the older of two, though it says nothing', [peers('shop/a', strict, at(2)), peers('shop/b', {}, at(1))], 'open'],
    ['the older of two, first', [peers('shop/a', strict, at(1)), peers('shop/b', {}, at(2))], 'STRICT'],
    ['the first by name of two', [peers('shop/b', {}, at(1)), peers('shop/a', strict, at(1))], 'STRICT'],
    [
      'the older of two workload’s',
      [peers('shop/a', { ...own, ...strict }, at(2)), peers('shop/b', { ...own, mtls: { mode: 'DISABLE' } }, at(1))],
      'open',
    ],
    [
      'the older of two of the mesh’s',
      [peers('istio-system/a', strict, at(2)), peers('istio-system/b', {}, at(1))],
      'open',
    ],
    [
      'the older workload’s, of which one is another’s',
      [peers('shop/a', { ...labels({ app: 'x' }) }, at(1)), peers('shop/b', { ...own, ...strict }, at(2))],
      'STRICT',
    ],
    ['a level of the port', [peers('shop/a', { ...own, ...ports({ 8080: 'STRICT' }) })], 'STRICT'],
    ['a level of the Service’s port', [peers('shop/a', { ...own, ...ports({ 80: 'STRICT' }) })], 'open'],
    [
      'a level of the port, over its own',
      [peers('shop/a', { ...own, ...strict, ...ports({ 8080: 'PERMISSIVE' }) })],
      'open',
    ],
    [
      'a level of the port that says nothing',
      [peers('shop/a', { ...own, ...strict, ...ports({ 8080: 'UNSET' }) })],
      'STRICT',
    ],
    ['a level of another port', [peers('shop/a', { ...own, ...strict, ...ports({ 8081: 'PERMISSIVE' }) })], 'STRICT'],
  ]
  for (const [why, policies, found] of table)
    it(`is ${found} by ${why}`, () => {
      assert.equal(verdictIn([...world, ...policies], plaintext), found === 'STRICT' ? 'deny' : 'allow')
      assert.equal(verdictIn([...world, ...[...policies].reverse()], plaintext), found === 'STRICT' ? 'deny' : 'allow')
    })

  it('may be STRICT where that hangs on what could not be read', () => {
    const odd = (id: string, spec: Json) => inNamespace('PeerAuthentication', id, spec)
    const under = (...policies: readonly Json[]) => verdictIn([...world, ...policies], plaintext)
    assert.equal(under(odd('shop/a', { mtls: { mode: 'strict' } })), 'unknown')
    assert.equal(under(odd('shop/a', { ...own, portLevelMtls: { x: { mode: 'STRICT' } } })), 'unknown')
    assert.equal(under(odd('shop/a', { ...own, portLevelMtls: { 8080: { mode: 'strict' } } })), 'unknown')
    assert.equal(under(odd('shop/a', { ...own, portLevelMtls: { 8081: { mode: 'strict' } } })), 'unknown')
    assert.equal(under(odd('shop/a', { ...labels({ app: 'x' }), mtls: { mode: 'strict' } })), 'allow')
    assert.equal(under(odd('web/a', { mtls: { mode: 'strict' } })), 'allow')
    assert.equal(
      under(odd('shop/a', { mtls: { mode: 'STRICT' }, portLevelMtls: { 8080: { mode: 'PERMISSIVE' } } })),
      'unknown',
    )
    assert.equal(under(odd('shop/a', { selectors: {}, mtls: { mode: 'STRICT' } })), 'unknown')
    assert.equal(
      under(odd('istio-system/a', { mtls: { mode: 'strict' } }), peers('shop/b', { mtls: { mode: 'PERMISSIVE' } })),
      'allow',
    )
  })

  it('may be STRICT to ztunnel, where that hangs on what could not be read and may be the workload’s', () => {
    const odd = (id: string, spec: Json) => inNamespace('PeerAuthentication', id, spec)
    const bad = { mtls: { mode: 'strict' } }
    const badPort = { portLevelMtls: { 8080: { mode: 'strict' } } }
    const under = (...policies: readonly Json[]) => ambientVerdict(policies, plaintext)
    assert.equal(under(odd('shop/a', bad)), 'unknown')
    assert.equal(under(odd('istio-system/a', bad)), 'unknown')
    assert.equal(under(odd('shop/a', { ...own, ...badPort })), 'unknown')
    assert.equal(under(odd('web/a', bad)), 'allow')
    assert.equal(under(odd('web/a', { ...own, ...badPort })), 'allow')
    assert.equal(under(odd('shop/a', { ...labels({ app: 'x' }), ...badPort })), 'allow')
    assert.equal(under(odd('shop/a', bad), authorization('shop/none', {})), 'deny')
  })
})
