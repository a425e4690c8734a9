import {
  byMesh,
  byNetwork,
  frontend,
  frontendIdentity,
  linkerdPolicy,
  meshAuthentication,
  networkAuthentication,
  toServer,
} from '../../policypacks/zero-trust/example-linkerd'
import { authorizationPolicy, configMap, deployment, object } from '../../policypacks/zero-trust/example-objects'
import { table } from '../support/rule-table'
import { sentinel } from '../support/unknowns'

const cart = toServer('cart.port')
const policy = (...refs: Parameters<typeof linkerdPolicy>[2] & object) => linkerdPolicy('p', cart, refs)
const ref = (i: number) => `AuthorizationPolicy shop/p spec.requiredAuthenticationRefs[${i}]`
const mesh = { linkerdTrustDomain: 'mesh.example' }
const callers = deployment('frontend')

table('no-empty-authentication', [
  [
    'leaves a policy of Istio alone, which without rules admits nobody',
    { objects: [authorizationPolicy('a', {})] },
    [],
  ],
  [
    'refuses a list that is not known',
    {
      objects: [
        object(['policy.linkerd.io/v1alpha1', 'AuthorizationPolicy'], ['shop', 'p'], {
          spec: { targetRef: cart, requiredAuthenticationRefs: sentinel },
        }),
      ],
    },
    ['AuthorizationPolicy shop/p spec.requiredAuthenticationRefs'],
  ],
])

table('no-namespace-wide-grant', [
  [
    'takes a group for what it is, and a Namespace of another for none',
    {
      objects: [
        linkerdPolicy('a', { group: '', kind: 'Namespace', name: 'shop' }, [byMesh('frontend')]),
        linkerdPolicy('b', { group: 'example.com', kind: 'Namespace', name: 'shop' }, [byMesh('frontend')]),
      ],
    },
    ['AuthorizationPolicy shop/a spec.targetRef'],
  ],
  [
    'takes no other policy for the one that was looked at',
    {
      objects: [linkerdPolicy('a', { kind: 'Namespace', name: 'shop' }, [byMesh('frontend')])],
      config: { reviewed: ['data/a', 'shop/b'] },
    },
    ['AuthorizationPolicy shop/a spec.targetRef'],
  ],
])

table('authentication-exists', [
  [
    'knows kinds and groups without case',
    {
      objects: [
        callers,
        frontend,
        networkAuthentication('office', ['192.0.2.0/24']),
        policy(
          { group: 'Policy.Linkerd.IO', kind: 'meshtlsauthentication', name: 'frontend' },
          { group: 'policy.linkerd.io', kind: 'NETWORKAUTHENTICATION', name: 'office' },
        ),
      ],
      config: { mesh },
    },
    [],
  ],
  [
    'does not take one kind for another of its name',
    { objects: [callers, frontend, policy(byNetwork('frontend'))], config: { mesh } },
    [ref(0)],
  ],
  [
    'counts two about networks for one too many, and one of each not',
    {
      objects: [
        ...['a', 'b'].map(name => networkAuthentication(name, ['192.0.2.0/24'])),
        policy(byNetwork('a'), byNetwork('b')),
      ],
    },
    [ref(1)],
  ],
  [
    'takes an empty namespace for one that does not exist',
    { objects: [callers, frontend, policy(byMesh('frontend', { namespace: '' }))], config: { mesh } },
    [ref(0)],
  ],
  [
    'looks for references of a policy beside the policy, and for those of an authentication beside that',
    {
      objects: [
        deployment('frontend'),
        meshAuthentication('frontend', { identityRefs: [{ kind: 'ServiceAccount', name: 'frontend' }] }, 'data'),
        policy(byMesh('frontend', { namespace: 'data' })),
      ],
    },
    ['MeshTLSAuthentication data/frontend spec.identityRefs[0]'],
  ],
  [
    'finds a NetworkAuthentication without networks',
    { objects: [networkAuthentication('none', [])] },
    ['NetworkAuthentication shop/none'],
  ],
  [
    "knows every namespace's default account, callers of the intent, and no account of a pattern",
    {
      objects: [
        meshAuthentication('a', {
          identities: [
            'default.shop.serviceaccount.identity.linkerd.mesh.example',
            '*',
            '*.shop.serviceaccount.identity.linkerd.mesh.example',
          ],
        }),
        deployment('cart'),
      ],
      config: { mesh },
    },
    [],
  ],
  [
    'takes the trust domain of a stack on Linkerd',
    {
      objects: [
        configMap('zero-trust-mesh-intent', { kind: 'linkerd', trustDomain: 'mesh.example' }, 'linkerd'),
        meshAuthentication('a', { identities: [frontendIdentity, frontendIdentity.replace('mesh', 'partner')] }),
      ],
    },
    ['MeshTLSAuthentication shop/a spec.identities[0]'],
  ],
])

table('no-wildcard-mesh-identity', [
  [
    'finds each pattern of several, wherever the star is',
    { objects: [meshAuthentication('a', { identities: ['*.example', frontendIdentity, 'a.*.example'] })] },
    [0, 2].map(i => `MeshTLSAuthentication shop/a spec.identities[${i}]`),
  ],
  [
    'refuses an identity and a kind that are not known',
    {
      objects: [
        meshAuthentication('a', { identities: [sentinel] }),
        meshAuthentication('b', { identityRefs: [{ kind: sentinel, name: 'x' }] }),
      ],
    },
    ['MeshTLSAuthentication shop/a spec.identities[0]', 'MeshTLSAuthentication shop/b spec.identityRefs[0].kind'],
  ],
])

table('no-legacy-server-authorization', [
  [
    'finds every version, and none of another group',
    {
      objects: ['policy.linkerd.io/v1beta1', 'policy.linkerd.io/v1alpha1', 'x.dev/v1'].map(version =>
        object([version, 'ServerAuthorization'], ['shop', 'a'], {}),
      ),
    },
    ['ServerAuthorization shop/a', 'ServerAuthorization shop/a'],
  ],
])
