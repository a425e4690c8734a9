import type { Manifest } from '../../model/manifest'
import { fitName } from '../names'
import { sorted } from '../order'
import type { Workload } from './context'
import { manifest } from '../objects'
import type { Grant } from './grant'

/** mTLS for everybody in the namespace, at every stage: without it a caller needs no identity, and rules name nobody. */
export function strictMtls(namespace: string, because: readonly string[]): Manifest {
  const spec = { mtls: { mode: 'STRICT' } }
  return manifest({ kind: 'PeerAuthentication', namespace, name: 'default', spec, because })
}

/**
 * The exception for ports that callers without identity are declared to call, or nothing.
 *
 * A policy with a selector replaces the namespace's whole, so it says STRICT itself for the other ports. Which of the
 * callers gets in is still up to the AuthorizationPolicy.
 */
export function plaintextPorts(callee: Workload, grants: readonly Grant[]): Manifest[] {
  const open = grants.filter(({ source }) => source.kind !== 'identity')
  if (open.length === 0) return []
  const ports = [...new Set(open.map(({ port }) => port))].sort((a, b) => a - b)
  return [
    manifest({
      kind: 'PeerAuthentication',
      namespace: callee.namespace,
      name: fitName(`plaintext-to-${callee.name}`),
      spec: {
        selector: { matchLabels: { ...callee.labels } },
        mtls: { mode: 'STRICT' },
        portLevelMtls: Object.fromEntries(ports.map(port => [String(port), { mode: 'PERMISSIVE' }])),
      },
      because: sorted(open.map(({ because }) => because)),
    }),
  ]
}
