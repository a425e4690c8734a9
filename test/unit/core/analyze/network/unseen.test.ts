import assert from 'node:assert/strict'
import { unseenPods } from '../../../../../core/analyze/network/unseen'
import { layerOf, readAll, type Json } from '../objects'
import { cluster, networkVerdict, only, policy } from './objects'

const admitting = (...from: readonly Json[]): Json => policy('shop/p', { ...only('cart'), ingress: [{ from }] })
const anywhere = { namespaceSelector: {} }

describe('what a NetworkPolicy may not say', () => {
  const spec = (more: Json): Json => policy('shop/p', { podSelector: {}, ...more })
  const rule = (more: Json): Json => spec({ ingress: [more] })
  const block = (more: Json): Json => rule({ from: [{ ipBlock: { cidr: '10.0.0.0/8', ...more } }] })
  const expression = (more: Json): Json =>
    spec({ podSelector: { matchExpressions: [{ key: 'app', operator: 'In', values: ['cart'], ...more }] } })
  // kubernetes `pkg/apis/networking/validation/validation.go`
  const table: readonly (readonly [policy: Json, problems: number])[] = [
    [spec({}), 0],
    [spec({ policyTypes: ['Ingress', 'Egress'] }), 0],
    [spec({ policyTypes: ['ingress'] }), 1],
    [spec({ podSelectors: {} }), 1],
    [rule({}), 0],
    [rule({ to: [] }), 1],
    [rule({ from: [{ podSelector: {}, namespaceSelector: {} }] }), 0],
    [rule({ from: [{}] }), 1],
    [rule({ from: [{ podSelector: {}, ipBlock: { cidr: '10.0.0.0/8' } }] }), 1],
    [rule({ from: [{ namespaceSelector: {}, ipBlock: { cidr: '10.0.0.0/8' } }] }), 1],
    [rule({ from: [{ pods: {} }] }), 2],
    [block({}), 0],
    [block({ cidr: '10.0.0.1' }), 1],
    [block({ cidr: 'x/8' }), 1],
    [block({ cidr: undefined }), 1],
    [block({ except: ['10.1.0.0/16'] }), 0],
    [block({ except: ['10.0.0.0/8'] }), 1],
    [block({ except: ['11.0.0.0/16'] }), 1],
    [block({ except: ['2001:db8::/32'] }), 1],
    [block({ except: ['x'] }), 1],
    [block({ but: [] }), 1],
    [rule({ ports: [{ port: 80 }] }), 0],
    [rule({ ports: [{ port: 80, endPort: 80 }] }), 0],
    [rule({ ports: [{ port: 80, endPort: 79 }] }), 1],
    [rule({ ports: [{ port: 'http', endPort: 80 }] }), 1],
    [rule({ ports: [{ endPort: 80 }] }), 1],
    [rule({ ports: [{ port: '80' }] }), 1],
    [rule({ ports: [{ port: 'http' }] }), 0],
    [rule({ ports: [{ port: 80, protocol: 'tcp' }] }), 1],
    [rule({ ports: [{ port: 80, protocol: 'SCTP' }] }), 0],
    [rule({ ports: [{ name: 80 }] }), 1],
    [expression({}), 0],
    [expression({ values: [] }), 1],
    [expression({ operator: 'NotIn', values: undefined }), 1],
    [expression({ operator: 'Exists' }), 1],
    [expression({ operator: 'Exists', values: undefined }), 0],
    [expression({ operator: 'Gt' }), 1],
  ]
  for (const [one, problems] of table)
    it(`${JSON.stringify(one.spec)}: ${problems}`, () => {
      const { layer, problems: found } = readAll([one])
      assert.equal(found.length, problems, JSON.stringify(found))
      assert.equal(layer.network.policies[0]?.unreadable, problems > 0)
    })
})

describe('Pods that nobody has read, as policies tell them apart', () => {
  const keys = (...peers: readonly Json[]): readonly string[] =>
    unseenPods(layerOf([...cluster, admitting(...peers)]))
      .map(({ key }) => key)
      .filter(key => !['shop/{}', 'web/{}', '…/{}'].includes(key))
      .sort()
  const expressions = (...matchExpressions: readonly Json[]): Json => ({ podSelector: { matchExpressions } })
  const table: readonly (readonly [title: string, keys: readonly string[], expected: readonly string[]])[] = [
    ['all are known', keys(only('db')), []],
    ['all beside it are known', keys({ podSelector: {} }), []],
    ['a label is new', keys(only('x')), ['shop/{app=x}']],
    ['a label is new, beside one that is not', keys(only('x'), only('db')), ['shop/{app=x}']],
    ['a label is new anywhere', keys({ ...anywhere, ...only('x') }), ['shop/{app=x}', '…/{app=x}']],
    [
      'a label is new in a namespace',
      keys({ namespaceSelector: { matchLabels: { team: 'blue' } }, ...only('x') }),
      ['web/{app=x}', '{team=blue}/{app=x}'],
    ],
    [
      'a label is new there, and not beside it',
      keys({ namespaceSelector: { matchLabels: { team: 'blue' } }, ...only('db') }),
      ['web/{app=db}', '{team=blue}/{app=db}'],
    ],
    ['a namespace is new', keys({ namespaceSelector: { matchLabels: { team: 'x' } } }), ['{team=x}/{}']],
    ['both are new', keys({ namespaceSelector: { matchLabels: { team: 'x' } }, ...only('x') }), ['{team=x}/{app=x}']],
    [
      'a namespace is new by its name',
      keys({ namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'x' } } }),
      ['x/{}'],
    ],
    [
      'one of two is asked for',
      keys(expressions({ key: 'app', operator: 'In', values: ['x', 'db'] })),
      ['shop/{app=x}'],
    ],
    [
      'one of two that are new is asked for',
      keys(expressions({ key: 'app', operator: 'In', values: ['x', 'y'] })),
      ['shop/{app=x}', 'shop/{app=y}'],
    ],
    ['a label is asked for that nobody has', keys(expressions({ key: 'x', operator: 'Exists' })), ['shop/{x=x}']],
    ['a label is not to be there', keys(expressions({ key: 'x', operator: 'DoesNotExist' })), ['shop/{x=x}']],
    [
      'a label is to be there and not',
      keys(expressions({ key: 'x', operator: 'Exists' }, { key: 'x', operator: 'DoesNotExist' })),
      [],
    ],
    [
      'two are asked for of whom one is known',
      keys({ podSelector: { matchLabels: { app: 'db', x: 'y' } } }),
      ['shop/{app=db,x=y}'],
    ],
  ]
  for (const [title, found, expected] of table) it(title, () => assert.deepEqual(found, expected))
})

describe('a caller that nobody has read', () => {
  const blue = { namespaceSelector: { matchLabels: { team: 'blue' } } }
  const table: readonly (readonly [from: string, peer: Json, verdict: string])[] = [
    ['web/anybody', { ...anywhere, ...only('x') }, 'unknown'],
    ['web/anybody', { ...blue, ...only('x') }, 'unknown'],
    ['shop/anybody', { ...blue, ...only('x') }, 'deny'],
    ['shop/anybody', only('x'), 'unknown'],
    ['web/anybody', only('x'), 'deny'],
    ['web/anybody', anywhere, 'allow'],
    ['far/anybody', { ...anywhere, ...only('x') }, 'unknown'],
  ]
  for (const [from, peer, verdict] of table)
    it(`may have any labels: of ${from} it is ${verdict} whether ${JSON.stringify(peer)} means it`, () => {
      assert.equal(networkVerdict([...cluster, admitting(peer)], { from }), verdict)
    })
})
