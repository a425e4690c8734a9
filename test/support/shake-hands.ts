import type { AddressInfo } from 'node:net'
import { connect, createServer } from 'node:tls'
import type { Authority } from './pki'
import { keyPem } from './pki'

/** A workload, and what its peer verifies it by. */
export interface Hands {
  readonly anchors: readonly Authority[]
  /** Of `localhost`. */
  readonly leaf: Authority
  /** What the workload shows after its own certificate. */
  readonly above: readonly Authority[]
  /** Lists of what is revoked, PEM. @default the peer asks for none */
  readonly crl?: readonly string[]
}

/** Whether a client of Node that trusts the anchors takes a server: `taken`, or the verifier's reason where it does not. On loopback, today. */
export async function shakeHands({ anchors, leaf, above, crl }: Hands): Promise<string> {
  const cert = [leaf, ...above].map(({ pem }) => pem).join('')
  const server = createServer({ cert, key: await keyPem(leaf.keys) }).on('tlsClientError', () => undefined)
  await new Promise<void>(ready => server.listen(0, '127.0.0.1', ready))
  const { port } = server.address() as AddressInfo
  const trust = { ca: anchors.map(({ pem }) => pem), ...(crl && { crl: [...crl] }) }
  try {
    return await new Promise(settle => {
      const socket = connect({ port, host: '127.0.0.1', servername: 'localhost', ...trust }, () => {
        settle('taken')
        socket.destroy()
      })
      socket.on('error', error => {
        settle('code' in error ? String(error.code) : error.message)
      })
    })
  } finally {
    server.close()
  }
}
