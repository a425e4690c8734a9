import type { Observation } from '../model/observation'
import { command, query } from '../model/observation'
import type { ControlPlane, Next, Standing, UpgradeState } from './upgrade'

/** From one control plane to the next. */
interface Change {
  readonly from: Standing
  readonly to: Pick<Next, 'version' | 'revision'>
}

/** What has been moved over, in a mesh with a tag and in one without. */
type Moved = { readonly tag: string } | { readonly moved: readonly string[] }

/** The new control plane beside the old one, after the CRDs of its version; nobody follows it. */
export function installState({ from, to }: Change): UpgradeState {
  const system = systemOf(from)
  return {
    step: 'install',
    settings: { next: to },
    run: [],
    observe: [
      command('istioctl x precheck', `no issues, asked with \`istioctl\` ${to.version}`),
      command(`kubectl -n ${system} rollout status deployment/${istiodOf(to)}`, 'successfully rolled out'),
      command(
        `kubectl -n ${system} get pods -l app=istiod -L istio.io/rev`,
        `both \`${nameOf(from)}\` and \`${to.revision}\` run`,
      ),
      command(
        `diff <(${meshConfig(from, system)}) <(${meshConfig(to, system)})`,
        'no other than `discoveryAddress`: what two control planes say differently counts as unknown',
      ),
    ],
    back: 'take `next` out: nobody follows the new control plane yet',
  }
}

function meshConfig({ revision }: ControlPlane, system: string): string {
  const name = revision === undefined ? 'istio' : `istio-${revision}`
  return `kubectl -n ${system} get configmap ${name} -o jsonpath={.data.mesh}`
}

/** The tag, or one more namespace, is led to the new control plane. Pods that run keep to the old one. */
export function shiftState({ from, to }: Change, moved: Moved): UpgradeState {
  if ('tag' in moved) {
    const suffix = systemOf(from) === 'istio-system' ? '' : `-${systemOf(from)}`
    const webhook = `istio-revision-tag-${moved.tag}${suffix}`
    return {
      step: 'shift',
      settings: { next: { ...to, tagged: true } },
      run: [],
      observe: [
        command(`kubectl get mutatingwebhookconfiguration ${webhook} -L istio.io/rev`, `\`${to.revision}\``),
        ...(from.ambient ?? []).map(namespace => waypointsMoved(namespace, to)),
      ],
      back: 'set `tagged: false`, and restart again what was restarted',
    }
  }
  const last = moved.moved.at(-1) ?? ''
  const isAmbient = from.ambient?.includes(last) === true
  return {
    step: 'shift',
    of: last,
    settings: { next: { ...to, namespaces: moved.moved } },
    run: [],
    observe: isAmbient
      ? [waypointsMoved(last, to)]
      : [
          command(
            `kubectl get namespace ${last} -L istio.io/rev,istio-injection`,
            `\`${to.revision}\`, and no \`istio-injection\``,
          ),
        ],
    back: `take \`${last}\` out of \`namespaces\`, and restart its Pods again`,
  }
}

/** Istiod makes waypoints anew as soon as they follow it (istio `pkg/revisions/tag_watcher.go` IsMine, `pilot/pkg/config/kube/gateway/deploymentcontroller.go`). */
function waypointsMoved(namespace: string, { revision }: Change['to']): Observation {
  const select = 'gateway.networking.k8s.io/gateway-class-name=istio-waypoint'
  return command(
    `kubectl -n ${namespace} get pods -l ${select} -L istio.io/rev`,
    `only \`${revision}\`, all ready; or none`,
  )
}

/** A namespace's Pods are made again, and get the sidecars of the control plane that they follow by now. */
export function restartState({ from, to }: Change, namespace: string): UpgradeState {
  return {
    step: 'restart',
    of: namespace,
    run: [`kubectl -n ${namespace} rollout restart deployment,statefulset,daemonset`],
    observe: [
      // The injector writes its own revision on each Pod (istio `files/injection-template.yaml`), also where a tag leads to it.
      command(`kubectl -n ${namespace} get pods -l istio.io/rev=${nameOf(from)}`, 'none'),
      query(`sum by (tag) (istio_build{component="proxy", namespace="${namespace}"})`, `only \`${to.version}\``),
      query(
        `sum by (response_code) (rate(istio_requests_total{reporter="destination", destination_workload_namespace="${namespace}", response_code=~"403|5.."}[5m]))`,
        'no more than before',
      ),
    ],
    back: 'go back from the `shift` before, then restart the same namespace again',
  }
}

