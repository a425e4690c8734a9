import type { KubernetesObject } from '../../core/model/manifest'
import { ambientShop } from '../../policypacks/zero-trust/example-ambient'
import { authorizationPolicy, configMap, namespace, release } from '../../policypacks/zero-trust/example-objects'
import { istiodRelease } from '../../policypacks/zero-trust/example-trust'
import { table } from '../support/rule-table'

const mesh = { kind: 'istio-sidecar', trustDomain: 'mesh.example' }

function naming(source: object, name = 'cart'): KubernetesObject {
  return authorizationPolicy(name, { rules: [{ from: [{ source }] }] })
}

const frontend = (domain: string) => naming({ principals: [`${domain}/ns/shop/sa/frontend`] })
const place = (field: string) => [`AuthorizationPolicy shop/cart spec.rules[0].from[0].source.${field}`]
const aliased = { trustDomain: 'mesh.example', trustDomainAliases: ['old.example'] }
const csr = (values: object) => release('istio-csr', { chart: 'cert-manager-istio-csr', values })

table('trust-domain-consistent', [
  [
    'finds the one of two control planes that was not told',
    { objects: [istiodRelease({ meshConfig: aliased }), istiodRelease({ revision: 'next' })] },
    ['Release istiod values.meshConfig.trustDomain'],
  ],
  [
    'takes an alias for one only where each control plane has it',
    {
      objects: [
        namespace('shop'),
        istiodRelease({ meshConfig: aliased }),
        istiodRelease({ meshConfig: { trustDomain: 'mesh.example' } }),
        frontend('old.example'),
      ],
    },
    place('principals[0]'),
  ],
  [
    'holds a signer against the setting',
    { objects: [csr({ app: { tls: { trustDomain: 'a.example' } } })], config: { mesh } },
    ['Release istio-csr values.app.tls.trustDomain'],
  ],
  [
    'cannot judge a signer of which nobody knows the mesh, and says so',
    { objects: [csr({})] },
    ['Release istio-csr values.app.tls.trustDomain'],
  ],
  [
    'reads aliases, and the trust domains of more anchors, from the ConfigMap of istiod',
    {
      objects: [
        namespace('shop'),
        configMap('istio', {
          mesh: 'trustDomain: mesh.example\ntrustDomainAliases: [old.example]\ncaCertificates: [{ trustDomains: [b.example] }]\n',
        }),
        frontend('old.example'),
        frontend('b.example'),
        frontend('c.example'),
      ],
    },
    place('principals[0]'),
  ],
  [
    'finds a bare trust domain that is none',
    { objects: [naming({ trustDomains: ['old.example'] })], config: { mesh } },
    place('trustDomains[0]'),
  ],
  [
    'does not take the bare `cluster.local` for the own one, as Envoy does not',
    { objects: [naming({ notTrustDomains: ['cluster.local'] })], config: { mesh } },
    place('notTrustDomains[0]'),
  ],
  [
    'leaves open what a control plane lets in that takes every trust domain',
    {
      objects: [
        namespace('shop'),
        istiodRelease({ meshConfig: aliased, env: { PILOT_SKIP_VALIDATE_TRUST_DOMAIN: 'true' } }),
        frontend('partner.example'),
      ],
    },
    [],
  ],
  [
    'finds `cluster.local` where ztunnel enforces',
    { objects: [ambientShop, frontend('cluster.local')], config: { mesh } },
    place('principals[0]'),
  ],
  [
    'finds an alias where ztunnel enforces, beside the own name of somebody else or in another list',
    {
      objects: [
        ambientShop,
        istiodRelease({ meshConfig: aliased }),
        naming({
          principals: ['mesh.example/ns/shop/sa/a', 'old.example/ns/shop/sa/b', 'old.example/ns/shop/sa/a'],
          notPrincipals: ['old.example/ns/shop/sa/a'],
        }),
      ],
    },
    [...place('principals[1]'), ...place('notPrincipals[0]')],
  ],
  [
    'takes a mesh that is called `cluster.local` for that',
    { objects: [ambientShop, istiodRelease({}), frontend('cluster.local')] },
    [],
  ],
  [
    'leaves patterns alone that leave the trust domain open',
    { objects: [naming({ principals: ['*/ns/shop/sa/frontend', '*'] })], config: { mesh } },
    [],
  ],
  [
    'asks once for a trust domain that nobody says',
    { objects: [frontend('mesh.example'), naming({ principals: ['mesh.example/ns/shop/sa/a'] }, 'other')] },
    place('principals[0]').map(() => 'AuthorizationPolicy shop/cart'),
  ],
])
