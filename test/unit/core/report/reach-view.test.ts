import assert from 'node:assert/strict'
import { addressesOf } from '../../../../core/model/address'
import type { Expression } from '../../../../core/model/language'
import { Language } from '../../../../core/model/language'
import { absent, Region } from '../../../../core/model/region'
import { describeCallers } from '../../../../core/report/describe-callers'
import { describeRequests } from '../../../../core/report/describe-requests'
import { viewOf } from '../../../../core/report/reach-view'

const any: Expression = { any: true }
const trusted = Language.of({
  sequence: ['cluster.local/ns/', { plus: { except: '/' } }, '/sa/', { plus: { except: '/' } }],
})
const trust = { domains: ['cluster.local'], trusted }
const identity = (namespace: string, account: string): string => `cluster.local/ns/${namespace}/sa/${account}`
const callers = (language: Language): readonly string[] => describeCallers(language, trust)
const where = (variable: string, ...words: string[]): Region => Region.where(variable, Language.literals(words))

describe('callers in words', () => {
  it('are their names, where they are a list', () => {
    assert.deepEqual(callers(Language.literals([identity('shop', 'cart'), '', 'kubelet'])), [
      'anybody without identity',
      'kubelet',
      'shop/cart',
    ])
  })

  it('carry their trust domain where it is not the mesh’s own', () => {
    assert.deepEqual(callers(Language.literals(['old.example/ns/shop/sa/cart'])), ['shop/cart of old.example'])
  })

  it('are any mesh identity, with those that are not', () => {
    assert.deepEqual(callers(trusted), ['any mesh identity'])
    assert.deepEqual(callers(Language.all), ['anybody without identity', 'any mesh identity'])
    assert.deepEqual(callers(trusted.minus(Language.literals([identity('shop', 'cart')]))), [
      'any mesh identity but shop/cart',
    ])
  })

  it('are the accounts of a namespace', () => {
    assert.deepEqual(callers(Language.of({ sequence: ['cluster.local/ns/shop/sa/', any] }).intersect(trusted)), [
      'any account of shop',
    ])
  })
})

describe('requests in words', () => {
  const words = (region: Region): readonly string[] => describeRequests(region, new Map())

  it('tell raw tcp from http, and either from both', () => {
    assert.deepEqual(words(where('protocol', 'http')), ['any http request'])
    assert.deepEqual(words(where('protocol', 'tcp')), ['raw tcp'])
    assert.deepEqual(words(where('protocol', 'http', 'tcp')), ['any request'])
    assert.deepEqual(words(Region.all), ['any request'])
  })

  it('are a line for each route', () => {
    const region = Region.intersection([
      where('protocol', 'http'),
      where('method', 'GET', 'HEAD'),
      where('path', '/a', '/b'),
    ])
    assert.deepEqual(words(region), ['GET|HEAD /a', 'GET|HEAD /b'])
  })

  it('name the other things they depend on', () => {
    const region = Region.intersection([where('host', 'cart'), where('header:x-env', absent)])
    assert.deepEqual(words(region), ['any request, host cart, header x-env absent'])
  })

  it('give addresses as blocks', () => {
    const region = Region.where('address', addressesOf('10.1.0.0/16') ?? Language.none)
    assert.deepEqual(words(region), ['any request, address 10.1.0.0/16'])
  })

  it('say what a claim must be', () => {
    const questions = new Map([['claim:1', { path: ['groups'], values: Language.literals(['dev']) }]])
    assert.deepEqual(describeRequests(where('claim:1', 'yes'), questions), ['any request, with claim groups dev'])
  })
})

