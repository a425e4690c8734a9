import type { Rule } from '../rule'
import { dedicatedServiceAccount } from './dedicated-service-account'
import { defaultDenyPresent } from './default-deny-present'
import { everyWorkloadHasPolicy } from './every-workload-has-policy'
import { injectionNotDisabled } from './injection-not-disabled'
import { namespaceInMesh } from './namespace-in-mesh'
import { noAllowAllPolicy } from './no-allow-all-policy'
import { noDestinationRuleTlsDowngrade } from './no-destination-rule-tls-downgrade'
import { noNegativeMatchInAllow } from './no-negative-match-in-allow'
import { noPlaintextPortException } from './no-plaintext-port-exception'
import { noPrivateKeyInPlainState } from './no-private-key-in-plain-state'
import { noWildcardPrincipal } from './no-wildcard-principal'
import { pinnedMeshVersion } from './pinned-mesh-version'
import { reachEqualsIntent } from './reach-equals-intent'
import { strictMtls } from './strict-mtls'
import { workloadMatchesAssumptions } from './workload-matches-assumptions'

/**
 * All rules, in the order in which they are best read: first whether there is a mesh that sees every call, then whether
 * each policy means what it should, then whether all of them together are what was declared.
 */
export const rules: readonly Rule[] = Object.freeze([
  namespaceInMesh,
  injectionNotDisabled,
  strictMtls,
  noPlaintextPortException,
  noDestinationRuleTlsDowngrade,
  dedicatedServiceAccount,
  defaultDenyPresent,
  everyWorkloadHasPolicy,
  noAllowAllPolicy,
  noWildcardPrincipal,
  noNegativeMatchInAllow,
  workloadMatchesAssumptions,
  reachEqualsIntent,
  noPrivateKeyInPlainState,
  pinnedMeshVersion,
])
