import assert from 'node:assert/strict'
import { anyAddress } from '../../../../../core/model/address'
import { Language } from '../../../../../core/model/language'
import { Region } from '../../../../../core/model/region'
import { atHome, fromAnywhere, fromSomewhere } from '../../../../../core/analyze/network/at-home'
import { exactly } from '../../../../../core/analyze/regions/bounds'

const words = (...list: readonly string[]): Language => Language.literals(list)
const callers = (...list: readonly string[]): Region => Region.where('caller', words(...list))
const pods = (...list: readonly string[]): Region => Region.where('pod', words(...list))
const known = Region.where('caller', words('').complement())
const nobody = callers('')
const homes = new Map([
  ['a', words('shop/a')],
  ['b', words('shop/b', 'shop/b-canary')],
])

describe('callers brought home', () => {
  it('are as they were where nobody has a home', () => {
    const match = exactly(pods('shop/a'))
    assert.equal(atHome(match, new Map()), match)
  })

  it('get what is certain from all their homes, and possibly what is possible from any', () => {
    const { must, may } = atHome(exactly(callers('a', 'b').intersect(pods('shop/a', 'shop/b'))), homes)
    assert.equal(must, callers('a'))
    assert.equal(may, callers('a', 'b'))
    const all = atHome(exactly(callers('b').intersect(pods('shop/b', 'shop/b-canary'))), homes)
    assert.equal(all.must, callers('b'))
  })

  it('get nothing where nothing gets through from where they run, though it would from elsewhere', () => {
    const { must, may } = atHome(exactly(callers('a').intersect(pods('shop/b'))), homes)
    assert.deepEqual([must, may], [Region.none, Region.none])
  })

  it('are those that are listed by name; classes, those without home and those without identity stay where they are', () => {
    const listed = callers('a', 'nomad', '').intersect(pods('shop/a'))
    const { must } = atHome(exactly(listed), homes)
    assert.equal(must, callers('a').union(callers('nomad', '').intersect(pods('shop/a'))))
    const classes = exactly(known.intersect(pods('shop/a')))
    assert.deepEqual(atHome(classes, homes), classes)
    const among = atHome(classes, homes, words('a', 'b', ''))
    const others = Region.where('caller', words('', 'a', 'b').complement()).intersect(pods('shop/a'))
    assert.equal(among.must, callers('a').union(others))
  })

  it('keep what else a request is asked for, and the address that it comes from', () => {
    const [near, get] = [Region.where('address', anyAddress()), Region.where('method', words('GET'))]
    const { must } = atHome(
      exactly(Region.intersection([near, callers('a'), pods('shop/a'), get]).union(nobody.intersect(pods('shop/a')))),
      homes,
    )
    assert.equal(must, Region.intersection([near, callers('a'), get]).union(nobody.intersect(pods('shop/a'))))
  })

  it('are brought home where whole regions ask for the Pod alone', () => {
    const { must } = atHome(exactly(pods('shop/a')), homes, words('a', 'b'))
    assert.equal(must.given('caller', 'a'), Region.all)
    assert.equal(must.given('caller', 'b'), Region.none)
    assert.equal(must.given('caller', ''), pods('shop/a'))
  })
})

describe('callers who may be anywhere', () => {
  const here = Region.where('address', anyAddress())

  it('get what somebody gets from somewhere', () => {
    assert.equal(fromSomewhere(nobody.intersect(pods('shop/a'))), nobody)
    assert.equal(fromSomewhere(nobody), nobody)
  })

  it('and from some address, if it matters at all from where a call comes', () => {
    assert.equal(fromAnywhere(Region.intersection([here, nobody, pods('')])), nobody)
    const byAddress = here.intersect(nobody)
    assert.equal(fromAnywhere(byAddress), byAddress)
  })
})
