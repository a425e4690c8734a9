import type { Duration, Instant } from '../../core/trust/certificate'
import { hour } from '../../core/trust/certificate'
import type { Authority, Gate } from '../../core/trust/rotation/rotation'
import type { Dated, Issuer, TrustState } from '../../core/trust/rotation/state'

/** What a simulation draws its chances from: an integer from 0 to below `below`. */
export type Draw = (below: number) => number

interface Leaf {
  readonly issuer: Issuer
  readonly until: Instant
  /** When its proxy asks for the next one. */
  readonly renewed: Instant
}

export interface Proxy {
  bundle: readonly Dated[]
  leaf: Leaf
  /** By how much its clock is wrong. */
  readonly skew: Duration
  /** Istio: whether istiod may hand it anchors at any time. */
  readonly agent: boolean
}

/** How a fleet behaves. */
export interface Behaviour {
  readonly authority: Authority
  readonly leaf: Duration
  readonly skew: Duration
  readonly size: number
}

const same = (a: readonly Dated[], b: readonly Dated[]): boolean => within(a, b) && within(b, a)
const within = (a: readonly Dated[], b: readonly Dated[]): boolean =>
  a.every(one => b.some(({ fingerprint }) => fingerprint === one.fingerprint))
const vouchedIn = (bundle: readonly Dated[], { anchors }: Issuer): readonly Dated[] =>
  bundle.filter(({ fingerprint }) => anchors.includes(fingerprint))

/**
 * A control plane and its proxies, as upstream's sources have them behave, in a time of their own. It knows nothing of plans: it is told what is applied and what is restarted, proxies ask for
 * certificates when they have to, and Pods are made again when it pleases their nodes. The first three proxies are the control plane's.
 *
 * - istiod reads `cacerts` while it runs: an issuer under the same anchors always, other anchors only with ISTIO_MULTIROOT_MESH and where one bundle is part of the other (istio
 *   `pilot/pkg/bootstrap/istio_ca.go` handleEvent); its answer to a request for a certificate brings the anchors (`security/pkg/server/ca/server.go`).
 * - Linkerd's identity reads the anchors once and the issuer again where an anchor that it has vouches for it (linkerd2 `pkg/identity/service.go` loadCredentials); a proxy has the anchors
 *   of the moment at which its Pod was made (`controller/proxy-injector/webhook.go`).
 */
export class Fleet {
  readonly proxies: Proxy[]
  /** Who was refused first, where anybody was. */
  refused: string | undefined
  multiRoot = false
  private control: TrustState

  constructor(
    private applied: TrustState,
    readonly behaviour: Behaviour,
    private readonly draw: Draw,
    public now: Instant,
  ) {
    this.control = applied
    this.proxies = Array.from({ length: behaviour.size }, () => ({
      bundle: applied.bundle,
      leaf: this.signed(applied.issuer),
      skew: draw(2 * behaviour.skew + 1) - behaviour.skew,
      agent: draw(2) === 0,
    }))
  }

  apply(state: TrustState): void {
    this.applied = state
    this.pass(this.draw(3) * 60_000)
    this.reload()
    this.look()
  }

  restartControlPlane(): void {
    // An identity whose issuer no anchor vouches for does not start: nobody is given a certificate.
    this.control = this.applied
    this.proxies.slice(0, 3).forEach(proxy => this.start(proxy))
    this.look()
  }

  /** All workloads, in some order, over some hours. */
  restartWorkloads(): void {
    const order = this.proxies.slice(3).sort(() => this.draw(3) - 1)
    for (const proxy of order) {
      this.pass(this.draw(90) * 60_000)
      this.start(proxy)
      this.look()
    }
  }

  /** Time goes by: certificates are renewed, and now and then a Pod is made again. */
  pass(time: Duration): void {
    const end = this.now + time
    while (this.now < end) {
      this.now = Math.min(end, this.now + hour / 2)
      for (const proxy of this.proxies) if (proxy.leaf.renewed <= this.now) this.renew(proxy)
      if (this.draw(8) === 0) this.start(this.proxies[3 + this.draw(this.proxies.length - 3)])
      this.look()
    }
  }

  /** Whether it is as a gate says, seen from everywhere at once. */
  is(gate: Gate, { bundle, issuer }: TrustState): boolean {
    const { proxies, control, applied, behaviour } = this
    const isSigning = control.issuer.fingerprint === issuer.fingerprint
    switch (gate) {
      case 'loaded':
        return same(behaviour.authority === 'linkerd' ? applied.bundle : control.bundle, bundle) && isSigning
      case 'distributed':
        return proxies.every(proxy => within(bundle, proxy.bundle))
      case 'dropped':
        return proxies.every(proxy => within(proxy.bundle, bundle))
      case 'renewed':
        return proxies.every(({ leaf }) => leaf.issuer.fingerprint === issuer.fingerprint)
    }
  }

  private reload(): void {
    const { authority } = this.behaviour
    const { applied, control } = this
    if (authority === 'linkerd') {
      if (vouchedIn(control.bundle, applied.issuer).length > 0) this.control = { ...control, issuer: applied.issuer }
      return
    }
    const related = within(applied.bundle, control.bundle) || within(control.bundle, applied.bundle)
    const isTaken = authority === 'istio-csr' || same(applied.bundle, control.bundle) || (this.multiRoot && related)
    if (!isTaken || vouchedIn(applied.bundle, applied.issuer).length === 0) return
    this.control = applied
    if (authority !== 'cacerts' || !this.multiRoot) return
    // A sidecar that is handed other anchors asks for a certificate, too (istio `security/pkg/nodeagent/cache/secretcache.go` UpdateConfigTrustBundle).
    for (const proxy of this.proxies.filter(({ agent }) => agent)) this.renew(proxy)
  }

  private start(proxy: Proxy | undefined): void {
    if (!proxy) return
    if (this.behaviour.authority === 'linkerd') proxy.bundle = this.applied.bundle
    this.renew(proxy)
  }

  private renew(proxy: Proxy): void {
    if (vouchedIn(this.control.bundle, this.control.issuer).length === 0) return
    proxy.leaf = this.signed(this.control.issuer)
    if (this.behaviour.authority !== 'linkerd') proxy.bundle = this.control.bundle
  }

  private signed(issuer: Issuer): Leaf {
    const { leaf } = this.behaviour
    // Half of its life is the least, and it is never left to the end.
    const renewed = this.now + leaf * (0.5 + this.draw(45) / 100)
    return { issuer, until: this.now + leaf, renewed }
  }

  /** Everybody calls everybody: of what one issuer signed, what ends first. */
  private look(): void {
    if (this.refused !== undefined) return
    const shown = new Map<Issuer, Instant>()
    for (const { leaf } of this.proxies)
      shown.set(leaf.issuer, Math.min(leaf.until, shown.get(leaf.issuer) ?? Infinity))
    for (const { bundle, skew } of this.proxies)
      for (const [issuer, until] of shown) {
        const clock = this.now + skew
        const holds = (one: Dated): boolean => one.notBefore <= clock && clock < one.notAfter
        const isTaken = clock < until + this.behaviour.skew && holds(issuer)
        if (!isTaken || !vouchedIn(bundle, issuer).some(holds))
          this.refused = `what \`${issuer.subject}\` signed is refused by whoever has ${bundle.map(({ subject }) => subject).join()}`
      }
  }
}
