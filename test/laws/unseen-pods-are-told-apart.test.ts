import assert from 'node:assert/strict'
import fc from 'fast-check'
import { diff } from '../../core/analyze/diff/diff'
import { reachBoth } from '../../core/analyze/reach-both'
import type { Json } from '../support/arbitrary/json'
import { layerOf, namespace, pod } from '../unit/core/analyze/objects'
import { policy } from '../unit/core/analyze/network/objects'
import { runs } from '../support/runs'

type Labels = Readonly<Record<string, string>>
type Operator = 'In' | 'NotIn' | 'Exists' | 'DoesNotExist'
interface Selector {
  readonly matchLabels?: Labels
  readonly matchExpressions?: readonly {
    readonly key: string
    readonly operator: Operator
    readonly values?: string[]
  }[]
}
interface Peer {
  readonly podSelector?: Selector
  readonly namespaceSelector?: Selector
}

const value = fc.constantFrom('a', 'b', 'c')
const values = fc.uniqueArray(value, { minLength: 1, maxLength: 3 })
const expression = (keys: readonly string[]) =>
  fc.oneof(
    fc.record({ key: fc.constantFrom(...keys), operator: fc.constantFrom<Operator>('In', 'NotIn'), values }),
    fc.record({ key: fc.constantFrom(...keys), operator: fc.constantFrom<Operator>('Exists', 'DoesNotExist') }),
  )
const selector = (keys: readonly string[]): fc.Arbitrary<Selector> =>
  fc.record(
    {
      matchLabels: fc.dictionary(fc.constantFrom(...keys), value, { maxKeys: 2, noNullPrototype: true }),
      matchExpressions: fc.array(expression(keys), { maxLength: 2 }),
    },
    { requiredKeys: [] },
  )
const peer: fc.Arbitrary<Peer> = fc.oneof(
  fc.record({ podSelector: selector(['app', 'tier']) }),
  fc.record({ podSelector: selector(['app', 'tier']), namespaceSelector: selector(['team']) }),
  fc.record({ namespaceSelector: selector(['team', 'kubernetes.io/metadata.name']) }),
)
const peers = fc.array(peer, { maxLength: 2 })

/** Whether labels meet a selector, as the documentation of Kubernetes says ("Labels and Selectors"). */
function meets({ matchLabels = {}, matchExpressions = [] }: Selector, labels: Labels): boolean {
  return (
    Object.entries(matchLabels).every(([key, wanted]) => labels[key] === wanted) &&
    matchExpressions.every(({ key, operator, values: listed = [] }) => {
      const own = labels[key]
      if (operator === 'Exists') return own !== undefined
      if (operator === 'DoesNotExist') return own === undefined
      const isListed = own !== undefined && listed.includes(own)
      return operator === 'In' ? isListed : !isListed
    })
  )
}

interface Place {
  readonly name: string
  readonly labels: Labels
}

const name = 'kubernetes.io/metadata.name'
const places: readonly Place[] = [
  { name: 'shop', labels: { [name]: 'shop' } },
  { name: 'web', labels: { [name]: 'web', team: 'a' } },
  ...[{}, { team: 'a' }, { team: 'b' }, { team: 'c' }, { team: 'nobody-said' }].flatMap((labels: Labels) =>
    ['a', 'b', 'c', 'unheard-of'].map(own => ({ name: own, labels: { ...labels, [name]: own } })),
  ),
]
const each = [undefined, 'a', 'b', 'c', 'cart', 'nobody-said']
const everyLabels: readonly Labels[] = each.flatMap(app =>
  each.map(tier => ({ ...(app !== undefined && { app }), ...(tier !== undefined && { tier }) })),
)

/** Whether a policy of `shop` lets a Pod in. */
function admits(from: readonly Peer[], place: Place, labels: Labels): boolean {
  return from.some(
    ({ podSelector = {}, namespaceSelector }) =>
      meets(podSelector, labels) &&
      (namespaceSelector ? meets(namespaceSelector, place.labels) : place.name === 'shop'),
  )
}

function isNew(old: readonly Peer[], now: readonly Peer[]): boolean {
  return places.some(place =>
    everyLabels.some(labels => admits(now, place, labels) && !admits(old, place, labels) && !isCart(place, labels)),
  )
}

/** Which reaches itself in any case. */
function isCart({ name: place }: Place, { app, tier }: Labels): boolean {
  return place === 'shop' && app === 'cart' && tier === undefined
}

const cluster: readonly Json[] = [
  namespace('shop', {}),
  namespace('web', { team: 'a' }),
  pod('shop/cart'),
  pod('web/frontend', { labels: { app: 'a' } }),
]

function stateOf(from: readonly Peer[]) {
  const spec = {
    podSelector: { matchLabels: { app: 'cart' } },
    policyTypes: ['Ingress'],
    ingress: from.length > 0 ? [{ from }] : [],
  }
  return layerOf([...cluster, policy('shop/cart', spec)])
}

describe('law: Pods that nobody has read are told apart as selectors tell them', () => {
  it('so that a diff finds whatever any of them newly may, and may no longer, and nothing else', () => {
    fc.assert(
      fc.property(peers, peers, (old, now) => {
        const { changes } = diff(...reachBoth(stateOf(old), stateOf(now)))
        const found = {
          grown: changes.some(({ patch }) => !patch.admitted.isEmpty),
          shrunk: changes.some(({ patch }) => !patch.cut.isEmpty),
        }
        assert.deepEqual(found, { grown: isNew(old, now), shrunk: isNew(now, old) })
      }),
      { numRuns: runs(200) },
    )
  })
})
