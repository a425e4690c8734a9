import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { format } from 'prettier'
import ts from 'typescript'
import { parse } from 'yaml'
import { cart, settings, shop, strict } from './support/manifests'
import { assertRefused, root, scratch, ztm } from './support/ztm'

const { write } = scratch()

const frontend = `apiVersion: apps/v1
kind: Deployment
metadata: { name: frontend, namespace: shop }
spec:
  selector: { matchLabels: { app: frontend } }
  template:
    metadata: { labels: { app: frontend } }
    spec:
      serviceAccountName: frontend
      containers: [{ name: app, image: web, env: [{ name: CART_ADDR, value: 'cart:7070' }, { name: OLD_ADDR, value: 'old:80' }] }]
`

const examples = ['istio-sidecar', 'istio-ambient', 'linkerd'].map(
  target => `examples/online-boutique/expected/${target}`,
)

/** What the compiler says of modules that lie where the library can be found. */
function typeErrors(texts: readonly string[]): readonly string[] {
  const files = new Map(texts.map((text, i) => [join(root, `adopted-${i}.ts`), text]))
  const options: ts.CompilerOptions = {
    strict: true,
    noEmit: true,
    target: ts.ScriptTarget.ES2022,
    module: ts.ModuleKind.CommonJS,
    moduleResolution: ts.ModuleResolutionKind.Node10,
    skipLibCheck: true,
    types: [],
    baseUrl: root,
    ignoreDeprecations: '5.0',
    paths: { 'zero-trust-mesh': ['core/graph/define.ts'] },
  }
  const usual = ts.createCompilerHost(options)
  const host: ts.CompilerHost = {
    ...usual,
    fileExists: file => files.has(file) || usual.fileExists(file),
    getSourceFile: (file, ...rest) => {
      const text = files.get(file)
      return text === undefined
        ? usual.getSourceFile(file, ...rest)
        : ts.createSourceFile(file, text, ts.ScriptTarget.ES2022)
    },
  }
  const program = ts.createProgram([...files.keys()], options, host)
  return ts.getPreEmitDiagnostics(program).map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'))
}

describe('ztm adopt', () => {
  it('writes the calls that policies name a caller for', async () => {
    const { code, out, err } = await ztm(['adopt', write('shop.yaml', `${shop}---\n${frontend}`)])
    assert.match(out, /^import \{ defineGraph, http \} from 'zero-trust-mesh'$/m)
    assert.match(out, /cart: \{ http: \['GET \/cart', 'GET \/items\/\*\*'\] \}/)
    assert.match(out, /\/\/ env OLD_ADDR speaks of `old:80`, which no Service among the manifests is called/)
    assert.match(err, /^2 services, 1 call, 0 to decide$/m)
    assert.equal(code, 0, err)
  })

  it('takes calls from configuration where policies name nobody, and says what there is to decide', async () => {
    const { code, out, err } = await ztm([
      'adopt',
      write('open.yaml', [settings, cart, strict, frontend].join('---\n')),
    ])
    assert.equal(code, 1)
    assert.match(out, /\/\/ from env CART_ADDR\n {4}cart: \{ http: anyRequest \}/)
    assert.match(err, /today any identity of the mesh may call; here only whom `calls` names\n {4}shop\/cart:7070/)
    assert.match(err, /frontend → shop\/cart:7070/)
  })

  it('names the account that was meant where a policy names nobody', async () => {
    const text = `${shop}---\n${frontend}`.replace('sa/frontend]', 'sa/frontedn]')
    const { code, err } = await ztm(['adopt', write('stale.yaml', text)])
    assert.equal(code, 1)
    assert.match(err, /let in `shop\/frontedn`, under which nothing runs; was `shop\/frontend` meant\?/)
  })

  it('acknowledges the account `default`', async () => {
    const text = `${shop}---\n${frontend}`.replace('serviceAccountName: cart\n', 'serviceAccountName: default\n')
    const { code, out } = await ztm(['adopt', write('default.yaml', text), '--format', 'yaml'])
    assert.equal(code, 1)
    const { services } = parse(out) as { services: Record<string, { defaultServiceAccount?: string }> }
    assert.equal(services.cart?.defaultServiceAccount, 'acknowledged')
  })

  it('writes a graph that can be compiled, from YAML too', async () => {
    const { out } = await ztm(['adopt', examples[0] ?? '', '--format', 'yaml'])
    const { code, err } = await ztm(['compile', write('adopted.yaml', out), '--trust-domain', 'cluster.local'])
    assert.equal(code, 0, err)
  })

  it('writes TypeScript that the compiler accepts, formatted as this repository is', async () => {
    const style = JSON.parse(readFileSync(join(root, '.prettierrc.json'), 'utf8')) as object
    const texts: string[] = []
    for (const example of examples) {
      const { out, err } = await ztm(['adopt', example])
      assert.equal(out, await format(out, { ...style, parser: 'typescript' }), example)
      assert.match(err, /lets in nothing that is not let in today/)
      texts.push(out)
    }
    const misspelt = texts[0]?.replace('cartservice: { grpc: [', 'cartservise: { grpc: [') ?? ''
    assert.notEqual(misspelt, texts[0])
    const errors = typeErrors([...texts, misspelt])
    assert.equal(errors.length, 1, errors.join('\n'))
    assert.match(errors[0] ?? '', /cartservise/)
  })

  it('governs a part: others are declared as callers, and no more', async () => {
    const { out } = await ztm(['adopt', examples[0] ?? '', '--only', 'data', '--format', 'json'])
    const graph = JSON.parse(out) as { services: Record<string, { ports: object }>; calls: object }
    assert.deepEqual(Object.keys(graph.services).sort(), ['cartservice', 'redis-cart'])
    assert.deepEqual(graph.services.cartservice?.ports, {})
    assert.deepEqual(graph.calls, { cartservice: { 'redis-cart': { redis: 'tcp' } } })
  })

  it('overwrites no file unless it is told to', async () => {
    const manifests = write('shop.yaml', shop)
    const file = write('services.ts', 'mine')
    assertRefused(await ztm(['adopt', manifests, '--out', file]), /is there already/)
    assert.equal(readFileSync(file, 'utf8'), 'mine')
    await ztm(['adopt', manifests, '--out', file, '--force'])
    assert.match(readFileSync(file, 'utf8'), /defineGraph/)
  })

  it('refuses a namespace that is not there', async () => {
    assertRefused(await ztm(['adopt', write('shop.yaml', shop), '--only', 'shpo']), /no workload of namespace `shpo`/)
  })
})
