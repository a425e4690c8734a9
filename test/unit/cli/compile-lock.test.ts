import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { parseLock } from '../../../policypacks/zero-trust/lock'
import { sha256 } from '../../../cli/io'
import { assertRefused, scratch, ztm } from './support/ztm'

const { path, write } = scratch()
const mesh = ['--trust-domain', 'cluster.local']

const graph = `services:
  frontend: { namespace: shop, ports: { http: { protocol: http, port: 8080 } } }
  cart: { namespace: shop, ports: { http: { protocol: http, port: 7070 } } }
calls:
  frontend: { cart: { http: ['GET /cart'] } }
`

describe('ztm compile --lock', () => {
  it('writes the lock beside the graph, one flow a line, with a digest that holds', async () => {
    const file = write('locked.yaml', graph)
    const { code, out } = await ztm(['compile', file, '--lock'])
    assert.deepEqual([code, out], [0, ''])
    const text = readFileSync(path('intent.lock.json'), 'utf8')
    assert.match(text, /^ {6}\{"text":"shop\/frontend → shop\/cart:7070 GET \/cart",.*\}$/m)
    assert.equal(parseLock(text, 'x', sha256).kind, 'found')
  })

  it('--check passes while the lock is current, and tells the flows that changed when it is not', async () => {
    const file = write('moving.yaml', graph)
    const lock = ['--lock', path('moving.lock.json')]
    await ztm(['compile', file, ...lock])
    assert.equal((await ztm(['compile', file, ...lock, '--check'])).code, 0)
    write('moving.yaml', graph.replace('GET /cart', 'GET /basket'))
    const { code, out } = await ztm(['compile', file, ...lock, '--check'])
    assert.equal(code, 1)
    assert.match(
      out,
      /^ {2}- shop\/frontend → shop\/cart:7070 GET \/cart\n {2}\+ shop\/frontend → shop\/cart:7070 GET \/basket$/m,
    )
  })

  it('--check notices a digest or a request set that was changed by hand', async () => {
    const file = write('moving.yaml', graph)
    const lock = path('hand.lock.json')
    await ztm(['compile', file, '--lock', lock])
    const text = readFileSync(lock, 'utf8')
    write('hand.lock.json', text.replace('"path":"/cart"', '"path":"/secret"'))
    const { code, out } = await ztm(['compile', file, '--lock', lock, '--check'])
    assert.equal(code, 1)
    assert.match(out, /~ the same flows, spelt out otherwise/)
  })

  it('--check tells which flows need another token than before, though they read the same', async () => {
    const guarded = (issuer: string): string =>
      `${graph.replace("'GET /cart'", '{ route: GET /cart, jwt: { issuer: corp } }')}jwt: { corp: { issuer: ${issuer}, jwksUri: https://corp.example/keys } }\n`
    const file = write('tokens.yaml', guarded('https://corp.example'))
    const lock = ['--lock', path('tokens.lock.json')]
    await ztm(['compile', file, ...lock])
    assert.equal((await ztm(['compile', file, ...lock, '--check'])).code, 0)
    write('tokens.yaml', guarded('https://other.example'))
    const { code, out } = await ztm(['compile', file, ...lock, '--check'])
    assert.equal(code, 1)
    assert.match(
      out,
      /^ {2}~ shop\/frontend → shop\/cart:7070 GET \/cart if jwt corp \(of another token than before\)$/m,
    )
  })

  it('--check notices a service that is governed no longer', async () => {
    const file = write('moving.yaml', graph)
    const lock = ['--lock', path('governed.lock.json')]
    await ztm(['compile', file, ...lock])
    write('moving.yaml', graph.replace('port: 7070', 'port: 7071'))
    const { out } = await ztm(['compile', file, ...lock, '--check'])
    assert.match(out, /- governed .*7070/)
    assert.match(out, /\+ governed .*7071/)
  })

  it('--check exits with 1 where there is no lock, and writes none', async () => {
    const { code } = await ztm(['compile', write('graph.yaml', graph), '--lock', path('none.json'), '--check'])
    assert.equal(code, 1)
    assert.ok(!existsSync(path('none.json')))
  })

  it('overwrites nothing that is no lock', async () => {
    const file = write('graph.yaml', graph)
    for (const [name, text] of [
      ['package.json', '{"name":"x"}'],
      ['text.json', 'not json'],
    ] as const) {
      const other = write(name, text)
      assertRefused(await ztm(['compile', file, '--lock', other]), 'it is not a lock file')
      assert.equal(readFileSync(other, 'utf8'), text)
    }
    const source = write('precious.ts', 'precious')
    assertRefused(await ztm(['compile', '--lock', source]), 'name the graph before the options')
    assert.equal(readFileSync(source, 'utf8'), 'precious')
  })

  it('--check alone, or with what would have to be compiled, is refused', async () => {
    const file = write('graph.yaml', graph)
    assertRefused(await ztm(['compile', file, ...mesh, '--check']), 'without `--lock`')
    assertRefused(await ztm(['compile', file, ...mesh, '--lock', '--check']), 'leave out `--trust-domain`')
    assertRefused(await ztm(['compile', file, '--lock', '--out', path('x')]), '--trust-domain')
  })
})
