import type { Rule } from '../rule'
import { accessPolicyDeny } from './access-policy-deny'
import { anchorKnownAtPreview } from './anchor-known-at-preview'
import { admissionNotDisabled } from './admission-not-disabled'
import { anchorAlgorithm } from './anchor-algorithm'
import { anchorValidityHorizon } from './anchor-validity-horizon'
import { auditExpires } from './audit-expires'
import { authenticationExists } from './authentication-exists'
import { certManagerRotationPolicy } from './cert-manager-rotation-policy'
import { declaredContainerPorts } from './declared-container-ports'
import { dedicatedServiceAccount } from './dedicated-service-account'
import { defaultDenyPresent } from './default-deny-present'
import { deterministicWebhookCertificates } from './deterministic-webhook-certificates'
import { egressTlsVerified } from './egress-tls-verified'
import { everyWorkloadHasPolicy } from './every-workload-has-policy'
import { explicitPortProtocol } from './explicit-port-protocol'
import { gatewayTlsMinimum } from './gateway-tls-minimum'
import { ingressUsesWaypoint } from './ingress-uses-waypoint'
import { injectValueValid } from './inject-value-valid'
import { injectionNotDisabled } from './injection-not-disabled'
import { issuerChainsToAnchor } from './issuer-chains-to-anchor'
import { issuerLifetime } from './issuer-lifetime'
import { issuerRotationPolicy } from './issuer-rotation-policy'
import { l7DenyNamesPorts } from './l7-deny-names-ports'
import { linkerdDefaultDeny } from './linkerd-default-deny'
import { linkerdHighAvailability } from './linkerd-high-availability'
import { linkerdMinimumVersion } from './linkerd-minimum-version'
import { multiClusterSharedRoot } from './multi-cluster-shared-root'
import { namespaceHasPolicy } from './namespace-has-policy'
import { namespaceInMesh } from './namespace-in-mesh'
import { networkPolicySelectsPods } from './network-policy-selects-pods'
import { noAllowAllPolicy } from './no-allow-all-policy'
import { noBroadGatewayHost } from './no-broad-gateway-host'
import { noCaKeyInState } from './no-ca-key-in-state'
import { noCrossProductGrant } from './no-cross-product-grant'
import { noCustomOnZtunnel } from './no-custom-on-ztunnel'
import { noDefaultTrustDomainAcrossClusters } from './no-default-trust-domain-across-clusters'
import { noDestinationRuleTlsDowngrade } from './no-destination-rule-tls-downgrade'
import { noEmptyAuthentication } from './no-empty-authentication'
import { noHostNetworkInMesh } from './no-host-network-in-mesh'
import { noInboundPortExclusion } from './no-inbound-port-exclusion'
import { noIneffectiveDeny } from './no-ineffective-deny'
import { noL7OnZtunnel } from './no-l7-on-ztunnel'
import { noLegacyServerAuthorization } from './no-legacy-server-authorization'
import { noNamespaceWideGrant } from './no-namespace-wide-grant'
import { noNegativeMatchInAllow } from './no-negative-match-in-allow'
import { noOpaqueHttpConflict } from './no-opaque-http-conflict'
import { noOpenNetworkAuthentication } from './no-open-network-authentication'
import { noOverlappingServers } from './no-overlapping-servers'
import { noPlaintextPortException } from './no-plaintext-port-exception'
import { noPositivePathDeny } from './no-positive-path-deny'
import { noPrivateKeyInPlainState } from './no-private-key-in-plain-state'
import { noSelfMintedIstioRoot } from './no-self-minted-istio-root'
import { noShadowedRule } from './no-shadowed-rule'
import { noSkipPorts } from './no-skip-ports'
import { noWildcardMeshIdentity } from './no-wildcard-mesh-identity'
import { noWildcardPrincipal } from './no-wildcard-principal'
import { noWildcardServiceEntry } from './no-wildcard-service-entry'
import { objectFitsSchema } from './object-fits-schema'
import { oneInjectionLabel } from './one-injection-label'
import { oneServiceAccountName } from './one-service-account-name'
import { pcaProtected } from './pca-protected'
import { peerAuthenticationUnambiguous } from './peer-authentication-unambiguous'
import { pinnedMeshVersion } from './pinned-mesh-version'
import { plaintextAcrossMeshes } from './plaintext-across-meshes'
import { policySelectsWorkload } from './policy-selects-workload'
import { portIsWorkloadPort } from './port-is-workload-port'
import { principalExists } from './principal-exists'
import { principalFormat } from './principal-format'
import { probeRoutePresent } from './probe-route-present'
import { reachEqualsIntent } from './reach-equals-intent'
import { requestAuthenticationBackedByPolicy } from './request-authentication-backed-by-policy'
import { rootNamespacePolicyHasNoSelectorTrap } from './root-namespace-policy-has-no-selector-trap'
import { rootKeyOutsideCluster } from './root-key-outside-cluster'
import { rotationStepOrder } from './rotation-step-order'
import { routeMatchesServerProtocol } from './route-matches-server-protocol'
import { serverForEveryPort } from './server-for-every-port'
import { serverPortExists } from './server-port-exists'
import { serverV1beta3 } from './server-v1beta3'
import { strictMtls } from './strict-mtls'
import { targetRefExists } from './target-ref-exists'
import { trustDomainConsistent } from './trust-domain-consistent'
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
  injectValueValid,
  admissionNotDisabled,
  injectionNotDisabled,
  noHostNetworkInMesh,
  noInboundPortExclusion,
  noSkipPorts,
  strictMtls,
  peerAuthenticationUnambiguous,
  noPlaintextPortException,
  plaintextAcrossMeshes,
  noDestinationRuleTlsDowngrade,
  egressTlsVerified,
  noWildcardServiceEntry,
  gatewayTlsMinimum,
  noBroadGatewayHost,
  explicitPortProtocol,
  declaredContainerPorts,
  waypointExists,
  ingressUsesWaypoint,
  dedicatedServiceAccount,
  oneServiceAccountName,
  namespaceHasPolicy,
  defaultDenyPresent,
  linkerdDefaultDeny,
  waypointDefaultDeny,
  everyWorkloadHasPolicy,
  waypointEnforced,
  policySelectsWorkload,
  networkPolicySelectsPods,
  targetRefExists,
  rootNamespacePolicyHasNoSelectorTrap,
  noAllowAllPolicy,
  principalFormat,
  principalExists,
  trustDomainConsistent,
  noWildcardPrincipal,
  noNegativeMatchInAllow,
  noCrossProductGrant,
  l7DenyNamesPorts,
  noPositivePathDeny,
  portIsWorkloadPort,
  requestAuthenticationBackedByPolicy,
  noL7OnZtunnel,
  noIneffectiveDeny,
  noCustomOnZtunnel,
  serverForEveryPort,
  serverPortExists,
  serverV1beta3,
  noOverlappingServers,
  accessPolicyDeny,
  auditExpires,
  noEmptyAuthentication,
  authenticationExists,
  noWildcardMeshIdentity,
  noOpenNetworkAuthentication,
  noNamespaceWideGrant,
  noLegacyServerAuthorization,
  routeMatchesServerProtocol,
  probeRoutePresent,
  noOpaqueHttpConflict,
  noShadowedRule,
  workloadMatchesAssumptions,
  objectFitsSchema,
  reachEqualsIntent,
  anchorKnownAtPreview,
  pcaProtected,
  noPrivateKeyInPlainState,
  noCaKeyInState,
  rootKeyOutsideCluster,
  noSelfMintedIstioRoot,
  anchorAlgorithm,
  anchorValidityHorizon,
  rotationStepOrder,
  multiClusterSharedRoot,
  noDefaultTrustDomainAcrossClusters,
  issuerRotationPolicy,
  certManagerRotationPolicy,
  issuerChainsToAnchor,
  issuerLifetime,
  deterministicWebhookCertificates,
  pinnedMeshVersion,
  linkerdMinimumVersion,
  linkerdHighAvailability,
])
