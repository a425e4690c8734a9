import type { KubernetesObject } from '../../core/model/manifest'
import { deployment } from '../../policypacks/zero-trust/example-objects'
import { istiodRelease, secret, waiting } from '../../policypacks/zero-trust/example-trust'
import { table } from '../support/rule-table'
import { sentinel } from '../support/unknowns'

const inSystem = (object: KubernetesObject): KubernetesObject => ({
  ...object,
  metadata: { ...object.metadata, namespace: 'istio-system' },
})

/** Istiod as its chart renders it, with this of its Pod. */
function istiod(env: readonly object[], optional: boolean): KubernetesObject {
  const mounts = [{ name: 'cacerts', mountPath: '/etc/cacerts' }]
  const volumes = [{ name: 'cacerts', secret: { secretName: 'cacerts', optional } }]
  return inSystem(
    deployment('istiod', { pod: { containers: [{ name: 'discovery', env, volumeMounts: mounts }], volumes } }),
  )
}

const minted = ['Release istiod']
const ofDeployment = ['Deployment istio-system/istiod']

table('no-self-minted-istio-root', [
  ['reads a Deployment as it reads the chart', { objects: [istiod([], true)] }, ofDeployment],
  ['takes a Deployment that waits', { objects: [istiod([], false)] }, []],
  ['takes the last of two variables', { objects: [istiod(ca('true', 'false'), true)] }, []],
  ['takes the last of two variables for what it is', { objects: [istiod(ca('false', 'true'), true)] }, ofDeployment],
  [
    'finds a variable that is kept elsewhere',
    { objects: [istiod([{ name: 'ENABLE_CA_SERVER', valueFrom: { configMapKeyRef: {} } }], true)] },
    ['Deployment istio-system/istiod spec.template.spec.containers[0].env[0].valueFrom'],
  ],
  ['reads a boolean as the chart writes it', { objects: [istiodRelease({ env: { ENABLE_CA_SERVER: false } })] }, []],
  ['takes no word that Go does not', { objects: [istiodRelease({ env: { ENABLE_CA_SERVER: 'no' } })] }, minted],
  [
    'knows that a variable from elsewhere goes before',
    {
      objects: [
        istiodRelease({ env: { ENABLE_CA_SERVER: false }, envVarFrom: [{ name: 'ENABLE_CA_SERVER', value: 'true' }] }),
      ],
    },
    minted,
  ],
  [
    'finds a signer of Kubernetes beside which istiod makes its own certificate',
    { objects: [istiodRelease({ env: { EXTERNAL_CA: 'ISTIOD_RA_KUBERNETES_API' } })] },
    minted,
  ],
  [
    'finds a volume that nobody mounts, for which nobody waits',
    { objects: [istiodRelease({ volumes: waiting.volumes })] },
    minted,
  ],
  [
    'finds an istiod that writes the Secret itself',
    { objects: [istiodRelease({ ...waiting, env: { USE_CACERTS_FOR_SELF_SIGNED_CA: 'true' } })] },
    minted,
  ],
  [
    'finds a Secret that an istiod wrote, and one with nothing that istiod reads',
    { objects: [istiodRelease({}), secret('cacerts', { 'ca-key.pem': '…', 'istio-generated': '' })] },
    minted,
  ],
  [
    'finds a Secret without what istiod reads',
    { objects: [istiodRelease({}), secret('cacerts', { ca: '…' })] },
    minted,
  ],
  [
    'cannot say what is in a Secret that is not known yet, and says so',
    {
      objects: [istiodRelease({}), { ...secret('cacerts', {}), data: sentinel }],
    },
    ['Secret istio-system/cacerts data', ...minted],
  ],
  [
    'finds values in files, which it cannot see',
    { objects: [istiodRelease({}, { valueYamlFiles: ['v.yaml'] })] },
    ['Release istiod valueYamlFiles'],
  ],
  [
    'asks nothing of a cluster whose control plane is another one’s',
    { objects: [istiodRelease({ profile: 'remote' })] },
    [],
  ],
  ['asks nothing of a stack without Istio', { objects: [deployment('cart')] }, []],
  [
    'wants each of two control planes to wait',
    { objects: [istiodRelease(waiting), istiodRelease({ revision: 'next' }, { namespace: 'istio-next' })] },
    minted,
  ],
])

function ca(...values: readonly string[]): readonly object[] {
  return values.map(value => ({ name: 'ENABLE_CA_SERVER', value }))
}
