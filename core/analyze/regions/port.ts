import { Language } from '../../model/language'
import { Region } from '../../model/region'
import type { Attached } from '../istio/attachment'
import type { AuthorizationPolicy, RequestAuthentication } from '../layer'
import type { Match } from './bounds'
import { any, both, exactly, oneOf, unknowable } from './bounds'
import { nobody, trustedCallers } from './callers'
import { decision, enforced } from './decision'
import type { RuleContext } from './rules'
import { ruleRegion } from './rules'
import type { Questions, TokenSets } from './tokens'
import { tokenSets } from './tokens'

export type Chain = 'http' | 'tcp' | 'sniffed'
export type Mode = 'STRICT' | 'PERMISSIVE' | 'DISABLE'

/** What is known of one port of one workload; lists hold every possibility where something cannot be known. */
export interface PortFacts {
  readonly port: number | 'other'
  /** The addresses that calls go to; empty where none is known. */
  readonly ips: readonly string[]
  readonly chains: readonly Chain[]
  readonly modes: readonly Mode[]
  readonly policies: readonly Attached<AuthorizationPolicy>[]
  readonly requestAuthentications: readonly Attached<RequestAuthentication>[]
  /** Trust domains whose peers pass the TLS handshake; absent where unknown. */
  readonly accepted: readonly string[] | undefined
  /** The mesh's own trust domain and its aliases; absent where unknown. */
  readonly domains: readonly string[] | undefined
  readonly questions: Questions
}

const http = exactly(Region.where('protocol', Language.literals(['http'])))
const tcp = exactly(Region.where('protocol', Language.literals(['tcp'])))

/** The requests a captured port of a proxied workload lets in. */
export function admitted(facts: PortFacts): Match {
  return oneOf(
    facts.chains.flatMap(chain => facts.modes.map(mode => underMode(mode, chainRegion(chain, facts), facts))),
  )
}

/**
 * HTTP that an adversary sends down the TCP chain of a sniffed port: the caller chooses the chain by its ALPN, and there
 * no HTTP rule is asked. Source: istio `pilot/pkg/networking/core/filterchain_options.go`.
 */
export function smuggled(facts: PortFacts): Region {
  if (!facts.chains.includes('sniffed')) return Region.none
  const bytes = both(http, filters('tcp', facts))
  return Region.union(facts.modes.map(mode => underMode(mode, bytes, facts).may))
}

/** The chain by protocol: a declared HTTP port speaks nothing else, a sniffed one is judged by what it is sent. */
function chainRegion(chain: Chain, facts: PortFacts): Match {
  switch (chain) {
    case 'http':
      return both(http, filters('http', facts))
    case 'tcp':
      return filters('tcp', facts)
    case 'sniffed':
      return any([both(http, filters('http', facts)), both(tcp, filters('tcp', facts))])
  }
}

/**
 * The mTLS gate. With DISABLE a caller speaks plaintext and so has no identity; a peer of a foreign trust domain is refused
 * in the handshake. Source: istio `pilot/pkg/security/authn/policy_applier.go`, `pilot/pkg/networking/plugin/authn/util.go`.
 */
function underMode(mode: Mode, match: Match, { accepted }: PortFacts): Match {
  if (mode === 'DISABLE') return { must: match.must.given('caller', ''), may: match.may.given('caller', '') }
  const trusted = exactly(Region.where('caller', trustedCallers(accepted)))
  const peers = accepted ? trusted : { must: Region.none, may: trusted.may }
  const callers = mode === 'STRICT' ? peers : any([peers, exactly(Region.where('caller', nobody))])
  return both(callers, match)
}

/** Tokens, then policies. Source: istio `pilot/pkg/networking/core/listener_builder.go` (order of the filters). */
function filters(chain: 'http' | 'tcp', facts: PortFacts): Match {
  const tokens = tokenSets(facts.requestAuthentications, facts.questions)
  const decided = decision(
    facts.policies.map(({ policy, applies }) => ({
      action: policy.action,
      applies: enforced(policy, applies),
      region: policy.action === 'unknown' ? unknowable : policyRegion(policy, { chain, facts, tokens }),
    })),
  )
  return chain === 'http' ? both(tokens.passes, decided) : decided
}

/** The requests that some rule of the policy matches. */
export function policyRegion(policy: AuthorizationPolicy, { chain, facts, tokens }: ChainFacts): Match {
  const context: RuleContext = {
    policyNamespace: policy.namespace ?? '',
    action: policy.action === 'ALLOW' ? 'ALLOW' : 'other',
    chain,
    port: facts.port,
    ips: facts.ips,
    domains: facts.domains,
    tokens,
  }
  return any(policy.rules.map(rule => ruleRegion(rule, context)))
}

/** A port's facts as one of its filter chains sees them. */
export interface ChainFacts {
  readonly chain: 'http' | 'tcp'
  readonly facts: Omit<PortFacts, 'chains' | 'modes'>
  readonly tokens: TokenSets
}
