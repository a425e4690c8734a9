import assert from 'node:assert/strict'
import { cart, frontendOnly, settings, shop } from './support/manifests'
import { assertRefused, scratch, ztm } from './support/ztm'

const { write } = scratch()

const callers = ['frontend', 'job']
  .map(
    name =>
      `apiVersion: v1\nkind: Pod\nmetadata: { name: ${name}, namespace: shop, labels: { app: ${name} }, uid: ${name} }\n` +
      `spec:\n  serviceAccountName: ${name}\n  containers: [{ name: app, image: a }, { name: istio-proxy, image: p }]\n`,
  )
  .join('---\n')
const all = [shop, callers].join('---\n')
const explain = (args: readonly string[], text = all) =>
  ztm(['explain', ...args, '--manifests', write('explain.yaml', text)])

describe('ztm explain', () => {
  it('says which rule lets a request in, by which fields', async () => {
    const { code, out } = await explain(['shop/frontend', 'shop/cart:7070', 'GET', '/cart'])
    assert.equal(code, 0)
    assert.match(out, /^allowed: shop\/frontend → shop\/cart:7070 GET \/cart\n/)
    assert.match(out, /✓ ALLOW AuthorizationPolicy shop\/cart rules\[0\] matches in principals, methods, paths\n/)
  })

  it('says of a refusal which rule came nearest, and what it missed', async () => {
    const { code, out } = await explain(['shop/frontend', 'shop/cart:7070', 'GET', '/cart/x'])
    assert.equal(code, 1)
    assert.match(out, /^denied:/)
    assert.match(out, /✗ no ALLOW policy of Pod shop\/cart matches\n/)
    assert.match(
      out,
      /nearest is AuthorizationPolicy shop\/cart rules\[0\]: path `\/cart\/x` is none of `\/cart`, `\/items\/\*`\n/,
    )
    const other = await explain(['shop/job', 'shop/cart:7070', 'GET', '/cart'])
    assert.match(
      other.out,
      /caller `cluster\.local\/ns\/shop\/sa\/job` is not `cluster\.local\/ns\/shop\/sa\/frontend`/,
    )
  })

  it('says that STRICT refuses who comes without identity, and by which object', async () => {
    for (const args of [['plaintext'], ['shop/job', '--plaintext']]) {
      const { out } = await explain([...args, 'shop/cart:7070', 'GET', '/cart'])
      assert.match(out, /✗ mTLS mode STRICT, by PeerAuthentication shop\/default: it refuses callers without identity/)
    }
  })

  it('says where nothing selects the callee', async () => {
    const { code, out } = await explain(
      ['shop/job', 'shop/cart:7070', 'GET', '/'],
      [settings, cart, callers].join('---\n'),
    )
    assert.equal(code, 0)
    assert.match(out, /✓ no AuthorizationPolicy applies to Pod shop\/cart: Istio lets everything in/)
  })

  it('says which DENY refuses', async () => {
    const denial = frontendOnly.replace('name: cart,', 'name: never,').replace('spec:', 'spec:\n  action: DENY')
    const { out } = await explain(['shop/frontend', 'shop/cart:7070', 'GET', '/cart'], [all, denial].join('---\n'))
    assert.match(out, /✗ DENY AuthorizationPolicy shop\/never rules\[0\] matches/)
  })

  it('tells what NetworkPolicies make of it, and who is not among their rules', async () => {
    const policy =
      'apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: { name: allow-web, namespace: shop }\n' +
      'spec: { podSelector: { matchLabels: { app: cart } }, ingress: [{ from: [{ podSelector: { matchLabels: { app: frontend } } }] }] }\n'
    const text = [all, policy].join('---\n')
    const job = await explain(['shop/job', 'shop/cart:7070', 'GET', '/cart'], text)
    assert.match(
      job.out,
      /NetworkPolicy shop\/allow-web selects shop\/cart, but shop\/job is not among its ingress rules/,
    )
    const frontend = await explain(['shop/frontend', 'shop/cart:7070', 'GET', '/cart'], text)
    assert.match(frontend.out, /NetworkPolicy shop\/allow-web ingress\[0\] lets it in/)
  })

  it('finds a callee by its Service, and names the near one where one is misspelt', async () => {
    const { out } = await explain(
      ['shop/frontend', 'shop/cart:80', 'GET', '/cart'],
      all.replace('port: 7070 }]', 'port: 80, targetPort: 7070 }]'),
    )
    assert.match(
      out,
      /^allowed: [^\n]*shop\/cart:7070[^]*note: port 80 is one of Service shop\/cart, which leads to port 7070/,
    )
    assertRefused(
      await explain(['shop/frontnd', 'shop/cart:7070']),
      'FROM: no ServiceAccount',
      'did you mean `shop/frontend`?',
    )
    assertRefused(
      await explain(['shop/frontend', 'shop/crat:7070']),
      'TO: no workload',
      'did you mean `shop/cart:7070`?',
    )
    assertRefused(await explain(['shop/frontend', 'shop/cart']), 'TO: expected `namespace/workload:port`')
    assertRefused(await explain(['frontend', 'shop/cart:7070']), 'FROM: expected `namespace/name`')
    assertRefused(await explain(['shop/frontend', 'shop/cart:7070', 'GET']), 'PATH: it is missing')
    assertRefused(await explain([]), 'FROM: it is missing')
  })

  it('prints JSON and Markdown', async () => {
    const asked = ['shop/frontend', 'shop/cart:7070', 'GET', '/cart']
    const json = JSON.parse((await explain([...asked, '--format', 'json'])).out) as Record<string, unknown>
    assert.equal(json.verdict, 'allow')
    assert.match(
      (await explain([...asked, '--format', 'markdown'])).out,
      /^## Allowed: `shop\/frontend → [^]*\*\*sidecar of/,
    )
  })
})

