import assert from 'node:assert/strict'
import { Language } from '../../../../core/model/language'
import { Region } from '../../../../core/model/region'
import { addressesOf } from '../../../../core/model/address'
import { describePods } from '../../../../core/report/describe-pods'
import { viewOf } from '../../../../core/report/reach-view'

const known = new Set(['shop/a', 'shop/b', 'shop/{}', 'shop/{app=x}', 'pay/{}', 'pay/c'])
const pods = (...words: string[]): Language => Language.literals(words)
const words = (set: Language): readonly string[] => describePods(set, known)

describe('Pods in words', () => {
  it('are workloads, labels, and what has none of these', () => {
    assert.deepEqual(words(pods('shop/b', 'shop/a')), ['Pods of shop/a, shop/b'])
    assert.deepEqual(words(pods('shop/{app.example/name=x}')), ['Pods labelled app.example/name=x of shop'])
    assert.deepEqual(words(pods('shop/{}', 'shop/a')), ['Pods of shop/a', 'other Pods of shop'])
    assert.deepEqual(words(pods('{a.example/team=web}/{app=x}')), [
      'Pods labelled app=x of namespaces labelled a.example/team=web',
    ])
    assert.deepEqual(words(pods('')), ['nodes and what is outside the cluster'])
  })

  it('are any of a namespace, where none of it is missing', () => {
    assert.deepEqual(words(pods('pay/c', 'pay/{}')), ['any Pod of pay'])
    assert.deepEqual(words(pods('pay/{}')), ['other Pods of pay'])
  })

  it('are all but a few', () => {
    assert.deepEqual(words(pods('shop/a').complement()), ['anybody but Pods of shop/a'])
    assert.deepEqual(words(pods('').complement()), ['any Pod'])
    assert.deepEqual(words(pods('', 'shop/a').complement()), ['any Pod but Pods of shop/a'])
    assert.deepEqual(words(Language.all), ['anybody'])
  })
})

describe('reach of a cluster without a mesh', () => {
  const view = (region: Region) =>
    viewOf({
      domains: undefined,
      trusted: Language.all,
      questions: new Map(),
      floor: [],
      ports: [{ workload: { namespace: 'shop', name: 'a' }, port: 80, bounds: { must: region, may: region } }],
    }).lines.map(({ openness, callers }) => `${openness}: ${callers}`)
  const from = (set: Language): Region => Region.where('pod', set)

  it('names Pods where the network names them, however they could show an identity', () => {
    assert.deepEqual(view(from(pods('shop/b'))), ['named: Pods of shop/b'])
    assert.deepEqual(view(from(pods('shop/b', 'shop/{}'))), ['namespace: Pods of shop/b, other Pods of shop'])
    assert.deepEqual(view(from(pods('pay/{}'))), ['mesh: any Pod of pay'])
    assert.deepEqual(view(Region.all), ['anonymous: anybody'])
    assert.deepEqual(view(from(pods('').complement())), ['mesh: any Pod'])
  })

  it('tells what is no Pod by its address', () => {
    const block = Region.where('address', addressesOf('10.0.0.0/8') ?? Language.none)
    const region = from(pods(''))
      .intersect(block)
      .union(from(pods('shop/b')))
    assert.deepEqual(view(region), [
      'named: Pods of shop/b',
      'anonymous: nodes and what is outside the cluster from 10.0.0.0/8',
    ])
  })
})
