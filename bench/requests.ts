/** Writes what `ztm decide` is measured with: the manifests of a large graph, and requests to them, half of which get through. */
import { createWriteStream, mkdirSync, writeFileSync } from 'node:fs'
import { once } from 'node:events'
import { join } from 'node:path'
import { compile } from '../core/compile/compile'
import { largeGraph } from './large-graph'

/** A request a line, as docs/verdicts.md has them: declared calls in turn, and each once from a caller that may not. */
async function writeRequests(file: string, { size, requests }: { size: number; requests: number }): Promise<void> {
  const { services, calls } = largeGraph(size)
  const declared = Object.entries(calls).flatMap(([from, callees]) =>
    Object.entries(callees).map(([to, { main }]) => ({ from, to, routes: main })),
  )
  const stream = createWriteStream(file)
  for (let i = 0; i < requests; i++) {
    const { from, to, routes } = declared[(i >> 1) % declared.length]!
    const caller = i % 2 === 0 ? from : `not-${from}`
    const port = services[to]!.ports.main!
    const [route = ''] = Array.isArray(routes) ? (routes as string[]) : []
    const http =
      port.protocol === 'grpc'
        ? { method: 'POST', path: `/${route}` }
        : { method: route.split(' ')[0], path: (route.split(' ')[1] ?? '').replace('*', `${i}`) }
    const request = {
      id: `r${i}`,
      from: { trustDomain: 'td.example', namespace: services[from]!.namespace, serviceAccount: caller },
      to: { namespace: services[to]!.namespace, workload: to, port: port.port },
      ...(port.protocol === 'tcp' ? {} : { http }),
    }
    if (!stream.write(`${JSON.stringify(request)}\n`)) await once(stream, 'drain')
  }
  stream.end()
  await once(stream, 'finish')
}

async function main(): Promise<void> {
  const [folder = 'out/bench', size = '1500', requests = '1000000'] = process.argv.slice(2)
  mkdirSync(folder, { recursive: true })
  const compiled = compile(largeGraph(Number(size)), {
    kind: 'istio-sidecar',
    version: '1.30.3',
    trustDomain: 'td.example',
  })
  const objects = [...compiled.assumptions, ...compiled.manifests.map(({ object }) => object)]
  writeFileSync(join(folder, 'manifests.json'), objects.map(object => JSON.stringify(object)).join('\n'))
  await writeRequests(join(folder, 'requests.jsonl'), { size: Number(size), requests: Number(requests) })
}

void main()
