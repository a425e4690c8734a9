import assert from 'node:assert/strict'
import { ztunnelModesOf } from '../../../../../core/analyze/ztunnel/modes'
import { nameOf } from '../../../../../core/analyze/istio/verdict'
import { ambient, ambientVerdict, cartOf } from '../ambient-objects'
import { inNamespace, mesh, namespace, peers, plaintext, pod, readAll, type Json } from '../objects'

const selector = { matchLabels: { app: 'cart' } }
type Mode = 'UNSET' | 'DISABLE' | 'PERMISSIVE' | 'STRICT'

const peer = (id: string, mode: Mode, metadata: Json = {}) => peers(id, { mtls: { mode } }, metadata)
const own = (mode: Mode, ports: Readonly<Record<string, Mode>> = {}, metadata: Json = {}) =>
  peers(
    'shop/cart',
    {
      selector,
      mtls: { mode },
      portLevelMtls: Object.fromEntries(Object.entries(ports).map(([port, level]) => [port, { mode: level }])),
    },
    metadata,
  )
const meshWide = (mode: Mode) => peer('istio-system/default', mode)
const wide = (mode: Mode) => peer('shop/default', mode)

/** The modes of port 8080, and of any other, in a word each: `STRICT` or several with a stroke between them. */
function modes(objects: readonly Json[], where = 'shop'): { readonly at: string; readonly elsewhere: string } {
  const { layer, workload } = cartOf([mesh(), namespace(where, ambient), pod(`${where}/cart`), ...objects])
  const of = (port: number) =>
    ztunnelModesOf(layer, workload, port)
      .map(({ mode }) => mode)
      .sort()
      .join('|')
  return { at: of(8080), elsewhere: of(9090) }
}

const both = (mode: string) => ({ at: mode, elsewhere: mode })
const strictAt = { at: 'STRICT', elsewhere: 'PERMISSIVE' }
const openAt = { at: 'PERMISSIVE', elsewhere: 'STRICT' }

describe('the mode of a port, for ztunnel', () => {
  it('is PERMISSIVE where nothing sets it, then as the mesh, the namespace, the workload have it', () => {
    assert.deepEqual(modes([]), both('PERMISSIVE'))
    assert.deepEqual(modes([meshWide('STRICT')]), both('STRICT'))
    assert.deepEqual(modes([meshWide('STRICT'), wide('UNSET')]), both('STRICT'))
    assert.deepEqual(modes([meshWide('STRICT'), wide('PERMISSIVE')]), both('PERMISSIVE'))
    assert.deepEqual(modes([meshWide('STRICT'), own('PERMISSIVE')]), both('PERMISSIVE'))
    assert.deepEqual(modes([wide('PERMISSIVE'), own('STRICT')]), both('STRICT'))
    assert.deepEqual(modes([wide('STRICT'), own('UNSET')]), both('STRICT'))
  })
  it('may differ at a port', () => {
    assert.deepEqual(modes([own('STRICT', { 8080: 'PERMISSIVE' })]), openAt)
    assert.deepEqual(modes([own('STRICT', { 8080: 'DISABLE' })]), openAt)
    assert.deepEqual(modes([own('STRICT', { 8080: 'STRICT' })]), both('STRICT'))
    assert.deepEqual(modes([own('PERMISSIVE', { 8080: 'STRICT' })]), strictAt)
    assert.deepEqual(modes([own('UNSET', { 8080: 'STRICT' })]), strictAt)
    assert.deepEqual(modes([wide('STRICT'), own('UNSET', { 8080: 'PERMISSIVE' })]), openAt)
    assert.deepEqual(modes([wide('STRICT'), own('UNSET', { 8080: 'UNSET' })]), both('STRICT'))
  })
  it('is PERMISSIVE for DISABLE: who shows an identity is let in all the same', () => {
    assert.deepEqual(modes([wide('DISABLE')]), both('PERMISSIVE'))
    assert.equal(ambientVerdict([wide('DISABLE')]), 'allow')
    assert.equal(ambientVerdict([wide('DISABLE')], plaintext), 'allow')
    assert.equal(ambientVerdict([wide('STRICT')], plaintext), 'deny')
    assert.equal(ambientVerdict([wide('STRICT')]), 'allow')
  })

  it('is open at all ports, under a STRICT mesh, where the namespace sets nothing and a port is PERMISSIVE', () => {
    assert.deepEqual(
      modes([meshWide('STRICT'), wide('UNSET'), own('UNSET', { 8080: 'PERMISSIVE' })]),
      both('PERMISSIVE'),
    )
    assert.deepEqual(modes([meshWide('STRICT'), own('UNSET', { 8080: 'PERMISSIVE' })]), openAt)
  })
  it('is open at a STRICT port too, under a STRICT mesh, where the workload is not', () => {
    for (const mode of ['PERMISSIVE', 'DISABLE'] as const) {
      assert.deepEqual(modes([meshWide('STRICT'), own(mode, { 8080: 'STRICT' })]), both('PERMISSIVE'))
      assert.deepEqual(modes([meshWide('STRICT'), wide('UNSET'), own(mode, { 8080: 'STRICT' })]), both('PERMISSIVE'))
      assert.deepEqual(modes([meshWide('STRICT'), wide('PERMISSIVE'), own(mode, { 8080: 'STRICT' })]), strictAt)
      assert.deepEqual(modes([wide('STRICT'), own(mode, { 8080: 'STRICT' })]), strictAt)
    }
  })
  it('exempts no DISABLE port by itself from what the workload inherits, but does beside a PERMISSIVE one', () => {
    assert.deepEqual(modes([wide('STRICT'), own('UNSET', { 8080: 'DISABLE' })]), both('STRICT'))
    assert.deepEqual(modes([wide('STRICT'), own('UNSET', { 8080: 'DISABLE', 7070: 'PERMISSIVE' })]), openAt)
  })

  const emptied = (id: string) => inNamespace('PeerAuthentication', id, { selector: {}, mtls: { mode: 'STRICT' } })

  it('is set for a namespace by an empty selector, and from the root namespace only there', () => {
    assert.deepEqual(modes([emptied('shop/p')]), both('STRICT'))
    assert.deepEqual(modes([emptied('istio-system/p')]), both('PERMISSIVE'))
    assert.deepEqual(modes([emptied('istio-system/p')], 'istio-system'), both('STRICT'))
  })
  it('has no parent, for the ports of a workload, in one with an empty selector', () => {
    assert.deepEqual(modes([emptied('shop/p'), own('UNSET', { 8080: 'PERMISSIVE' })]), both('PERMISSIVE'))
  })
  it('is set by no labels in the root namespace, even for the Pods there', () => {
    const there = peers('istio-system/cart', { selector, mtls: { mode: 'STRICT' } })
    assert.deepEqual(modes([there]), both('PERMISSIVE'))
    assert.deepEqual(modes([there], 'istio-system'), both('PERMISSIVE'))
  })
  it('is not that of labels which the workload has not, even where it has none', () => {
    const other = peers('shop/other', { selector: { matchLabels: { app: 'other' } }, mtls: { mode: 'STRICT' } })
    assert.deepEqual(modes([other]), both('PERMISSIVE'))
    assert.equal(ambientVerdict([other, pod('shop/cart', { labels: {} })], plaintext), 'allow')
  })
  it('names the object that set it', () => {
    const because = (objects: readonly Json[]) => {
      const { layer, workload } = cartOf([mesh(), namespace('shop', ambient), pod('shop/cart'), ...objects])
      return ztunnelModesOf(layer, workload, 8080).flatMap(mode => mode.because.map(nameOf))
    }
    assert.deepEqual(because([]), [])
    assert.deepEqual(because([meshWide('STRICT'), wide('UNSET')]), ['PeerAuthentication istio-system/default'])
    assert.deepEqual(because([meshWide('STRICT'), wide('STRICT')]), ['PeerAuthentication shop/default'])
    assert.deepEqual(because([wide('STRICT'), own('UNSET', { 1: 'PERMISSIVE' })]), ['PeerAuthentication shop/cart'])
  })
})

