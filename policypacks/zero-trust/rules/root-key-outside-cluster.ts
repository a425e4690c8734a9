import { certificateIn, intermediate, issuer, rootCertificate, rootInCluster } from '../example-trust'
import { readAuthorities, signedBy, type Authority } from '../facts/authorities'
import { at, finding, flag, gather, texts, type Field } from '../field'
import { rule, type Context, type Finding } from '../rule'

const webhook = (change: object = {}) =>
  certificateIn('istio-system', 'webhook', {
    secretName: 'webhook-tls',
    isCA: false,
    issuerRef: { name: 'root' },
    usages: ['server auth'],
    ...change,
  })

/**
 * The root of a mesh is made and kept outside of the cluster that it vouches for. One that cert-manager makes there signs itself, and its key lies in a Secret that
 * every administrator of the namespace reads; what has it can make issuers that nobody can tell from the right ones, in this and in every other cluster of the mesh.
 * A root by which only servers are signed, as for webhooks, vouches for no identity.
 */
export const rootKeyOutsideCluster = rule({
  id: 'root-key-outside-cluster',
  severity: 'medium',
  scope: 'stack',
  controls: [
    'nist-800-53/SC-12',
    'nist-800-53/SC-17',
    'nist-800-53/SC-23(5)',
    'nist-800-204/SM-DR12',
    'pci-dss/4.2.1.1',
    'iso-27001/A.8.24',
  ],
  why: 'whoever takes the cluster has the root, and a mesh whose root is taken can only be made anew',
  fix: 'keep the root in AWS Private CA or offline, and have cert-manager sign by an intermediate of it; name the Secret of a root that may lie in the cluster in `reviewed`, as `istio-system/root`',
  limits:
    'who else signs by the same Issuer, outside of the stack, is not seen; a root that somebody puts into the cluster as a Secret is not either',
  config: ['reviewed'],
  examples: {
    pass: [
      { title: 'an intermediate of a root that is elsewhere', objects: [intermediate()] },
      {
        title: 'a root for the certificates of webhooks',
        objects: [...rootInCluster, rootCertificate(), webhook()],
      },
      {
        title: 'one that somebody has looked at',
        objects: [...rootInCluster, rootCertificate(), intermediate()],
        config: { reviewed: ['istio-system/root'] },
      },
    ],
    fail: [
      { title: 'a root that cert-manager makes', objects: [...rootInCluster, rootCertificate(), intermediate()] },
      {
        title: 'a root of which nobody knows what it signs',
        objects: [issuer('istio-system', 'itself', { selfSigned: {} }), rootCertificate()],
      },
      {
        title: 'a root for webhooks, and for one that may be a caller',
        objects: [...rootInCluster, rootCertificate(), webhook(), webhook({ usages: ['server auth', 'client auth'] })],
      },
    ],
  },
  check,
})

function check(context: Context): readonly Finding[] {
  const authorities = readAuthorities(context)
  const roots = authorities.all.filter(({ isRoot, secret }) => isRoot && !context.config.reviewed.includes(secret))
  if (roots.length === 0) return authorities.findings
  const judged = gather(
    roots.map(({ field }) => field),
    field => roots.filter(one => one.field === field && !isForServers(signedBy(one, context, authorities))),
  )
  return [...authorities.findings, ...judged.findings, ...judged.facts.flat().map(inCluster)]
}

function isForServers(certificates: readonly Field[]): boolean {
  return certificates.length > 0 && certificates.every(isServer)
}

/** Without usages it is for whatever the issuer makes of it. */
function isServer(certificate: Field): boolean {
  const usages = texts(at(certificate, 'spec', 'usages'))
  const others = usages.filter(usage => !['server auth', 'digital signature', 'key encipherment'].includes(usage))
  return flag(at(certificate, 'spec', 'isCA')) !== true && usages.includes('server auth') && others.length === 0
}

function inCluster({ field }: Authority): Finding {
  return finding(field, 'signs itself, so that the key of a root lies in the cluster that it vouches for')
}