/** Gateways are injected as Pods are; nothing of theirs changes where they follow a tag. */
export function gatewaysState({ from, to }: Change): readonly UpgradeState[] {
  const gateways = (from.gateways ?? [])
    .map(gateway => gateway.split('/'))
    .map(([namespace = '', name = '']) => ({ namespace, name }))
  if (gateways.length === 0) return []
  return [
    {
      step: 'restart',
      of: 'gateways',
      run: gateways.map(({ namespace, name }) => `kubectl -n ${namespace} rollout restart deployment/${name}`),
      // Not by label, which their chart sets to the tag (istio `manifests/charts/gateway/templates/_helpers.tpl`).
      observe: gateways.flatMap(({ namespace, name }) => [
        command(`kubectl -n ${namespace} rollout status deployment/${name}`, 'successfully rolled out'),
        query(`sum by (tag) (istio_build{component="proxy", namespace="${namespace}"})`, `only \`${to.version}\``),
      ]),
      back: 'go back from the `shift` before, then restart them again',
    },
  ]
}

/**
 * The node agents, one node after another (`maxUnavailable`, istio `manifests/charts/{istio-cni,ztunnel}/values.yaml`).
 * Long-lived connections of ambient Pods on that node are reset.
 */
export function nodesState({ from, to }: Change): UpgradeState {
  const nodes = from.nodeNamespace ?? systemOf(from)
  const ambient = (from.ambient ?? []).length > 0
  return {
    step: 'nodes',
    settings: { next: { ...to, ...movedAll(from), nodes: true } },
    run: [],
    observe: [
      command(`kubectl -n ${nodes} rollout status daemonset/istio-cni-node`, 'successfully rolled out'),
      ...(ambient
        ? [
            command(`kubectl -n ${nodes} rollout status daemonset/ztunnel`, 'successfully rolled out'),
            query('sum by (tag) (istio_build{component="ztunnel"})', `only \`${to.version}\``),
          ]
        : []),
      command(`kubectl get pods -A -l 'istio.io/rev=${nameOf(from)},app!=istiod'`, 'none'),
      query(
        `sum(pilot_xds{pod=~"${istiodOf(from)}-[a-z0-9]{6,10}-[a-z0-9]{5}"})`,
        '0: nobody is served by the old control plane',
      ),
    ],
    back: 'set `nodes: false`: the agents of the old version come back node by node, and connections are reset once more',
  }
}

/** The old control plane is gone, and the new one is what stands. */
export function retireState({ from, to }: Change): UpgradeState {
  const system = systemOf(from)
  return {
    step: 'retire',
    settings: { version: to.version, revision: to.revision, next: undefined },
    run: [],
    observe: [
      command(`kubectl -n ${system} get deployment ${istiodOf(from)}`, 'not found'),
      command(
        'kubectl get validatingwebhookconfiguration istiod-default-validator -L istio.io/rev',
        `\`${to.revision}\``,
      ),
      query('sum(pilot_xds)', 'as many as before'),
    ],
    back: 'put `version`, `revision` and `next` back as they were: the old control plane is installed again, and nobody follows it',
  }
}

function movedAll(from: Standing): Pick<Next, 'tagged' | 'namespaces'> {
  if (from.tag !== undefined) return { tagged: true }
  const gateways = (from.gateways ?? []).map(gateway => gateway.replace(/\/.*$/, ''))
  return { namespaces: [...new Set([...from.sidecars, ...(from.ambient ?? []), ...gateways])] }
}

function istiodOf({ revision }: ControlPlane): string {
  return revision === undefined ? 'istiod' : `istiod-${revision}`
}

/** How a control plane calls itself on what it serves. */
function nameOf({ revision }: ControlPlane): string {
  return revision ?? 'default'
}

function systemOf({ systemNamespace }: Standing): string {
  return systemNamespace ?? 'istio-system'
}
