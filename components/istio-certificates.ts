import type * as pulumi from '@pulumi/pulumi'
import type { AnchorSource } from './anchor-source'
import { certificate, issuerOf, key, lifetime } from './certificates'
import { signingSecret, systemNamespace } from './istio-names'
import type { IstioSettings } from './settings'

/**
 * The certificate that istiod issues identities with, by cert-manager, in the Secret that istiod looks for: `tls.crt`, `tls.key` and, for the anchor,
 * `ca.crt`, which it takes as well as files of its own (istio `pilot/pkg/bootstrap/istio_ca.go` detectSigningCABundleAndCRL).
 *
 * Renewed three days before its end, of which identities last one: two are left to notice that nobody renews it. Under the same anchor istiod takes the
 * next one while it runs (`handleEvent` there).
 */
export function registerSigning(
  prefix: string,
  istio: IstioSettings,
  { source, options }: { readonly source: AnchorSource; readonly options: pulumi.CustomResourceOptions },
): pulumi.Resource {
  const spec = {
    ...lifetime(168, 72),
    secretName: signingSecret,
    issuerRef: issuerOf(source.issuer),
    commonName: `istiod.${istio.trustDomain}`,
    isCA: true,
    privateKey: key,
    usages: ['cert sign', 'crl sign'],
  }
  const place = { name: signingSecret, namespace: systemNamespace(istio) }
  return certificate(`${prefix}-signing`, { place, spec }, options)
}
