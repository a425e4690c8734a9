import assert from 'node:assert/strict'
import { reach } from '../../../../../core/analyze/reach'
import { Region } from '../../../../../core/model/region'
import { layerOf, mesh, namespace, pod, inNamespace, readAll, type Json } from '../objects'
import { group, linkerdConfig, linkerdNamespace } from '../linkerd/objects'
import { policy } from './objects'

const caller = { trustDomain: 'cluster.local', namespace: 'web', serviceAccount: 'frontend' }
const sidecars: readonly Json[] = [mesh(), namespace('web'), pod('web/frontend')]

/** A policy of `web` for what leaves. */
const leaving = (...egress: readonly Json[]): Json => policy('web/out', { policyTypes: ['Egress'], egress })
const block = (cidr: string, ...except: readonly string[]): Json => ({ ipBlock: { cidr, except } })
const special = ['10.0.0.0/8', '100.64.0.0/10', '172.16.0.0/12', '192.168.0.0/16']

/** Whether calls to a host outside leave, and how many of them for certain. */
function open(objects: readonly Json[], to: { readonly host?: string; readonly port?: number } = {}): string {
  const { open: answer, certain } = reach(readAll(objects).layer).egress(caller, {
    host: 'a.example',
    port: 443,
    ...to,
  })
  return `${answer} ${certain === Region.all ? 'all' : certain.isEmpty ? 'none' : 'some'}`
}

describe('calls to hosts outside on the network', () => {
  const on = (...objects: readonly Json[]): readonly Json[] => [...sidecars, ...objects]

  it('leave where nothing limits the caller, and policies for what enters do not', () => {
    assert.equal(open(on()), 'yes all')
    assert.equal(open(on(policy('web/in', {}))), open(on()))
    assert.equal(open(on(policy('shop/out', { policyTypes: ['Egress'] }))), open(on()))
  })

  it('do not where nothing lets them, and the policies are named', () => {
    const objects = on(leaving(), policy('web/more', { policyTypes: ['Egress'] }))
    assert.equal(open(objects), 'no none')
    const { because } = reach(layerOf(objects)).egress(caller, { host: 'a.example', port: 443 })
    assert.deepEqual(because.filter(one => one.startsWith('NetworkPolicy ')).sort(), [
      'NetworkPolicy web/more',
      'NetworkPolicy web/out',
    ])
  })

  it('leave by a rule without peers for the port, and by no other', () => {
    assert.equal(open(on(leaving({ ports: [{ port: 443 }] }))), 'yes all')
    assert.equal(open(on(leaving({ ports: [{ port: 400, endPort: 500 }] }))), 'yes all')
    assert.equal(open(on(leaving({ ports: [{ port: 80 }] }))), 'no none')
    assert.equal(open(on(leaving({ ports: [{ port: 443, protocol: 'UDP' }] }))), 'no none')
    assert.equal(open(on(leaving({ ports: [{ protocol: 'UDP' }] }))), 'no none')
    assert.equal(open(on(leaving({ ports: [{ port: 'https' }] }))), 'no none')
  })

  it('leave by blocks that take in every public address, together or alone, and only perhaps by others', () => {
    const to = (...blocks: readonly Json[]): readonly Json[] => on(leaving({ to: blocks }))
    assert.equal(open(to(block('0.0.0.0/0', ...special))), 'yes all')
    assert.equal(open(to(block('0.0.0.0/1'), block('128.0.0.0/1'))), 'yes all')
    assert.equal(open(to(block('0.0.0.0/1'))), 'unknown none')
    assert.equal(open(to(block('0.0.0.0/0', '8.8.8.0/24'))), 'unknown none')
  })

  it('leave by a block without what is not routed on the internet (RFC 6890), be it one of that or all, and by none without more', () => {
    const special = [
      '0.0.0.0/8',
      '10.0.0.0/8',
      '100.64.0.0/10',
      '127.0.0.0/8',
      '169.254.0.0/16',
      '172.16.0.0/12',
      '192.0.0.0/24',
      '192.0.2.0/24',
      '192.88.99.0/24',
      '192.168.0.0/16',
      '198.18.0.0/15',
      '198.51.100.0/24',
      '203.0.113.0/24',
      '224.0.0.0/3',
    ]
    const without = (...cidrs: readonly string[]): string => open(on(leaving({ to: [block('0.0.0.0/0', ...cidrs)] })))
    for (const cidr of special) assert.equal(without(cidr), 'yes all', cidr)
    assert.equal(without(...special), 'yes all')
    for (const cidr of ['11.0.0.0/8', '192.0.1.0/24', '192.167.0.0/16', '223.0.0.0/8'])
      assert.equal(without(cidr), 'unknown none', cidr)
  })

  it('leave by no port that has a name, which is a Pod’s', () => {
    assert.equal(open(on(leaving({ ports: [{ port: 'https' }], to: [block('0.0.0.0/0')] }))), 'no none')
    const halves = [block('0.0.0.0/1'), block('128.0.0.0/1')]
    const both = leaving(
      { ports: [{ port: 'https' }], to: halves },
      { ports: [{ port: 443 }], to: [block('0.0.0.0/1')] },
    )
    assert.equal(open(on(both)), 'unknown none')
  })

  it('are known of an address', () => {
    const to = on(leaving({ to: [block('198.18.0.0/15', '198.18.5.0/24')] }))
    assert.equal(open(to, { host: '198.18.1.1' }), 'yes all')
    assert.equal(open(to, { host: '198.18.5.1' }), 'no none')
    assert.equal(open(to, { host: '8.8.8.8' }), 'no none')
  })

  it('never leave to Pods', () => {
    assert.equal(open(on(leaving({ to: [{ namespaceSelector: {} }] }))), 'no none')
  })

  it('may leave where a policy could not be read, its plugin alone knows, or the node’s network is the Pod’s', () => {
    const onNode = [mesh(), namespace('web', {}), pod('web/frontend', {}, { hostNetwork: true }), leaving()]
    assert.equal(open(onNode), 'unknown none')
    const plugin = {
      apiVersion: 'cilium.io/v2',
      kind: 'CiliumNetworkPolicy',
      metadata: { namespace: 'web', name: 'x' },
    }
    assert.equal(open(on(plugin)), 'unknown none')
    assert.equal(open(on(leaving({ to: [{}] }))), 'unknown none')
  })
})

