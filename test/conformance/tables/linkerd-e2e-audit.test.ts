import { account, each, holdsBehindLinkerd, linkerd, meshed, pod, unmeshed } from './linkerd'
import { server } from './linkerd-objects'

const web = { to: 'ns/web', port: 8080, http: 'GET /', ip: '10.1.0.1' }
const curl = account('ns/curl')
const annotation = 'config.linkerd.io/default-inbound-policy'

/** linkerd2 `policy-test/tests/e2e_audit.rs`, with the Pod, the Server and the clients of `policy-test/src`. */
describe('table: audit, from end to end', () => {
  const listening = pod('ns/web', { http: 8080 })

  describe('server_audit', () => {
    const strict = server('ns/web', { port: 'http', protocol: 'HTTP/1' })
    holdsBehindLinkerd([linkerd(), meshed('ns'), listening, strict], each('deny', [curl, unmeshed], web))
    const audited = server('ns/web', { port: 'http', protocol: 'HTTP/1', accessPolicy: 'audit' })
    holdsBehindLinkerd([linkerd(), meshed('ns'), listening, audited], each('allow', [curl, unmeshed], web))
  })

  describe('ns_audit', () => {
    const inMode = (mode: string) => [linkerd(), meshed('ns', { [annotation]: mode }), listening]
    holdsBehindLinkerd(inMode('cluster-authenticated'), [
      ...each('allow', [curl], web),
      ...each('deny', [unmeshed], web),
    ])
    holdsBehindLinkerd(inMode('audit'), each('allow', [curl, unmeshed], web))
  })
})
