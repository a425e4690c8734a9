import type { KubernetesObject } from '../../core/model/manifest'
import { object, release } from './example-objects'

/*
 * Objects for the examples of rules about whom a mesh trusts.
 */

type Data = Readonly<Record<string, unknown>>

/** The Release of istiod, with these of its values. */
export function istiodRelease(values: Data, properties: Data = {}): KubernetesObject {
  return release('istiod', {
    chart: 'istiod',
    repositoryOpts: { repo: 'https://istio-release.storage.googleapis.com/charts' },
    version: '1.30.3',
    namespace: 'istio-system',
    ...properties,
    values,
  })
}

/** Values by which istiod does not start before the Secret `cacerts` is there. */
export const waiting: Data = {
  volumes: [{ name: 'cacerts-required', secret: { secretName: 'cacerts' } }],
  volumeMounts: [{ name: 'cacerts-required', mountPath: '/etc/cacerts-required', readOnly: true }],
}

/** A Secret with these keys. */
export function secret(name: string, data: Data, inNamespace = 'istio-system'): KubernetesObject {
  return object(['v1', 'Secret'], [inNamespace, name], { data })
}

/** A Certificate of cert-manager. */
export function certificateIn(inNamespace: string, name: string, spec: Data): KubernetesObject {
  return object(['cert-manager.io/v1', 'Certificate'], [inNamespace, name], { spec })
}

/** An Issuer of cert-manager. */
export function issuer(inNamespace: string, name: string, spec: Data): KubernetesObject {
  return object(['cert-manager.io/v1', 'Issuer'], [inNamespace, name], { spec })
}

/** A root that cert-manager makes, which signs itself, and an Issuer that signs by it. */
export const rootInCluster: readonly KubernetesObject[] = [
  issuer('istio-system', 'itself', { selfSigned: {} }),
  issuer('istio-system', 'root', { ca: { secretName: 'root' } }),
]

/** The Certificate of that root. */
export function rootCertificate(change: Data = {}): KubernetesObject {
  return certificateIn('istio-system', 'root', {
    secretName: 'root',
    isCA: true,
    issuerRef: { name: 'itself' },
    duration: '87600h',
    renewBefore: '8760h',
    privateKey: { algorithm: 'ECDSA', size: 256, rotationPolicy: 'Never' },
    ...change,
  })
}

/** The Certificate that istiod signs with, by that root. */
export function intermediate(change: Data = {}): KubernetesObject {
  return certificateIn('istio-system', 'istio-ca', {
    secretName: 'cacerts',
    isCA: true,
    issuerRef: { name: 'root' },
    duration: '2160h',
    renewBefore: '720h',
    privateKey: { algorithm: 'ECDSA', size: 256, rotationPolicy: 'Always' },
    ...change,
  })
}
