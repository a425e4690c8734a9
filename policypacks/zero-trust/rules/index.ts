import type { Rule } from '../rule'
import { dedicatedServiceAccount } from './dedicated-service-account'
import { defaultDenyPresent } from './default-deny-present'
import { egressTlsVerified } from './egress-tls-verified'
import { everyWorkloadHasPolicy } from './every-workload-has-policy'
import { explicitPortProtocol } from './explicit-port-protocol'
import { gatewayTlsMinimum } from './gateway-tls-minimum'
import { ingressUsesWaypoint } from './ingress-uses-waypoint'
import { injectionNotDisabled } from './injection-not-disabled'
import { l7DenyNamesPorts } from './l7-deny-names-ports'
import { namespaceInMesh } from './namespace-in-mesh'
import { noAllowAllPolicy } from './no-allow-all-policy'
import { noBroadGatewayHost } from './no-broad-gateway-host'
import { noCustomOnZtunnel } from './no-custom-on-ztunnel'
import { noDestinationRuleTlsDowngrade } from './no-destination-rule-tls-downgrade'
import { noHostNetworkInMesh } from './no-host-network-in-mesh'
import { noInboundPortExclusion } from './no-inbound-port-exclusion'
import { noIneffectiveDeny } from './no-ineffective-deny'
import { noL7OnZtunnel } from './no-l7-on-ztunnel'
import { noNegativeMatchInAllow } from './no-negative-match-in-allow'
import { noPlaintextPortException } from './no-plaintext-port-exception'
import { noPositivePathDeny } from './no-positive-path-deny'
import { noPrivateKeyInPlainState } from './no-private-key-in-plain-state'
import { noWildcardPrincipal } from './no-wildcard-principal'
import { noWildcardServiceEntry } from './no-wildcard-service-entry'
import { oneInjectionLabel } from './one-injection-label'
import { peerAuthenticationUnambiguous } from './peer-authentication-unambiguous'
import { pinnedMeshVersion } from './pinned-mesh-version'
import { policySelectsWorkload } from './policy-selects-workload'
import { portIsWorkloadPort } from './port-is-workload-port'
import { principalExists } from './principal-exists'
import { principalFormat } from './principal-format'
import { reachEqualsIntent } from './reach-equals-intent'
import { requestAuthenticationBackedByPolicy } from './request-authentication-backed-by-policy'
import { rootNamespacePolicyHasNoSelectorTrap } from './root-namespace-policy-has-no-selector-trap'
import { strictMtls } from './strict-mtls'
import { targetRefExists } from './target-ref-exists'
import { waypointDefaultDeny } from './waypoint-default-deny'
import { waypointEnforced } from './waypoint-enforced'
import { waypointExists } from './waypoint-exists'
import { workloadMatchesAssumptions } from './workload-matches-assumptions'

/**
 * All rules, in the order in which they are best read: first whether there is a mesh that sees every call, then whether
 * each policy means what it should, then whether all of them together are what was declared.
 */
export const rules: readonly Rule[] = Object.freeze([
  namespaceInMesh,
  oneInjectionLabel,
  injectionNotDisabled,
  noHostNetworkInMesh,
  noInboundPortExclusion,
  strictMtls,
  peerAuthenticationUnambiguous,
  noPlaintextPortException,
  noDestinationRuleTlsDowngrade,
  egressTlsVerified,
  noWildcardServiceEntry,
  gatewayTlsMinimum,
  noBroadGatewayHost,
  explicitPortProtocol,
  waypointExists,
  ingressUsesWaypoint,
  dedicatedServiceAccount,
  defaultDenyPresent,
  waypointDefaultDeny,
  everyWorkloadHasPolicy,
  waypointEnforced,
  policySelectsWorkload,
  targetRefExists,
  rootNamespacePolicyHasNoSelectorTrap,
  noAllowAllPolicy,
  principalFormat,
  principalExists,
  noWildcardPrincipal,
  noNegativeMatchInAllow,
  l7DenyNamesPorts,
  noPositivePathDeny,
  portIsWorkloadPort,
  requestAuthenticationBackedByPolicy,
  noL7OnZtunnel,
  noIneffectiveDeny,
  noCustomOnZtunnel,
  workloadMatchesAssumptions,
  reachEqualsIntent,
  noPrivateKeyInPlainState,
  pinnedMeshVersion,
])
