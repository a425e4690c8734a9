import type { Callees, Graph, Service } from '../core/graph/graph'

/** A repeatable source of numbers in [0, 1): mulberry32. */
export function random(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }
}

/** Quantiles of the fan-out of 7,483 services of one very large company (USENIX ATC 2023), as [share, degree]. */
const fanOut = [
  [0.15, 0],
  [0.5, 4],
  [0.75, 8],
  [0.9, 14],
  [0.95, 22],
  [0.99, 40],
  [1, 90],
] as const

/**
 * A graph of `size` services and about 6.2 calls a service: skewed namespaces, three hubs that 0.4 n services call, cycles, and
 * one gRPC, HTTP or TCP port each.
 */
export function largeGraph(size: number, seed = 1): Graph {
  const next = random(seed)
  const pick = (limit: number): number => Math.floor(next() * limit)
  const namespaces = ['core', 'core', 'core', 'core', 'shop', 'shop', 'pay', 'data', 'edge', 'ops']
  const services: Record<string, Service> = {}
  for (let i = 0; i < size; i++) {
    const kind = i % 10
    const port =
      kind < 6
        ? { protocol: 'grpc' as const, port: 7070 }
        : kind < 9
          ? { protocol: 'http' as const, port: 8080, servicePort: 80 }
          : { protocol: 'tcp' as const, port: 5432 }
    services[`service-${i}`] = { namespace: namespaces[pick(namespaces.length)] ?? 'core', ports: { main: port } }
  }
  const calls: Record<string, Callees> = {}
  let edges = 0
  const add = (from: number, to: number): void => {
    const [caller, callee] = [`service-${from}`, `service-${to}`]
    if (from === to || calls[caller]?.[callee] || edges >= size * 6.2) return
    edges++
    calls[caller] = {
      ...calls[caller],
      [callee]: { main: routesOf(services[callee]?.ports.main?.protocol ?? 'tcp', pick(4)) },
    }
  }
  for (let hub = 0; hub < 3; hub++) for (let i = 0; i < size; i++) if (next() < 0.4) add(i, hub)
  for (let round = 0; edges < Math.floor(size * 6.2) && round < 20; round++) {
    for (let i = 0; i < size; i++) {
      const share = next()
      const degree = fanOut.find(([limit]) => share <= limit)?.[1] ?? 4
      for (let k = 0; k < degree; k++) add(i, pick(size))
    }
  }
  return { services, external: {}, ingress: {}, outside: {}, calls }
}

function routesOf(protocol: string, variant: number): readonly string[] | 'tcp' {
  if (protocol === 'tcp') return 'tcp'
  if (protocol === 'grpc')
    return Array.from({ length: 1 + (variant % 3) }, (_, i) => `big.Service/Method${variant + i}`)
  return ['GET /items/*', `POST /items/${variant}`, 'GET /health'].slice(0, 1 + (variant % 3))
}
