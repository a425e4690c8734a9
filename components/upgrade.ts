import * as pulumi from '@pulumi/pulumi'
import type { Compiled } from '../core/compile/target'
import type { Problem } from '../core/model/problem'
import { blocking, printProblem } from '../core/model/problem'
import type { Standing, UpgradeState } from '../core/rollout/upgrade'
import { planUpgrade, progressOf, progressProblems, upgradeProblems } from '../core/rollout/upgrade'
import { nodeNamespace, systemNamespace } from './istio-names'
import type { IstioMeshSettings } from './settings'

type Upgraded = Pick<IstioMeshSettings, 'istio' | 'gateways'>

/** What is wrong with the control plane to upgrade to, whatever the graph. */
export function nextProblems(settings: Upgraded): readonly Problem[] {
  const { istio } = settings
  const { next, charts } = istio
  if (next === undefined) return []
  const at = 'mesh.next'
  if (istio.install === false) {
    const message = 'nothing is installed into a mesh that is there already'
    return [blocking({ code: 'next-not-installed', at, message, hint: 'leave it out' })]
  }
  const unpacked = charts !== undefined && 'directory' in charts && next.charts === undefined
  const hint = 'give `next.charts` another folder'
  const message = 'a folder of unpacked charts holds those of one version'
  return [
    ...(unpacked ? [blocking({ code: 'charts-of-one-version', at, message, hint })] : []),
    ...upgradeProblems(standing(settings, {}), next).filter(({ severity }) => severity === 'error'),
  ]
}

/** What is wrong with how far an upgrade has been taken, given the graph's namespaces and their labels; nothing where there are none. */
export function nextOrderProblems(settings: Upgraded, namespaces: Compiled['namespaces']): readonly Problem[] {
  const { next } = settings.istio
  if (next === undefined || Object.keys(namespaces).length === 0) return []
  return progressProblems(standing(settings, namespaces), next)
}

/** Says where an upgrade is and what comes next; silent where there is none. */
export function tellUpgrade(settings: Upgraded, namespaces: Compiled['namespaces'], resource: pulumi.Resource): void {
  const { next } = settings.istio
  if (next === undefined) return
  const plan = planUpgrade(standing(settings, namespaces), next)
  const progress = progressOf(plan, next)
  const notes = plan.problems.map(printProblem)
  const places = progress ? [`at \`${titleOf(progress.at)}\``, ...progress.then.map(sayNext)] : ['on a way of its own']
  const head = `the control plane is being upgraded to ${next.version} (\`${next.revision}\`, docs/upgrade.md)`
  void pulumi.log.warn([`${head}:`, ...places.map(line => `  ${line}`), ...notes].join('\n'), resource)
}

function sayNext(state: UpgradeState): string {
  const { run, settings } = state
  const set = settings === undefined ? [] : [`mesh ${JSON.stringify(settings)}`]
  return `then \`${titleOf(state)}\`: ${[...run, ...set].join('; ')}`
}

function titleOf({ step, of }: UpgradeState): string {
  return of === undefined ? step : `${step} ${of}`
}

function standing({ istio, gateways = {} }: Upgraded, namespaces: Compiled['namespaces']): Standing {
  const { version, revision, tag } = istio
  const all = Object.entries(namespaces)
  const isAmbient = (labels: Readonly<Record<string, string>>) => labels['istio.io/dataplane-mode'] === 'ambient'
  return {
    version,
    ...(revision !== undefined && { revision }),
    ...(tag !== undefined && { tag }),
    systemNamespace: systemNamespace(istio),
    nodeNamespace: nodeNamespace(istio),
    sidecars: all.filter(([, labels]) => !isAmbient(labels)).map(([name]) => name),
    ambient: all.filter(([, labels]) => isAmbient(labels)).map(([name]) => name),
    gateways: Object.entries(gateways).map(([name, { namespace = name }]) => `${namespace}/${name}`),
  }
}
