import assert from 'node:assert/strict'
import { pointOf } from '../../../../../core/analyze/regions/point'
import { parseRequest } from '../../../../../core/analyze/request'
import { addressBits } from '../../../../../core/model/address'
import { ask, http, type Json } from '../objects'

/** What a request answers where a region asks for an attribute. */
function answer(variable: string, changes: Json): string {
  const { request } = parseRequest(ask(changes), 'request')
  return pointOf({ request: request ?? assert.fail('no request'), path: '/', questions: new Map() })(variable)
}

describe('a request as a point', () => {
  const from = { plaintext: true, ip: '10.0.0.1' }
  const forwarded = (text: string) =>
    answer('remote-address', { from, ...http({ headers: { 'X-Forwarded-For': text } }) })

  it('comes from the last address that was forwarded, spaces or not, and from its own where that is none', () => {
    assert.equal(answer('remote-address', { from }), addressBits('10.0.0.1'))
    assert.equal(forwarded('203.0.113.9, 198.51.100.1'), addressBits('198.51.100.1'))
    assert.equal(forwarded('203.0.113.9,198.51.100.1'), addressBits('198.51.100.1'))
    assert.equal(forwarded('203.0.113.9, unknown'), addressBits('10.0.0.1'))
    assert.equal(answer('remote-address', { from: { plaintext: true } }), '')
  })

  it('answers questions about its query, before any fragment, and none of bytes', () => {
    const asked = (path: string) => answer('query:a=1', http({ path }))
    assert.deepEqual(['/x?a=1', '/x?b=2&a=1#c', '/x?a=2', '/x', '/x#y?a=1'].map(asked), [
      'yes',
      'yes',
      'no',
      'no',
      'no',
    ])
    assert.equal(answer('query:a=1', { http: undefined }), 'no')
  })
})
