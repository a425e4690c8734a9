import type * as pulumi from '@pulumi/pulumi'
import { anchorsMap, bundle, certificate, issuerOf, key, lifetime, signer } from './certificates'
import type { Webhook } from './linkerd-values'
import { controlPlaneNamespace } from './linkerd-values'
import type { LinkerdSettings } from './settings'

/** The Certificate that identities are issued with, and its Secret, which has no other name (linkerd2 charts/linkerd-control-plane/templates/identity.yaml). */
export const identityIssuer = 'linkerd-identity-issuer'

/** Where a certificate's objects are registered. */
export interface Signing {
  /** What the resources' names start with. */
  readonly prefix: string
  readonly namespace: string
  readonly options: pulumi.CustomResourceOptions
}

/**
 * The certificate that the control plane issues identities with, by cert-manager: its key is made in the cluster, replaced with
 * every renewal, and passes through nothing of ours.
 *
 * Renewed a day before its end, which is as long as an identity lasts: none outlives the certificate it was issued with. ECDSA on
 * P-256, as identity refuses every other (linkerd2 `pkg/issuercerts/issuercerts.go`).
 */
export function registerIdentityIssuer(settings: LinkerdSettings, { prefix, namespace, options }: Signing) {
  const name = `identity.${controlPlaneNamespace(settings)}.${settings.trustDomain}`
  const spec = {
    ...lifetime(48, 25),
    secretName: identityIssuer,
    issuerRef: issuerOf(settings.issuer ?? { name: '' }),
    commonName: name,
    dnsNames: [name],
    isCA: true,
    privateKey: key,
    usages: ['cert sign', 'crl sign', 'server auth', 'client auth'],
  }
  const place = { name: identityIssuer, namespace }
  return certificate(`${prefix}-identity-issuer`, { place, spec }, options)
}

/**
 * The certificates of a namespace's webhooks, signed by an authority that is used for nothing else: it lives on when one of them is
 * renewed, so that the API server knows the new one at once.
 */
export function registerWebhooks(webhooks: readonly Webhook[], signing: Signing): readonly pulumi.Resource[] {
  if (webhooks.length === 0) return []
  const { prefix, namespace, options } = signing
  const authority = registerAuthority(signing)
  return webhooks.map(({ service }) => {
    const host = `${service}.${namespace}.svc`
    const spec = {
      ...lifetime(48, 25),
      secretName: `${service}-k8s-tls`,
      issuerRef: issuerOf({ name: 'linkerd-webhooks', kind: 'Issuer' }),
      commonName: host,
      dnsNames: [host],
      isCA: false,
      // The policy controller reads no other (linkerd.io, automatically rotating webhook TLS credentials).
      privateKey: { ...key, encoding: 'PKCS8' },
      usages: ['server auth'],
    }
    const dependsOn = [authority]
    const place = { name: service, namespace }
    return certificate(`${prefix}-${service}`, { place, spec }, { ...options, dependsOn })
  })
}

function registerAuthority({ prefix, namespace, options }: Signing): pulumi.Resource {
  const issuer = (id: string, of: { readonly name: string; readonly spec: object }, after: pulumi.Resource[]) => {
    const more = after.length > 0 ? { dependsOn: after } : {}
    return signer(`${prefix}-${id}`, { kind: 'Issuer', namespace, ...of }, { ...options, ...more })
  }
  const itself = issuer('webhook-root', { name: 'linkerd-webhooks-root', spec: { selfSigned: {} } }, [])
  const spec = {
    ...lifetime(8760, 2160),
    secretName: 'linkerd-webhooks-authority',
    issuerRef: issuerOf({ name: 'linkerd-webhooks-root', kind: 'Issuer' }),
    commonName: `webhooks.${namespace}.svc`,
    isCA: true,
    privateKey: key,
  }
  const place = { name: 'linkerd-webhooks-authority', namespace }
  const authority = certificate(`${prefix}-webhook-authority`, { place, spec }, { ...options, dependsOn: [itself] })
  const ca = { ca: { secretName: 'linkerd-webhooks-authority' } }
  return issuer('webhook-issuer', { name: 'linkerd-webhooks', spec: ca }, [authority])
}

/** Where the control plane looks for the anchors; the chart knows no other name (linkerd2 `charts/linkerd-control-plane/templates/identity.yaml`). */
const trustRoots = 'linkerd-identity-trust-roots'
const bundleKey = 'ca-bundle.crt'

/** Whom identities are trusted by: the anchors that are given, or those that trust-manager keeps up to date. */
export function registerTrustRoots(
  { trustManager }: LinkerdSettings,
  anchors: pulumi.Output<readonly string[]>,
  { prefix, namespace, options }: Signing,
): pulumi.Resource {
  const id = `${prefix}-trust-roots`
  const place = { name: trustRoots, namespace, key: bundleKey }
  if (trustManager === undefined) return anchorsMap(id, anchors, { place, options })
  const { secrets, key = 'tls.crt' } = trustManager
  return bundle(id, { place, from: { secrets, key } }, options)
}
