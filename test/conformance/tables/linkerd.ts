import assert from 'node:assert/strict'
import { decide } from '../../../core/analyze/decide'
import { reachedBehindLinkerd } from '../../support/way'
import type { Labels } from './objects'
import { printAsk, requestOf, world, type Ask, type World } from './table'

/*
 * What Linkerd's tables take for granted, in as few words as will do. Every text is YAML; JSON is YAML too.
 */

const text = (object: object): string => JSON.stringify(object)

/** What the chart sets of itself (linkerd2 `charts/linkerd-control-plane/values.yaml`). */
const chart = {
  clusterDomain: 'cluster.local',
  identityTrustDomain: 'cluster.local',
  clusterNetworks: '10.0.0.0/8,100.64.0.0/10,172.16.0.0/12,192.168.0.0/16,fd00::/8',
  policyController: { probeNetworks: ['0.0.0.0/0', '::/0'] },
  proxyInit: { ignoreInboundPorts: '4567,4568', ignoreOutboundPorts: '4567,4568' },
  egress: { globalEgressNetworkNamespace: 'linkerd-egress' },
}
const proxy = { defaultInboundPolicy: 'all-unauthenticated', opaquePorts: '25,587,3306,4444,5432,6379,9300,11211' }

interface Values {
  readonly proxy?: object
  readonly [value: string]: unknown
}

/** The installation's values, those of the chart where none are given, in the ConfigMap that the chart writes them to. */
export function linkerd(values: Values = {}): string {
  const all = { ...chart, ...values, proxy: { ...proxy, ...values.proxy } }
  const metadata = { name: 'linkerd-config', namespace: 'linkerd' }
  return text({ apiVersion: 'v1', kind: 'ConfigMap', metadata, data: { values: text(all) } })
}

/** A namespace whose Pods are injected. */
export function meshed(name: string, annotations: Labels = {}): string {
  const metadata = { name, annotations: { 'linkerd.io/inject': 'enabled', ...annotations } }
  return text({ apiVersion: 'v1', kind: 'Namespace', metadata })
}

interface PodOptions {
  /** @default `app: <name>` */
  readonly labels?: Labels
  readonly annotations?: Labels
  /** @default its own name */
  readonly serviceAccount?: string
  /** Path and port of a readiness probe over HTTP. */
  readonly probe?: readonly [path: string, port: number | string]
}

/** A Pod `namespace/name` and what it listens on, by name. */
export function pod(id: string, ports: Readonly<Record<string, number>>, options: PodOptions = {}): string {
  const [namespace, name = ''] = id.split('/')
  const { labels = { app: name }, annotations = {}, serviceAccount = name, probe } = options
  const container = {
    name: 'app',
    image: 'app',
    ports: Object.entries(ports).map(([key, containerPort]) => ({ name: key, containerPort })),
    ...(probe && { readinessProbe: { httpGet: { path: probe[0], port: probe[1] } } }),
  }
  const metadata = { name, namespace, labels, annotations }
  return text({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata,
    spec: { serviceAccountName: serviceAccount, containers: [container] },
  })
}

/** A caller with the identity of a ServiceAccount `namespace/name`, whose name in certificates is `<name>.<namespace>.serviceaccount.identity.linkerd.<domain>`. */
export function account(id: string, domain = 'cluster.local'): string {
  const [namespace, name] = id.split('/')
  return `${domain}/ns/${namespace}/sa/${name}`
}

/** A caller without a proxy. */
export const unmeshed = 'plaintext'

/** A line of a table of Linkerd's: its answer, 404 where no route is for the request, and its request. */
export type LinkerdRow = readonly ['allow' | 'deny' | '404' | 'unknown', Ask]

/** One test a row: `decide` gives upstream's answer, and so does `reach`. */
export function holdsBehindLinkerd(manifests: readonly string[], rows: readonly LinkerdRow[]): void {
  const made = world(...manifests)
  for (const [expected, ask] of rows) {
    it(`${verbs[expected]} ${printAsk(ask)}`, () => {
      const { verdict, because } = answer(made(), ask)
      assert.equal(verdict, expected, because)
    })
  }
}

const verbs = { allow: 'allows', deny: 'denies', '404': 'finds no route for', unknown: 'leaves open' } as const

/** What `decide` says, which `reach` must say too; to sets no route and no permission are one. */
function answer({ layer, reach }: World, ask: Ask): { readonly verdict: string; readonly because: string } {
  const request = requestOf(ask)
  const { verdict, why, because } = decide(layer, request)
  const { must, may } = reachedBehindLinkerd(reach, layer, request)
  const reached = must ? 'allow' : may ? 'unknown' : 'deny'
  assert.equal(reached, verdict, `reach does not agree with decide: ${because.join('; ')}`)
  return { verdict: why === 'no-route' ? '404' : verdict, because: because.join('; ') }
}

/** A row for each caller. */
export function each(
  verdict: LinkerdRow[0],
  callers: readonly string[],
  ask: Omit<Ask, 'from'>,
): readonly LinkerdRow[] {
  return callers.map(from => [verdict, { ...ask, from }])
}