describe('ztm explain --log', () => {
  const from = (line: string, ...more: string[]) =>
    ztm(['explain', '--log', '-', ...more, '--manifests', write('log.yaml', all)], `${line}\n`)

  it('lists who may have called, where a line of Istio does not tell, and what it says of the answer', async () => {
    const line =
      '[2026-01-01T00:00:00.000Z] "GET /cart/x HTTP/1.1" 403 - rbac_access_denied_matched_policy[none] - "-" 0 19 0 - "-" "curl/8" "id" "cart.shop" "-" inbound|7070|| - 10.0.0.5:7070 10.0.0.9:5123 outbound_.7070_._.cart.shop.svc.cluster.local default'
    const { code, out } = await from(line)
    assert.equal(code, 1)
    assert.match(out, /denied: shop\/\w+ → shop\/cart:7070 GET \/cart\/x/)
    assert.match(out, /the line does not say who called, but that it was 10\.0\.0\.9/)
    assert.match(out, /would be refused: callers without identity, shop\/cart, shop\/frontend, shop\/job/)
    assert.match(out, /policies refused it: no rule matched/)
  })

  it('names the policy that the line names, and takes the caller that is given', async () => {
    const line = JSON.stringify({
      method: 'GET',
      path: '/cart',
      response_code: 403,
      response_code_details: 'rbac_access_denied_matched_policy[ns[shop]-policy[never]-rule[2]]',
      authority: 'cart.shop:7070',
      downstream_remote_address: '10.0.0.9:5123',
    })
    const { out } = await from(line, 'shop/frontend', 'shop/cart:7070')
    assert.match(out, /^allowed: shop\/frontend → shop\/cart:7070 GET \/cart/)
    assert.match(out, /the proxy says that AuthorizationPolicy shop\/never rules\[2\] refused it/)
  })

  it('refuses what is no access log, and a line that does not tell who was called', async () => {
    assertRefused(await from('hello'), '--log: this is no access log')
    assertRefused(
      await from('{"method":"GET","path":"/","response_code":200}'),
      'does not tell which workload was called',
    )
    assertRefused(await from(''), '--log: it is empty')
    assertRefused(await from('x', 'shop/frontend', 'shop/cart:1', 'GET', '/'), '--log: the line says what is asked')
  })
})
