import { account, each, holdsBehindLinkerd, pod, unmeshed, type LinkerdRow } from './linkerd'
import { cluster, domain, elsewhere, namespaces, within } from './linkerd-index'

const foo = account('ns-0/foo', domain)
const to = { to: 'ns-0/pod-0', port: 2222 }
const annotated = (name: string, value: string) =>
  pod('ns-0/pod-0', {}, { annotations: { [`config.linkerd.io/${name}`]: value } })

/** Who each default lets in, by its own name: linkerd2 `policy-controller/k8s/index/src/inbound/tests.rs` mk_default_policy. */
type Allowed = readonly [meshedWithin: boolean, meshedElsewhere: boolean, plainWithin: boolean, plainElsewhere: boolean]
const defaults: Readonly<Record<string, Allowed>> = {
  deny: [false, false, false, false],
  'all-authenticated': [true, true, false, false],
  'all-unauthenticated': [true, true, true, true],
  'cluster-authenticated': [true, false, false, false],
  'cluster-unauthenticated': [true, false, true, false],
  audit: [true, true, true, true],
}

function rows(allowed: Allowed, http: object): readonly LinkerdRow[] {
  const asked = [
    { ...to, ...http, from: foo, ip: within },
    { ...to, ...http, from: foo, ip: elsewhere },
    { ...to, ...http, from: unmeshed, ip: within },
    { ...to, ...http, from: unmeshed, ip: elsewhere },
  ]
  return asked.map((ask, i) => [allowed[i] ? 'allow' : 'deny', ask])
}

const http = { http: 'GET /' }

/** linkerd2 `policy-controller/k8s/index/src/inbound/tests/annotation.rs`. */
describe('table: annotations in the index', () => {
  for (const [name, allowed] of Object.entries(defaults)) {
    describe(`default_policy_annotated: ${name}`, () => {
      const other = name === 'deny' ? 'all-unauthenticated' : 'deny'
      const pods = annotated('default-inbound-policy', name)
      holdsBehindLinkerd([cluster(other), ...namespaces, pods], rows(allowed, http))
    })

    describe(`opaque_annotated: ${name}`, () => {
      holdsBehindLinkerd([cluster(name), ...namespaces, annotated('opaque-ports', '2222')], rows(allowed, {}))
    })

    describe(`authenticated_annotated: ${name}`, () => {
      const pods = annotated('proxy-require-identity-inbound-ports', '2222')
      const strict = defaults[name.replace('-unauthenticated', '-authenticated')] ?? allowed
      holdsBehindLinkerd([cluster(name), ...namespaces, pods], rows(strict, http))
      holdsBehindLinkerd(
        [cluster(name), ...namespaces, pods],
        each(allowed[2] ? 'allow' : 'deny', [unmeshed], { ...to, port: 3333, ip: within, ...http }),
      )
    })
  }

  describe('default_policy_annotated_invalid', () => {
    const pods = annotated('default-inbound-policy', 'bogus')
    holdsBehindLinkerd([cluster(), ...namespaces, pods], rows([true, false, true, false], http))
  })
})
