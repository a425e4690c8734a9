import assert from 'node:assert/strict'
import { ruleMatches } from '../../../../../core/analyze/gateway/match-rule'
import { matchText } from '../../../../../core/analyze/gateway/match-text'
import { host } from './passes'

describe('a text, as a route asks for it', () => {
  type Match = Parameters<typeof matchText>[0]
  const table: readonly (readonly [match: Match, text: string, answer: string])[] = [
    [{ kind: 'exact', value: '/a' }, '/a', 'yes'],
    [{ kind: 'exact', value: '/a' }, '/A', 'no'],
    [{ kind: 'exact', value: '/a', ignoreCase: true }, '/A', 'yes'],
    [{ kind: 'prefix', value: '/a' }, '/ab', 'yes'],
    [{ kind: 'prefix', value: '/a' }, '/b/a', 'no'],
    [{ kind: 'prefix', value: '/A', ignoreCase: true }, '/ab', 'yes'],
    [{ kind: 'segments', value: '/a' }, '/a', 'yes'],
    [{ kind: 'segments', value: '/a' }, '/a/b', 'yes'],
    [{ kind: 'segments', value: '/a' }, '/ab', 'no'],
    [{ kind: 'regex', value: '/a+' }, '/aa', 'yes'],
    [{ kind: 'regex', value: '/a+' }, '/aab', 'no'],
    [{ kind: 'regex', value: '/a|/b' }, '/b', 'yes'],
    [{ kind: 'regex', value: '/a|/b' }, '/bb', 'no'],
    [{ kind: 'regex', value: '(?:/a)+' }, '/a/a', 'yes'],
    [{ kind: 'regex', value: '/\\d{2}' }, '/12', 'yes'],
    [{ kind: 'regex', value: '/\\.\\*' }, '/.*', 'yes'],
    // What JavaScript and RE2 read otherwise, or what could take for ever.
    [{ kind: 'regex', value: '(?i)/a' }, '/a', 'unknown'],
    [{ kind: 'regex', value: '(?=/a)/a' }, '/a', 'unknown'],
    [{ kind: 'regex', value: '(?<n>/a)' }, '/a', 'unknown'],
    [{ kind: 'regex', value: '/[[:alpha:]]' }, '/a', 'unknown'],
    [{ kind: 'regex', value: '/\\pL' }, '/a', 'unknown'],
    [{ kind: 'regex', value: '/\\bA' }, '/A', 'unknown'],
    [{ kind: 'regex', value: '/a++' }, '/aa', 'unknown'],
    [{ kind: 'regex', value: '/(a+)+' }, '/aa', 'unknown'],
    [{ kind: 'regex', value: '/(a+b)*' }, '/ab', 'unknown'],
    [{ kind: 'regex', value: '/((a+))*' }, '/a', 'unknown'],
    [{ kind: 'regex', value: '/(a{2}b){3}' }, '/aab', 'unknown'],
    [{ kind: 'regex', value: '/a*b*c*d*e*f*' }, '/a', 'yes'],
    [{ kind: 'regex', value: '/a*b*c*d*e*f*g*' }, '/a', 'unknown'],
    [{ kind: 'regex', value: '/(' }, '/(', 'unknown'],
    [{ kind: 'regex', value: '/a{1' }, '/a{1', 'unknown'],
  ]
  for (const [match, text, answer] of table)
    it(`${match.kind} ${match.value} ${text}: ${answer}`, () => assert.equal(matchText(match, text), answer))

  it('is one of each that is asked for', () => {
    const http = { method: 'GET', path: '/a', host, headers: { x: 'a' } }
    const answer = (more: object): string =>
      ruleMatches(
        { matches: [{ headers: {}, gateways: [], more: false, ...more }], action: { kind: 'answer' }, from: '' },
        { http, path: '/a' },
      )
    assert.deepEqual(
      [answer({}), answer({ more: true }), answer({ more: true, method: { kind: 'exact', value: 'PUT' } })],
      ['yes', 'unknown', 'no'],
    )
  })
})
