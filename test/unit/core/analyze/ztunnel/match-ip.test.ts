import assert from 'node:assert/strict'
import { matchIp } from '../../../../../core/analyze/ztunnel/match-ip'

describe('an address that ztunnel holds against a block', () => {
  it('is in one of its own kind, and that without a length is one address', () => {
    assert.deepEqual(
      ['10.0.0.1', '10.0.0.2', 'fd00::1'].map(ip => matchIp('10.0.0.1', ip)),
      ['yes', 'no', 'no'],
    )
    assert.deepEqual(
      ['fd00::1', 'fd00::2', '10.0.0.1'].map(ip => matchIp('fd00::1', ip)),
      ['yes', 'no', 'no'],
    )
    assert.deepEqual(
      ['10.0.0.255', '10.0.1.0'].map(ip => matchIp('10.0.0.0/24', ip)),
      ['yes', 'no'],
    )
    assert.deepEqual(
      ['fd00::ffff', 'fd01::1'].map(ip => matchIp('fd00::/16', ip)),
      ['yes', 'no'],
    )
  })

  it('is not known where it is none', () => {
    assert.deepEqual(
      [undefined, 'here', ''].map(ip => matchIp('10.0.0.0/8', ip)),
      ['unknown', 'unknown', 'unknown'],
    )
  })
})
