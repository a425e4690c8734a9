import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { stringify } from 'yaml'
import type { IstioChart, LinkerdChart } from '../../../components/charts'
import type { JsonObject } from '../../../preview/wire'
import type { Api } from './api'
import { applyDefinitions, folderOfDefinitions } from './definitions'

/** Which charts stand in for the real ones, by mesh. What is given is the file of CRDs that the chart brings. */
const charts: Readonly<Record<string, Readonly<Partial<Record<IstioChart | LinkerdChart, string>>>>> = {
  istio: { base: 'istio-', istiod: '', cni: '', ztunnel: '', gateway: '' },
  linkerd: { 'linkerd-crds': 'linkerd-', 'linkerd-control-plane': '', 'linkerd2-cni': '' },
}

/**
 * Charts in the place of the real ones, `charts/<mesh>/<chart>` in a folder: they take any values and install nothing but,
 * one a mesh, its CRDs. Linkerd's own chart has them among its templates; here all are in `crds`.
 */
export function writeCharts(folder: string): void {
  for (const [mesh, parts] of Object.entries(charts)) {
    for (const [name, start] of Object.entries(parts)) {
      const chart = join(folder, 'charts', mesh, name)
      mkdirSync(join(chart, 'crds'), { recursive: true })
      writeFileSync(join(chart, 'Chart.yaml'), stringify({ apiVersion: 'v2', name, version: '0.0.0' }))
      if (start !== '') writeFileSync(join(chart, 'crds/all.yaml'), definitionsOf(start))
    }
  }
}

function definitionsOf(start: string): string {
  const folder = folderOfDefinitions()
  const files = readdirSync(folder).filter(file => file.startsWith(start) && file.endsWith('.yaml'))
  return files.map(file => readFileSync(join(folder, file), 'utf8')).join('\n---\n')
}

/** Where the charts of a mesh are, as a stack's configuration has it. */
export function chartsOf(mesh: 'istio' | 'linkerd'): { readonly directory: string } {
  return { directory: `./charts/${mesh}` }
}

/** What Helm does first with a chart: it applies the CRDs in its folder `crds`. A chart of no folder has none here. */
export async function applyChart(api: Api, inputs: JsonObject, folder: string): Promise<void> {
  if (typeof inputs.chart !== 'string') return
  const definitions = resolve(folder, inputs.chart, 'crds')
  if (existsSync(definitions) && readdirSync(definitions).length > 0) await applyDefinitions(api, definitions)
}
