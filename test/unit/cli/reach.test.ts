import assert from 'node:assert/strict'
import { anybody, cart, settings, shop, strict } from './support/manifests'
import { assertRefused, scratch, ztm } from './support/ztm'

const { write } = scratch()

describe('ztm reach', () => {
  it('says who can call whom', async () => {
    const { code, out } = await ztm(['reach', write('shop.yaml', shop)])
    assert.equal(code, 0)
    assert.match(
      out,
      /^open to named callers\n {2}shop\/cart:7070.*\n {4}shop\/frontend {2}GET \/cart, \/items\/\*\*\n/,
    )
    assert.match(out, /the floor[^]*15090/)
  })

  it('shows an open door first', async () => {
    const { out } = await ztm(['reach', write('open.yaml', [settings, cart].join('---\n'))])
    assert.match(out, /^open to callers without identity\n {2}shop\/cart:7070/)
    assert.match(out, /open ports?: 2 to callers without identity/)
  })

  it('sees a policy of the base that voids the others', async () => {
    const { out } = await ztm(['reach', write('shop.yaml', shop), '--base', write('base.yaml', anybody)])
    assert.match(out, /^open to more than named callers\n {2}shop\/cart:7070/)
  })

  it('lets the manifests override the base', async () => {
    const closed = anybody.replace('rules: [{}]', 'rules: []')
    const { out } = await ztm([
      'reach',
      write('fixed.yaml', `${shop}---\n${closed}`),
      '--base',
      write('base.yaml', anybody),
    ])
    assert.match(out, /^open to named callers/)
  })

  it('answers for objects that name no namespace, of the base too, as for those that do', async () => {
    const without = (text: string): string => text.replaceAll(', namespace: shop', '')
    const base = write('base.yaml', anybody)
    const named = await ztm(['reach', write('named.yaml', shop), '--base', base])
    assert.match(named.out, /shop\/cart:7070/)
    const manifests = write('placeless.yaml', without(shop))
    const given = ['--base', write('placeless-base.yaml', without(anybody))]
    assert.deepEqual(await ztm(['reach', manifests, ...given, '--namespace', 'shop']), named)
    assertRefused(await ztm(['reach', manifests]), '`metadata.namespace` is absent; expected a namespace')
  })

  it('restricts its answer to a caller or a callee', async () => {
    const manifests = write('shop.yaml', shop)
    assert.match((await ztm(['reach', manifests, '--from', 'shop/frontend'])).out, /shop\/frontend {2}GET \/cart/)
    assert.doesNotMatch((await ztm(['reach', manifests, '--from', 'shop/other'])).out, /GET/)
    assert.doesNotMatch((await ztm(['reach', manifests, '--to', 'shop/cart:7070'])).out, /other/)
    assert.match((await ztm(['reach', manifests, '--to', 'shop/cart:1234'])).out, /shop\/cart:other/)
  })

  it('restricts its answer to callers without identity, and says what is closed to them', async () => {
    const open = write('open.yaml', [settings, cart].join('---\n'))
    const { out } = await ztm(['reach', open, '--plaintext-only'])
    assert.match(
      out,
      /^open to callers without identity\n {2}shop\/cart:7070\n {4}anybody without identity {2}any http request\n/,
    )
    const closed = await ztm(['reach', write('shop.yaml', shop), '--plaintext-only'])
    assert.match(
      closed.out,
      /^closed to callers without identity\n {2}2 ports of 1 workload\n\n0 ports open to callers/,
    )
    assertRefused(await ztm(['reach', open, '--plaintext-only', '--from', 'shop/a']), 'give one of the two')
    assertRefused(await ztm(['reach', open, '--plaintext-only', '--layer', 'network']), 'know of no identities')
  })

  it('restricts its answer to namespaces, and names the near one where one is misspelt', async () => {
    const both = write('both.yaml', [shop, cart.replaceAll('namespace: shop', 'namespace: pay')].join('---\n'))
    assert.match((await ztm(['reach', both])).out, /pay\/cart/)
    assert.doesNotMatch((await ztm(['reach', both, '--in', 'shop'])).out, /pay\/cart/)
    assert.match((await ztm(['reach', both, '--in', 'shop', '--in', 'pay'])).out, /pay\/cart[^]*shop\/cart/)
    assertRefused(await ztm(['reach', both, '--in', 'shpo']), '--in: no workload', 'did you mean `shop`?')
    assertRefused(await ztm(['reach', both, '--in', 'shop', '--to', 'shop/cart']), 'give one of the two')
  })

  it('shows what the network lets through alone, which is everything where there is no NetworkPolicy', async () => {
    const { out } = await ztm(['reach', write('shop.yaml', shop), '--layer', 'network'])
    assert.match(out, /^open to callers without identity\n {2}shop\/cart:7070,other\n {4}anybody {2}any request\n/)
    assert.match((await ztm(['reach', write('shop.yaml', shop), '--layer', 'mesh'])).out, /^open to named callers/)
  })

  it('prints CSV, Graphviz and Mermaid', async () => {
    const manifests = write('shop.yaml', shop)
    const rows = (await ztm(['reach', manifests, '--format', 'csv'])).out.split('\r\n')
    assert.deepEqual(rows.slice(0, 2), [
      'openness,bound,caller,gateway,host,callee,port,request',
      'named,certain,shop/frontend,,,shop/cart,7070,GET /cart',
    ])
    const { out } = await ztm(['reach', manifests, '--format', 'dot'])
    assert.match(out, /"shop\/frontend" -> "shop\/cart" \[label="7070, other", color=black\];/)
    assert.match((await ztm(['reach', manifests, '--format', 'mermaid'])).out, /n1 -->\|"7070, other"\| n0/)
  })

  it('says nothing but results and problems where it is told to be quiet', async () => {
    const others = 'apiVersion: x.example/v1\nkind: Widget\nmetadata: { name: a }\n'
    const manifests = write('others.yaml', [shop, others].join('---\n'))
    assert.match((await ztm(['reach', manifests])).err, /^note: 1 object skipped/)
    assert.equal((await ztm(['reach', manifests, '--quiet'])).err, '')
    assert.equal((await ztm(['check', manifests, '-q', '--rule', 'explicit-port-protocol'])).err, '')
  })

  it('names the near workload where one is misspelt', async () => {
    const manifests = write('shop.yaml', shop)
    assertRefused(
      await ztm(['reach', manifests, '--to', 'shop/crat']),
      'no workload `shop/crat`',
      'did you mean `shop/cart`?',
    )
    for (const bad of ['cart', 'shop/cart:99999', 'a/b/c', ''])
      assertRefused(await ztm(['reach', manifests, '--to', bad]), '--to: expected `namespace/workload`')
    assertRefused(await ztm(['reach', manifests, '--from', 'cart']), '--from: expected `namespace/serviceaccount`')
  })

  it('prints JSON and Markdown', async () => {
    const manifests = write('shop.yaml', shop)
    const { lines } = JSON.parse((await ztm(['reach', manifests, '--format', 'json'])).out) as {
      lines: Record<string, string>[]
    }
    assert.deepEqual(
      lines
        .filter(({ callee }) => callee === 'shop/cart:7070')
        .map(({ callers, requests, openness }) => [callers, requests, openness]),
      [
        ['shop/frontend', 'GET /cart', 'named'],
        ['shop/frontend', 'GET /items/**', 'named'],
      ],
    )
    assert.match(
      (await ztm(['reach', manifests, '--format', 'markdown'])).out,
      /^\| `shop\/cart:7070` \| `shop\/frontend` \| `GET \/cart` \|/m,
    )
  })

  it('counts the kinds that mean nothing to it', async () => {
    const others = ['Deployer', 'Deployer', 'Widget'].map(
      (kind, i) => `apiVersion: x.example/v1\nkind: ${kind}\nmetadata: { name: a${i} }\n`,
    )
    const { code, err } = await ztm(['reach', write('others.yaml', [shop, ...others].join('---\n'))])
    assert.equal(code, 0)
    assert.match(err, /3 objects skipped.*: Deployer\.x\.example 2, Widget\.x\.example 1/)
  })

  it('says which field has the wrong type, answers with what that leaves open, and exits with 2', async () => {
    const wrong = strict.replace('mode: STRICT', 'mode: [STRICT]')
    const outcome = await ztm(['reach', write('wrong.yaml', [settings, cart, wrong].join('---\n'))])
    assertRefused(outcome, /wrong\.yaml:\d+: .*spec\.mtls\.mode/)
    assert.match(outcome.out, /open to callers without identity\n[^]*\(possible\)/)
  })

  it('has a message and no trace for every type in every field', async () => {
    const values = [5, 'x', true, null, [], [[]], {}, { a: { b: [1] } }]
    const fields: readonly ((value: unknown) => object)[] = [
      value => ({ metadata: value }),
      value => ({ metadata: { name: value, namespace: 'shop' } }),
      value => ({ metadata: { name: 'a', namespace: value } }),
      value => ({ metadata: { name: 'a', namespace: 'shop', labels: value } }),
      value => ({ metadata: { name: 'a', namespace: 'shop' }, spec: value }),
      value => ({ metadata: { name: 'a', namespace: 'shop' }, spec: { rules: value, selector: value } }),
      value => ({
        metadata: { name: 'a', namespace: 'shop' },
        spec: { rules: [{ from: value, to: value, when: value }] },
      }),
      value => ({
        metadata: { name: 'a', namespace: 'shop' },
        spec: { template: value, containers: value, ports: value },
      }),
      value => ({ metadata: { name: 'a', namespace: 'shop' }, data: { mesh: value } }),
    ]
    const kinds = [
      'security.istio.io/v1 AuthorizationPolicy',
      'security.istio.io/v1 PeerAuthentication',
      'apps/v1 Deployment',
      'v1 Pod',
      'v1 Service',
      'v1 ConfigMap',
      'networking.istio.io/v1 Sidecar',
    ]
    for (const kind of kinds) {
      const [apiVersion, name] = kind.split(' ')
      for (const field of fields) {
        for (const value of values) {
          const object = { apiVersion, kind: name, ...field(value) }
          const { code, err } = await ztm(['reach', '-'], JSON.stringify(object))
          assert.ok(code === 0 || code === 2, `${JSON.stringify(object)}\n${err}`)
          if (code === 2) assert.match(err, /stdin:1/)
        }
      }
    }
  })

  it('says of an Ingress, as other verbs do, who gets where by it, and answers all the same', async () => {
    const ingress = `apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: { name: web, namespace: shop }
spec: { ingressClassName: nginx, defaultBackend: { service: { name: cart, port: { number: 7070 } } } }
`
    const file = write('ingress.yaml', [shop, ingress].join('---\n'))
    for (const verb of ['reach', 'adopt', 'check']) {
      const { code, err } = await ztm([verb, file])
      assert.notEqual(code, 2, `${verb}: ${err}`)
      assert.match(err, /ingress\.yaml:\d+: .*outside gets to `Service shop\/cart:7070` by `Ingress shop\/web`/, verb)
    }
  })
})
