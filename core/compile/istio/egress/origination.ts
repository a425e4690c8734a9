import type { Origination } from '../../../graph/graph'
import type { Manifest } from '../../../model/manifest'
import { fitName } from '../../names'
import { sorted, sortedGroups } from '../../order'
import { manifest } from '../../objects'
import type { Use } from '../../outside'
import { leavesFrom } from './use'

/** The port that TLS is spoken on where nothing else is said. */
const usualPort = 443

/** The port of the host that calls to `port` go to, where it is another. */
export function originPort({ port, tls }: Pick<Use, 'port' | 'tls'>): { readonly targetPort?: number } {
  const target = tls ? (tls.port ?? usualPort) : port
  return target === port ? {} : { targetPort: target }
}

/**
 * The DestinationRule by which proxies of `namespace` speak TLS to the host of `uses`, seen there only. The names to verify are always written down:
 * beside an `sni` of its own the certificate would be held against none (istio `pilot/pkg/networking/core/cluster_tls.go`
 * setAutoSniAndAutoSanValidation).
 */
export function originates(namespace: string, uses: readonly Use[]): readonly Manifest[] {
  const spoken = uses.filter(use => use.tls && leavesFrom(use) === namespace)
  const byPort = sortedGroups(spoken, ({ port }) => String(port).padStart(5, '0'))
  const levels = [...byPort.values()].flatMap(([use]) => (use?.tls ? [levelOf(use, use.tls)] : []))
  const [first] = spoken
  if (!first) return []
  const { host } = first
  return [
    manifest({
      kind: 'DestinationRule',
      namespace,
      name: fitName(host),
      spec: { host, exportTo: ['.'], trafficPolicy: { portLevelSettings: levels } },
      because: sorted(spoken.map(({ line }) => line.text)),
    }),
  ]
}

function levelOf({ host, port }: Use, { caCertificates = 'system', subjectAltNames }: Origination): object {
  const names = subjectAltNames === undefined || subjectAltNames.length === 0 ? [host] : sorted(subjectAltNames)
  return { port: { number: port }, tls: { mode: 'SIMPLE', sni: host, caCertificates, subjectAltNames: names } }
}
