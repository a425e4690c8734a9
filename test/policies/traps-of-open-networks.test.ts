import {
  byNetwork,
  getting,
  linkerdPolicy,
  networkAuthentication,
  routeOn,
  server,
  serverOf,
  toRoute,
  toServer,
  web,
  webLock,
  webServer,
} from '../../policypacks/zero-trust/example-linkerd'
import { object } from '../../policypacks/zero-trust/example-objects'
import { table } from '../support/rule-table'

const cart = toServer('cart.port')
const policy = (...refs: Parameters<typeof linkerdPolicy>[2] & object) => linkerdPolicy('p', cart, refs)
const ref = (i: number) => `AuthorizationPolicy shop/p spec.requiredAuthenticationRefs[${i}]`
const everywhere = networkAuthentication('everywhere', ['::/0'])
const open = policy(byNetwork('everywhere'))
const quarters = ['0.0.0.0/2', '64.0.0.0/2', '128.0.0.0/1']
const toWeb = linkerdPolicy('p', toServer('web.port'), [byNetwork('everywhere')])
const toProbes = linkerdPolicy('p', toRoute('probes'), [byNetwork('everywhere')])
const probes = routeOn('web.port', 'probes', [getting('/ready')])
const isKubelet = (text: string) => text.startsWith('kubelet')

table('no-open-network-authentication', [
  [
    'finds each family alone, and a family in pieces of any size and order',
    {
      objects: [
        networkAuthentication('a', ['::/1', '8000::/1', '192.0.2.1']),
        networkAuthentication('b', [...quarters].reverse()),
        networkAuthentication('c', ['10.1.2.3/0']),
      ],
    },
    ['a', 'b', 'c'].map(name => `NetworkAuthentication shop/${name} spec.networks`),
  ],
  [
    'takes almost everything for something, and half of each family for half',
    {
      objects: [
        networkAuthentication('a', quarters.slice(1)),
        networkAuthentication('b', ['0.0.0.0/1', '8000::/1']),
        networkAuthentication('c', []),
      ],
    },
    [],
  ],
  [
    'does not count what a block leaves out',
    {
      objects: [
        object(['policy.linkerd.io/v1alpha1', 'NetworkAuthentication'], ['shop', 'a'], {
          spec: { networks: [{ cidr: '0.0.0.0/0', except: ['0.0.0.0/1', '128.0.0.0/1'] }] },
        }),
      ],
    },
    ['NetworkAuthentication shop/a spec.networks'],
  ],
  [
    'refuses what is no block of addresses',
    { objects: [networkAuthentication('a', ['10.0.0.0/33'])] },
    ['NetworkAuthentication shop/a spec.networks[0].cidr'],
  ],
  [
    'takes an authentication for that of its own namespace',
    {
      objects: [
        everywhere,
        linkerdPolicy('p', cart, [{ ...byNetwork('everywhere'), namespace: 'data' }]),
        linkerdPolicy('q', cart, [{ ...byNetwork('everywhere'), namespace: 'shop' }]),
      ],
    },
    ['AuthorizationPolicy shop/q spec.requiredAuthenticationRefs[0]'],
  ],
  [
    'leaves a policy alone that an unknown kind switches off',
    { objects: [everywhere, policy(byNetwork('everywhere'), { kind: 'User', name: 'x' })] },
    [],
  ],
  ['lets namespaces be that are left out', { objects: [everywhere, open], config: { exempt: ['shop'] } }, []],
  [
    'does not take a policy of another namespace for the open one',
    { objects: [everywhere, open], config: { open: ['data/p'] } },
    [ref(0)],
  ],
  [
    'does not take callers of the intent who have addresses for such who have none',
    {
      objects: [everywhere, webServer, toWeb],
      intent: webLock(isKubelet),
    },
    [ref(0)],
  ],
  [
    'asks for every Pod that a Server takes, and every port that it is for',
    {
      objects: [everywhere, serverOf('web', 8080, { podSelector: {} }), serverOf('web', 'none'), toWeb],
      intent: webLock(),
    },
    [ref(0)],
  ],
  [
    'does not accept a whole Server for probes, which a route is for',
    { objects: [everywhere, web, webServer, toWeb] },
    [ref(0)],
  ],
  [
    'does not accept more than GET of whole paths for probes',
    {
      objects: [
        everywhere,
        web,
        webServer,
        ...[[getting('/ready', 'PathPrefix')], [{ matches: [{ path: { type: 'Exact', value: '/ready' } }] }], [{}]].map(
          rules => routeOn('web.port', 'probes', rules),
        ),
        toProbes,
      ],
    },
    [ref(0)],
  ],
  [
    "accepts what the proxy's own probes ask, on its own port",
    {
      objects: [
        everywhere,
        web,
        server('web.port', { podSelector: {}, port: 'linkerd-admin' }),
        routeOn('web.port', 'probes', [getting('/live'), getting('/ready')]),
        toProbes,
      ],
    },
    [],
  ],
  [
    'does not accept a route on a port that nobody probes',
    { objects: [everywhere, web, serverOf('web', 9090), probes, toProbes] },
    [ref(0)],
  ],
  ['does not accept a route that is not there', { objects: [everywhere, web, webServer, toProbes] }, [ref(0)]],
])
