import { certificate, linkerdRelease } from '../../policypacks/zero-trust/example-linkerd-install'
import { table } from '../support/rule-table'
import { sentinel } from '../support/unknowns'

table('deterministic-webhook-certificates', [
  [
    'does not take a blank bundle for one',
    {
      objects: [
        linkerdRelease({
          proxyInjector: { externalSecret: true, caBundle: '\n' },
          profileValidator: { externalSecret: true, injectCaFromSecret: 'linkerd/ca' },
          policyValidator: { externalSecret: true, injectCaFrom: 'linkerd/ca', caBundle: sentinel },
        }),
      ],
    },
    ['Release linkerd-control-plane values.proxyInjector'],
  ],
])

const issuer = (change: object) =>
  certificate('identity', {
    secretName: 'linkerd-identity-issuer',
    isCA: true,
    duration: '48h0m0s',
    renewBefore: '25h0m0s',
    privateKey: { algorithm: 'ECDSA', rotationPolicy: 'Always' },
    ...change,
  })
const place = (path: string) => [`Certificate linkerd/identity spec.${path}`]

table('issuer-rotation-policy', [
  ['takes the size that ECDSA has by itself', { objects: [issuer({})] }, []],
  [
    'finds a longer key',
    { objects: [issuer({ privateKey: { algorithm: 'ECDSA', size: 384, rotationPolicy: 'Always' } })] },
    place('privateKey.size'),
  ],
  ['finds an issuer that may sign nothing', { objects: [issuer({ usages: ['server auth'] })] }, place('usages')],
  ['finds what is no duration, and none', { objects: [issuer({ duration: 'P2D' })] }, place('duration')],
  [
    'finds a renewal that comes before the beginning',
    { objects: [issuer({ renewBefore: '49h' })] },
    place('renewBefore'),
  ],
  [
    'reads a share of the life',
    { objects: [issuer({ renewBefore: undefined, renewBeforePercentage: 60 }), issuer({ renewBeforePercentage: 50 })] },
    place('renewBefore'),
  ],
  [
    'finds a week and an hour',
    { objects: [issuer({ duration: '168h' }), issuer({ duration: '169h' })] },
    place('duration'),
  ],
  [
    'finds a chart that is told another scheme',
    { objects: [linkerdRelease({ identity: { issuer: { scheme: 'linkerd.io/tls' } } })] },
    ['Release linkerd-control-plane values.identity.issuer.scheme'],
  ],
])
