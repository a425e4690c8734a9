import {
  cartLock,
  configMap,
  deployment,
  destinationRule,
  namespace,
  peerAuthentication,
  serviceEntry,
  strict,
} from '../../policypacks/zero-trust/example-objects'
import { openTo, table } from '../support/rule-table'

const root = { mesh: { rootNamespace: 'istio-system' } }
const meshStrict = peerAuthentication('default', { mtls: { mode: 'STRICT' } }, 'istio-system')
table('strict-mtls', [
  [
    "does not take a policy of another namespace for the mesh's",
    { objects: [namespace('shop'), meshStrict], config: { mesh: { rootNamespace: 'mesh-root' } } },
    ['Namespace shop'],
  ],
  ['does not guess the root namespace', { objects: [namespace('shop'), meshStrict] }, ['Namespace shop']],
  [
    "learns the root namespace from istiod's own ConfigMap",
    { objects: [namespace('shop'), meshStrict, configMap('istio-1-30-3', { mesh: 'rootNamespace: istio-system\n' })] },
    [],
  ],
  [
    'sees a workload take plaintext under a strict mesh',
    {
      objects: [
        namespace('shop'),
        meshStrict,
        peerAuthentication('cart', { selector: { matchLabels: { app: 'cart' } }, mtls: { mode: 'PERMISSIVE' } }),
      ],
      config: root,
    },
    ['PeerAuthentication shop/cart spec.mtls.mode'],
  ],
  [
    'lets an unset namespace inherit from a strict mesh',
    { objects: [namespace('shop'), meshStrict, peerAuthentication('default', {})], config: root },
    [],
  ],
  [
    'does not let an unset mesh count as strict',
    {
      objects: [namespace('shop'), peerAuthentication('default', { mtls: { mode: 'UNSET' } }, 'istio-system')],
      config: root,
    },
    ['Namespace shop'],
  ],
  [
    'takes an empty selector of a namespace for none',
    { objects: [namespace('shop'), peerAuthentication('default', { selector: {}, mtls: { mode: 'STRICT' } })] },
    [],
  ],
  [
    'does not take an empty selector in the root namespace for the mesh, which ztunnel does not',
    {
      objects: [
        namespace('shop'),
        peerAuthentication('default', { selector: {}, mtls: { mode: 'STRICT' } }, 'istio-system'),
      ],
      config: root,
    },
    ['Namespace shop'],
  ],
  [
    'is content with several for one namespace that all say strict',
    { objects: [namespace('shop'), strict, peerAuthentication('again', { mtls: { mode: 'STRICT' } })] },
    [],
  ],
  [
    'asks it of a namespace that only workloads show',
    { objects: [deployment('cart')], config: root },
    ['Namespace shop'],
  ],
  [
    'asks it of a namespace that the intent governs',
    { objects: [], config: root, intent: cartLock },
    ['Namespace shop'],
  ],
  [
    'leaves a namespace alone that is guarded elsewhere, but not what weakens it here',
    {
      objects: [deployment('cart'), peerAuthentication('x', { mtls: { mode: 'DISABLE' } })],
      config: { elsewhere: ['shop'] },
    },
    ['PeerAuthentication shop/x spec.mtls.mode'],
  ],
  [
    'refuses a mode that does not exist',
    { objects: [namespace('shop'), peerAuthentication('default', { mtls: { mode: 'Strict' } })], config: root },
    ['PeerAuthentication shop/default spec.mtls.mode', 'Namespace shop'],
  ],
  [
    'refuses settings that contradict each other',
    {
      objects: [namespace('shop'), meshStrict, configMap('zero-trust-mesh-intent', { rootNamespace: 'other' })],
      config: root,
    },
    ['ConfigMap istio-system/zero-trust-mesh-intent'],
  ],
])

table('no-plaintext-port-exception', [
  [
    'does not accept an exception for the whole namespace because one service has it',
    { objects: [peerAuthentication('a', { portLevelMtls: { 7070: { mode: 'PERMISSIVE' } } })], intent: openTo([]) },
    ['PeerAuthentication shop/a spec.portLevelMtls["7070"].mode'],
  ],
  [
    'does not accept another port',
    {
      objects: [
        peerAuthentication('a', {
          selector: { matchLabels: { app: 'cart' } },
          portLevelMtls: { 7071: { mode: 'DISABLE' } },
        }),
      ],
      intent: openTo([]),
    },
    ['PeerAuthentication shop/a spec.portLevelMtls["7071"].mode'],
  ],
  [
    'accepts what the setting names',
    {
      objects: [peerAuthentication('a', { portLevelMtls: { 1: { mode: 'DISABLE' }, 2: { mode: 'DISABLE' } } })],
      config: { plaintext: ['shop/a:1'] },
    },
    ['PeerAuthentication shop/a spec.portLevelMtls["2"].mode'],
  ],
  [
    'lets a port be that is strict, or inherits',
    { objects: [peerAuthentication('a', { portLevelMtls: { 1: { mode: 'STRICT' }, 2: {} } })] },
    [],
  ],
])

table('no-destination-rule-tls-downgrade', [
  [
    'takes an unknown host for one of the mesh',
    { objects: [destinationRule('a', { host: 'api.example.com', trafficPolicy: { tls: { mode: 'SIMPLE' } } })] },
    ['DestinationRule shop/a spec.trafficPolicy.tls'],
  ],
  [
    'takes a host of the mesh that a ServiceEntry declares for one of the mesh',
    {
      objects: [
        serviceEntry('a', { hosts: ['vm.example'], location: 'MESH_INTERNAL' }),
        destinationRule('a', { host: 'vm.example', trafficPolicy: { tls: { mode: 'DISABLE' } } }),
      ],
    },
    ['DestinationRule shop/a spec.trafficPolicy.tls'],
  ],
  [
    'believes no ServiceEntry that calls a host of the cluster external',
    {
      objects: [
        serviceEntry('a', { hosts: ['cart.shop.svc.cluster.local', 'cart', '*.local'] }),
        ...['cart.shop.svc.cluster.local', 'cart', '*.local'].map(host =>
          destinationRule('a', { host, trafficPolicy: { tls: { mode: 'DISABLE' } } }),
        ),
      ],
    },
    Array.from({ length: 3 }, () => 'DestinationRule shop/a spec.trafficPolicy.tls'),
  ],
  [
    'accepts a host that the setting names',
    {
      objects: [destinationRule('a', { host: 'api.example.com', trafficPolicy: { tls: { mode: 'SIMPLE' } } })],
      config: { external: ['api.example.com'] },
    },
    [],
  ],
])
