import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { assertRefused, root, scratch, ztm } from './support/ztm'

const { path, write } = scratch()
const mesh = ['--trust-domain', 'cluster.local']

const graph = `services:
  frontend: { namespace: shop, ports: { http: { protocol: http, port: 8080 } } }
  cart: { namespace: shop, ports: { http: { protocol: http, port: 7070 } } }
calls:
  frontend: { cart: { http: ['GET /cart'] } }
`

/** A graph in TypeScript, as a service owner writes it. */
const typed = (
  calls: string,
  head = '',
): string => `${head}import { defineGraph, http } from '${join(root, 'core/graph/define')}'
export default defineGraph({
  services: {
    frontend: { namespace: 'shop', ports: { http: http(8080) } },
    cart: { namespace: 'shop', ports: { http: http(7070) } },
  },
})${calls}
`

describe('ztm compile', () => {
  it('prints manifests, each with its reason, and not what it assumes', async () => {
    const { code, out } = await ztm(['compile', write('graph.yaml', graph), ...mesh])
    assert.equal(code, 0)
    assert.match(out, /^# because shop\/frontend → shop\/cart:7070 GET \/cart$/m)
    assert.match(out, /^ +- cluster\.local\/ns\/shop\/sa\/frontend$/m)
    assert.doesNotMatch(out, /^kind: Pod$/m)
  })

  it('gives the same for TypeScript, YAML, JSON and standard input', async () => {
    const { out } = await ztm(['compile', write('graph.yaml', graph), ...mesh])
    const json = JSON.stringify({
      services: {
        frontend: { namespace: 'shop', ports: { http: { protocol: 'http', port: 8080 } } },
        cart: { namespace: 'shop', ports: { http: { protocol: 'http', port: 7070 } } },
      },
      calls: { frontend: { cart: { http: ['GET /cart'] } } },
    })
    const ts = write('graph.ts', typed(".calls({ frontend: { cart: { http: ['GET /cart'] } } })"))
    assert.equal((await ztm(['compile', ts, ...mesh])).out, out)
    assert.equal((await ztm(['compile', write('graph.json', json), ...mesh])).out, out)
    assert.equal((await ztm(['compile', '-', ...mesh], graph)).out, out)
  })

  it('can be piped into reach, which then finds exactly the declared call', async () => {
    const compiled = await ztm(['compile', write('graph.yaml', graph), ...mesh, '--assumptions'])
    const { code, out } = await ztm(['reach', '-'], compiled.out)
    assert.equal(code, 0)
    assert.match(out, /^open to named callers\n {2}shop\/cart:7070\n {4}shop\/frontend {2}GET \/cart\n\n/)
  })

  it('writes its files where it is told', async () => {
    const { code, out } = await ztm(['compile', write('graph.yaml', graph), ...mesh, '--out', path('new/out')])
    assert.deepEqual([code, out], [0, ''])
    assert.match(readFileSync(path('new/out/manifests.yaml'), 'utf8'), /kind: AuthorizationPolicy/)
    assert.match(readFileSync(path('new/out/assumptions.yaml'), 'utf8'), /kind: Pod/)
  })

  it('says where it cannot write', async () => {
    const file = write('file', '')
    assertRefused(
      await ztm(['compile', write('graph.yaml', graph), ...mesh, '--out', join(file, 'sub')]),
      'no directory',
    )
  })

  it('never assumes a trust domain', async () => {
    assertRefused(
      await ztm(['compile', write('graph.yaml', graph)]),
      "--trust-domain: the mesh's trust domain is not given",
    )
  })

  it('takes a stage per namespace, and names the near one where it is misspelt', async () => {
    const file = write('graph.yaml', graph)
    assert.equal((await ztm(['compile', file, ...mesh, '--stage', 'shop=strict'])).code, 0)
    assertRefused(
      await ztm(['compile', file, ...mesh, '--stage', 'shpo=strict', '--stage', 'shop=strcit']),
      'did you mean `shop`?',
      'did you mean `strict`?',
    )
  })

  it('takes who routes at a gateway, and names the near one where it is misspelt', async () => {
    const routes = { cart: { http: ['GET /cart'] } }
    const ingress = { web: { gateway: 'edge/door-istio', hosts: ['a.example.com'], routes } }
    const file = write('graph.yaml', `${graph}ingress: ${JSON.stringify(ingress)}\n`)
    const compiled = async (...options: readonly string[]) => ztm(['compile', file, ...mesh, ...options])
    assert.match((await compiled()).out, /^kind: VirtualService$/m)
    assert.match((await compiled('--gateway', 'edge/door-istio=gateway-api')).out, /^kind: HTTPRoute$/m)
    const { code, out } = await compiled('--gateway', 'edge/door-istio=elsewhere', '--stage', 'edge=strict')
    assert.equal(code, 0)
    assert.doesNotMatch(out, /^kind: (VirtualService|HTTPRoute|Gateway)$/m)
    assertRefused(
      await compiled('--gateway', 'edge/door=istio', '--gateway', 'edge/door-istio=gatewayapi'),
      'no gateway is called `edge/door`',
      'did you mean `gateway-api`?',
    )
  })

  it('compiles for the node’s ztunnel, with a waypoint where a route needs one', async () => {
    const file = write('graph.yaml', graph)
    const { code, out } = await ztm(['compile', file, ...mesh, '--target', 'istio-ambient'])
    assert.equal(code, 0)
    assert.match(out, /^kind: Gateway\nmetadata:\n {2}name: waypoint\n {2}namespace: shop$/m)
    assert.match(out, /^ +- cluster\.local\/ns\/shop\/sa\/waypoint$/m)
    assert.doesNotMatch(out, /^kind: Sidecar$/m)
  })

  it('takes a data plane and a waypoint per namespace', async () => {
    const file = write('graph.yaml', graph)
    const ambient = await ztm(['compile', file, ...mesh, '--target', 'istio-ambient'])
    assert.equal((await ztm(['compile', file, ...mesh, '--data-plane', 'shop=ambient'])).out, ambient.out)
    const sidecar = await ztm(['compile', file, ...mesh])
    const back = ['--target', 'istio-ambient', '--data-plane', 'shop=sidecar']
    assert.equal((await ztm(['compile', file, ...mesh, ...back])).out, sidecar.out)
    const waypoint = async (scope: string) =>
      (await ztm(['compile', file, ...mesh, '--target', 'istio-ambient', '--waypoint', `shop=${scope}`])).out
    assert.equal(await waypoint('namespace'), ambient.out)
    assert.match(await waypoint('service'), /^ {2}name: waypoint-cart$/m)
    assert.match(await waypoint('infra/shared'), /^ {2}name: shared\n {2}namespace: infra$/m)
  })

  it('says all that is wrong with what is said of namespaces, and names what is near', async () => {
    assertRefused(
      await ztm([
        ...['compile', write('graph.yaml', graph), ...mesh, '--target', 'istio-ambient'],
        ...['--stage', 'shop=strcit', '--data-plane', 'shpo=ambient', '--data-plane', 'shop=sidecars'],
        ...['--waypoint', 'shop=sevrice', '--waypoint', 'shop=Infra/x', '--waypoint', 'shop=service=x'],
      ]),
      'did you mean `strict`?',
      'did you mean `shop`?',
      /--data-plane: expected `namespace=sidecar` or `namespace=ambient`, got `shop=sidecars`\n.*did you mean `sidecar`\?/,
      /--waypoint: expected `namespace=namespace`, `namespace=service` or `namespace=other-namespace\/name`, got `shop=Infra\/x`/,
      'did you mean `service`?',
      'got `shop=service=x`',
    )
  })

  it('refuses a waypoint for a namespace of sidecars, which never use one', async () => {
    assertRefused(
      await ztm(['compile', write('graph.yaml', graph), ...mesh, '--waypoint', 'shop=service']),
      /waypoints/,
    )
  })

  it('refuses a mesh that cannot be', async () => {
    const file = write('graph.yaml', graph)
    assertRefused(await ztm(['compile', file, '--trust-domain', 'a b']), 'target.trustDomain')
    assertRefused(await ztm(['compile', file, ...mesh, '--istio-version', '9']), 'target.version')
    assertRefused(await ztm(['compile', file, ...mesh, '--target', 'istio']), 'istio-sidecar')
  })
})

describe('a bad graph', () => {
  it('has all of its 50 defects reported at once', async () => {
    const services = Array.from(
      { length: 25 },
      (_, i) => `  s${i}: { namespace: shop, ports: { http: { protocol: http, port: ${70_000 + i} } } }`,
    )
    const calls = Array.from({ length: 25 }, (_, i) => `  s${i}: { nobody${i}: { http: ['GET /'] } }`)
    const outcome = await ztm([
      'compile',
      write('bad.yaml', ['services:', ...services, 'calls:', ...calls, ''].join('\n')),
      ...mesh,
    ])
    for (let i = 0; i < 25; i++) assertRefused(outcome, `services.s${i}.ports.http.port: `, `calls.s${i}.nobody${i}: `)
    assert.match(outcome.err, /^5\d problems$/m)
    assert.equal(outcome.out, '')
  })

  it('in TypeScript has the near name suggested, since its types are not looked at', async () => {
    const file = write('near.ts', typed(".calls({ frontend: { carts: { http: ['GET /cart'] } } })"))
    assertRefused(
      await ztm(['compile', file, ...mesh]),
      /near\.ts calls\.frontend\.carts: .*`carts`/,
      'did you mean `cart`?',
    )
  })

  const broken: readonly (readonly [string, string, string, string | RegExp])[] = [
    [
      'does not parse',
      'a.ts',
      'const a = 1\nexport default {,}\n',
      'a.ts:2:17: it cannot be loaded: Expected identifier',
    ],
    ['throws', 'b.ts', '\nthrow new Error("no such\\nluck")\n', 'b.ts:2:7: it cannot be loaded: no such\n'],
    [
      'imports what is not there',
      'c.ts',
      'import x from "./nope"\nexport default x\n',
      "it cannot be loaded: Cannot find module './nope'",
    ],
    ['exports nothing', 'd.ts', 'export const graph = 1\n', 'it has no default export'],
    ['exports something else', 'e.ts', 'export default 5\n', 'e.ts'],
    ['declares no calls', 'f.ts', typed(''), 'add `.calls({ … })`'],
    ['is empty', 'g.yaml', '', 'the file is empty'],
    ['is two documents', 'h.yaml', `${graph}---\n${graph}`, 'h.yaml:7: a second document begins here'],
    ['is malformed YAML', 'i.yaml', 'services: [\n', 'i.yaml:'],
    ['is a list', 'j.yaml', '- 1\n', 'j.yaml'],
    ['is null', 'k.json', 'null', 'the file is empty'],
  ]
  for (const [what, name, text, message] of broken) {
    it(`that ${what} is refused with its place`, async () => {
      assertRefused(await ztm(['compile', write(name, text), ...mesh]), message)
    })
  }

  it('that is not there is refused', async () => {
    assertRefused(await ztm(['compile', path('nope.ts'), ...mesh]), 'no such file or directory')
    assertRefused(await ztm(['compile', path('nope.yaml'), ...mesh]), 'no such file or directory')
  })
})
