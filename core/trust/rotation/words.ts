import type { Authority } from './rotation'
import type { TrustState } from './state'

/** How a control plane is told what. */
interface Words {
  /** How anchors come to proxies: with each certificate that they are given, or when their Pod is made. */
  readonly anchorsCome: 'with-certificates' | 'at-start'
  readonly distribute: (state: TrustState) => readonly string[]
  readonly switch: (state: TrustState) => readonly string[]
  readonly retire: (state: TrustState) => readonly string[]
}

/**
 * Of Istio, istiod's answer to a request for a certificate ends with the anchors (istio `security/pkg/server/ca/server.go` CreateCertificate), and so sidecars
 * (`security/pkg/nodeagent/cache/secretcache.go`) and ztunnel (`src/tls/certificate.rs` WorkloadCertificate::new) have new ones with their next certificate. Of Linkerd, the
 * injector writes them into the Pod (linkerd2 `controller/proxy-injector/webhook.go`), where they stay what they are.
 */
const words: Readonly<Record<Authority, Words>> = {
  cacerts: {
    anchorsCome: 'with-certificates',
    distribute: state => [
      `in the Secret \`cacerts\`, \`root-cert.pem\`: ${names(state)}; everything else in it stays`,
      patch('root-cert.pem'),
    ],
    switch: ({ issuer }) => [
      `in the Secret \`cacerts\`, all three at once: \`ca-cert.pem\` and \`ca-key.pem\` of \`${issuer.subject}\`, and \`cert-chain.pem\`, which begins with it; \`root-cert.pem\` stays`,
      patch('ca-cert.pem', 'ca-key.pem', 'cert-chain.pem'),
    ],
    retire: state => [`in the Secret \`cacerts\`, \`root-cert.pem\`: ${names(state)} alone`, patch('root-cert.pem')],
  },
  'istio-csr': {
    anchorsCome: 'with-certificates',
    distribute: state => [`in the file that istio-csr’s \`app.tls.rootCAFile\` names: ${names(state)}`],
    switch: ({ issuer }) => [
      `istio-csr’s chart: \`app.certmanager.issuer\`, the one that signs with \`${issuer.subject}\``,
    ],
    retire: state => [`in the file that istio-csr’s \`app.tls.rootCAFile\` names: ${names(state)} alone`],
  },
  linkerd: {
    anchorsCome: 'at-start',
    distribute: state => [
      `in the ConfigMap \`linkerd-identity-trust-roots\`, \`ca-bundle.crt\`: ${names(state)}; that is \`trust.bundle\` of the stack, or what trust-manager’s Bundle names`,
    ],
    switch: ({ issuer }) => [
      `in the Secret \`linkerd-identity-issuer\`, certificate and key of \`${issuer.subject}\`; where cert-manager makes it: \`issuerRef\` of its Certificate, then \`cmctl renew linkerd-identity-issuer -n linkerd\``,
    ],
    retire: state => [
      `in the ConfigMap \`linkerd-identity-trust-roots\`, \`ca-bundle.crt\`: ${names(state)} alone; that is \`trust.bundle\` of the stack, or what trust-manager’s Bundle names`,
    ],
  },
}

/** How a control plane is told what, by who it is. */
export function word(authority: Authority): Words {
  return words[authority]
}

function names({ bundle }: TrustState): string {
  const shown = bundle.map(({ subject, fingerprint }) => `\`${subject}\` (SHA-256 \`${fingerprint.slice(0, 16)}…\`)`)
  return shown.join(', then ')
}

/** Files of a Secret, replaced at once, so that istiod never reads half of them; and never as an argument, which others on the machine can read. */
function patch(...files: readonly string[]): string {
  const data = files.map(file => `"${file}":"%s"`).join(',')
  const values = files.map(file => `"$(base64 < ${file} | tr -d '\\n')"`).join(' ')
  return `\`printf '{"data":{${data}}}' ${values} | kubectl -n istio-system patch secret cacerts --patch-file /dev/stdin\``
}
