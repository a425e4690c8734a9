import assert from 'node:assert/strict'
import { hostsOf } from '../../../../../core/analyze/leaving/hosts'
import { virtualService } from '../gateway/gateway-objects'
import { inNamespace, readAll, type Json } from '../objects'
import { group } from '../linkerd/objects'
import { entry } from './outward'

/** The pieces that a host is in: by their example, and what of objects is about them. */
function piece(objects: readonly Json[], host: string): readonly unknown[] {
  return hostsOf(readAll(objects).layer)
    .filter(({ all }) => all.contains(host))
    .map(({ one, serviceEntries, ports, routed }) => [
      one,
      serviceEntries.map(({ name }) => name).join(),
      [...ports].join(),
      routed,
    ])
}

const of = (name: string, ...hosts: readonly string[]): Json => entry({ hosts }, {}, `shop/${name}`)
const toB = { http: [{ route: [{ destination: { host: 'b.example.com' } }] }] }
const outbound = (kind: 'HTTPRoute' | 'TLSRoute', hostnames: readonly string[]): Json =>
  inNamespace(kind, 'shop/r', {
    hostnames,
    parentRefs: [{ group, kind: 'EgressNetwork', name: 'net', port: 443 }],
    rules: [{ backendRefs: [{ group, kind: 'EgressNetwork', name: 'net' }] }],
  })

describe('hosts that no object tells apart', () => {
  const many = [of('exact', 'a.example.com'), of('many', '*.example.com'), of('wide', '*.com')]
  const table: readonly (readonly [objects: readonly Json[], host: string, piece: readonly unknown[]])[] = [
    [[], 'a.example.com', ['-x', '', '', false]],
    [many, 'a.example.com', ['a.example.com', 'exact,many,wide', '80', false]],
    [many, 'b.example.com', ['-x.example.com', 'many,wide', '80', false]],
    [many, 'b.c.example.com', ['-x.example.com', 'many,wide', '80', false]],
    [many, 'example.com', ['-x.com', 'wide', '80', false]],
    [many, 'com', ['-x', '', '', false]],
    [many, 'a.example.org', ['-x', '', '', false]],
    [[...many].reverse(), 'b.example.com', ['-x.example.com', 'wide,many', '80', false]],
    [[of('all', '*')], 'a.example.com', ['-x', 'all', '80', false]],
    [[of('big', 'A.Example.com')], 'a.example.com', ['a.example.com', 'big', '80', false]],
    [
      [virtualService('shop/v', { hosts: ['a.example.com'], ...toB })],
      'a.example.com',
      ['a.example.com', '', '', true],
    ],
    [
      [virtualService('shop/v', { hosts: ['a.example.com'], gateways: ['g'], ...toB })],
      'a.example.com',
      ['-x', '', '', false],
    ],
    [
      [virtualService('shop/v', { hosts: ['a.example.com'], gateways: ['g', 'mesh'], ...toB })],
      'a.example.com',
      ['a.example.com', '', '', true],
    ],
    [
      [virtualService('shop/v', { hosts: ['*.example.com'], ...toB }), of('a', 'a.example.com')],
      'a.example.com',
      ['a.example.com', 'a', '80', true],
    ],
    [[outbound('HTTPRoute', ['a.example.com'])], 'a.example.com', ['a.example.com', '', '', true]],
    [[outbound('TLSRoute', ['*.example.com'])], 'a.example.com', ['-x.example.com', '', '', true]],
    [[outbound('TLSRoute', ['*.example.com'])], 'a.example.org', ['-x', '', '', false]],
    [[entry({ hosts: 7 }, {}, 'shop/lost')], 'a.example.com', ['-x', 'lost', '80', false]],
  ]
  for (const [objects, host, expected] of table) {
    const names = objects.map(({ metadata }) => (metadata as { readonly name: string }).name)
    it(`${host}, by ${names.join() || 'nothing'}, are ${String(expected[0])}`, () => {
      assert.deepEqual(piece(objects, host), [expected])
    })
  }

  it('have each name once, and miss none', () => {
    const found = hostsOf(readAll([...many, of('all', '*')]).layer).map(({ all }) => all)
    for (const host of ['a.example.com', 'b.example.com', 'example.com', 'com', 'x', ''])
      assert.equal(found.filter(all => all.contains(host)).length, 1, host)
  })
})
