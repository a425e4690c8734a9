import { isTrustDomain } from '../../model/identity'
import type { Problem } from '../../model/problem'
import { blocking } from '../../model/problem'
import type { DomainState, MigrationPlan, MigrationSettings, MigrationStep } from './migration'
import { accept, drop, prepare, switchDomain, wait } from './steps'

/**
 * The steps from what a mesh calls its identities to what it is to call them: take the new trust domain for an own one, issue identities of it, wait until nobody shows one of the
 * old, take that for an own one no longer. Steps that are done already are left out: from a state in between the rest is planned, and the other way round it is a way back.
 *
 * INVARIANT: on sidecars, while an identity lives, whoever it is shown to takes its trust domain for one of the mesh, and policies admit it, in every step; where istio-csr signs, if
 * workloads are restarted as the plan says. Elsewhere `outage` says why that cannot be.
 */
export function planMigration(from: DomainState, to: DomainState, settings: MigrationSettings): MigrationPlan {
  const problems = migrationProblems(from, to, settings)
  const steps = problems.length > 0 ? [] : stepsOf(from, to, settings)
  const told =
    steps.length > 0 ? { outage: outages(steps, settings), notes: notes(settings) } : { outage: [], notes: [] }
  return { from, to, steps, ...told, problems }
}

function stepsOf(from: DomainState, to: DomainState, settings: MigrationSettings): readonly MigrationStep[] {
  const switches = from.trustDomain !== to.trustDomain
  const kept = [...new Set([...from.aliases, ...to.aliases])]
  const others = (own: string, more: readonly string[]) => more.filter(name => name !== own)
  const both = {
    trustDomain: from.trustDomain,
    aliases: others(from.trustDomain, [...new Set([...kept, to.trustDomain])]),
  }
  const after = {
    trustDomain: to.trustDomain,
    aliases: others(to.trustDomain, [...new Set([...kept, from.trustDomain])]),
  }
  if (settings.carrier === 'linkerd') return switches ? [switchDomain(to, from, settings), wait(to, settings)] : []
  const accepts = both.aliases.some(name => !from.aliases.includes(name))
  const switched = switches ? after : both
  const drops = switched.aliases.some(name => !to.aliases.includes(name))
  return [
    ...(switches && settings.istioCsr === true ? prepare(from, settings) : []),
    ...(accepts ? [accept(both, settings)] : []),
    ...(switches ? [switchDomain(after, from, settings)] : []),
    // Also where it was not this plan that switched: identities of before may live on.
    ...(switches || drops ? [wait(switched, settings)] : []),
    ...(drops ? [drop(to, switched, settings)] : []),
  ]
}

/** Why calls are refused whatever one does. */
function outages(steps: readonly MigrationStep[], { carrier }: MigrationSettings): readonly string[] {
  if (!steps.some(({ step }) => step === 'switch')) return []
  switch (carrier) {
    case 'sidecar':
      return []
    // Ztunnel `src/tls/workload.rs` TrustDomainVerifier; each workload's own comes from istiod (istio `pilot/pkg/serviceregistry/ambient/workloads.go` pickTrustDomain).
    case 'ambient':
      return [
        'a ztunnel takes callers of its own trust domain alone, and knows no aliases: from the moment in which the first has heard of the switch until the last has, new connections between the two are refused. Seconds, as a rule; choose when',
        'waypoints, gateways and sidecars have their own certificates and keep identities of the old until these are renewed, which ztunnels no longer take: what goes through them is refused until they are restarted',
      ]
    // Linkerd2 `controller/api/destination/endpoint_translator.go` tells callers the name by the control plane's trust domain; `pkg/identity/service.go` Certify asks that a proxy's own be the same.
    case 'linkerd':
      return [
        'Linkerd has one trust domain, and no aliases: the control plane tells callers to expect the new one of everybody, which Pods have that were made after the switch. Calls to all others are refused until they are restarted',
        'Pods made before get no certificate any more, and are cut off when theirs ends',
      ]
  }
}

function notes({ carrier, istioCsr = false }: MigrationSettings): readonly string[] {
  const all = [
    'what names identities outside of the mesh has to know both meanwhile: trust policies of AWS IAM Roles Anywhere, authorities that constrain names, dashboards and alerts by `source_principal`',
    'policies of others that name the old trust domain have to name the new one before the last step: `ztm check` finds them by the rule `trust-domain-consistent`',
  ]
  const clusters = 'where several clusters are one mesh, each takes a step before any takes the next'
  const csr =
    'what istio-csr is asked by a proxy that was injected before the switch it refuses: such a proxy lives as long as its certificate'
  return [...all, ...(carrier === 'linkerd' ? [] : [clusters]), ...(istioCsr ? [csr] : [])]
}

function migrationProblems(from: DomainState, to: DomainState, { carrier, istioCsr = false }: MigrationSettings) {
  const names = [from.trustDomain, ...from.aliases, to.trustDomain, ...to.aliases]
  const problem = (code: string, at: string, [message, hint]: readonly [string, string]): Problem =>
    blocking({ code, at, message, hint })
  const bad = [...new Set(names)].filter(name => !isTrustDomain(name))
  const alias = ['Linkerd knows no aliases', 'leave them out'] as const
  const csr = ['Linkerd has no istio-csr', 'leave it out'] as const
  return [
    ...bad.map(name =>
      problem('bad-trust-domain', name, ['it is no trust domain', 'lower case letters, digits, `.`, `-` and `_`']),
    ),
    ...(carrier === 'linkerd' && from.aliases.length + to.aliases.length > 0
      ? [problem('no-aliases', 'the aliases', alias)]
      : []),
    ...(carrier === 'linkerd' && istioCsr ? [problem('not-of-linkerd', 'istio-csr', csr)] : []),
  ]
}
