import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import ts from 'typescript'

const root = resolve(__dirname, '../..')

/** A small graph, whose calls a snippet declares. */
const inWorld = (calls: string, more = ''): string => `
import { defineGraph, grpc, http, tcp, tls } from '../../core/graph/define'
export default defineGraph({
  services: {
    frontend: { namespace: 'shop', ports: { http: http(8080, { servicePort: 80 }), tcp: tcp(9000) }, probes: { readiness: 'GET /healthz' } },
    cart: { namespace: 'shop', ports: { grpc: grpc(7070) }, metrics: { port: 9090, path: '/metrics' } },
    redis: { namespace: 'data', ports: { redis: tcp(6379) } },
  },
  external: { stripe: { hosts: ['api.stripe.com'], ports: { https: tls(443) } } },
  ${more}
}).calls(${calls})
`

const corp = `jwt: { corp: { issuer: 'https://issuer.example.com', jwksUri: 'https://issuer.example.com/keys' } },`

/** What must compile, and what must not: with which words the compiler says so. */
const snippets: Readonly<Record<string, readonly [source: string, ...diagnostics: RegExp[]]>> = {
  'a graph that is right': [
    inWorld(
      `{
        frontend: { cart: { grpc: ['shop.Cart/Get'] }, frontend: { http: ['GET /', 'POST /cart/*'], tcp: 'tcp' } },
        cart: { redis: { redis: 'tcp' }, stripe: { https: 'tls' } },
      }`,
      `ingress: { web: { gateway: 'istio-ingress', hosts: ['a.example.com'], tls: { secret: 'a-cert' }, routes: { frontend: { http: ['GET /**'] } } } },
       outside: { lb: { kind: 'cidr', cidrs: ['10.0.0.0/8'], routes: { frontend: { http: ['GET /'] } } } },
       scraper: { namespace: 'monitoring', serviceAccount: 'prometheus' },`,
    ),
  ],
  'no external at all': [
    `import { defineGraph, http } from '../../core/graph/define'
     export default defineGraph({ services: { a: { namespace: 'x', ports: { http: http(80) } } } }).calls({ a: { a: { http: ['GET /'] } } })`,
  ],
  'calls that are split': [
    `import { defineGraph, http } from '../../core/graph/define'
     import type { Graph } from '../../core/graph/graph'
     const world = defineGraph({ services: { a: { namespace: 'x', ports: { http: http(80) } } } })
     world.calls({ a: { a: { http: ['GET /'] } } })
     export const graph: Graph = world.calls({})`,
  ],
  'routes that need a token': [
    inWorld(
      `{
        frontend: { cart: { grpc: ['shop.Cart/Get', { route: 'shop.Cart/Add', jwt: { issuer: 'corp' } }] } },
        cart: { frontend: { http: [{ route: 'GET /x', jwt: { issuer: 'corp', audiences: ['shop'], scopes: ['read'], claims: { groups: ['ops'] } } }] } },
      }`,
      `ingress: { web: { gateway: 'g', hosts: ['a.example.com'], routes: { frontend: { http: [{ route: 'PUT /', jwt: { issuer: 'corp' } }] } } } },
       ${corp}`,
    ),
  ],
  'a certificate that is no Secret': [
    inWorld(
      `{}`,
      `ingress: { web: { gateway: 'g', hosts: ['a.example.com'], tls: true, routes: { frontend: { http: ['GET /'] } } } },`,
    ),
    /Type 'true' is not assignable|'boolean' is not assignable|'true' is not assignable/,
  ],
  'a token of a misspelt issuer': [
    inWorld(`{ cart: { frontend: { http: [{ route: 'GET /x', jwt: { issuer: 'crop' } }] } } }`, corp),
    /'"crop"' is not assignable to type '"corp"'/,
  ],
  'a token where no issuer is declared': [
    inWorld(`{ cart: { frontend: { http: [{ route: 'GET /x', jwt: { issuer: 'corp' } }] } } }`),
    /'string' is not assignable to type 'never'/,
  ],
  'a token on a TCP port': [
    inWorld(`{ cart: { redis: { redis: [{ route: 'tcp', jwt: { issuer: 'corp' } }] } } }`, corp),
    /is not assignable to type '"tcp"'/,
  ],
  'a misspelt part of what a token must be': [
    inWorld(`{ cart: { frontend: { http: [{ route: 'GET /x', jwt: { issuer: 'corp', scope: ['read'] } }] } } }`, corp),
    /'scope' does not exist .* Did you mean to write 'scopes'\?/,
  ],
  'a misspelt method of a route that needs a token': [
    inWorld(`{ cart: { frontend: { http: [{ route: 'FECTH /x', jwt: { issuer: 'corp' } }] } } }`, corp),
    /"FECTH \/x"' is not assignable/,
  ],
  'an issuer without `iss`': [
    inWorld('{}', `jwt: { corp: { jwksUri: 'https://issuer.example.com/keys' } },`),
    /'issuer' is missing/,
  ],
  'a misspelt callee': [inWorld(`{ frontend: { crat: {} } }`), /'crat' does not exist/],
  'a misspelt caller': [inWorld(`{ fronted: {} }`), /'fronted' does not exist .* Did you mean to write 'frontend'\?/],
  'a misspelt external': [inWorld(`{ cart: { strpe: {} } }`), /'strpe' does not exist .* Did you mean to write 'stripe'\?/],
  'an external that calls': [inWorld(`{ stripe: {} }`), /'stripe' does not exist/],
  'a misspelt port': [inWorld(`{ frontend: { cart: { grcp: [] } } }`), /'grcp' does not exist/],
  'a misspelt method': [inWorld(`{ cart: { frontend: { http: ['FECTH /x'] } } }`), /"FECTH \/x"' is not assignable .*`GET \/\$\{string\}`/],
  'a path without a slash': [inWorld(`{ cart: { frontend: { http: ['GET x'] } } }`), /"GET x"' is not assignable/],
  'an HTTP route on a TCP port': [inWorld(`{ cart: { redis: { redis: ['GET /x'] } } }`), /'string\[\]' is not assignable to type '"tcp"'/],
  '`tls` on a TCP port': [inWorld(`{ cart: { redis: { redis: 'tls' } } }`), /'"tls"' is not assignable to type '"tcp"'/],
  'a gRPC route on an http port': [inWorld(`{ cart: { frontend: { http: ['shop.Cart/Get'] } } }`), /"shop.Cart\/Get"' is not assignable/],
  'a gRPC service without a method': [inWorld(`{ frontend: { cart: { grpc: ['shop.Cart'] } } }`), /"shop.Cart"' is not assignable/],
  'a single route that is not in a list': [inWorld(`{ frontend: { cart: { grpc: 'shop.Cart/Get' } } }`), /is not assignable to type 'readonly/],
  'ingress to a misspelt service': [
    inWorld('{}', `ingress: { web: { gateway: 'g', hosts: ['a.example.com'], routes: { fronted: {} } } },`),
    /'fronted' does not exist .* Did you mean to write 'frontend'\?/,
  ],
  'ingress with a route that does not fit': [
    inWorld('{}', `ingress: { web: { gateway: 'g', hosts: ['a.example.com'], routes: { frontend: { http: ['a.B/C'] } } } },`),
    /"a.B\/C"' is not assignable/,
  ],
  'ingress to a host outside': [
    inWorld('{}', `ingress: { web: { gateway: 'g', hosts: ['a.example.com'], routes: { stripe: {} } } },`),
    /'stripe' does not exist/,
  ],
  'an outside caller of a misspelt port': [
    inWorld('{}', `outside: { lb: { kind: 'nodes', routes: { frontend: { htpp: [] } } } },`),
    /'htpp' does not exist/,
  ],
  'an outside caller of no known kind': [
    inWorld('{}', `outside: { lb: { kind: 'node', routes: {} } },`),
    /'"node"' is not assignable .* Did you mean '"nodes"'\?/,
  ],
  'a service without a namespace': [
    `import { defineGraph } from '../../core/graph/define'
     export default defineGraph({ services: { a: { ports: {} } } })`,
    /'namespace' is missing/,
  ],
  'a probe that is none': [
    `import { defineGraph, http } from '../../core/graph/define'
     export default defineGraph({ services: { a: { namespace: 'x', ports: {}, probes: { readiness: 'POST /' } } } })`,
    /"POST \/"' is not assignable to type 'Probe/,
  ],
  'a misspelt port option': [
    `import { http } from '../../core/graph/define'
     export default http(80, { servicPort: 8080 })`,
    /'servicPort' does not exist .* Did you mean to write 'servicePort'\?/,
  ],
}

const files = new Map(Object.values(snippets).map(([source], index) => [join(__dirname, `snippet-${index}.ts`), source]))

function compilerOptions(): ts.CompilerOptions {
  const config = ts.readConfigFile(join(root, 'tsconfig.json'), path => readFileSync(path, 'utf8'))
  const { options } = ts.parseJsonConfigFileContent({ ...config.config, include: [], files: [] }, ts.sys, root)
  return { ...options, types: [], noEmit: true }
}

/** A compiler that sees the snippets as files of this folder. */
function host(options: ts.CompilerOptions): ts.CompilerHost {
  const disk = ts.createCompilerHost(options)
  return {
    ...disk,
    fileExists: path => files.has(path) || disk.fileExists(path),
    readFile: path => files.get(path) ?? disk.readFile(path),
    getSourceFile: (path, target) => {
      const source = files.get(path)
      return source === undefined ? disk.getSourceFile(path, target) : ts.createSourceFile(path, source, target, true)
    },
  }
}

describe('the types of a graph', () => {
  let program: ts.Program
  before(() => {
    const options = compilerOptions()
    program = ts.createProgram([...files.keys()], options, host(options))
  })

  Object.entries(snippets).forEach(([title, [, ...expected]], index) => {
    it(`${expected.length === 0 ? 'accept' : 'refuse'} ${title}`, () => {
      const file = program.getSourceFile(join(__dirname, `snippet-${index}.ts`))
      const found = [...program.getSyntacticDiagnostics(file), ...program.getSemanticDiagnostics(file)].map(diagnostic =>
        ts.flattenDiagnosticMessageText(diagnostic.messageText, ' '),
      )
      assert.equal(found.length, expected.length, found.join('\n'))
      expected.forEach((words, at) => assert.match(found[at] ?? '', words))
    })
  })
})

describe('an editor', () => {
  /** What it offers where the snippet has a `|`. */
  function offered(marked: string): readonly string[] {
    const path = join(__dirname, 'completion.ts')
    const source = marked.replace('|', '')
    const options = compilerOptions()
    const service = ts.createLanguageService({
      getCompilationSettings: () => options,
      getScriptFileNames: () => [path],
      getScriptVersion: () => '0',
      getScriptSnapshot: name => {
        const text = name === path ? source : ts.sys.readFile(name)
        return text === undefined ? undefined : ts.ScriptSnapshot.fromString(text)
      },
      getCurrentDirectory: () => root,
      getDefaultLibFileName: ts.getDefaultLibFilePath,
      fileExists: name => name === path || ts.sys.fileExists(name),
      readFile: name => (name === path ? source : ts.sys.readFile(name)),
    })
    return service.getCompletionsAtPosition(path, marked.indexOf('|'), {})?.entries.map(({ name }) => name) ?? []
  }

  it('offers the services that may call', () => {
    assert.deepEqual(offered(inWorld('{ | }')).slice(0, 3), ['cart', 'frontend', 'redis'])
  })

  it('offers the services and externals that may be called', () => {
    assert.deepEqual(offered(inWorld('{ frontend: { | } }')), ['cart', 'frontend', 'redis', 'stripe'])
  })

  it('offers the ports of the callee', () => {
    assert.deepEqual(offered(inWorld('{ cart: { frontend: { | } } }')), ['http', 'tcp'])
  })

  it('offers the issuers that a route may ask for', () => {
    assert.deepEqual(offered(inWorld(`{ cart: { frontend: { http: [{ route: 'GET /', jwt: { issuer: '|' } }] } } }`, corp)), [
      'corp',
    ])
  })

  it('offers the services that a gateway may lead to', () => {
    const ingress = `ingress: { web: { gateway: 'g', hosts: [], routes: { | } } },`
    assert.deepEqual(offered(inWorld('{}', ingress)), ['cart', 'frontend', 'redis'])
  })
})
