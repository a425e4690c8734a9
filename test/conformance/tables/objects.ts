/*
 * What upstream's tables take for granted (a mesh, namespaces, workloads and their Services), in as few words as will do. Every text is
 * YAML; JSON is YAML too.
 */

const text = (object: object): string => JSON.stringify(object)

/** The mesh's settings, where an installation keeps them, and the namespace they are in. */
export function mesh(settings: object = {}): string {
  const config = { trustDomain: 'cluster.local', rootNamespace: 'istio-system', ...settings }
  const metadata = { name: 'istio', namespace: 'istio-system' }
  const map = { apiVersion: 'v1', kind: 'ConfigMap', metadata, data: { mesh: text(config) } }
  return `${namespace('istio-system', {})}\n---\n${text(map)}`
}

/** A namespace; one whose Pods get sidecars, where no labels are given. */
export function namespace(name: string, labels: Labels = { 'istio-injection': 'enabled' }): string {
  return text({ apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels } })
}

export type Labels = Readonly<Record<string, string>>

/** Service port → container port, by the Service port's name. */
export type Ports = Readonly<Record<string, readonly [number, number]>>

interface App {
  /** Of the Pods; of the Service, where there is but one. */
  readonly labels?: Labels
  readonly serviceLabels?: Labels
  readonly annotations?: Labels
  readonly headless?: boolean
  /** @default the workload's name */
  readonly serviceAccount?: string
}

/** A Deployment `namespace/name` labelled `app: <name>`, under a ServiceAccount of its name. */
export function deployment(
  id: string,
  ports: Ports,
  { labels = {}, annotations = {}, serviceAccount }: App = {},
): string {
  const [space, name = ''] = id.split('/')
  const containers = [
    { name: 'app', image: 'app', ports: Object.values(ports).map(([, to]) => ({ containerPort: to })) },
  ]
  const template = {
    metadata: { labels: { app: name, ...labels }, annotations },
    spec: { serviceAccountName: serviceAccount ?? name, containers },
  }
  const spec = { selector: { matchLabels: { app: name } }, template }
  return text({ apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name, namespace: space }, spec })
}

/** A Service `namespace/name` of the Pods labelled `app: <name>`. */
export function service(id: string, ports: Ports, { labels = {}, headless = false }: App = {}): string {
  const [space, name = ''] = id.split('/')
  const spec = {
    selector: { app: name },
    ...(headless ? { clusterIP: 'None' } : {}),
    ports: Object.entries(ports).map(([key, [port, targetPort]]) => ({ name: key, port, targetPort })),
  }
  return text({ apiVersion: 'v1', kind: 'Service', metadata: { name, namespace: space, labels }, spec })
}

/** A workload and its Service. */
export function app(id: string, ports: Ports, options: App = {}): string {
  const { serviceLabels = {} } = options
  return `${deployment(id, ports, options)}\n---\n${service(id, ports, { ...options, labels: serviceLabels })}`
}
