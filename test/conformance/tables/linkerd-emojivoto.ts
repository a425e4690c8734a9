import { linkerd, meshed, pod } from './linkerd'
import { server } from './linkerd-objects'

/*
 * Emojivoto as its authors publish it (github.com/BuoyantIO/emojivoto `kustomize/deployment`), with Linkerd's proxies: `web`, `emoji` and `voting` under accounts of
 * their own, `vote-bot` under `default`.
 */

const part = (name: string, ports: Readonly<Record<string, number>>, account = name) =>
  pod(`emojivoto/${name}`, ports, { labels: { app: `${name}-svc`, version: 'v11' }, serviceAccount: account })

const backend = { grpc: 8080, prom: 8801 }

/** The Pods in a mesh with a default. */
export function emojivoto(defaultInboundPolicy: string): readonly string[] {
  return [
    linkerd({ proxy: { defaultInboundPolicy } }),
    meshed('emojivoto'),
    part('web', { http: 8080 }),
    part('emoji', backend),
    part('voting', backend),
    part('vote-bot', {}, 'default'),
  ]
}

/** A Server for the voting service's calls. */
export function votingGrpc(options: Partial<Parameters<typeof server>[1]> = {}): string {
  return server('emojivoto/voting-grpc', { pods: { app: 'voting-svc' }, port: 8080, protocol: 'gRPC', ...options })
}

export const vote = {
  to: 'emojivoto/voting',
  port: 8080,
  http: 'POST /emojivoto.v1.VotingService/VoteDog',
  ip: '10.1.0.1',
}
