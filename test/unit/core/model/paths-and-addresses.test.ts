import assert from 'node:assert/strict'
import fc from 'fast-check'
import ipaddr from 'ipaddr.js'
import { addressBits, addressesOf, printAddress } from '../../../../core/model/address'
import { canonicalPaths } from '../../../../core/model/path-set'

describe('canonical paths', () => {
  const cases: readonly (readonly [string, boolean])[] = [
    ['/', true],
    ['/a', true],
    ['/a/', true],
    ['/a/b', true],
    ['/.well-known', true],
    ['/a..b/...', true],
    ['/a%20b', true],
    ['', false],
    ['a', false],
    ['//', false],
    ['/a//b', false],
    ['/.', false],
    ['/a/../b', false],
    ['/a/.', false],
    ['/a\\b', false],
    ['/%61', false],
    ['/a%2Fb', false],
    ['/a%2fb', false],
    ['/a%5Cb', false],
    ['/%7E', false],
    ['/a%2', false],
    ['/a?b', false],
    ['/a b', false],
  ]
  for (const [path, canonical] of cases) {
    it(`${canonical ? 'hold' : 'do not hold'} \`${path}\``, () => {
      assert.equal(canonicalPaths().contains(path), canonical)
    })
  }
})

describe('addresses as sets', () => {
  const v4 = fc.ipV4()
  const v6 = fc.ipV6()

  it('contain what a CIDR block contains, as another library sees it', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.tuple(v4, v4, fc.nat(32)), fc.tuple(v6, v6, fc.nat(128))),
        ([network, address, length]) => {
          const [block, asked] = [ipaddr.process(network), ipaddr.process(address)]
          const bits = length > 32 && block.kind() === 'ipv4' ? 32 : length
          fc.pre(block.kind() === asked.kind())
          const set = addressesOf(`${block.toString()}/${bits}`)
          assert.equal(set?.contains(addressBits(asked.toString()) ?? ''), asked.match(block, bits))
        },
      ),
    )
  })

  it('print a member as it is written', () => {
    fc.assert(
      fc.property(fc.oneof(v4, v6), address => {
        const normal = ipaddr.process(address).toString()
        assert.equal(printAddress(addressBits(normal) ?? ''), normal)
      }),
    )
  })

  it('refuse what is no address and no block', () => {
    for (const text of ['', 'a', '10.0.0', '10.0.0.0/33', '10.0.0.0/-1', '10.0.0.0/8/8', '::1/129', '010.0.0.1', '1']) {
      assert.equal(addressesOf(text), undefined, text)
    }
  })
})
