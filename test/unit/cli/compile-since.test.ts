import assert from 'node:assert/strict'
import { assertRefused, scratch, ztm } from './support/ztm'

const { write } = scratch()
const mesh = ['--trust-domain', 'cluster.local']

const graph = (port: number): string => `services:
  frontend: { namespace: shop, ports: { http: { protocol: http, port: 8080 } } }
  cart: { namespace: shop, ports: { http: { protocol: http, port: ${port} } } }
calls:
  frontend: { cart: { http: ['GET /cart'] } }
`

describe('ztm compile --since', () => {
  it('tells what has to be taken in steps, and compiles all the same', async () => {
    const old = write('old.yaml', graph(7070))
    const { code, out, err } = await ztm(['compile', write('new.yaml', graph(7071)), ...mesh, '--since', old])
    assert.equal(code, 0)
    assert.match(err, /^1 change since .*old\.yaml would cut calls if made at once; take them in steps:$/m)
    assert.match(err, /^ {2}shop\/cart: .+$/m)
    assert.match(err, /^ {4}1\. .+$/m)
    assert.match(out, /^kind: AuthorizationPolicy$/m)
  })

  it('says nothing where one update does it', async () => {
    const same = write('same.yaml', graph(7070))
    const { code, err } = await ztm(['compile', same, ...mesh, '--since', same])
    assert.deepEqual([code, err], [0, ''])
  })

  it('refuses what could not have been deployed', async () => {
    const bad = write('bad.yaml', graph(7070).replace('GET /cart', 'FETCH /cart'))
    assertRefused(await ztm(['compile', write('new.yaml', graph(7071)), ...mesh, '--since', bad]), 'bad.yaml')
    assertRefused(await ztm(['compile', write('new.yaml', graph(7071)), '--lock', '--since', bad]), '--trust-domain')
  })
})
