import {
  annotated,
  cartLock,
  configMap,
  deployment,
  namespace,
  release,
} from '../../policypacks/zero-trust/example-objects'
import { table } from '../support/rule-table'
import { sentinel } from '../support/unknowns'

const meshConfig = { mesh: 'trustDomain: mesh.example' }

const istiod = (revision: string, more: object = {}) =>
  release(`istiod-${revision}`, { chart: 'istiod', namespace: 'istio-system', values: { revision, ...more } })
const tag = (name: string, revision: string) => ({
  apiVersion: 'admissionregistration.k8s.io/v1',
  kind: 'MutatingWebhookConfiguration',
  metadata: { name: `istio-revision-tag-${name}`, labels: { 'istio.io/tag': name, 'istio.io/rev': revision } },
})

table('namespace-in-mesh', [
  [
    'lets a namespace follow either of two revisions, a tag of the charts or one beside them',
    {
      objects: [
        ...['1-30-3', '1-31-0', 'stable', 'canary'].map(name => namespace(name, { 'istio.io/rev': name })),
        istiod('1-30-3', { revisionTags: ['canary'] }),
        istiod('1-31-0'),
        tag('stable', '1-31-0'),
      ],
    },
    [],
  ],
  [
    'refuses a namespace whose revision is retired, and the plain label where every control plane has a revision',
    {
      objects: [
        namespace('a', { 'istio.io/rev': '1-29-6' }),
        namespace('b', { 'istio-injection': 'enabled' }),
        istiod('1-30-3'),
      ],
    },
    ['Namespace a', 'Namespace b'],
  ],
  [
    'takes the plain label where a tag stands for it, and where nobody says which control planes there are',
    { objects: [namespace('b', { 'istio-injection': 'enabled' }), istiod('1-30-3'), tag('default', '1-30-3')] },
    [],
  ],
  ['lets other stacks install the control plane', { objects: [namespace('a', { 'istio.io/rev': '1-29-6' })] }, []],
  [
    'names a control plane that cannot be read, beside who might follow it',
    {
      objects: [
        namespace('a', { 'istio.io/rev': '1-29-6' }),
        release('canary', { chart: 'istiod', namespace: 'istio-system', values: { revision: sentinel } }),
      ],
    },
    ['Release canary values.revision', 'Namespace a'],
  ],
  [
    "lets the namespaces of Istio's own charts be",
    { objects: [namespace('istio-system', {}), release('istiod', { chart: 'istiod', namespace: 'istio-system' })] },
    [],
  ],
  [
    'does not let a namespace be because some chart is called gateway',
    {
      objects: [
        namespace('edge', {}),
        release('edge', { chart: 'gateway', namespace: 'edge', repositoryOpts: { repo: 'https://charts.example' } }),
      ],
    },
    ['Namespace edge'],
  ],
  [
    'asks for the namespace a chart installs into',
    { objects: [release('cache', { chart: 'redis', namespace: 'shop' })] },
    ['Namespace shop'],
  ],
  [
    'asks nothing of the namespace of istio-csr',
    { objects: [release('csr', { chart: './charts/cert-manager-istio-csr', namespace: 'cert-manager' })] },
    [],
  ],
  [
    'does not let all of a namespace be because istio-csr is there',
    {
      objects: [
        release('csr', { chart: 'cert-manager-istio-csr', namespace: 'shop' }),
        release('cache', { chart: 'redis', namespace: 'shop' }),
      ],
    },
    ['Namespace shop'],
  ],
  ['asks for the namespaces the intent governs', { objects: [], intent: cartLock }, ['Namespace shop']],
  [
    'takes the namespace of ambient or of Linkerd too',
    {
      objects: [
        namespace('a', { 'istio.io/dataplane-mode': 'ambient' }),
        annotated(namespace('b', {}), { 'linkerd.io/inject': 'enabled' }),
      ],
    },
    [],
  ],
  [
    'refuses two data planes at once',
    { objects: [annotated(namespace('shop'), { 'linkerd.io/inject': 'enabled' })] },
    ['Namespace shop'],
  ],
  [
    'refuses an object that does not say where it lies',
    { objects: [{ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'cart' }, spec: {} }] },
    ['Pod cart metadata.namespace'],
  ],
  ['lets kube-system be', { objects: [namespace('kube-system', {})] }, []],
  [
    "lets the namespace of a revision's ConfigMap be, and no other",
    {
      objects: [
        namespace('mesh', {}),
        namespace('shop', {}),
        configMap('istio-1-30-3', meshConfig, 'mesh'),
        configMap('istio-1-30-3', { other: '' }, 'shop'),
        configMap('settings', meshConfig, 'shop'),
      ],
    },
    ['Namespace shop'],
  ],
  [
    'lets the root namespace be, whoever says which it is',
    { objects: [namespace('mesh-root', {})], config: { mesh: { rootNamespace: 'mesh-root' } } },
    [],
  ],
  [
    "asks nothing of istiod's namespace where only its objects are there",
    {
      objects: [
        { ...deployment('istiod'), metadata: { name: 'istiod', namespace: 'istio-system' } },
        configMap('istio', meshConfig),
      ],
    },
    [],
  ],
  [
    'lets no namespace be that the intent governs, whatever lies in it',
    { objects: [namespace('shop', {}), configMap('istio', meshConfig, 'shop')], intent: cartLock },
    ['Namespace shop'],
  ],
  [
    'judges all of them where two objects differ in which is the root',
    {
      objects: [
        namespace('a', {}),
        namespace('b', {}),
        configMap('zero-trust-mesh-intent', { rootNamespace: 'a' }, 'c'),
        configMap('zero-trust-mesh-intent', { rootNamespace: 'b' }, 'd'),
      ],
    },
    ['ConfigMap d/zero-trust-mesh-intent', 'Namespace a', 'Namespace b'],
  ],
  [
    'refuses a ConfigMap that could be of istiod',
    { objects: [namespace('mesh', {}), configMap('istio', { mesh: sentinel }, 'mesh')] },
    ['ConfigMap mesh/istio data.mesh', 'Namespace mesh'],
  ],
])

