import assert from 'node:assert/strict'
import { judgeWaivers } from '../../../../../core/analyze/contain/waived'
import type { Waiver } from '../../../../../core/analyze/contain/waiver'
import { parseFlow, parseWaivers } from '../../../../../core/analyze/contain/waiver'
import { absent, Region } from '../../../../../core/model/region'

interface Asked {
  /** A caller's account, or nobody's. */
  readonly from?: string
  readonly at?: string
  readonly request?: Readonly<Record<string, string>>
}

const account = (name: string, domain = 'mesh.example'): string => `${domain}/ns/${name.replace('/', '/sa/')}`

function admits(flow: string, asked: Asked, narrowed: Pick<Waiver, 'hosts' | 'headers'> = {}): boolean {
  const found = parseFlow(flow, ['mesh.example'], narrowed) ?? assert.fail(flow)
  const request: Readonly<Record<string, string>> = {
    ...{ caller: account('shop/frontend'), protocol: 'http', method: 'GET', path: '/x', host: 'cart' },
    ...(asked.from !== undefined && { caller: asked.from }),
    ...asked.request,
  }
  const point = (variable: string): string => request[variable] ?? (variable.startsWith('header:') ? absent : '')
  return found.isAt(asked.at ?? 'shop/cart:7070') && found.requests.contains(point)
}

