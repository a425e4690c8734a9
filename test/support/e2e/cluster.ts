import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Api, type Access } from './api'
import { applyDefinitions } from './definitions'
import { toolPath } from './tools'
import { freePort, until, type Running, type Workspace } from './workspace'

/** Longest a server may take to start, in seconds. */
const patience = 120

/** An API server with its store and every CRD: no controller, no scheduler, no node. */
export interface Cluster {
  readonly api: Api
  readonly access: Access
  /** The content of a kubeconfig whose one context is `e2e`. */
  readonly kubeconfig: string
}

/** Starts etcd and kube-apiserver on ports of 127.0.0.1, and applies the CRDs. Both end with the workspace. */
export async function startCluster(workspace: Workspace): Promise<Cluster> {
  const store = await startEtcd(workspace)
  const token = randomBytes(16).toString('hex')
  const port = await freePort()
  const server = startApiServer(workspace, { store: store.url, token, port })
  const certificate = join(workspace.folder, 'certs/apiserver.crt')
  const url = `https://127.0.0.1:${port}`
  const access = await until('kube-apiserver is ready', patience, async () => {
    await stillRuns('etcd', store.running)
    await stillRuns('kube-apiserver', server)
    if (!existsSync(certificate)) return undefined
    const candidate = { url, token, ca: readFileSync(certificate, 'utf8') }
    return (await isReady(candidate)) ? candidate : undefined
  })
  const api = new Api(access)
  await applyDefinitions(api)
  return { api, access, kubeconfig: kubeconfigOf(access) }
}

async function startEtcd(workspace: Workspace): Promise<{ readonly url: string; readonly running: Running }> {
  const [url, peers] = [`http://127.0.0.1:${await freePort()}`, `http://127.0.0.1:${await freePort()}`]
  const running = workspace.start({
    name: 'etcd',
    program: toolPath('etcd', workspace),
    args: [
      ...['--name', 'e2e', '--data-dir', join(workspace.folder, 'etcd'), '--unsafe-no-fsync', '--log-level', 'error'],
      ...['--listen-client-urls', url, '--advertise-client-urls', url],
      ...['--listen-peer-urls', peers, '--initial-advertise-peer-urls', peers, '--initial-cluster', `e2e=${peers}`],
    ],
  })
  return { url, running }
}

/** The server makes its certificate itself, at its start; it is its own authority. */
function startApiServer(
  workspace: Workspace,
  { store, token, port }: { readonly store: string; readonly token: string; readonly port: number },
): Running {
  const [tokens, key] = [join(workspace.folder, 'tokens.csv'), join(workspace.folder, 'accounts.key')]
  writeFileSync(tokens, `${token},admin,admin,system:masters\n`, { mode: 0o600 })
  writeFileSync(key, accountKey(), { mode: 0o600 })
  return workspace.start({
    name: 'kube-apiserver',
    program: toolPath('kube-apiserver', workspace),
    args: [
      `--etcd-servers=${store}`,
      '--bind-address=127.0.0.1',
      `--secure-port=${port}`,
      `--cert-dir=${join(workspace.folder, 'certs')}`,
      '--service-cluster-ip-range=10.0.0.0/24',
      '--anonymous-auth=false',
      `--token-auth-file=${tokens}`,
      '--authorization-mode=AlwaysAllow',
      '--service-account-issuer=https://kubernetes.default.svc',
      `--service-account-key-file=${key}`,
      `--service-account-signing-key-file=${key}`,
      '--disable-admission-plugins=ServiceAccount',
      // Never contacted; without a default route the server would find none.
      '--advertise-address=192.0.2.1',
      '--endpoint-reconciler-type=none',
    ],
  })
}

/** What ServiceAccount tokens would be signed with, both halves in one file. */
function accountKey(): string {
  const encoding = { type: 'pkcs8', format: 'pem' } as const
  const { privateKey } = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    privateKeyEncoding: encoding,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  })
  return privateKey
}

async function stillRuns(name: string, running: Running): Promise<void> {
  const still = Symbol()
  const state = await Promise.race([running.ended, Promise.resolve(still)])
  if (state === still) return
  throw new Error(`\`${name}\` ended before it was ready:\n${running.log().slice(-2000)}`)
}

async function isReady(access: Access): Promise<boolean> {
  try {
    return (await new Api(access).ask({ method: 'GET', path: '/readyz' })).status === 200
  } catch {
    return false // it does not listen yet
  }
}

function kubeconfigOf({ url, ca, token }: Access): string {
  const authority = Buffer.from(ca).toString('base64')
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'e2e', cluster: { server: url, 'certificate-authority-data': authority } }],
    users: [{ name: 'e2e', user: { token } }],
    contexts: [{ name: 'e2e', context: { cluster: 'e2e', user: 'e2e' } }],
    'current-context': 'e2e',
  })
}