table('injection-not-disabled', [
  [
    'reads yes, on and true in any case as a wish for injection',
    {
      objects: ['Yes', 'ON', 'true', 'y', ''].map(word =>
        deployment('cart', { labels: { 'sidecar.istio.io/inject': word } }),
      ),
    },
    [],
  ],
  [
    'finds annotations as well as labels',
    { objects: [deployment('cart', { annotations: { 'sidecar.istio.io/inject': 'false' } })] },
    ['Deployment shop/cart spec.template.metadata.annotations["sidecar.istio.io/inject"]'],
  ],
  [
    'finds a container that runs as the proxy, and not the proxy itself',
    {
      objects: [
        deployment('cart', {
          pod: {
            initContainers: [
              { name: 'setup', securityContext: { runAsUser: 1337 } },
              { name: 'istio-proxy', securityContext: { runAsUser: 1337 } },
            ],
          },
        }),
      ],
    },
    ['Deployment shop/cart spec.template.spec.initContainers[0].securityContext.runAsUser'],
  ],
  [
    'lets an exempt namespace be',
    {
      objects: [deployment('cart', { labels: { 'sidecar.istio.io/inject': 'false' } })],
      config: { exempt: ['shop'] },
    },
    [],
  ],
])

table('pinned-mesh-version', [
  [
    'judges charts by path, archive and OCI address',
    {
      objects: ['oci://registry.example/charts/istiod', './charts/ztunnel', './charts/istiod-1.28.0.tgz'].map(chart =>
        release('x', { chart, namespace: 'n' }),
      ),
    },
    ['Release x version', 'Release x version', 'Release x chart'],
  ],
  ['lets other charts be', { objects: [release('x', { chart: 'redis', namespace: 'n' })] }, []],
  [
    'accepts a digest',
    { objects: [deployment('a', { container: 'istio-proxy', image: 'r.example:5000/proxyv2@sha256:00' })] },
    [],
  ],
  [
    'does not take the port of a registry for a tag',
    { objects: [deployment('a', { container: 'istio-proxy', image: 'r.example:5000/proxyv2' })] },
    ['Deployment shop/a spec.template.spec.containers[0].image'],
  ],
])
