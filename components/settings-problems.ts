import type { Mesh } from '../core/compile/target-hybrid'
import type { Problem } from '../core/model/problem'
import { blocking } from '../core/model/problem'
import { eastWestProblems } from './east-west'
import { readGatewayApi } from './gateway-api-file'
import { systemNamespace } from './istio-names'
import { linkerdProblems } from './linkerd-problems'
import type { GatewaySettings, IstioMeshSettings, MeshSettings } from './settings'
import { noMesh } from './target'
import { sourceProblems, trustProblems } from './trust-problems'
import { placeProblems } from './trust-signer-problems'
import { nextProblems } from './upgrade'

/** What is wrong with a mesh's settings taken together; each of them has the right type. Values that are not known yet are not judged. */
export function settingsProblems(settings: MeshSettings): readonly Problem[] {
  const { istio, linkerd } = settings
  const problems = [
    ...meshProblems(settings),
    ...sourceProblems(settings),
    ...(istio ? istioProblems({ ...settings, istio }) : []),
    ...(linkerd && !istio ? strayProblems(settings) : []),
    ...(linkerd ? linkerdProblems({ ...settings, linkerd }) : []),
  ]
  // Both have something to say of the anchors, and the same.
  const key = ({ at, code, message }: Problem) => `${at} ${code} ${message}`
  return [...new Map(problems.map(problem => [key(problem), problem])).values()]
}

/** Whether there is a mesh, and which namespaces are on it. */
function meshProblems({ istio, linkerd, meshes = {} }: MeshSettings): readonly Problem[] {
  if (!istio && !linkerd) return [noMesh]
  const there = { istio: istio !== undefined, linkerd: linkerd !== undefined }
  return [
    ...Object.entries(meshes)
      .filter(([, mesh]) => !there[mesh])
      .map(([namespace, mesh]) => notThere(namespace, mesh)),
    ...(istio && linkerd ? twiceInstalled({ istio, linkerd }) : []),
  ]
}

function notThere(namespace: string, mesh: Mesh): Problem {
  const key = mesh === 'istio' ? 'mesh' : 'linkerd'
  const message = `the namespace is to be on ${mesh === 'istio' ? 'Istio' : 'Linkerd'}, which is not there`
  return blocking({ code: 'mesh-not-there', at: `meshes.${namespace}`, message, hint: `set \`${key}\`` })
}

/** One cluster has these CRDs once. */
function twiceInstalled({ istio, linkerd }: Required<Pick<MeshSettings, 'istio' | 'linkerd'>>): readonly Problem[] {
  const both = [istio, linkerd].every(({ gatewayApi = 'existing' }) => gatewayApi !== 'existing')
  const message = 'a cluster has the CRDs of Gateway API once, and `mesh.gatewayApi` brings them'
  const hint = 'leave out one of the two'
  return both ? [blocking({ code: 'gateway-api-twice', at: 'linkerd.gatewayApi', message, hint })] : []
}

/** Settings that say nothing to Linkerd. */
function strayProblems(settings: MeshSettings): readonly Problem[] {
  const { trust } = settings
  const maps = (['gateways', 'dataPlanes', 'waypoints'] as const).filter(
    key => Object.keys(settings[key] ?? {}).length > 0,
  )
  const sources = (['secret', 'revocation', 'istioCsr', 'signer', 'federation'] as const).filter(
    key => trust[key] !== undefined,
  )
  return [...maps, ...sources.map(key => `trust.${key}`)].map(at => {
    const message = 'it is Istio’s alone, and there is no Istio'
    return blocking({ code: 'not-of-linkerd', at, message, hint: 'leave it out' })
  })
}

/** What is wrong with the settings of Istio. */
export function istioProblems(settings: IstioMeshSettings): readonly Problem[] {
  return [
    ...sourceProblems(settings),
    ...trustProblems(settings.trust),
    ...placeProblems(settings),
    ...tagProblems(settings),
    ...nextProblems(settings),
    ...eastWestProblems(settings),
    ...gatewayApiProblems(settings),
    ...telemetryProblems(settings),
    ...gatewayProblems(settings),
  ]
}

function tagProblems({ istio }: IstioMeshSettings): readonly Problem[] {
  if (istio.tag === undefined || istio.revision !== undefined) return []
  return [
    blocking({
      code: 'tag-without-revision',
      at: 'mesh.tag',
      message: 'a tag points at a revision, and there is none',
      hint: 'set `revision`',
    }),
  ]
}

function gatewayApiProblems({ istio: { gatewayApi = 'existing' } }: IstioMeshSettings): readonly Problem[] {
  return gatewayApi === 'existing' ? [] : readGatewayApi(gatewayApi.file).problems
}

function telemetryProblems({ istio: { install, telemetry = 'off' } }: IstioMeshSettings): readonly Problem[] {
  if (install !== false || telemetry === 'off') return []
  const message = 'nothing is installed into a mesh that is there already'
  return [blocking({ code: 'telemetry-not-installed', at: 'mesh.telemetry', message, hint: 'leave it out' })]
}

function gatewayProblems({ istio, gateways = {} }: IstioMeshSettings): readonly Problem[] {
  return Object.entries(gateways).flatMap(([name, gateway]) => {
    const at = `gateways.${name}`
    if (istio.install === false) return saysOnlyWhoRoutes(gateway) ? [] : [notInstalled(at)]
    if ((gateway.namespace ?? name) !== systemNamespace(istio)) return []
    return [
      blocking({
        code: 'gateway-in-system',
        at,
        message: 'the gateway would stand among the control plane',
        hint: 'give it another namespace',
      }),
    ]
  })
}

/** Of a gateway that is there already there is still to say who routes; the Service of one of the Gateway API comes with its routing. */
function saysOnlyWhoRoutes({ routing, service }: GatewaySettings): boolean {
  return routing === 'gateway-api' || (routing !== undefined && service === undefined)
}

function notInstalled(at: string): Problem {
  const message = 'nothing is installed into a mesh that is there already'
  return blocking({ code: 'gateway-not-installed', at, message, hint: 'leave it out, or say its `routing` alone' })
}
