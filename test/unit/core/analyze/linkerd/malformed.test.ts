import assert from 'node:assert/strict'
import { mutations, type Mutation } from '../mutations'
import { inNamespace, judge, pod, readAll, type Json } from '../objects'
import {
  frontend,
  group,
  grpcRoute,
  httpRoute,
  identity,
  linkerdAsk,
  linkerdConfig,
  linkerdNamespace,
  nobody,
  onPort,
  path,
  policy,
  server,
} from './objects'

/** Requests that between them tell the objects below from having none. */
const requests: readonly Json[] = [
  {},
  { http: { method: 'GET', path: '/api/x', host: 'cart' } },
  { http: { method: 'POST', path: '/shop.Cart/Get', host: 'cart' }, ...onPort(7070) },
  { http: { method: 'POST', path: '/shop.Other/Get', host: 'cart' }, ...onPort(7070) },
  { http: { method: 'GET', path: '/live', host: 'cart' }, from: { plaintext: true, ip: '10.9.0.1' }, ...onPort(9090) },
  { http: undefined },
  nobody,
  { ...nobody, http: undefined },
  { from: { plaintext: true, ip: '10.1.2.3' }, http: undefined },
  { from: identity({ serviceAccount: 'other' }), http: undefined },
  { from: identity({ serviceAccount: 'other', ip: '10.1.2.9' }), http: undefined },
  { from: identity({ serviceAccount: 'other', ip: '192.0.2.1' }), http: undefined },
  { ...onPort(9090) },
  { ...nobody, ...onPort(4567) },
].map(linkerdAsk)

const probing = {
  containers: [
    {
      name: 'app',
      ports: [{ containerPort: 8080, name: 'web' }],
      livenessProbe: { httpGet: { port: 9090, path: '/live' } },
    },
  ],
}

/** Everything that decides is here once, so that breaking any of it shows. */
const world: Readonly<Record<string, Json>> = {
  'the settings': linkerdConfig(),
  'a Namespace': linkerdNamespace('shop', {
    'linkerd.io/inject': 'enabled',
    'config.linkerd.io/default-inbound-policy': 'cluster-authenticated',
  }),
  'a Pod': pod('shop/cart', {}, probing),
  'a Server': server('shop/cart', { port: 'web', proxyProtocol: 'unknown', accessPolicy: 'deny' }),
  'a Server of gRPC': server('shop/grpc', { port: 7070, proxyProtocol: 'gRPC' }),
  'an AuthorizationPolicy': policy('shop/p', [
    { group, kind: 'MeshTLSAuthentication', name: 'm', namespace: 'web' },
    { group, kind: 'NetworkAuthentication', name: 'n' },
  ]),
  'an AuthorizationPolicy of a route': policy('shop/r', [frontend], { kind: 'HTTPRoute', name: 'api' }),
  'an AuthorizationPolicy of gRPC': policy('shop/g', [frontend], { name: 'grpc' }),
  'a MeshTLSAuthentication': inNamespace('MeshTLSAuthentication', 'web/m', {
    identityRefs: [{ kind: 'ServiceAccount', name: 'other' }],
  }),
  'a NetworkAuthentication': inNamespace('NetworkAuthentication', 'shop/n', {
    networks: [{ cidr: '10.0.0.0/8', except: ['10.1.2.0/24'] }],
  }),
  'a ServerAuthorization': inNamespace('ServerAuthorization', 'shop/s', {
    server: { name: 'cart' },
    client: { networks: [{ cidr: '10.1.2.3' }], unauthenticated: true },
  }),
  'an HTTPRoute': httpRoute('shop/api', [path('/api')]),
  'a GRPCRoute': grpcRoute('shop/grpc', [{ method: { service: 'shop.Cart' } }], { name: 'grpc' }),
}

/** Texts in place of others: the type is right, what they say is not. */
const misspelt: readonly (readonly [string, string])[] = [
  ['"podSelector"', '"selector"'],
  ['"matchLabels"', '"labels"'],
  ['"gRPC"', '"grpc"'],
  ['"unknown"', '"any"'],
  ['"targetRef"', '"targetRefs"'],
  ['"requiredAuthenticationRefs"', '"authenticationRefs"'],
  ['"identityRefs"', '"identityRef"'],
  ['"cidr"', '"cird"'],
  ['10.0.0.0/8"', '10.0.0.0/8/8"'],
  ['"except"', '"excepts"'],
  ['"unauthenticated"', '"anonymous"'],
  ['"networks"', '"network"'],
  ['"matches"', '"match"'],
  ['"method"', '"rpc"'],
  ['"PathPrefix"', '"Prefix"'],
]

/** One wrong value of each type is enough here. */
function isSample({ value }: Mutation): boolean {
  return (
    [7, 'text'].some(sample => sample === value) ||
    JSON.stringify(value) === '{}' ||
    JSON.stringify(value) === '["text"]'
  )
}

function broken(object: Json): readonly unknown[] {
  const text = JSON.stringify(object)
  const typos = misspelt.flatMap(([from, to]) =>
    text.includes(from) ? [JSON.parse(text.replace(from, to)) as Json] : [],
  )
  const wrong = mutations(object)
    .filter(isSample)
    .map(({ mutant }) => mutant)
  return [...wrong, ...typos].filter(mutant => readAll([mutant]).problems.length > 0 && identified(mutant))
}

/** An object whose very kind cannot be told is reported, and cannot count as anything. */
function identified(mutant: unknown): boolean {
  const { kind, apiVersion } = (mutant ?? {}) as Partial<Record<string, unknown>>
  return typeof kind === 'string' && typeof apiVersion === 'string'
}

function verdicts(objects: readonly unknown[]): readonly string[] {
  const { layer } = readAll(objects)
  return requests.map(request => judge(layer, request).verdict)
}

describe('a malformed object of Linkerd’s', () => {
  const intended = verdicts(Object.values(world))

  it('stands in a world of which everything is known', () => {
    assert.deepEqual(readAll(Object.values(world)).problems, [])
    assert.deepEqual(new Set(intended), new Set(['allow', 'deny']))
  })

  for (const [name, object] of Object.entries(world)) {
    const rest = Object.values(world).filter(other => other !== object)
    const mutants = broken(object)

    describe(`${name}, broken in ${mutants.length} ways`, () => {
      it('is worth breaking: it decides something', () => {
        assert.notDeepEqual(verdicts(rest), intended)
      })

      it('never lets through what it was meant to stop, nor claims to stop what it was meant to let through', () => {
        for (const mutant of mutants) {
          verdicts([...rest, mutant]).forEach((verdict, index) => {
            const told = `${JSON.stringify(mutant)} for ${JSON.stringify(requests[index])}: ${verdict}, meant ${intended[index]}`
            if (verdict !== 'unknown') assert.equal(verdict, intended[index], told)
          })
        }
      })
    })
  }
})
