import assert from 'node:assert/strict'
import { anyRequest, patternsOf, routesFor, unconditionally } from '../../../../core/adopt/routes'
import { Language } from '../../../../core/model/language'
import { canonicalPaths } from '../../../../core/model/path-set'
import { Region } from '../../../../core/model/region'

const any = { any: true } as const

function paths(...expressions: Parameters<typeof Language.of>[0][]): Language {
  return Language.union(expressions.map(each => Language.of(each))).intersect(canonicalPaths())
}

describe('routes for what may be asked', () => {
  it('says a list of paths as it is', () => {
    assert.deepEqual(patternsOf(paths('/cart', '/')), { patterns: ['/', '/cart'], exact: true })
  })

  it('says what is below a path, and segments that may be any', () => {
    const one = { plus: { except: '/' } } as const
    assert.deepEqual(patternsOf(paths({ sequence: ['/a/', any] })), { patterns: ['/a/**'], exact: true })
    assert.deepEqual(patternsOf(paths({ sequence: ['/a/', one] })), { patterns: ['/a/*'], exact: true })
    const template = paths({ sequence: ['/a/', one, '/b/', any] }, '/cart')
    assert.deepEqual(patternsOf(template), { patterns: ['/a/*/b/**', '/cart'], exact: true })
  })

  it('says less where no pattern says it all: a beginning is itself and what is below it', () => {
    assert.deepEqual(patternsOf(paths({ sequence: ['/adm', any] })), { patterns: ['/adm', '/adm/**'], exact: false })
  })

  it('says everything of http without the methods that nobody means, and of bytes in a word', () => {
    assert.deepEqual(routesFor(Region.all, 'http'), { routes: anyRequest, how: 'whole' })
    assert.deepEqual(routesFor(Region.all, 'tcp'), { routes: 'tcp', how: 'whole' })
  })

  it('says nothing of bytes that are limited to requests', () => {
    const get = Region.where('method', Language.literals(['GET']))
    assert.deepEqual(routesFor(get, 'tcp'), { how: 'partly' })
    assert.deepEqual(routesFor(Region.none, 'tcp'), { how: 'whole' })
  })

  it('says the methods of gRPC where they are named, and nothing where they are not', () => {
    const rpc = Region.where('method', Language.literals(['POST'])).intersect(
      Region.where('path', Language.literals(['/shop.Cart/Get', '/shop.Cart/Add'])),
    )
    assert.deepEqual(routesFor(rpc, 'grpc'), { routes: ['shop.Cart/Add', 'shop.Cart/Get'], how: 'whole' })
    assert.deepEqual(routesFor(Region.all, 'grpc'), { how: 'partly' })
  })

  it('leaves out what hangs on anything else that a request carries', () => {
    const header = Region.where('header:x-env', Language.literals(['dev']))
    const cart = Region.where('path', Language.literals(['/cart']))
    assert.equal(unconditionally(header.union(cart)), cart)
  })
})