describe('what a flow of a waiver admits', () => {
  type Row = readonly [flow: string, asked: Asked, admitted: boolean]
  const ask = (method: string, path: string): Asked => ({ request: { method, path } })
  const tcp: Asked = { request: { protocol: 'tcp' } }
  const table: readonly Row[] = [
    // Who calls.
    ['shop/frontend → shop/cart:7070', {}, true],
    ['shop/frontend -> shop/cart:7070', {}, true],
    ['  shop/frontend   →   shop/cart:7070  ', {}, true],
    ['shop/other → shop/cart:7070', {}, false],
    ['shop/frontend → shop/cart:7070', { from: account('other/frontend') }, false],
    ['shop/frontend → shop/cart:7070', { from: account('shop/frontend', 'b.example') }, false],
    ['shop/frontend → shop/cart:7070', { from: '' }, false],
    ['shop/* → shop/cart:7070', { from: account('shop/a.b') }, true],
    ['shop/* → shop/cart:7070', { from: account('shopping/a') }, false],
    ['shop/* → shop/cart:7070', { from: '' }, false],
    ['* → shop/cart:7070', { from: account('b/a') }, true],
    ['* → shop/cart:7070', { from: account('b/a', 'b.example') }, false],
    ['* → shop/cart:7070', { from: '' }, false],
    ['anybody → shop/cart:7070', { from: '' }, true],
    ['anybody → shop/cart:7070', { from: account('b/a', 'b.example') }, true],
    // Who is called.
    ['* → shop/cart:7070', { at: 'shop/cart:7071' }, false],
    ['* → shop/cart:7070', { at: 'shop/cart:other' }, false],
    ['* → shop/cart:other', { at: 'shop/cart:other' }, true],
    ['* → shop/cart:other', { at: 'shop/cart:7070' }, false],
    ['* → shop/cart:*', { at: 'shop/cart:other' }, true],
    ['* → shop/cart', { at: 'shop/cart:7070' }, true],
    ['* → shop/cart', { at: 'shop/cart-2:7070' }, false],
    ['* → shop/cart', { at: 'b/cart:7070' }, false],
    ['* → shop/*', { at: 'shop/other:1' }, true],
    ['* → shop/*:7070', { at: 'shop/other:1' }, false],
    ['* → shop/*', { at: 'shopping/cart:1' }, false],
    ['* → shop/cart:7070', { at: 'shop/cart:7070 → b/c:80' }, true],
    ['* → b/c:80', { at: 'shop/cart:7070 → b/c:80' }, false],
    // What is asked.
    ['* → shop/cart GET /x', {}, true],
    ['* → shop/cart POST /x', {}, false],
    ['* → shop/cart GET /y', {}, false],
    ['* → shop/cart * /x', ask('PUT', '/x'), true],
    ['* → shop/cart GET /x', tcp, false],
    ['* → shop/cart tcp', tcp, true],
    ['* → shop/cart tcp', {}, false],
    ['* → shop/cart', tcp, true],
    ['* → shop/cart GET /a/*', ask('GET', '/a/b'), true],
    ['* → shop/cart GET /a/*', ask('GET', '/a/'), false],
    ['* → shop/cart GET /a/*', ask('GET', '/a/b/c'), false],
    ['* → shop/cart GET /a/**', ask('GET', '/a/b/c'), true],
    ['* → shop/cart GET /a/**', ask('GET', '/a/'), true],
    ['* → shop/cart GET /a/**', ask('GET', '/a'), false],
    ['* → shop/cart GET /a/**', ask('GET', '/ab'), false],
    ['* → shop/cart GET /**', ask('GET', '/'), true],
    ['* → shop/cart GET /a/*/c', ask('GET', '/a/b/c'), true],
    ['* → shop/cart grpc a.B/C', ask('POST', '/a.B/C'), true],
    ['* → shop/cart grpc a.B/C', ask('GET', '/a.B/C'), false],
    ['* → shop/cart grpc a.B/C', ask('POST', '/a.B/CD'), false],
    ['* → shop/cart grpc a.B/C', ask('POST', '/a.B/C/x'), true],
    ['* → shop/cart grpc a.B/*', ask('POST', '/a.B/D'), true],
    ['* → shop/cart grpc a.B/*', ask('POST', '/a.B/'), false],
    ['* → shop/cart grpc a.B/*', ask('POST', '/a.C/D'), false],
  ]
  for (const [flow, asked, expected] of table)
    it(`\`${flow}\` ${expected ? 'admits' : 'does not admit'} ${JSON.stringify(asked)}`, () => {
      assert.equal(admits(flow, asked), expected)
    })

  const wrong = [
    '',
    'shop/frontend',
    'frontend → shop/cart',
    'shop/frontend → cart',
    'shop/frontend → shop/cart:x',
    'shop/frontend → shop/cart:123456',
    'shop/frontend → shop/cart/x:80',
    'shop/frontend → shop/cart GET',
    'shop/frontend → shop/cart get /x',
    'shop/frontend → shop/cart GET x',
    'shop/frontend → shop/cart GET /x y',
    'shop/frontend → shop/cart grpc a.B',
    'shop/frontend → external',
    'shop/frontend → external A.example.com',
    'shop/frontend → external a.example.com:x',
    'frontend → external a.example.com',
    'Shop/frontend → shop/cart',
    'shop/a/b → shop/cart',
  ]
  for (const flow of wrong) it(`\`${flow}\` is none`, () => assert.equal(parseFlow(flow, undefined, {}), undefined))

  it('are callers of every trust domain where none is known', () => {
    const { requests } = parseFlow('shop/a → shop/cart', undefined, {}) ?? assert.fail()
    const has = (caller: string): boolean => requests.contains(variable => (variable === 'caller' ? caller : ''))
    assert.deepEqual(['x.example/ns/shop/sa/a', 'x/y/ns/shop/sa/a', 'x.example/ns/shop/sa/b'].map(has), [
      true,
      false,
      false,
    ])
  })
})

describe('what narrows a waiver', () => {
  type Row = readonly [
    narrowed: Pick<Waiver, 'hosts' | 'headers'>,
    request: Readonly<Record<string, string>>,
    admitted: boolean,
  ]
  const table: readonly Row[] = [
    [{ hosts: ['a.example.com'] }, { host: 'a.example.com' }, true],
    [{ hosts: ['a.example.com'] }, { host: 'a.example.com:8080' }, true],
    [{ hosts: ['a.example.com'] }, { authority: 'a.example.com' }, true],
    [{ hosts: ['a.example.com'] }, { host: 'b.example.com' }, false],
    [{ hosts: ['*.example.com'] }, { host: 'b.example.com' }, true],
    [{ hosts: ['*.example.com'] }, { host: 'example.com' }, false],
    [{ hosts: ['a.example.com', 'b.example.com'] }, { host: 'b.example.com' }, true],
    [{ headers: { 'x-env': 'a' } }, { 'header:x-env': 'a' }, true],
    [{ headers: { 'x-env': 'a' } }, { 'header:x-env': 'b' }, false],
    [{ headers: { 'x-env': ['a', 'b'] } }, { 'header:x-env': 'b' }, true],
    [{ headers: { 'x-env': '*' } }, { 'header:x-env': 'b' }, true],
    [{ headers: { 'x-env': '*' } }, {}, false],
    [{ headers: { 'x-env': 'a', 'x-b': 'b' } }, { 'header:x-env': 'a' }, false],
    [{ headers: { 'x-env': 'a' }, hosts: ['a.example.com'] }, { 'header:x-env': 'a' }, false],
  ]
  for (const [narrowed, request, expected] of table)
    it(`${JSON.stringify(narrowed)} ${expected ? 'leaves' : 'takes'} ${JSON.stringify(request)}`, () => {
      assert.equal(admits('* → shop/cart', { request }, narrowed), expected)
    })
})

