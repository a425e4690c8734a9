import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { shop } from './support/manifests'
import { assertRefused, scratch, ztm } from './support/ztm'

const { path, write } = scratch()

const wider = shop.replace('paths: [/cart, /items/*]', 'paths: [/cart, /items/*, /admin]')

async function baseline(): Promise<string> {
  const { code, err } = await ztm([
    'contain',
    '--baseline',
    path('baseline.yaml'),
    '--update',
    write('shop.yaml', shop),
  ])
  assert.equal(code, 0, err)
  return path('baseline.yaml')
}

const waivers = (expires: string, admits = 'shop/frontend → shop/cart GET /admin'): string =>
  write(
    'waivers.yaml',
    `waivers:\n  - { owner: shop, reason: the new desk, expires: ${expires}, admits: '${admits}' }\n`,
  )

describe('ztm contain', () => {
  it('writes a baseline, the same one each time, and finds reach within it', async () => {
    const file = await baseline()
    const text = readFileSync(file, 'utf8')
    assert.match(text, /^ {2}shop\/cart:other:\n {4}- caller: cluster\.local\/ns\/shop\/sa\/frontend$/m)
    const again = await ztm(['contain', '--baseline', file, '--update', path('shop.yaml')])
    assert.match(again.err, /is current/)
    const { code, out } = await ztm(['contain', '--baseline', file, path('shop.yaml')])
    assert.equal(code, 0, out)
    assert.match(out, /^contained: reach stays within/)
  })

  it('shows what has grown, a request of it and the objects, and exits with 1', async () => {
    const { code, out } = await ztm(['contain', '--baseline', await baseline(), write('wider.yaml', wider)])
    assert.equal(code, 1, out)
    assert.match(out, /^newly open to named callers\n {2}shop\/cart:7070, other\n {4}shop\/frontend {2}GET \/admin\n/)
    assert.match(
      out,
      /such as shop\/frontend → shop\/cart:7070 GET \/admin\n {6}now {5}AuthorizationPolicy shop\/cart\n/,
    )
    assert.match(out, /^not contained: reach grew at 2 places/m)
  })

  it('lets reach shrink, and says that the baseline can be tightened', async () => {
    const narrower = shop.replace('paths: [/cart, /items/*]', 'paths: [/cart]')
    const { code, out } = await ztm(['contain', '--baseline', await baseline(), write('narrower.yaml', narrower)])
    assert.equal(code, 0, out)
    assert.match(out, /hint: less is possible than the baseline says at 2 places; tighten it with `--update`/)
  })

  it('lets grow what a waiver admits, through the day on which it expires', async () => {
    const asked = ['contain', '--baseline', await baseline(), write('wider.yaml', wider), '--waivers']
    const held = await ztm([...asked, waivers('2026-12-31'), '--at', '2026-12-31'])
    assert.equal(held.code, 0, held.out)
    assert.match(held.out, /and 1 waiver$/m)
    const late = await ztm([...asked, waivers('2026-12-31'), '--at', '2027-01-01'])
    assert.equal(late.code, 1, late.out)
    assert.match(
      late.out,
      /waivers that have expired, and would admit some of this\n.*\(shop: the new desk; expires 2026-12-31\)/,
    )
    const other = await ztm([...asked, waivers('2026-12-31', 'shop/ads → shop/cart GET /admin'), '--at', '2026-12-31'])
    assert.equal(other.code, 1, other.out)
    assert.match(other.out, /note: waivers that nothing needs/)
  })

  it('notes a waiver that has expired and is not needed, and does not fail by it', async () => {
    const file = await baseline()
    const { code, out } = await ztm([
      'contain',
      '--baseline',
      file,
      path('shop.yaml'),
      '--waivers',
      waivers('2020-01-01'),
    ])
    assert.equal(code, 0, out)
    assert.match(out, /note: waivers that have expired and are not needed; remove them/)
  })

  it('prints JSON and Markdown', async () => {
    const asked = ['contain', '--baseline', await baseline(), write('wider.yaml', wider), '--format']
    const view = JSON.parse((await ztm([...asked, 'json'])).out) as { contained: boolean; grown: unknown[] }
    assert.deepEqual([view.contained, view.grown.length], [false, 1])
    assert.match((await ztm([...asked, 'markdown'])).out, /^### Newly open to named callers$/m)
  })

  it('refuses files that say something else than they should, with what and where', async () => {
    const file = write('shop.yaml', shop)
    const good = await baseline()
    const held = (name: string): ReturnType<typeof ztm> => ztm(['contain', '--baseline', name, file])
    assertRefused(await held(path('none.yaml')), 'there is no such baseline', '--update')
    assertRefused(await held(write('a.yaml', 'version: 3\nfloor: []\nreech: {}\n')), 'did you mean `reach`?')
    assertRefused(await held(write('b.yaml', 'version: 4\nreach: {}\nleaving: {}\n')), 'the only version there is')
    assertRefused(await held(write('c.yaml', 'version: 3\nreach: { cart: [] }\n')), 'is no port')
    const entry = 'version: 3\nreach: { "shop/cart:7070": [{ colour: red }] }\n'
    assertRefused(await held(write('d.yaml', entry)), '`colour` is no attribute of a request')
    const broken = 'version: 3\nreach: { "shop/cart:7070": [{ path: { like: "(" } }] }\n'
    assertRefused(await held(write('e.yaml', broken)), '`path` is no set of values')
    const waived = (name: string): ReturnType<typeof ztm> =>
      ztm(['contain', '--baseline', good, file, '--waivers', name])
    assertRefused(await waived(waivers('soon')), 'expected a date such as `2026-12-31`')
    assertRefused(await waived(waivers('2026-02-30')), 'expected a date')
    assertRefused(await waived(waivers('2026-12-31', 'everybody')), 'expected flows such as')
    assertRefused(
      await waived(write('w.yaml', 'waivers: [{ owner: a, reason: b, expires: 2026-01-01, admit: x }]')),
      'did you mean `admits`?',
    )
    assertRefused(await ztm(['contain', '--baseline', good, file, '--at', 'today']), 'expected a date')
    assertRefused(
      await ztm(['contain', '--baseline', write('pod.yaml', 'kind: Pod'), '--update', file]),
      'is not overwritten',
    )
    const more = (field: string): ReturnType<typeof ztm> =>
      waived(write('n.yaml', `waivers: [{ owner: a, reason: b, expires: 2026-01-01, admits: a/b → c/d, ${field} }]`))
    assertRefused(await more('hosts: [HTTP://x]'), '`waivers[0].hosts`')
    assertRefused(await more('headers: { host: a }'), 'is narrowed by `hosts`')
    assertRefused(await more('headers: { X-Env: a }'), 'lower case')
  })

  const outside = (hosts: string): string => `${shop}---
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: { name: outside, namespace: shop }
spec: { hosts: [${hosts}], ports: [{ number: 443, name: tls, protocol: TLS }], resolution: DNS }
`
  /** A baseline of one host outside. */
  const gated = async (): Promise<string> => {
    const file = path('outside.baseline.yaml')
    await ztm(['contain', '--baseline', file, '--update', write('outside.yaml', outside('a.example.com'))])
    return file
  }

  it('holds what leaves the mesh: a host that a caller may newly call fails, and a waiver for it admits it', async () => {
    const file = await gated()
    const more = write('more.yaml', outside('a.example.com, b.example.com'))
    const grown = await ztm(['contain', '--baseline', file, more])
    assert.equal(grown.code, 1, grown.out)
    assert.match(
      grown.out,
      /^newly let out of the mesh\n {2}shop\/cart → outside:443\n {4}b\.example\.com {2}any request\n/,
    )
    assert.match(grown.out, /such as shop\/cart → b\.example\.com:443/)
    const held = (admits: string): ReturnType<typeof ztm> =>
      ztm(['contain', '--baseline', file, more, '--at', '2026-01-01', '--waivers', waivers('2026-12-31', admits)])
    for (const flow of [
      'shop/cart → external b.example.com:443',
      'shop/* → external *.example.com',
      '* → external *:*',
    ])
      assert.equal((await held(flow)).code, 0, flow)
    for (const flow of [
      'shop/ads → external b.example.com:443',
      'shop/cart → external b.example.com:80',
      'shop/cart → external b.example.com:443 GET /',
      'shop/cart → shop/cart',
    ])
      assert.equal((await held(flow)).code, 1, flow)
  })

  it('lets what leaves the mesh shrink', async () => {
    const { code, out } = await ztm(['contain', '--baseline', await gated(), write('shop.yaml', shop)])
    assert.equal(code, 0, out)
    assert.match(out, /less is possible than the baseline says at 1 place/)
  })

  it('says of a baseline of the format before what it lacks, and how to get a new one', async () => {
    const lacks = { 1: 'what leaves the mesh', 2: 'the Pods that it tells apart' }
    for (const [version, what] of Object.entries(lacks)) {
      const old = write('old.yaml', `version: ${version}\nfloor: []\nreach: {}\nleaving: {}\n`)
      const { code, err } = await ztm(['contain', '--baseline', old, write('shop.yaml', shop)])
      assert.equal(code, 2)
      assert.ok(err.includes(`\`version\` is ${version}: such a baseline says nothing of ${what}`), err)
      assert.match(err, /--update/)
    }
  })

  it('holds Pods that nobody has read, by labels of which the baseline has no word', async () => {
    const pods = (from: object): string =>
      [
        { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop' } },
        {
          apiVersion: 'v1',
          kind: 'Pod',
          metadata: { name: 'cart', namespace: 'shop', labels: { app: 'cart' } },
          spec: { containers: [{ name: 'app' }] },
        },
        {
          apiVersion: 'networking.k8s.io/v1',
          kind: 'NetworkPolicy',
          metadata: { name: 'cart', namespace: 'shop' },
          spec: { podSelector: {}, policyTypes: ['Ingress'], ingress: [{ from }] },
        },
      ]
        .map(one => JSON.stringify(one))
        .join('\n---\n')
    const but = {
      namespaceSelector: {},
      podSelector: { matchExpressions: [{ key: 'tier', operator: 'NotIn', values: ['back'] }] },
    }
    const grown = [
      [but, { podSelector: { matchLabels: { tier: 'back' } } }],
      // One of these may have that label, too.
      [but, { podSelector: { matchLabels: { app: 'cart' } } }],
      [but, { namespaceSelector: {}, podSelector: { matchLabels: { app: 'new', tier: 'back' } } }],
      [{ namespaceSelector: {} }],
    ]
    const fewer = { ...but, podSelector: { matchExpressions: [{ key: 'tier', operator: 'DoesNotExist' }] } }
    const same = [[but], [fewer]]
    const file = path('pods-baseline.yaml')
    const written = await ztm(['contain', '--baseline', file, '--update', write('pods.yaml', pods([but]))])
    assert.equal(written.code, 0, written.err)
    const held = (from: object): ReturnType<typeof ztm> =>
      ztm(['contain', '--baseline', file, write('now.yaml', pods(from))])
    for (const from of grown) assert.equal((await held(from)).code, 1, JSON.stringify(from))
    for (const from of same) assert.equal((await held(from)).code, 0, JSON.stringify(from))
  })

  it('narrows a waiver by hosts and headers', async () => {
    const file = await baseline()
    const narrowly = (condition: string): string =>
      shop.replace(
        'rules:\n',
        `rules:\n    - { from: [{ source: { principals: [cluster.local/ns/shop/sa/ads] } }], ${condition} }\n`,
      )
    const held = async (condition: string, narrowed: string): Promise<number> => {
      const waived = `waivers: [{ owner: a, reason: b, expires: 2026-12-31, admits: shop/ads → shop/cart, ${narrowed} }]`
      const args = ['contain', '--baseline', file, write('narrow.yaml', narrowly(condition)), '--at', '2026-01-01']
      return (await ztm([...args, '--waivers', write('narrow.waivers.yaml', waived)])).code
    }
    const host = 'to: [{ operation: { hosts: [a.example.com] } }]'
    assert.equal(await held(host, 'hosts: a.example.com'), 0)
    assert.equal(await held(host, "hosts: ['*.example.com', b.test]"), 0)
    assert.equal(await held(host, 'hosts: b.example.com'), 1)
    const header = "when: [{ key: 'request.headers[x-env]', values: [dev] }]"
    assert.equal(await held(header, 'headers: { x-env: dev }'), 0)
    assert.equal(await held(header, "headers: { x-env: '*' }"), 0)
    assert.equal(await held(header, 'headers: { x-env: [prod, test] }'), 1)
    assert.equal(await held(header, 'hosts: a.example.com'), 1)
  })
})
