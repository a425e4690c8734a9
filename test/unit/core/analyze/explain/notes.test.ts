import assert from 'node:assert/strict'
import { explain } from '../../../../../core/analyze/explain/explain'
import { parseRequest } from '../../../../../core/analyze/request'
import { ask, authorization, http, peers, plaintext, readAll, shop, type Json } from '../objects'
import { linesOf } from './lines'

type Spec = Parameters<typeof authorization>[1]

/** What is found at the sidecar, without the mode of its handshake. */
function found(objects: readonly Json[], changes: Json = {}): readonly string[] {
  const { layer } = readAll([...shop, ...objects])
  const { request } = parseRequest(ask(changes), 'request')
  const { verdict, steps } = explain(layer, request ?? assert.fail())
  return [
    verdict.verdict,
    ...linesOf(steps)
      .slice(1)
      .map(line => line.trim())
      .filter(line => !line.startsWith('mTLS mode PERMISSIVE')),
  ]
}

const policy = (spec: Spec, id = 'shop/p'): Json => authorization(id, spec)
const under = (...rules: readonly unknown[]): Json => policy({ rules } as Spec)
const source = (fields: Json): Json => ({ from: [{ source: fields }] })
const operation = (fields: Json): Json => ({ to: [{ operation: fields }] })
const when = (key: string, values: Json): Json => ({ when: [{ key, ...values }] })
const none = 'deny: no ALLOW policy of Pod shop/cart matches'
const nearest = (text: string, rule = 0): string => `the nearest is AuthorizationPolicy shop/p rules[${rule}]: ${text}`

describe('what policies make of a request, explained', () => {
  type Row = readonly [title: string, objects: readonly Json[], changes: Json, lines: readonly string[]]
  const table: readonly Row[] = [
    [
      'without any',
      [],
      {},
      ['allow', 'allow: no AuthorizationPolicy applies to Pod shop/cart: Istio lets everything in'],
    ],
    ['without rules', [policy({})], {}, ['deny', none, 'AuthorizationPolicy shop/p: without rules, it lets nobody in']],
    [
      'that matches',
      [under({ ...source({ principals: ['cluster.local/ns/web/sa/frontend'] }), ...operation({ methods: ['GET'] }) })],
      {},
      ['allow', 'allow: ALLOW AuthorizationPolicy shop/p rules[0] matches in principals, methods'],
    ],
    [
      'that matches by its second rule',
      [under(operation({ methods: ['PUT'] }), operation({ methods: ['GET'] }))],
      {},
      ['allow', 'allow: ALLOW AuthorizationPolicy shop/p rules[1] matches in methods'],
    ],
    [
      'that asks for nothing',
      [under({})],
      {},
      ['allow', 'allow: ALLOW AuthorizationPolicy shop/p rules[0] matches: it asks for nothing'],
    ],
    [
      'that matches by a condition',
      [under(when('source.namespace', { values: ['web'] }))],
      {},
      ['allow', 'allow: ALLOW AuthorizationPolicy shop/p rules[0] matches in when source.namespace'],
    ],
    [
      'whose nearest rule misses least',
      [under({ ...source({ namespaces: ['x'] }), ...operation({ methods: ['PUT'] }) }, operation({ hosts: ['b'] }))],
      {},
      ['deny', none, nearest('host `cart` is not `b`', 1)],
    ],
    [
      'that misses two',
      [under({ ...source({ namespaces: ['x'] }), ...operation({ methods: ['PUT', 'POST'] }) })],
      {},
      ['deny', none, nearest("caller's namespace `web` is not `x`, and method `GET` is none of `PUT`, `POST`")],
    ],
    [
      'that excludes it',
      [under(operation({ notMethods: ['GET'] }))],
      {},
      ['deny', none, nearest('method `GET` is one that it excludes, `GET`')],
    ],
    [
      'that asks for a caller',
      [under(source({ principals: ['*'] }))],
      plaintext,
      ['deny', none, nearest('caller (none) is not `*`')],
    ],
    [
      'that asks for a path',
      [under(operation({ paths: ['/b'] }))],
      http({ path: '/a' }),
      ['deny', none, nearest('path `/a` is not `/b`')],
    ],
    [
      'that asks for a port',
      [under(operation({ ports: ['81'] }))],
      {},
      ['deny', none, nearest('port `8080` is not `81`')],
    ],
    [
      'that asks for an address',
      [under(source({ ipBlocks: ['10.0.0.0/8'] }))],
      {},
      [
        'unknown',
        'unknown: ALLOW AuthorizationPolicy shop/p rules[0] may let it in: address is not known, and asked for is `10.0.0.0/8`',
      ],
    ],
    [
      'that asks for an address that it has not',
      [under(source({ ipBlocks: ['10.0.0.0/8'] }))],
      { from: { plaintext: true, ip: '192.0.2.1' } },
      ['deny', none, nearest('address `192.0.2.1` is not `10.0.0.0/8`')],
    ],
    [
      'that asks for a header',
      [under(when('request.headers[X-Env]', { values: ['a'] }))],
      {},
      ['deny', none, nearest('when request.headers[X-Env] (none) is not `a`')],
    ],
    [
      'that asks for a header that is another',
      [under(when('request.headers[X-Env]', { values: ['a'] }))],
      http({ headers: { 'x-env': 'b' } }),
      ['deny', none, nearest('when request.headers[X-Env] `b` is not `a`')],
    ],
    [
      'that asks for a token',
      [under(when('request.auth.principal', { values: ['x/y'] }))],
      {},
      ['deny', none, nearest('when request.auth.principal (none) is not `x/y`')],
    ],
    [
      'that denies',
      [
        policy({ action: 'DENY', rules: [operation({ methods: ['GET'] })] }),
        policy({ action: 'DENY', rules: [operation({ methods: ['PUT'] })] }, 'shop/q'),
      ],
      {},
      [
        'deny',
        'deny: DENY AuthorizationPolicy shop/p rules[0] matches',
        'DENY that does not match: AuthorizationPolicy shop/q',
        'allow: no ALLOW policy applies to Pod shop/cart: whatever no DENY refuses is let in',
      ],
    ],
    [
      'that may deny',
      [policy({ action: 'DENY', rules: [source({ ipBlocks: ['10.0.0.0/8'] })] })],
      {},
      [
        'unknown',
        'unknown: AuthorizationPolicy shop/p rules[0] may refuse it: address is not known, and asked for is `10.0.0.0/8`',
        'allow: no ALLOW policy applies to Pod shop/cart: whatever no DENY refuses is let in',
      ],
    ],
    [
      'in a dry run',
      [authorization('shop/p', {}, { annotations: { 'istio.io/dry-run': 'true' } })],
      {},
      [
        'allow',
        'in a dry run, so that it does not count: AuthorizationPolicy shop/p',
        'allow: no policy is in force at Pod shop/cart: Istio lets everything in',
      ],
    ],
    [
      'after the handshake',
      [peers('shop/s', { mtls: { mode: 'STRICT' } })],
      plaintext,
      ['deny', 'deny: mTLS mode STRICT, by PeerAuthentication shop/s: it refuses callers without identity'],
    ],
  ]
  for (const [title, objects, changes, lines] of table)
    it(title, () => assert.deepEqual(found(objects, changes), lines))
})