describe('tokens in words', () => {
  const words = (region: Region): readonly string[] =>
    describeRequests(region, questions).map(text => text.replace(/^any request, /, ''))
  const asking = (name: string, ...path: string[]) => [name, { path, values: Language.literals(['a']) }] as const
  const questions = new Map([asking('claim:s', 'scope'), asking('claim:a', 'aud'), asking('claim:n', 'realm', 'role')])
  const [none, bad, corp] = ['', absent, 'https://corp']
  const issued = (...issuers: string[]) => where('token', ...issuers)

  it('are none, bad ones, or those of somebody', () => {
    assert.deepEqual(words(issued(none)), ['without a token'])
    assert.deepEqual(words(issued(corp)), ['with a token of https://corp'])
    assert.deepEqual(words(issued(none, corp)), ['without a token or with a token of https://corp'])
    assert.deepEqual(words(issued(bad)), ['with a bad token'])
    assert.deepEqual(words(issued(none, bad)), ['without a token or with a bad token'])
  })

  it('are those of anybody but somebody', () => {
    assert.deepEqual(words(issued(none, bad, corp).complement()), ['with a sound token, but not of https://corp'])
    assert.deepEqual(words(issued(none, bad).complement()), ['with a sound token'])
    assert.deepEqual(words(issued(corp).complement()), [
      'without a token or with a sound token, but not of https://corp or a bad token',
    ])
  })

  it('are where they are', () => {
    assert.deepEqual(words(where('token@x-token:Bearer ', corp)), [
      'with a token of https://corp in the header x-token',
    ])
    assert.deepEqual(words(where('token@?', corp)), ['with a token of https://corp in a parameter or cookie'])
  })

  it('have a subject, or a certain one', () => {
    assert.deepEqual(words(where('token.sub', none, absent).complement()), ['with a subject'])
    assert.deepEqual(words(where('token.sub', absent)), ['without a subject'])
    assert.deepEqual(words(where('token.sub', 'alice')), ['with subject alice'])
  })

  it('have claims, some of which have a name of their own', () => {
    const claims = ['claim:s', 'claim:a', 'claim:n'].map(name => where(name, 'yes'))
    assert.deepEqual(words(Region.intersection(claims)), ['with audience a, with claim realm.role a, with scope a'])
    assert.deepEqual(words(where('claim:s', 'yes').complement()), ['without scope a'])
  })
})

describe('reach in words', () => {
  const cart = { namespace: 'shop', name: 'cart' }
  const view = (must: Region, may: Region) =>
    viewOf({
      ...trust,
      ports: [{ workload: cart, port: 7070, bounds: { must, may } }],
      questions: new Map(),
      floor: [],
    })

  it('keeps what is certain apart from what is possible', () => {
    const [frontend, both] = [
      where('caller', identity('shop', 'frontend')),
      where('caller', identity('shop', 'frontend'), identity('shop', 'ad')),
    ]
    assert.deepEqual(
      view(frontend, both).lines.map(({ callers, bound }) => [callers, bound]),
      [
        ['shop/ad', 'possible'],
        ['shop/frontend', 'certain'],
      ],
    )
  })

  it('sorts callers by how openly they are admitted', () => {
    const accounts = Language.of({ sequence: ['cluster.local/ns/data/sa/', any] }).intersect(trusted)
    const some = Region.union([Region.where('caller', accounts), where('caller', '', 'kubelet')])
    const openness = view(some, some).lines.map(line => line.openness)
    assert.deepEqual(openness.sort(), ['anonymous', 'mesh', 'named'])
  })

  it('says in one line what anybody may ask, and where they have to come from, and beside it what only some may', () => {
    const probe = where('path', '/ready').intersect(
      Region.where('address', addressesOf('10.0.0.0/16') ?? Language.none),
    )
    const own = where('caller', identity('shop', 'frontend')).intersect(where('path', '/cart'))
    const region = probe.union(own)
    const strange = Region.where('caller', Language.of({ sequence: ['other.example/ns/', any] }))
    const told = (must: Region, nodeNetworks: readonly string[]): readonly string[] =>
      viewOf({
        ...trust,
        nodeNetworks,
        ports: [{ workload: cart, port: 7070, bounds: { must, may: region } }],
        questions: new Map(),
        floor: [],
      }).lines.map(line => `${line.openness}: ${line.callers} ${line.requests} ${line.bound}`)
    const mine = 'named: shop/frontend any method /cart certain'
    assert.deepEqual(told(region, []), ['anonymous: anybody from 10.0.0.0/16 any method /ready certain', mine])
    const nodes = 'anonymous: anybody from the node networks 10.0.0.0/16 any method /ready certain'
    assert.deepEqual(told(region.minus(strange), ['10.0.0.0/16']), [nodes, mine])
  })

  it('lists a port that nobody may call as closed', () => {
    assert.deepEqual(view(Region.none, Region.none), { lines: [], closed: ['shop/cart:7070'], floor: [] })
  })

  it('does not let a name write to the terminal', () => {
    const evil = viewOf({
      ...trust,
      ports: [
        {
          workload: { namespace: 'shop', name: 'a\u001b[2Jb\nc' },
          port: 1,
          bounds: { must: Region.none, may: Region.none },
        },
      ],
      questions: new Map(),
      floor: [],
    })
    assert.deepEqual(evil.closed, ['shop/a\\u{1b}[2Jb\\u{a}c:1'])
  })
})
