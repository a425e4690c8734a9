import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'

/**
 * What a large typed graph costs the compiler: type instantiations for a generated graph of 1,500 services and 9,300
 * calls, against a budget. A count, not a time, so it is the same on every machine.
 */
const budget = 60_000
const size = { services: 1_500, calls: 9_300 }
const root = resolve(__dirname, '..')

/** Mostly gRPC and HTTP, every eighth service a store behind TCP. */
function protocolOf(service: number): 'grpc' | 'http' | 'tcp' {
  if (service % 8 === 7) return 'tcp'
  return service % 2 === 0 ? 'grpc' : 'http'
}

/** Numbers in [0, 1) that are the same on every run (a linear congruential generator). */
function numbers(): () => number {
  let state = 42
  return () => (state = (state * 1_103_515_245 + 12_345) % 2 ** 31) / 2 ** 31
}

/** A callee: one call in five goes to one of three hubs, the rest favour some services over others. */
function pick(random: () => number): number {
  const hub = random() < 0.2
  return hub ? Math.floor(random() * 3) : Math.floor(random() ** 2 * size.services)
}

function serviceText(index: number): string {
  const protocol = protocolOf(index)
  const probe = { http: "'GET /healthz'", grpc: "'grpc:8080'", tcp: "'tcp:8080'" }[protocol]
  const admin = index % 10 === 1 ? ', admin: http(9000, { servicePort: 90 })' : ''
  return `    service${index}: { namespace: 'team-${index % 10}', ports: { ${protocol}: ${protocol}(8080)${admin} }, probes: { readiness: ${probe} } },`
}

function routesText(callee: number): string {
  const protocol = protocolOf(callee)
  if (protocol === 'tcp') return `{ tcp: 'tcp' }`
  if (protocol === 'http') return `{ http: ['GET /items/*', 'POST /items/${callee}'] }`
  return `{ grpc: ['shop.v1.Service${callee}/Get', 'shop.v1.Service${callee}/List'] }`
}

/** Callees per caller, `size.calls` pairs in all. */
function draw(): Map<number, Set<number>> {
  const random = numbers()
  const callees = new Map<number, Set<number>>()
  for (let drawn = 0; drawn < size.calls;) {
    const from = Math.floor(random() * size.services)
    const to = pick(random)
    const known = callees.get(from) ?? new Set()
    if (known.has(to)) continue
    callees.set(from, known.add(to))
    drawn++
  }
  return callees
}

function graphText(): string {
  const services = Array.from({ length: size.services }, (_, index) => serviceText(index))
  const calls = [...draw()].map(([from, callees]) => {
    const lines = [...callees].map(to => `      service${to}: ${routesText(to)},`)
    return `    service${from}: {\n${lines.join('\n')}\n    },`
  })
  return `import { defineGraph, grpc, http, tcp } from '${join(root, 'core/graph/define')}'
export default defineGraph({
  services: {
${services.join('\n')}
  },
  ingress: { web: { gateway: 'istio-ingress', hosts: ['shop.example.com'], routes: { service1: { http: ['GET /**'] } } } },
}).calls({
${calls.join('\n')}
})
`
}

/** tsc's own statistics over the generated graph, under the repository's compiler options. */
function measure(folder: string): Map<string, string> {
  writeFileSync(join(folder, 'graph.ts'), graphText())
  const options = { types: [], typeRoots: [], incremental: false }
  const config = { extends: join(root, 'tsconfig.json'), compilerOptions: options, include: ['graph.ts'] }
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(config))
  const tsc = join(root, 'node_modules/typescript/bin/tsc')
  const { status, stdout } = spawnSync(process.execPath, [tsc, '-p', folder, '--extendedDiagnostics'], {
    encoding: 'utf8',
  })
  if (status !== 0) throw new Error(`the generated graph does not compile:\n${stdout}`)
  return new Map([...stdout.matchAll(/^(.+?):\s+(\S+)$/gm)].map(([, name = '', value = '']) => [name, value]))
}

function main(): number {
  const folder = mkdtempSync(join(tmpdir(), 'graph-types-'))
  try {
    const statistics = measure(folder)
    const count = Number(statistics.get('Instantiations'))
    const within = count <= budget
    const graph = `${size.services} services, ${size.calls} calls`
    console.log(`${graph}: ${count} type instantiations, budget ${budget}: ${within ? 'within' : 'EXCEEDED'}`)
    console.log(`whole compilation: ${statistics.get('Total time') ?? '?'}, ${statistics.get('Memory used') ?? '?'}`)
    return within ? 0 : 1
  } finally {
    rmSync(folder, { recursive: true })
  }
}

process.exitCode = main()
