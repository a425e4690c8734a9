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

  const sidecar = (hosts: string): string => `apiVersion: networking.istio.io/v1
kind: Sidecar
metadata: { name: narrow, namespace: shop }
spec: { egress: [{ hosts: [${hosts}] }] }
`
  const outside = `apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: { name: api, namespace: shop }
spec: { hosts: [api.example.com], ports: [{ number: 443, name: tls, protocol: TLS }], resolution: DNS }
`

  it('says what the caller’s own sidecar drops before anybody is asked, and that this protects nobody', async () => {
    const asked = ['shop/frontend', 'shop/cart:7070', 'GET', '/cart']
    const { code, out } = await explain(asked, [all, sidecar('./ads.shop.svc.cluster.local')].join('---\n'))
    assert.equal(code, 1, out)
    assert.match(out, /^denied: .*\n {2}it knows of no Service shop\/cart, .* by Sidecar shop\/narrow\n/)
    assert.match(out, /^own sidecar of Pod shop\/frontend, on the way out: denied$/m)
    assert.match(out, /^note: the caller's own proxy protects nobody/m)
    assert.match(out, /✓ ALLOW AuthorizationPolicy shop\/cart rules\[0\] matches/)
    const known = await explain(asked, [all, sidecar('./cart.shop.svc.cluster.local')].join('---\n'))
    assert.equal(known.code, 0, known.out)
    assert.doesNotMatch(known.out, /own sidecar/)
  })

  const rule = (mode: string, more = ''): string => `apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: { name: plain, namespace: shop }
spec: { host: cart.shop.svc.cluster.local, trafficPolicy: { tls: { mode: ${mode} } }${more} }
`

  it('says what a DestinationRule has the caller’s sidecar speak, and judges what the callee then sees', async () => {
    const asked = ['shop/frontend', 'shop/cart:7070', 'GET', '/cart']
    const plain = await explain(asked, [all, rule('DISABLE')].join('---\n'))
    assert.equal(plain.code, 1, plain.out)
    assert.match(plain.out, /^denied: /)
    assert.match(
      plain.out,
      /DestinationRule shop\/plain has it call in TLS mode DISABLE, so that the callee sees nobody's identity/,
    )
    const mesh = await explain(asked, [all, rule('ISTIO_MUTUAL')].join('---\n'))
    assert.equal(mesh.code, 0, mesh.out)
    assert.doesNotMatch(mesh.out, /own sidecar/)
    // Of somebody else's proxy it says nothing.
    const selected = ', workloadSelector: { matchLabels: { app: nobody } }'
    assert.equal((await explain(asked, [all, rule('DISABLE', selected)].join('---\n'))).code, 0)
  })

  it('is certain of nothing but a refusal where other TLS than the mesh’s is spoken', async () => {
    const asked = ['shop/frontend', 'shop/cart:7070', 'GET', '/cart']
    const open = `apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: { name: anybody, namespace: shop }
spec: { rules: [{}] }
---
apiVersion: security.istio.io/v1
kind: PeerAuthentication
metadata: { name: cart, namespace: shop }
spec: { selector: { matchLabels: { app: cart } }, mtls: { mode: PERMISSIVE } }
`
    const lax = await explain(asked, [all, open, rule('DISABLE')].join('---\n'))
    assert.match(lax.out, /^allowed: /)
    const other = await explain(asked, [all, open, rule('SIMPLE')].join('---\n'))
    assert.match(other.out, /^not known: /)
  })

  it('says of a call to a host outside whether the caller’s sidecar knows it', async () => {
    const text = [all, outside].join('---\n')
    const known = await explain(['shop/frontend', 'api.example.com:443'], text)
    assert.equal(known.code, 0, known.out)
    assert.match(known.out, /✓ a ServiceEntry that it sees names api\.example\.com:443/)
    const strange = await explain(['shop/frontend', 'x.example.com:443'], text)
    assert.equal(strange.code, 1)
    assert.match(strange.out, /✗ it knows of no x\.example\.com:443, and drops what it does not know \(REGISTRY_ONLY\)/)
    assertRefused(await explain(['shop/frontend', 'api.example.com:443', '--ip', '10.0.0.1'], text), 'leaves the mesh')
  })

  it('says what the network refuses of a call to a host outside, which may hang on its address', async () => {
    const policy = `apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: { name: out, namespace: shop }
spec: { podSelector: {}, policyTypes: [Egress], egress: [{ to: [{ ipBlock: { cidr: 10.0.0.0/8 } }], ports: [{ port: 443 }] }] }
`
    const text = [all.replace('REGISTRY_ONLY', 'ALLOW_ANY'), policy].join('---\n')
    for (const [to, answer] of [
      ['api.example.com:443', 'not known'],
      ['api.example.com:80', 'denied'],
      ['10.1.2.3:443', 'allowed'],
      ['11.1.2.3:443', 'denied'],
    ] as const)
      assert.match((await explain(['shop/frontend', to], text)).out, new RegExp(`^${answer}: `), to)
  })

  it('says what Linkerd’s proxies refuse of a call to a host outside, by the EgressNetwork', async () => {
    const args = ['explain', 'boutique/frontend', 'api.example.com:443', '--manifests']
    const { code, out } = await ztm([...args, 'examples/online-boutique/expected/linkerd'])
    assert.equal(code, 1, out)
    assert.match(out, /✗ EgressNetwork boutique\/egress denies it: no route lets it out/)
  })
})
