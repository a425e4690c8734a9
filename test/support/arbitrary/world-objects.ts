import type { Json } from './json'

/** What worlds speak of. */
export const namespaces = ['shop', 'pay', 'istio-system'] as const
export const workloads = ['cart', 'web'] as const
export const accounts = ['cart', 'web', 'admin'] as const
export const ports = [8080, 9000, 7070, 6000] as const

export function fixedObjects(settings: {
  readonly normalization: string | undefined
  readonly aliases: boolean
  readonly authorizer: boolean
}): readonly Json[] {
  const mesh = [
    'trustDomain: td.example',
    'rootNamespace: istio-system',
    ...(settings.aliases ? ['trustDomainAliases: [old.example]'] : []),
    ...(settings.authorizer ? ['extensionProviders: [{name: authorizer, envoyExtAuthzGrpc: {}}]'] : []),
    ...(settings.normalization ? [`pathNormalization: {normalization: ${settings.normalization}}`] : []),
  ].join('\n')
  return [
    { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'istio', namespace: 'istio-system' }, data: { mesh } },
    ...namespaces.map(name => ({
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name, labels: { 'istio-injection': 'enabled' } },
    })),
    ...(['shop', 'pay'] as const).flatMap(namespace => workloads.flatMap(name => workloadObjects(namespace, name))),
  ]
}

function workloadObjects(namespace: string, name: string): readonly Json[] {
  return [
    {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name, namespace, labels: { app: name, ...(name === 'cart' ? { tier: 'back' } : {}) } },
      spec: {
        serviceAccountName: name,
        containers: [{ name: 'app', image: 'app', ports: ports.map(containerPort => ({ containerPort })) }],
      },
      // Of some the address is known.
      ...(name === 'cart' ? { status: { podIP: '10.1.2.3' } } : {}),
    },
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name, namespace },
      spec: {
        selector: { app: name },
        // 6000 is behind no Service.
        ports: [
          { name: 'http', port: 80, targetPort: 8080 },
          { name: 'tcp-db', port: 9000 },
          { name: 'sniffed', port: 7070 },
        ],
      },
    },
  ]
}
