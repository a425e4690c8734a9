import type { Cursor } from '../istio/cursor'
import { readLabels, type RawObject } from '../istio/read-object'
import type { LabelSelector, Network, Server, ServerAuthorization } from './layer-linkerd'
import { defaultPolicies, serverProtocols } from './layer-linkerd'
import { readLabelSelector } from './read-label-selector'
import { readNetwork } from './read-authentication'
import { readWhole } from './read-whole'

const everything: LabelSelector = { labels: {}, expressions: [] }

/** Source: `policy-controller/k8s/api/src/policy/server.rs`, `policy-controller/k8s/index/src/inbound/server.rs`. */
export function readServer(object: RawObject): Server {
  reportDropped(object)
  return readWhole(object, spec => {
    spec.required()?.only(['podSelector', 'externalWorkloadSelector', 'port', 'proxyProtocol', 'accessPolicy'])
    return {
      labels: readLabels(object).value,
      selector: readSelector(spec),
      port: spec.get('port').required()?.portOrName() ?? '',
      protocol: spec.get('proxyProtocol').oneOf(...serverProtocols) ?? 'unknown',
      ...readAccessPolicy(object),
    }
  })
}

function readSelector(spec: Cursor): Server['selector'] {
  if (spec.get('podSelector').absent) {
    if (!spec.get('externalWorkloadSelector').absent) return 'external'
    spec.get('podSelector').wrong('a selector of Pods or of external workloads')
  }
  return readLabelSelector(spec.get('podSelector'))
}

/**
 * A value of another spelling counts as none (`policy-controller/k8s/index/src/inbound/server.rs`: `p.parse().ok()`). Older versions have no such field, so that an
 * API server drops it (`charts/linkerd-crds/templates/policy/server.yaml`).
 */
function readAccessPolicy({ version, body }: RawObject): Pick<Server, 'accessPolicy'> {
  const field = body.get('spec').get('accessPolicy')
  const text = field.string()
  const accessPolicy = version === 'v1beta3' ? defaultPolicies.find(policy => policy === text) : undefined
  return accessPolicy === undefined ? {} : { accessPolicy }
}

/** A field that is dropped means less than whoever wrote it thinks. */
function reportDropped({ version, body }: RawObject): void {
  const field = body.get('spec').get('accessPolicy')
  if (version !== 'v1beta3' && !field.absent) field.report('unknown-field', `is no field of version ${version}`)
}

/** Source: `policy-controller/k8s/api/src/policy/server_authorization.rs`, `policy-controller/k8s/index/src/inbound/server_authorization.rs`. */
export function readServerAuthorization(object: RawObject): ServerAuthorization {
  return readWhole(object, spec => {
    spec.required()?.only(['server', 'client'])
    return {
      server: readServerChoice(spec.get('server')),
      networks: readNetworks(spec.get('client')),
      client: readClient(spec.get('client'), object.namespace ?? ''),
    }
  })
}

function readServerChoice(server: Cursor): ServerAuthorization['server'] {
  server.required()?.only(['name', 'selector'])
  const name = server.get('name').string()
  if (name !== undefined) return { name }
  return { selector: server.get('selector').absent ? everything : readLabelSelector(server.get('selector')) }
}

function readNetworks(client: Cursor): readonly Network[] {
  client.required()?.only(['networks', 'unauthenticated', 'meshTLS'])
  return client.get('networks').items().flatMap(readNetwork)
}

/** Without a way to authenticate, or with no identities, it is ignored (`server_authorization.rs` client_authz, client_mtls_authn). */
function readClient(client: Cursor, namespace: string): ServerAuthorization['client'] {
  if (client.get('unauthenticated').boolean() === true) return 'anyone'
  const mesh = client.get('meshTLS')
  mesh.only(['unauthenticatedTLS', 'identities', 'serviceAccounts'])
  if (mesh.get('unauthenticatedTLS').boolean() === true) return 'tls'
  const identities = [
    ...mesh
      .get('identities')
      .strings()
      .map(text => ({ kind: 'text' as const, text })),
    ...mesh
      .get('serviceAccounts')
      .items()
      .flatMap(account => {
        account.required()?.only(['name', 'namespace'])
        const name = account.get('name').required()?.string()
        if (name === undefined) return []
        return [{ kind: 'account' as const, namespace: account.get('namespace').string() ?? namespace, name }]
      }),
  ]
  return identities.length === 0 ? 'nobody' : identities
}
