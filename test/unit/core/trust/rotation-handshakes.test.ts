import assert from 'node:assert/strict'
import type { AddressInfo } from 'node:net'
import { connect, createServer, type SecureContextOptions, type Server } from 'node:tls'
import { day, hour } from '../../../../core/trust/certificate'
import { planRotation } from '../../../../core/trust/rotation/plan'
import type { RotationSettings } from '../../../../core/trust/rotation/rotation'
import { trustState, type TrustState } from '../../../../core/trust/rotation/state'
import { readTrust } from '../../../../core/trust/read'
import { Fleet, type Draw, type Proxy } from '../../../support/fleet'
import type { Authority } from '../../../support/pki'
import { at, authority, keyPem, workload } from '../../../support/pki'
import { act, follow } from '../../../support/rotate'

/*
 * The plans, held against verifiers that are not ours: fifty workloads that call each other on loopback, each with a certificate of its own, and with the anchors that the simulated mesh
 * has brought to it. A TLS of Node takes today for the date, so that what is made is valid today.
 */
const now = (Date.now() - at) / day
const dates = { from: now - 1, until: now + 100 }
const size = 50

interface Hierarchy {
  readonly anchor: Authority
  readonly issuer: Authority
}

async function hierarchy(name: string): Promise<Hierarchy> {
  const anchor = await authority({ subject: `root ${name}`, ...dates, until: now + 200 })
  return { anchor, issuer: await authority({ subject: `issuer ${name}`, by: anchor, ...dates }) }
}

async function stateOf(anchors: readonly Authority[], issuer: Authority): Promise<TrustState> {
  const { trust } = await readTrust({
    anchors: anchors.map(({ pem, subject }) => ({ text: pem, at: subject })),
    issuer: { text: issuer.pem, at: 'issuer' },
  })
  const state = trust && trustState(trust)
  assert.ok(state)
  return state
}

async function leafOf(issuer: Authority): Promise<SecureContextOptions> {
  const leaf = await workload('workload', { by: issuer, from: now - 1, until: now + 1 })
  return { cert: leaf.pem + issuer.pem, key: await keyPem(leaf.keys) }
}

/** The workloads of a fleet as TLS servers and clients. */
class Workloads {
  private readonly servers: Server[] = []

  private constructor(
    private readonly fleet: Fleet,
    private readonly pems: ReadonlyMap<string, string>,
    /** By the issuer's name, one for each workload. */
    private readonly leaves: ReadonlyMap<string, readonly SecureContextOptions[]>,
  ) {}

  static async of(fleet: Fleet, hierarchies: readonly Hierarchy[]): Promise<Workloads> {
    const pems = new Map(hierarchies.map(({ anchor }) => [`CN=${anchor.subject}`, anchor.pem]))
    const leaves = await Promise.all(
      hierarchies.map(async ({ issuer }) => {
        const each = await Promise.all(fleet.proxies.map(() => leafOf(issuer)))
        return [`CN=${issuer.subject}`, each] as const
      }),
    )
    const workloads = new Workloads(fleet, pems, new Map(leaves))
    await workloads.listen()
    return workloads
  }

  private async listen(): Promise<void> {
    for (const i of this.fleet.proxies.keys()) {
      const options = { ...this.optionsOf(i), requestCert: true, rejectUnauthorized: true }
      const server = createServer(options, socket => socket.end('taken')).on('tlsClientError', () => undefined)
      await new Promise<void>(ready => server.listen(0, '127.0.0.1', ready))
      this.servers.push(server)
    }
  }

  close(): void {
    this.servers.forEach(server => server.close())
  }

  private proxyOf(i: number): Proxy {
    const proxy = this.fleet.proxies[i]
    assert.ok(proxy)
    return proxy
  }

  private optionsOf(i: number): SecureContextOptions {
    const proxy = this.proxyOf(i)
    const ca = proxy.bundle.map(({ subject }) => this.pems.get(subject) ?? '')
    return { ...this.leaves.get(proxy.leaf.issuer.subject)?.[i], ca }
  }

  /** Every workload calls the one that is so many places on; how many are refused. */
  async refusals(stride: number): Promise<number> {
    this.servers.forEach((server, i) => server.setSecureContext(this.optionsOf(i)))
    const calls = this.servers.map((_, i) => this.call(i, (i + stride) % this.servers.length))
    return (await Promise.all(calls)).filter(taken => !taken).length
  }

  private call(from: number, to: number): Promise<boolean> {
    const { port } = this.servers[to]?.address() as AddressInfo // it listens
    return new Promise(settle => {
      const socket = connect({ port, host: '127.0.0.1', servername: 'workload', ...this.optionsOf(from) })
      // Of a refused client certificate TLS 1.3 tells after the handshake, so an answer is waited for.
      socket.on('data', () => settle(true))
      socket.on('error', () => settle(false))
      socket.on('close', () => settle(false))
    })
  }
}

/** Always the same, and no two fleets alike. */
function chances(seed: number): Draw {
  let state = seed
  return below => {
    state = (state * 1103515245 + 12345) % 2147483648
    return Math.floor((state / 2147483648) * below)
  }
}

describe('fifty workloads with real certificates', () => {
  const plans: readonly (readonly [string, Pick<RotationSettings, 'authority' | 'toAuthority'>, number])[] = [
    ['cacerts', { authority: 'cacerts' }, 7],
    ['istio-csr', { authority: 'istio-csr' }, 5],
    ['cacerts, where istio-csr takes over', { authority: 'cacerts', toAuthority: 'istio-csr' }, 3],
    ['linkerd', { authority: 'linkerd' }, 11],
  ]
  for (const [kind, who, seed] of plans) {
    const leaf = who.authority === 'istio-csr' ? hour : day
    const settings: RotationSettings & { leaf: number; skew: number } = { ...who, at: Date.now(), leaf, skew: 0 }

    async function rotation() {
      const [old, next] = [await hierarchy('old'), await hierarchy('new')]
      const from = await stateOf([old.anchor], old.issuer)
      const to = await stateOf([next.anchor], next.issuer)
      const draw = chances(seed)
      const fleet = new Fleet(from, { ...settings, size }, draw, Date.now())
      return { from, to, draw, fleet, workloads: await Workloads.of(fleet, [old, next]) }
    }

    it(`go through the plan for ${kind} without one refused handshake`, async function () {
      this.timeout(60_000)
      const { from, to, draw, fleet, workloads } = await rotation()
      try {
        const { steps } = planRotation(from, to, settings)
        for (const [i, step] of steps.entries()) {
          act(fleet, step, draw)
          assert.equal(await workloads.refusals(1 + 2 * i), 0, `while \`${step.step}\` comes to everybody`)
          follow(fleet, [step], draw)
        }
        assert.equal(await workloads.refusals(1), 0)
        assert.deepEqual([...new Set(fleet.proxies.map(({ leaf }) => leaf.issuer.subject))], ['CN=issuer new'])
        assert.deepEqual(
          [...new Set(fleet.proxies.map(({ bundle }) => bundle.map(({ subject }) => subject).join()))],
          ['CN=root new'],
        )
      } finally {
        workloads.close()
      }
    })

    it(`refuse each other where all is exchanged at once for ${kind}`, async function () {
      this.timeout(60_000)
      const { to, fleet, workloads } = await rotation()
      try {
        fleet.apply(to)
        fleet.restartControlPlane()
        fleet.pass(leaf / 4)
        assert.ok((await workloads.refusals(1)) > 0)
      } finally {
        workloads.close()
      }
    })
  }
})
