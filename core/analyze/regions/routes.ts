import type { Expression } from '../../model/language'
import { Language } from '../../model/language'
import { absent, Region } from '../../model/region'
import type { RouteMatch, RouteRule, TextMatch } from '../layer'
import type { Match } from './bounds'
import { all, always, any, both, exactly, not, unknowable } from './bounds'
import { regexExpression } from './regex'

/*
 * Routes as sets of requests: what each of several rules, tried in their order, takes.
 */

/** A rule, and the requests that come to it because none before it takes them. */
export interface Taken<Rule extends RouteRule> {
  readonly rule: Rule
  readonly requests: Match
}

/** The requests that each rule takes. `doubtful`: other rules may take any of them first, and the order of these is not certain. */
export function takenBy<Rule extends RouteRule>(
  rules: readonly Rule[],
  requests: Match,
  doubtful: 'doubtful' | 'certain',
): readonly Taken<Rule>[] {
  let left = requests
  return rules.map(rule => {
    const match = ruleMatch(rule)
    const taken = both(left, match)
    left = doubtful === 'doubtful' ? left : both(left, not(match))
    return { rule, requests: doubtful === 'doubtful' ? { must: Region.none, may: taken.may } : taken }
  })
}

/** The requests a rule matches, whatever stands before it. */
function ruleMatch({ matches }: RouteRule): Match {
  return matches.length === 0 ? always : any(matches.map(matchRegion))
}

function matchRegion({ path, method, authority, headers, port, gateways, more }: RouteMatch): Match {
  return all([
    exactly(http),
    path ? textMatch('path', path) : always,
    method ? textMatch('method', method) : always,
    authority ? hostMatch(authority) : always,
    ...Object.entries(headers).map(([name, value]) => headerMatch(name, value)),
    // Which of the gateway's servers is asked is told apart before.
    port !== undefined || gateways.length > 0 || more ? unknowable : always,
  ])
}

const http = Region.where('protocol', Language.literals(['http']))

function textMatch(variable: string, match: TextMatch): Match {
  const language = languageOf(match)
  return language ? exactly(Region.where(variable, language)) : unknowable
}

/** A route compares the host as it was sent, where regions know it in lower case: it may match, and in other letters it does not. */
function hostMatch(match: TextMatch): Match {
  const language = match.kind === 'regex' ? undefined : languageOf({ ...match, value: match.value.toLowerCase() })
  return { must: Region.none, may: language ? Region.where('host', language) : Region.all }
}

/** Headers that a proxy on the way sets or changes, and those that are parts of the request by another name. */
const changed = /^(:.*|host|x-envoy-.*|x-forwarded-.*|x-request-id|x-b3-.*|traceparent)$/

/** `*` is no regular expression there but asks whether the header is there at all (istio `pilot/pkg/networking/core/route/route.go` translateHeaderMatch). */
function headerMatch(name: string, match: TextMatch): Match {
  if (changed.test(name)) return unknowable
  const carried = Language.literals([absent]).complement()
  if (match.kind === 'regex' && match.value === '*') return exactly(Region.where(`header:${name}`, carried))
  const language = languageOf(match)
  return language ? exactly(Region.where(`header:${name}`, language.intersect(carried))) : unknowable
}

/** Source: istio `pilot/pkg/networking/core/route/route.go` TranslateRouteMatch; envoy `source/common/common/matchers.cc`. */
function languageOf({ kind, value, ignoreCase }: TextMatch): Language | undefined {
  const text = ignoreCase === true ? eitherCase(value) : value
  switch (kind) {
    case 'exact':
      return Language.of(text)
    case 'prefix':
      return Language.of({ sequence: [text, { any: true }] })
    case 'segments':
      return segmentsOf(value, ignoreCase)
    case 'regex': {
      const expression = ignoreCase === true ? undefined : regexExpression(value)
      return expression === undefined ? undefined : Language.of(expression)
    }
  }
}

/** A slash at the end means nothing, and `/` takes all. */
function segmentsOf(value: string, ignoreCase: true | undefined): Language {
  const bare = value.replace(/\/$/, '')
  const text = ignoreCase === true ? eitherCase(bare) : bare
  const below: Expression = { sequence: ['/', { any: true }] }
  return Language.of({ sequence: [text, bare === '' ? { any: true } : { choice: ['', below] }] })
}

function eitherCase(text: string): Expression {
  return { sequence: [...text].map(letter => ({ chars: letter.toLowerCase() + letter.toUpperCase() })) }
}
