import { certificateIn, istiodRelease, secret, waiting } from '../example-trust'
import { selfMinting, signingSecret, type ControlPlane } from '../facts/istio-authority'
import { finding } from '../field'
import { rule, type Context, type Finding } from '../rule'

/**
 * No control plane of Istio makes a root of its own. It does so wherever it starts without the Secret `cacerts`, which the chart mounts only if it is there; the Secret
 * that comes later is then another root, and cuts off all that runs (istio pilot/pkg/bootstrap/istio_ca.go createIstioCA, handleEvent). A mount of it that is not
 * optional makes istiod wait, whoever makes the Secret, and whenever.
 */
export const noSelfMintedIstioRoot = rule({
  id: 'no-self-minted-istio-root',
  severity: 'high',
  scope: 'stack',
  controls: [
    'nist-800-53/IA-5(2)',
    'nist-800-53/SC-12',
    'nist-800-53/SC-17',
    'nist-800-53/SC-23(5)',
    'nist-800-204/SM-DR12',
    'pci-dss/4.2.1.1',
    'iso-27001/A.8.24',
  ],
  why: 'an istiod that starts before its Secret makes a root that nobody keeps, renews or knows elsewhere, and the right root is an outage from then on',
  fix: 'mount the Secret a second time, so that istiod waits for it: `volumes: [{ name: cacerts-required, secret: { secretName: cacerts } }]` and `volumeMounts: [{ name: cacerts-required, mountPath: /etc/cacerts-required }]`; or let istio-csr sign, with `env: { ENABLE_CA_SERVER: "false" }`; name a Secret that is certainly there in `reviewed`, as `istio-system/cacerts`',
  limits:
    'a Secret of the stack is taken to be made before istiod, on which the order of resources must insist; what is in a Secret that istiod waits for is not seen',
  config: ['reviewed'],
  examples: {
    pass: [
      { title: 'istiod waits for its Secret', objects: [istiodRelease(waiting)] },
      {
        title: 'the Secret is one of the stack',
        objects: [
          istiodRelease({}),
          secret('cacerts', { 'ca-cert.pem': '…', 'ca-key.pem': '…', 'root-cert.pem': '…', 'cert-chain.pem': '…' }),
        ],
      },
      {
        title: 'istio-csr signs',
        objects: [
          istiodRelease({
            global: { caAddress: 'cert-manager-istio-csr.cert-manager.svc:443' },
            env: { ENABLE_CA_SERVER: 'false' },
          }),
        ],
      },
      {
        title: 'a signer of Kubernetes signs, for istiod too',
        objects: [
          istiodRelease({
            global: { pilotCertProvider: 'k8s.io/clusterissuers.cert-manager.io/mesh' },
            env: { EXTERNAL_CA: 'ISTIOD_RA_KUBERNETES_API' },
          }),
        ],
      },
      {
        title: 'somebody has seen that it is there',
        objects: [istiodRelease({})],
        config: { reviewed: ['istio-system/cacerts'] },
      },
    ],
    fail: [
      { title: 'the chart as it comes', objects: [istiodRelease({})] },
      {
        title: 'a Secret that cert-manager may make later than istiod starts',
        objects: [
          istiodRelease({}),
          certificateIn('istio-system', 'istio-ca', { secretName: 'cacerts', isCA: true, issuerRef: { name: 'root' } }),
        ],
      },
      {
        title: 'istio-csr signs, and istiod makes a root all the same',
        objects: [istiodRelease({ global: { caAddress: 'cert-manager-istio-csr.cert-manager.svc:443' } })],
      },
      {
        title: 'a second mount that is optional, too',
        objects: [
          istiodRelease({
            ...waiting,
            volumes: [{ name: 'cacerts-required', secret: { secretName: 'cacerts', optional: true } }],
          }),
        ],
      },
      {
        title: 'a Secret in another namespace',
        objects: [istiodRelease({}), secret('cacerts', { 'tls.crt': '…' }, 'istio-config')],
      },
    ],
  },
  check,
})

function check(context: Context): readonly Finding[] {
  const { facts, findings } = selfMinting(context)
  return [...findings, ...facts.flatMap(mintedBy)]
}

function mintedBy({ field }: ControlPlane): readonly Finding[] {
  return [finding(field, `makes a root of its own where it starts without the Secret \`${signingSecret}\``)]
}
