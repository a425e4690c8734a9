import { cartIntent, peerAuthentication, strict } from '../example-objects'
import { isDeclared } from '../facts/declared'
import { namespaceOf, peerAuthentications, portModes, selectorOf } from '../facts/policies'
import { at, finding, judgeEach, required, type Field } from '../field'
import { rule, type Context, type Finding } from '../rule'

const selector = { matchLabels: { app: 'cart' } }
const openPort = peerAuthentication('plaintext-to-cart', {
  selector,
  mtls: { mode: 'STRICT' },
  portLevelMtls: { 7070: { mode: 'PERMISSIVE' } },
})

/**
 * No single port takes plaintext, unless the intent declares that somebody without identity calls it. Ports are the
 * container's (istio security/v1beta1/peer_authentication.proto).
 */
export const noPlaintextPortException = rule({
  id: 'no-plaintext-port-exception',
  severity: 'high',
  scope: 'object',
  controls: [
    'nist-800-53/SC-8',
    'nist-800-53/SC-8(1)',
    'nist-800-53/CM-6',
    'nist-800-53/CM-7',
    'nist-800-204/SM-DR6',
    'nist-800-207/tenet-2',
    'pci-dss/1.2.5',
    'pci-dss/4.2.1',
    'soc-2/CC6.7',
    'iso-27001/A.8.24',
  ],
  why: 'one port that takes plaintext lets in callers without identity, however strict the rest is',
  fix: 'take the exception away, declare the caller under `outside` in the graph, or name the port in `plaintext`',
  config: ['lock', 'plaintext'],
  examples: {
    pass: [
      { title: 'no exceptions', objects: [strict] },
      {
        title: 'the intent has a caller outside the mesh for this port',
        objects: [openPort],
        intent: {
          kind: 'found',
          digest: 'sha256:0f1e',
          intent: {
            ...cartIntent,
            flows: cartIntent.flows.map(flow => ({
              ...flow,
              text: 'outside legacy (10.0.0.0/8) → shop/cart:7070 tcp',
              from: { kind: 'outside', name: 'legacy', cidrs: ['10.0.0.0/8'] },
            })),
          },
        },
      },
    ],
    fail: [
      { title: 'a port that takes both', objects: [openPort] },
      {
        title: 'a port where mutual TLS is off',
        objects: [peerAuthentication('cart', { selector, portLevelMtls: { 7070: { mode: 'DISABLE' } } })],
      },
    ],
  },
  check: context => judgeEach(peerAuthentications(context), policy => judge(policy, context)),
})

function judge(policy: Field, context: Context): readonly Finding[] {
  return portModes(policy).flatMap(({ port, mode, field }) => {
    if (mode === 'STRICT' || mode === 'UNSET' || isMeant(policy, port, context)) return []
    return [finding(field, `port ${port} takes plaintext: its mode is \`${mode}\``)]
  })
}

function isMeant(policy: Field, port: string, { config, intent }: Context): boolean {
  const namespace = namespaceOf(policy)
  const allowed =
    config.plaintext.length > 0 &&
    config.plaintext.includes(`${namespace}/${required(at(policy, 'metadata', 'name'))}:${port}`)
  return (
    allowed ||
    isDeclared(intent, { namespace, selector: selectorOf(policy), port: Number(port), by: 'somebody outside' })
  )
}