describe('what a waiver lets out of the mesh', () => {
  type Row = readonly [flow: string, workload: string, port: number, host: string, out: boolean]
  const table: readonly Row[] = [
    ['shop/cart → external a.example.com:443', 'shop/cart', 443, 'a.example.com', true],
    ['shop/cart → external a.example.com:443', 'shop/cart', 80, 'a.example.com', false],
    ['shop/cart → external a.example.com:443', 'shop/cart', 443, 'b.example.com', false],
    ['shop/cart → external a.example.com:443', 'shop/other', 443, 'a.example.com', false],
    ['shop/cart → external a.example.com', 'shop/cart', 80, 'a.example.com', true],
    ['shop/cart → external a.example.com:*', 'shop/cart', 80, 'a.example.com', true],
    ['shop/cart → external *.example.com:443', 'shop/cart', 443, 'a.b.example.com', true],
    ['shop/cart → external *.example.com:443', 'shop/cart', 443, 'example.com', false],
    ['shop/cart → external *:443', 'shop/cart', 443, 'example.com', true],
    ['shop/* → external a.example.com:443', 'shop/other', 443, 'a.example.com', true],
    ['shop/* → external a.example.com:443', 'shopping/other', 443, 'a.example.com', false],
    ['* → external a.example.com:443', 'b/other', 443, 'a.example.com', true],
    ['anybody → external a.example.com:443', 'b/other', 443, 'a.example.com', true],
    ['shop/cart → external a.example.com:443 POST /x', 'shop/cart', 443, 'a.example.com', false],
    ['shop/cart → external a.example.com:443 GET /x', 'shop/cart', 443, 'a.example.com', true],
    ['shop/cart → shop/cart:443', 'shop/cart', 443, 'a.example.com', false],
  ]
  for (const [flow, workload, port, host, expected] of table)
    it(`\`${flow}\` ${expected ? 'lets out' : 'keeps in'} ${workload} to ${host}:${port}`, () => {
      const found = parseFlow(flow, ['mesh.example'], {}) ?? assert.fail(flow)
      const request: Readonly<Record<string, string>> = { host, protocol: 'http', method: 'GET', path: '/x' }
      const out = found.leaves?.(workload, port) ?? Region.none
      assert.equal(
        out.contains(variable => request[variable] ?? ''),
        expected,
      )
      if (flow.includes('external'))
        assert.ok(!found.isAt('shop/cart:443') && found.requests.isEmpty, 'nothing within the mesh')
    })

  it('is told apart at the ports it names', () => {
    const ports = (flow: string): unknown => parseFlow(flow, undefined, {})?.ports
    assert.deepEqual(ports('a/b → external x:443'), [{ from: 443, to: 443 }])
    assert.deepEqual(ports('a/b → external x'), [])
    assert.deepEqual(ports('a/b → c/d:443'), [])
  })
})

