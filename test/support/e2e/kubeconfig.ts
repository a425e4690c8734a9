import { existsSync, readFileSync } from 'node:fs'
import { parse } from 'yaml'
import type { Access } from './api'

/** Which cluster, as a provider is told. */
export interface Destination {
  /** Its content, or a path. */
  readonly kubeconfig: string | undefined
  readonly context: string | undefined
}

interface Kubeconfig {
  readonly clusters?: readonly { readonly name: string; readonly cluster: Readonly<Record<string, string>> }[]
  readonly users?: readonly { readonly name: string; readonly user: Readonly<Record<string, string>> }[]
  readonly contexts?: readonly { readonly name: string; readonly context: { cluster: string; user: string } }[]
  readonly 'current-context'?: string
}

/** How that cluster is spoken to; nothing where the kubeconfig does not have the context. */
export function accessOf({ kubeconfig = '', context }: Destination): Access | undefined {
  const text = existsSync(kubeconfig) ? readFileSync(kubeconfig, 'utf8') : kubeconfig
  const { clusters, users, contexts, 'current-context': current } = (parse(text) ?? {}) as Kubeconfig
  const meant = contexts?.find(({ name }) => name === (context ?? current))?.context
  const cluster = clusters?.find(({ name }) => name === meant?.cluster)?.cluster
  const user = users?.find(({ name }) => name === meant?.user)?.user
  if (cluster?.server === undefined || user?.token === undefined) return undefined
  const ca = Buffer.from(cluster['certificate-authority-data'] ?? '', 'base64').toString()
  return { url: cluster.server, token: user.token, ca }
}
