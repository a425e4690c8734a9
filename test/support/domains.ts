import type { DomainState, MigrationStep } from '../../core/trust/migration/migration'
import type { Draw } from './fleet'

/** A proxy of Istio: what istiod told it last, which trust domain its certificate and the policies at it are of, and for which it was injected. */
interface Proxy {
  told: DomainState
  leaf: string
  policies: string
  injected: string
}

/**
 * Sidecars that know nothing of plans. Each is told of a change whenever it is told, and has its identity from whoever signs when it asks again.
 *
 * A server takes certificates of its mesh's trust domain and aliases (istio `pilot/pkg/networking/plugin/authn/util.go` TrustDomainsForValidation), a client
 * those of a server under each of them (`pilot/pkg/model/push_context.go`, ExpandWithTrustDomains), and a principal that is of one of them means all of them
 * (`pilot/pkg/security/trustdomain/bundle.go`). Istiod puts its own trust domain into a certificate, whatever it is asked for
 * (`security/pkg/server/ca/authenticate/kubeauth/kube_jwt.go`); istio-csr refuses a request that is for another (istio-csr `pkg/server/auth.go` identitiesMatch).
 */
export class DomainFleet {
  readonly proxies: readonly Proxy[]
  /** What was refused first. */
  refused: string | undefined
  private mesh: DomainState

  constructor(
    from: DomainState,
    size: number,
    private readonly istioCsr: boolean,
  ) {
    this.mesh = from
    const { trustDomain } = from
    this.proxies = Array.from({ length: size }, () => ({
      ...{ told: from, leaf: trustDomain, policies: trustDomain, injected: trustDomain },
    }))
  }

  /** All calls, each way. */
  private look(): void {
    for (const client of this.proxies)
      for (const server of this.proxies) {
        const why = refusal(client, server)
        if (why !== undefined) this.refused ??= why
      }
  }

  /** In whatever order: proxies hear of the mesh's new words and of the policies, and some ask for a certificate. */
  apply(state: DomainState, draw: Draw): void {
    this.mesh = state
    const todo = this.proxies.flatMap(proxy => [
      () => void (proxy.told = state),
      () => void (proxy.policies = state.trustDomain),
      // Half of them, by chance.
      () => void (draw(2) === 0 && this.renew(proxy)),
    ])
    this.inAnyOrder(todo, draw)
  }

  /** Everybody is given a new certificate; where istio-csr signs, only to those that are made anew. */
  renewAll(draw: Draw): void {
    const todo = this.proxies.map(proxy => () => {
      if (this.istioCsr) proxy.injected = this.mesh.trustDomain
      this.renew(proxy)
    })
    this.inAnyOrder(todo, draw)
  }

  private renew(proxy: Proxy): void {
    if (this.istioCsr && proxy.injected !== this.mesh.trustDomain) return // refused; what it has lives on
    proxy.leaf = this.mesh.trustDomain
  }

  private inAnyOrder(todo: readonly (() => void)[], draw: Draw): void {
    const left = [...todo]
    while (left.length > 0) {
      left.splice(draw(left.length), 1)[0]?.()
      this.look()
    }
  }
}

function refusal(client: Proxy, server: Proxy): string | undefined {
  const names = ({ told }: Proxy) => [told.trustDomain, ...told.aliases]
  if (!names(server).includes(client.leaf)) return `a server does not take callers of ${client.leaf}`
  if (!names(client).includes(server.leaf)) return `a client does not take a server of ${server.leaf}`
  const meant = names(server).includes(server.policies) ? names(server) : [server.policies]
  return meant.includes(client.leaf) ? undefined : `a policy for ${server.policies} does not admit ${client.leaf}`
}

/** Does what each step says, and waits where it says so. */
export function followDomains(fleet: DomainFleet, steps: readonly MigrationStep[], draw: Draw): void {
  for (const { step, state } of steps) {
    if (step === 'wait') fleet.renewAll(draw)
    else if (step !== 'prepare') fleet.apply(state, draw)
  }
}