describe('what Linkerd’s proxies let out on the network', () => {
  const known = {
    proxyInit: { ignoreInboundPorts: '', ignoreOutboundPorts: '' },
    egress: { globalEgressNetworkNamespace: 'out' },
  }
  const hook = { group, kind: 'EgressNetwork', name: 'net', port: 443 }
  const route = inNamespace('TLSRoute', 'web/tls', {
    parentRefs: [hook],
    hostnames: ['a.example'],
    rules: [{ backendRefs: [{ group, kind: 'EgressNetwork', name: 'net' }] }],
  })
  const base: readonly Json[] = [
    linkerdConfig(known),
    linkerdNamespace('web'),
    pod('web/frontend'),
    inNamespace('EgressNetwork', 'web/net', { trafficPolicy: 'Deny' }),
    route,
  ]
  const openings = (...objects: readonly Json[]): unknown => {
    const found = reach(layerOf([...base, ...objects])).openings(caller)
    return typeof found === 'string' ? found : found?.map(({ host, port, speaks }) => `${host}:${port} ${speaks}`)
  }

  it('is no opening where the network does not let it out at all', () => {
    assert.deepEqual(openings(), ['a.example:443 tls'])
    assert.deepEqual(openings(leaving({ ports: [{ port: 443 }] })), ['a.example:443 tls'])
    assert.deepEqual(openings(leaving({ ports: [{ port: 80 }] })), [])
  })

  it('is one where the network may let it out, of any workload of the account', () => {
    assert.deepEqual(openings(leaving({ to: [block('8.0.0.0/8')] })), ['a.example:443 tls'])
    const closedOne = policy('web/out', { podSelector: { matchLabels: { app: 'frontend' } }, policyTypes: ['Egress'] })
    assert.deepEqual(openings(closedOne), [])
    const other = pod('web/other', {}, { serviceAccountName: 'frontend' })
    assert.deepEqual(openings(closedOne, other), ['a.example:443 tls'])
  })

  it('is one at ports that no object names only by a rule that is for all ports, or for some of them', () => {
    const any = inNamespace('EgressNetwork', 'web/net', { trafficPolicy: 'Allow' })
    const unnamed = (...egress: readonly Json[]): boolean => {
      const objects = [
        linkerdConfig(known),
        linkerdNamespace('web'),
        pod('web/frontend'),
        any,
        route,
        leaving(...egress),
      ]
      const found = reach(layerOf(objects)).openings(caller)
      assert.ok(Array.isArray(found))
      return found.some(({ port }: { readonly port: unknown }) => port === 'other')
    }
    assert.deepEqual([unnamed({}), unnamed()], [true, false])
    assert.deepEqual([unnamed({ ports: [{}] }), unnamed({ ports: [{ protocol: 'UDP' }] })], [true, false])
    assert.deepEqual(
      [unnamed({ ports: [{ port: 80, endPort: 90 }] }), unnamed({ ports: [{ port: 'web' }] })],
      [true, false],
    )
    assert.equal(unnamed({ ports: [{ port: 9999 }] }), true)
    assert.deepEqual(
      [unnamed({ ports: [{ port: 443 }] }), unnamed({ ports: [{ port: 443, endPort: 444 }] })],
      [false, true],
    )
  })
})
