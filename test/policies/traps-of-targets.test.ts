import {
  cartServer,
  linkerdPolicy,
  routeOn,
  toRoute,
  toServer,
  webServer,
} from '../../policypacks/zero-trust/example-linkerd'
import {
  authorizationPolicy,
  cartLock,
  gateway,
  requestAuthentication,
  service,
  serviceEntry,
} from '../../policypacks/zero-trust/example-objects'
import { table } from '../support/rule-table'
import { sentinel } from '../support/unknowns'

const root = { mesh: { rootNamespace: 'istio-system' } }
const gatewayApi = 'gateway.networking.k8s.io'
const to = (...targetRefs: readonly object[]) => authorizationPolicy('a', { targetRefs })
const toCart = { kind: 'Service', name: 'cart' }
const ref = (i: number) => `AuthorizationPolicy shop/a spec.targetRefs[${i}]`

table('target-ref-exists', [
  [
    'knows each kind by its group',
    {
      objects: [
        service('cart', []),
        serviceEntry('stripe', { hosts: ['api.stripe.example'] }),
        gateway('web', { gatewayClassName: 'istio' }),
        to(
          { group: 'core', ...toCart },
          { group: 'networking.istio.io', kind: 'ServiceEntry', name: 'stripe' },
          { group: gatewayApi, kind: 'Gateway', name: 'web' },
          { kind: 'Gateway', name: 'web' },
          { group: 'networking.istio.io', kind: 'Gateway', name: 'web' },
          { kind: 'service', name: 'cart' },
        ),
      ],
    },
    [ref(3), ref(4), ref(5)],
  ],
  [
    'looks at the one reference of old, unless there are others',
    {
      objects: [
        service('cart', []),
        authorizationPolicy('a', { targetRef: { kind: 'Service', name: 'carts' } }),
        requestAuthentication('b', { targetRef: { kind: 'Service', name: 'carts' }, targetRefs: [toCart] }),
      ],
    },
    ['AuthorizationPolicy shop/a spec.targetRef', 'RequestAuthentication shop/b spec'],
  ],
  [
    'refuses another namespace, even where it is the own one',
    { objects: [service('cart', []), to({ ...toCart, namespace: 'shop' }, { ...toCart, namespace: '' })] },
    [`${ref(0)}.namespace`],
  ],
  [
    'knows no class but that of all waypoints',
    {
      objects: [
        authorizationPolicy(
          'a',
          { targetRefs: [{ group: gatewayApi, kind: 'GatewayClass', name: 'istio' }] },
          'istio-system',
        ),
      ],
      config: root,
    },
    ['AuthorizationPolicy istio-system/a spec.targetRefs[0]'],
  ],
  [
    'asks for the root namespace where a class is named',
    { objects: [to({ group: gatewayApi, kind: 'GatewayClass', name: 'istio-waypoint' })] },
    ['AuthorizationPolicy shop/a'],
  ],
  [
    'takes services of the intent for Services of their namespace, and for nothing else',
    {
      objects: [
        to(toCart, { group: gatewayApi, kind: 'Gateway', name: 'cart' }),
        authorizationPolicy('b', { targetRefs: [toCart] }, 'other'),
      ],
      intent: cartLock,
    },
    [ref(1), 'AuthorizationPolicy other/b spec.targetRefs[0]'],
  ],
  [
    'does not ask whether a target is there that another stack has, and still whether it can be one',
    {
      objects: [to(toCart, { group: 'apps', kind: 'Deployment', name: 'cart' })],
      config: { elsewhere: ['shop'] },
    },
    [ref(1)],
  ],
  [
    'finds a name that is not known yet, of the target and of the object',
    {
      objects: [
        to({ kind: 'Service', name: sentinel }),
        authorizationPolicy('b', { targetRefs: [toCart] }),
        { ...service('cart', []), metadata: { name: sentinel, namespace: 'shop' } },
      ],
    },
    [`${ref(0)}.name`, 'Service object 2 metadata.name', 'AuthorizationPolicy shop/b spec.targetRefs[0]'],
  ],
])

const policy = linkerdPolicy('callers', toServer('cart.port'), [])
const onLinkerd = (target: object) => ({ ...policy, spec: { targetRef: target } })
const found = 'AuthorizationPolicy shop/callers spec.targetRef'

table('target-ref-exists', [
  [
    'knows targets of Linkerd in whatever case, as its controller does',
    {
      objects: [
        cartServer,
        onLinkerd({ group: 'Policy.Linkerd.IO', kind: 'server', name: 'cart.port' }),
        onLinkerd({ group: 'core', kind: 'namespace', name: 'shop' }),
      ],
    },
    [],
  ],
  [
    'takes no Server of another namespace for it',
    { objects: [{ ...cartServer, metadata: { ...cartServer.metadata, namespace: 'data' } }, policy] },
    [found],
  ],
  [
    'takes no HTTPRoute for a GRPCRoute',
    { objects: [webServer, routeOn('web.port', 'web.ready', []), onLinkerd(toRoute('web.ready', 'GRPCRoute'))] },
    [found],
  ],
  [
    'lets be what another stack has, but for kinds that no policy is for',
    {
      objects: [policy, onLinkerd({ group: '', kind: 'ServiceAccount', name: 'cart' })],
      config: { elsewhere: ['shop'] },
    },
    [found],
  ],
  [
    'names a Server whose name is not known, and the policy that may be for it',
    { objects: [{ ...cartServer, metadata: { name: sentinel, namespace: 'shop' } }, policy] },
    ['Server object 0 metadata.name', found],
  ],
])