describe('what is not known of modes, for ztunnel', () => {
  const at = (day: number) => ({ creationTimestamp: `2026-01-0${day}T00:00:00Z` })
  const either = both('PERMISSIVE|STRICT')

  it('is which of two objects of a level is the older, where their ages are not told or equal', () => {
    const [strict, open] = [
      (meta: Json) => peer('shop/a', 'STRICT', meta),
      (meta: Json) => peer('shop/b', 'PERMISSIVE', meta),
    ]
    assert.deepEqual(modes([strict({}), open({})]), either)
    assert.deepEqual(modes([strict(at(1)), open(at(2))]), both('STRICT'))
    assert.deepEqual(modes([strict(at(2)), open(at(1))]), both('PERMISSIVE'))
    assert.deepEqual(modes([strict(at(1)), open(at(1))]), either)
    assert.deepEqual(modes([strict(at(1)), open({})]), either)
    assert.equal(ambientVerdict([strict({}), open({})], plaintext), 'unknown')
    assert.equal(ambientVerdict([strict({}), open({})]), 'allow')
    assert.equal(ambientVerdict([strict({}), open({})], plaintext, { assume: 'recorded' }), 'deny')
  })
  it('is which namespace is the root', () => {
    const rootless = (objects: readonly Json[]) => {
      const { layer, workload } = cartOf([
        mesh({ rootNamespace: undefined }),
        namespace('shop'),
        pod('shop/cart'),
        ...objects,
      ])
      return ztunnelModesOf(layer, workload, 8080)
        .map(({ mode }) => mode)
        .sort()
    }
    assert.deepEqual(rootless([peer('admin/default', 'STRICT')]), ['PERMISSIVE', 'STRICT'])
    assert.deepEqual(rootless([peer('admin/default', 'STRICT'), wide('PERMISSIVE')]), ['PERMISSIVE'])
    assert.deepEqual(rootless([own('STRICT')]), ['PERMISSIVE', 'STRICT'])
  })
  it('is what cannot be read, unless another object goes before it', () => {
    const broken = { mtls: { mode: 'SOMETIMES' } }
    const unread = (spec: Json, more: readonly Json[]) => {
      const objects = [
        mesh(),
        namespace('shop', ambient),
        pod('shop/cart'),
        inNamespace('PeerAuthentication', 'shop/odd', spec),
      ]
      const { layer } = readAll([...objects, ...more])
      const [workload] = layer.workloads
      assert.ok(workload)
      return ztunnelModesOf(layer, workload, 8080)
        .map(({ mode }) => mode)
        .sort()
    }
    assert.deepEqual(unread(broken, []), ['PERMISSIVE', 'STRICT'])
    assert.deepEqual(unread(broken, [own('STRICT')]), ['STRICT'])
    assert.deepEqual(unread({ selector: { matchLabels: { app: 1 } } }, []), ['PERMISSIVE', 'STRICT'])
    assert.deepEqual(unread({ selector, portLevelMtls: { x: {} } }, []), ['PERMISSIVE', 'STRICT'])
    assert.deepEqual(unread({ selector: { matchLabels: { app: 'other' } }, ...broken }, []), ['PERMISSIVE'])
  })
})
