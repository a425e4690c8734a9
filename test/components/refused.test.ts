import assert from 'node:assert/strict'
import { Refused } from '../../components/refused'

describe('what a component refuses', () => {
  it('has no path of a package in its stack, which Pulumi’s runner would spend a minute to colour', () => {
    const limit = Error.stackTraceLimit
    Error.stackTraceLimit = 50
    const { stack = '', message } = new Refused('nothing is deployed', [])
    Error.stackTraceLimit = limit
    assert.ok(stack.startsWith(`Refused: ${message}`) || stack.startsWith(`Error: ${message}`), stack)
    assert.match(stack, /refused\.test\.ts/u)
    assert.doesNotMatch(stack, /node_modules/u)
  })
})