describe('waivers on a day', () => {
  const waiver = (admits: string, expires = '2026-12-31'): Waiver => ({
    ...{ owner: 'a', reason: 'b', admits: [admits], expires, at: 'x' },
  })
  const growth = (...callers: readonly string[]): Region =>
    Region.union(
      callers.map(caller => parseFlow(`${caller} → shop/cart GET /x`, ['mesh.example'], {})?.requests ?? Region.none),
    )

  /** What is left, of two callers' growth; and of each waiver whether it holds and is needed. */
  function judged(today: string, ...waivers: readonly Waiver[]): unknown {
    const { unwaived, judged: all } = judgeWaivers(waivers, { today, domains: ['mesh.example'] })
    const rest = unwaived.of(growth('shop/a', 'shop/b'), flow => flow.requests)
    const left = ['shop/a', 'shop/b'].filter(caller => !rest.intersect(growth(caller)).isEmpty)
    return [left, all().map(({ live, needed }) => `${live ? 'live' : 'expired'}${needed ? ' needed' : ''}`)]
  }

  const [a, b, late] = [
    waiver('shop/a → shop/cart'),
    waiver('shop/b → shop/cart'),
    waiver('shop/b → shop/cart', '2026-01-01'),
  ]
  const table: readonly (readonly [waivers: readonly Waiver[], left: readonly string[], each: readonly string[]])[] = [
    [[], ['shop/a', 'shop/b'], []],
    [[a], ['shop/b'], ['live needed']],
    [[a, b], [], ['live needed', 'live needed']],
    [[a, late], ['shop/b'], ['live needed', 'expired needed']],
    [[b, late], ['shop/a'], ['live needed', 'expired']],
    [[waiver('shop/c → shop/cart')], ['shop/a', 'shop/b'], ['live']],
  ]
  for (const [waivers, left, each] of table)
    it(`leave ${left.join() || 'nothing'} where ${each.join(', ') || 'there is none'}`, () => {
      assert.deepEqual(judged('2026-06-01', ...waivers), [left, each])
    })

  it('hold through the day on which they expire', () => {
    assert.deepEqual(judged('2026-12-31', a), [['shop/b'], ['live needed']])
    assert.deepEqual(judged('2027-01-01', a), [['shop/a', 'shop/b'], ['expired needed']])
  })
})

describe('a file of waivers', () => {
  const one = { owner: 'a', reason: 'b', expires: '2026-12-31', admits: 'a/b → c/d' }
  const read = (value: unknown): unknown => {
    const { waivers, problems } = parseWaivers(value, 'w.yaml')
    return [waivers.length, problems.length]
  }
  const table: readonly (readonly [value: unknown, read: readonly [waivers: number, problems: number]])[] = [
    [{ waivers: [one] }, [1, 0]],
    [{ waivers: [one, one] }, [2, 0]],
    [{ waivers: [] }, [0, 0]],
    [undefined, [0, 1]],
    [7, [0, 1]],
    [{}, [0, 1]],
    [{ waivers: [7] }, [0, 1]],
    [{ waivers: [{ ...one, owner: undefined }] }, [0, 1]],
    [{ waivers: [{ ...one, reason: '' }] }, [0, 1]],
    [{ waivers: [{ ...one, expires: undefined }] }, [0, 1]],
    [{ waivers: [{ ...one, admits: undefined }] }, [1, 1]],
    [{ waivers: [{ ...one, admits: [] }] }, [1, 1]],
    [{ waivers: [{ ...one, headers: { 'x y': 'a' } }] }, [1, 1]],
    [{ waivers: [{ ...one, headers: { host: 'a' } }] }, [1, 1]],
    [{ waivers: [{ ...one, headers: { 'x-a': [] } }] }, [1, 1]],
    [{ waivers: [{ ...one, hosts: 'a.example.com' }] }, [1, 0]],
    [{ waivers: [{ ...one, hosts: ['A'] }] }, [1, 1]],
    [{ waivers: [{ ...one, hosts: [] }] }, [1, 1]],
  ]
  for (const [value, expected] of table)
    it(JSON.stringify(value) ?? 'nothing', () => assert.deepEqual(read(value), expected))

  it('has lists where a text alone is written', () => {
    const { waivers } = parseWaivers({ waivers: [{ ...one, hosts: 'h', headers: { 'x-a': 'b' } }] }, 'w.yaml')
    assert.deepEqual(waivers, [
      { ...one, admits: [one.admits], hosts: ['h'], headers: { 'x-a': ['b'] }, at: 'w.yaml waivers[0]' },
    ])
  })
})
