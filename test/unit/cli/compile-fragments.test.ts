import assert from 'node:assert/strict'
import { readFileSync, rmSync } from 'node:fs'
import { parseLock } from '../../../policypacks/zero-trust/lock'
import { sha256 } from '../../../cli/io'
import { assertRefused, scratch, ztm } from './support/ztm'

const { path, write } = scratch()

const graph = `services:
  cart: { namespace: shop, ports: { http: { protocol: http, port: 7070 } } }
accepts:
  cart: { orders/orders: { http: ['GET /cart'] } }
`
const fragment = {
  version: 1,
  services: { orders: { namespace: 'orders', ports: { http: { protocol: 'http', port: 9000 } } } },
  calls: { orders: { cart: { http: ['GET /cart', 'DELETE /cart'] } } },
}

/** A graph, a list of its fragments, and where its lock goes, each test's its own. */
function files(name: string, list = `orders: { namespaces: [orders], file: ${path(`${name}.json`)} }`) {
  write(`${name}.json`, JSON.stringify(fragment))
  const listed = write(`${name}-list.yaml`, list)
  return [write(`${name}.yaml`, graph), '--fragments', listed, '--lock', path(`${name}.lock.json`)] as const
}

describe('ztm compile --fragments', () => {
  it('locks what everybody agrees to and what was accepted of each, and tells what waits', async () => {
    const args = files('whole')
    const { code, err } = await ztm(['compile', ...args])
    assert.equal(code, 0, err)
    assert.match(err, /`orders\/orders → cart:http DELETE \/cart` waits/)
    const text = readFileSync(args[4], 'utf8')
    assert.match(text, /"orders\/orders → shop\/cart:7070 GET \/cart"/)
    assert.doesNotMatch(text, /DELETE \/cart","from"/)
    assert.equal(parseLock(text, 'x', sha256).kind, 'found')
    assert.deepEqual(Object.keys((JSON.parse(text) as { fragments: object }).fragments), ['orders'])
    assert.equal((await ztm(['compile', ...args, '--check'])).code, 0)
  })

  it('keeps what was accepted of a fragment whose file is gone, so that the lock stays current', async () => {
    const args = files('kept')
    await ztm(['compile', ...args])
    rmSync(path('kept.json'))
    const { code, err } = await ztm(['compile', ...args, '--check'])
    assert.equal(code, 0, err)
    assert.match(err, /fragment `orders`: delegated: it cannot be read: there is no file/)
    assert.match(err, /what was last accepted of it is kept/)
  })

  it('--check tells which fragment changed, and the flows', async () => {
    const args = files('moved')
    await ztm(['compile', ...args])
    write('moved.json', JSON.stringify({ ...fragment, calls: {} }))
    const { code, out } = await ztm(['compile', ...args, '--check'])
    assert.equal(code, 1)
    assert.match(out, /- orders\/orders → shop\/cart:7070 GET \/cart/)
    assert.match(out, /~ fragment orders/)
  })

  it('reads the list in the file of a stack', async () => {
    const own = `orders: { namespaces: [orders], file: ${path('stack.json')} }`
    const args = files('stack', `config:\n  zero-trust-mesh:fragments:\n    ${own}\n`)
    assert.equal((await ztm(['compile', ...args])).code, 0)
    assert.match(readFileSync(args[4], 'utf8'), /orders\/orders → shop\/cart/)
  })

  it('refuses to forget the fragments of a lock', async () => {
    const [graphFile, , , lock, lockFile] = files('forgotten')
    await ztm(['compile', ...files('forgotten')])
    const outcome = await ztm(['compile', graphFile, lock, lockFile])
    assertRefused(outcome, /the lock file has what was accepted of `orders`/)
    assert.match(outcome.err, /--fragments Pulumi\.<stack>\.yaml/)
  })

  it('refuses a list that is none, with every fault of it', async () => {
    const both = `a: { namespaces: [], stack: x, file: y }\nb: { namespace: [b], file: y }`
    const outcome = await ztm(['compile', ...files('wrong', both)])
    assertRefused(outcome, /a\.namespaces: expected one namespace at least/)
    assert.match(outcome.err, /unknown key `namespace`\n.*did you mean `namespaces`/)
    assertRefused(await ztm(['compile', ...files('none', 'config: { other:key: 1 }')]), /the stack lists no fragments/)
    const gone = [write('gone.yaml', graph), '--fragments', path('no-such.yaml'), '--lock', path('gone.lock.json')]
    assertRefused(await ztm(['compile', ...gone]), /there is no such file/)
  })

  it('says that only the Pulumi CLI can read other stacks, where it is not there', async () => {
    const before = process.env.PATH
    process.env.PATH = path('')
    const stack = 'orders: { namespaces: [orders], stack: organization/orders/prod }'
    const { code, err } = await ztm(['compile', ...files('stacks', stack)])
    process.env.PATH = before
    assert.equal(code, 0, err)
    assert.match(err, /the program `pulumi` is needed to read other stacks, and is not there/)
  })
})
