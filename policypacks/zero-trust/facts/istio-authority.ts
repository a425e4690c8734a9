import {
  at,
  entries,
  flag,
  gather,
  given,
  items,
  plain,
  required,
  text,
  Unproven,
  type Field,
  type Gathered,
} from '../field'
import { ofKind, type Context } from '../rule'
import { chartName, charts } from './charts'
import { valueOf } from './linkerd-install/values'
import { namespaceOf } from './policies'
import { podOf, workloads } from './workloads'

/** The Secret that istiod signs with; it is mounted only if it is there (istio manifests/charts/istio-control/istio-discovery/templates/deployment.yaml). */
export const signingSecret = 'cacerts'

/** A control plane of Istio, as the chart that makes it or its Deployment says it. */
export interface ControlPlane {
  readonly field: Field
  /** Empty where a chart does not say it. */
  readonly namespace: string
  /** A variable of its environment; absent where nobody sets it. */
  readonly variable: (name: string) => string | undefined
  readonly volumes: readonly Field[]
  readonly mounts: readonly Field[]
}

/** Everything of a stack that may make a control plane of Istio. */
export function controlPlaneSources(context: Context): readonly Field[] {
  return [...new Set([...charts(context), ...workloads(context)])]
}

/** The control planes that one of those makes: one at most, but for a Pod with several containers of that name. */
export function controlPlanesOf(source: Field): readonly ControlPlane[] {
  return source.of.apiVersion.startsWith('helm.sh/') ? ofChart(source) : ofWorkload(source)
}

/** With the profile `remote` it is in another cluster (istio manifests/helm-profiles/remote.yaml). */
function ofChart(chart: Field): readonly ControlPlane[] {
  if (chartName(chart) !== 'istiod') return []
  const profiles = [valueOf(chart, 'profile'), valueOf(chart, 'global', 'profile')].map(text)
  if (profiles.includes('remote')) return []
  const provider = () => text(valueOf(chart, 'global', 'pilotCertProvider'))
  return [
    {
      field: chart,
      namespace: text(at(chart, 'namespace')) ?? '',
      variable: name =>
        listed(items(valueOf(chart, 'envVarFrom')), name) ??
        written(valueOf(chart, 'env', name)) ??
        (name === 'PILOT_CERT_PROVIDER' ? provider() : undefined),
      volumes: items(valueOf(chart, 'volumes')),
      mounts: items(valueOf(chart, 'volumeMounts')),
    },
  ]
}

function ofWorkload(workload: Field): readonly ControlPlane[] {
  const spec = at(podOf(workload), 'spec')
  const containers = items(at(spec, 'containers')).filter(one => text(at(one, 'name')) === 'discovery')
  return containers.map(container => ({
    field: workload,
    namespace: namespaceOf(workload),
    variable: name => listed(items(at(container, 'env')), name),
    volumes: items(at(spec, 'volumes')),
    mounts: items(at(container, 'volumeMounts')),
  }))
}

/** Of several of that name the last one holds (kubernetes pkg/kubelet/kubelet_pods.go makeEnvironmentVariables). */
function listed(variables: readonly Field[], name: string): string | undefined {
  const last = variables.filter(variable => text(at(variable, 'name')) === name).at(-1)
  if (last === undefined) return undefined
  const elsewhere = at(last, 'valueFrom')
  if (given(elsewhere)) throw new Unproven(elsewhere, 'is kept somewhere else')
  return written(at(last, 'value'))
}

/** A value as the chart writes it between quotes. */
function written(field: Field): string | undefined {
  const value = plain(field)
  return typeof value === 'string' || typeof value === 'boolean' || typeof value === 'number'
    ? String(value)
    : undefined
}

/** Who signs for a mesh: a key of the Secret, which istiod waits for; somebody else; or, where nobody says, maybe istiod with a key that it made. */
export type Signer = 'secret' | 'other' | 'perhaps-itself'

/** What Go takes for false (strconv.ParseBool); istiod takes all other words for what it is by default. */
const falsehoods: readonly (string | undefined)[] = ['0', 'f', 'F', 'false', 'FALSE', 'False']
const truths: readonly (string | undefined)[] = ['1', 't', 'T', 'true', 'TRUE', 'True']

/** Whether a switch of its environment is on, which is off by default. */
export function isSet(plane: ControlPlane, name: string): boolean {
  return truths.includes(plane.variable(name))
}

/**
 * Who signs (istio pilot/pkg/bootstrap/server.go maybeCreateCA, istio_ca.go createIstioCA). Without a server for it istiod makes no authority at all, as istio-csr
 * would have it; nor does it where signers of Kubernetes make its own certificate, too (isK8SSigning).
 */
export function signerOf(plane: ControlPlane): Signer {
  if (falsehoods.includes(plane.variable('ENABLE_CA_SERVER'))) return 'other'
  const isExternal = plane.variable('EXTERNAL_CA') === 'ISTIOD_RA_KUBERNETES_API'
  if (isExternal && (plane.variable('PILOT_CERT_PROVIDER') ?? '').startsWith('k8s.io/')) return 'other'
  // It would take a Secret of that name for its own to write.
  if (isSet(plane, 'USE_CACERTS_FOR_SELF_SIGNED_CA')) return 'perhaps-itself'
  return waits(plane) ? 'secret' : 'perhaps-itself'
}

/** No container starts before each Secret is there that it mounts, unless that is optional (kubernetes pkg/volume/secret/secret.go SetUpAt). */
function waits({ volumes, mounts }: ControlPlane): boolean {
  const mounted = mounts.map(mount => required(at(mount, 'name')))
  return volumes.some(volume => {
    const secret = at(volume, 'secret')
    if (!given(secret) || text(at(secret, 'secretName')) !== signingSecret) return false
    return flag(at(secret, 'optional')) !== true && mounted.includes(required(at(volume, 'name')))
  })
}

/**
 * Control planes that make a root of their own, as far as anybody knows: their Secret is neither waited for, nor one of the stack, nor was it looked at
 * (`reviewed`, as `istio-system/cacerts`).
 */
export function selfMinting(context: Context): Gathered<ControlPlane> {
  const { facts, findings } = gather(controlPlaneSources(context), source =>
    controlPlanesOf(source).filter(plane => signerOf(plane) === 'perhaps-itself'),
  )
  const { reviewed } = context.config
  const doubtful = facts.flat().filter(({ namespace }) => !reviewed.includes(`${namespace}/${signingSecret}`))
  if (doubtful.length === 0) return { facts: [], findings }
  const present = gather(ofKind(context, '', 'Secret'), keptIn)
  const namespaces = new Set(present.facts)
  return {
    facts: doubtful.filter(({ namespace }) => !namespaces.has(namespace)),
    findings: [...findings, ...present.findings],
  }
}

/** Files by which istiod knows that a key was given to it: with some of them and not all it does not start (istio pilot/pkg/bootstrap/istio_ca.go checkCABundleCompleteness). */
const files = ['tls.crt', 'ca-key.pem', 'ca-cert.pem', 'root-cert.pem', 'cert-chain.pem']

/** The namespace of a Secret that istiod takes its key from; nothing for another one, or one that an istiod wrote. */
function keptIn(object: Field): string | undefined {
  if (text(at(object, 'metadata', 'name')) !== signingSecret) return undefined
  const keys = [at(object, 'data'), at(object, 'stringData')].flatMap(part => entries(part).map(([key]) => key))
  return keys.some(key => files.includes(key)) && !keys.includes('istio-generated') ? namespaceOf(object) : undefined
}
