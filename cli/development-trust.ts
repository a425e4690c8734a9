import type { Instant } from '../core/trust/certificate'
import { day, hour } from '../core/trust/certificate'
import type { Mesh } from '../core/trust/expected'
import { authorityExtensions, issue, newKeys, privateKeyPem } from './issue'

/** A file to be written, by its path below the directory asked for. */
export interface NewFile {
  readonly path: string
  readonly text: string
}

/** How long a development's root and its issuers last. */
export const lifetimes = { root: 365 * day, issuer: 90 * day } as const

const notice = `FOR DEVELOPMENT ONLY.

The key of the root lies in this directory, readable by whoever is you. Whoever has it is every workload of every mesh that
trusts the root. Nothing that matters may trust it: delete the directory with the cluster it was made for.
`

/** Where each mesh wants its issuer, and under which names. */
const layouts: Readonly<Record<Mesh, (made: Made) => readonly NewFile[]>> = {
  // `kubectl create secret generic cacerts --from-file` of the folder makes the Secret that istiod reads (istio `security/pkg/pki/ca/ca.go` CACertFile).
  istio: ({ root, certificate, key }) => [
    { path: 'istio/ca-cert.pem', text: certificate },
    { path: 'istio/ca-key.pem', text: key },
    { path: 'istio/cert-chain.pem', text: certificate + root },
    { path: 'istio/root-cert.pem', text: root },
  ],
  linkerd: ({ root, certificate, key }) => [
    { path: 'linkerd/ca-bundle.crt', text: root },
    { path: 'linkerd/issuer.crt', text: certificate },
    { path: 'linkerd/issuer.key', text: key },
  ],
}

interface Made {
  readonly root: string
  readonly certificate: string
  readonly key: string
}

/** The paths that will be written for some meshes. */
export function pathsFor(meshes: readonly Mesh[]): readonly string[] {
  const none = { root: '', certificate: '', key: '' }
  return ['README.txt', 'root.crt', 'root.key', ...meshes.flatMap(mesh => layouts[mesh](none)).map(({ path }) => path)]
}

/**
 * Makes a root, and below it an issuer for each mesh, with new keys: for development, where nobody minds that the root's key lies in a file.
 * Every name says so. One root under both meshes, so that calls between them can be verified.
 */
export async function developmentTrust(meshes: readonly Mesh[], now: Instant): Promise<readonly NewFile[]> {
  const keys = await newKeys()
  // Two roots of one name would be taken for each other.
  const id = crypto.randomUUID().slice(0, 8)
  const by = { subject: `root ${id} (development only)`, keys }
  const notBefore = now - hour
  const extensions = await authorityExtensions(keys, { pathLength: 1 })
  const root = await issue({ ...by, notBefore, notAfter: now + lifetimes.root, extensions })
  const below = await Promise.all(
    meshes.map(async mesh => {
      const own = await newKeys()
      const certificate = await issue({
        subject: `${mesh} issuer ${id} (development only)`,
        keys: own,
        by,
        notBefore,
        notAfter: now + lifetimes.issuer,
        extensions: await authorityExtensions(own, { pathLength: 0, by: keys }),
      })
      return layouts[mesh]({ root, certificate, key: await privateKeyPem(own) })
    }),
  )
  const readme = { path: 'README.txt', text: notice }
  return [
    readme,
    { path: 'root.crt', text: root },
    { path: 'root.key', text: await privateKeyPem(keys) },
    ...below.flat(),
  ]
}
