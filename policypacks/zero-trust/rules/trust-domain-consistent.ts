import { linkerdRelease } from '../example-linkerd-install'
import { authorizationPolicy, cartPolicy, cartRule, configMap, namespace, release } from '../example-objects'
import { ambientShop } from '../example-ambient'
import { istiodRelease } from '../example-trust'
import { chartName, charts } from '../facts/charts'
import { controlPlaneChart } from '../facts/linkerd-install/settings'
import { authorizationPolicies, readAuthorization } from '../facts/policies'
import { valuesOf } from '../facts/rules-of-policies'
import {
  defaultTrustDomain,
  domainOf,
  istioDomains,
  linkerdDomainOf,
  type IstioDomains,
  type StatedDomain,
} from '../facts/trust-domains'
import { onZtunnel } from '../facts/ztunnel-targets'
import { finding, gather, guard, required, type Field } from '../field'
import { intentConfigMap, unknownSetting, unreadable } from '../mesh'
import { rule, type Context, type Finding } from '../rule'

const mesh = { kind: 'istio-sidecar', trustDomain: 'mesh.example' }
const csr = (trustDomain?: string) =>
  release('istio-csr', {
    chart: 'cert-manager-istio-csr',
    namespace: 'cert-manager',
    values: { app: { tls: { ...(trustDomain !== undefined && { trustDomain }) } } },
  })
const named = (...principals: readonly string[]) =>
  authorizationPolicy('cart', { rules: [{ ...cartRule, from: [{ source: { principals } }] }] })

/**
 * All that has to do with a mesh's trust domain has the same one: control plane, signer, the intent that was compiled, and every principal of a policy. Where nobody
 * says one it is `cluster.local`, and two parts of a mesh of which only one was told are apart. Envoy takes aliases and `cluster.local` for the own one, in a principal
 * of five parts (istio pilot/pkg/security/trustdomain/bundle.go); ztunnel compares what is written (istio pilot/pkg/serviceregistry/ambient/authorization.go).
 */
export const trustDomainConsistent = rule({
  id: 'trust-domain-consistent',
  severity: 'high',
  scope: 'stack',
  controls: [
    'nist-800-53/AC-3',
    'nist-800-53/CM-6',
    'nist-800-53/IA-9',
    'nist-800-53/SC-23(5)',
    'nist-800-207/tenet-6',
    'pci-dss/7.2.5',
    'iso-27001/A.5.16',
  ],
  why: 'proxies get certificates of a name that nobody else calls them by: callers are refused, and a DENY that names them holds for nobody',
  fix: 'say the same trust domain to istiod (`meshConfig.trustDomain`), istio-csr (`app.tls.trustDomain`), Linkerd (`identityTrustDomain`) and in every principal; keep an old one in `trustDomainAliases` while policies change, and beside the own name, never alone, in policies that ztunnel enforces',
  limits:
    'identities in policies of Linkerd are not judged, as those of another cluster may be of another trust domain; nor are patterns that leave the trust domain open',
  config: ['exempt', 'mesh', 'lock'],
  examples: {
    pass: [
      {
        title: 'all say the same',
        objects: [istiodRelease({ meshConfig: { trustDomain: 'mesh.example' } }), csr('mesh.example'), cartPolicy],
      },
      {
        title: 'an alias, to Envoy',
        objects: [
          namespace('shop'),
          istiodRelease({ meshConfig: { trustDomain: 'mesh.example', trustDomainAliases: ['old.example'] } }),
          named('old.example/ns/shop/sa/frontend'),
        ],
      },
      {
        title: 'an alias beside the own name, to ztunnel',
        objects: [
          ambientShop,
          istiodRelease({ meshConfig: { trustDomain: 'mesh.example', trustDomainAliases: ['old.example'] } }),
          named('mesh.example/ns/shop/sa/frontend', 'old.example/ns/shop/sa/frontend'),
        ],
      },
      {
        title: 'what every mesh is called, to Envoy',
        objects: [named('cluster.local/ns/shop/sa/frontend')],
        config: { mesh },
      },
      {
        title: 'Linkerd, as it was compiled for',
        objects: [
          linkerdRelease({ identityTrustDomain: 'mesh.example' }),
          configMap(intentConfigMap, { kind: 'linkerd', trustDomain: 'mesh.example' }, 'linkerd'),
        ],
      },
    ],
    fail: [
      {
        title: 'istio-csr was not told, and signs for `cluster.local`',
        objects: [istiodRelease({ meshConfig: { trustDomain: 'mesh.example' } }), csr()],
      },
      {
        title: 'istiod was not told',
        objects: [
          istiodRelease({}),
          configMap(intentConfigMap, { kind: 'istio-sidecar', trustDomain: 'mesh.example' }),
        ],
      },
      {
        title: 'Linkerd was not told, and takes the domain of the cluster',
        objects: [
          linkerdRelease({}),
          configMap(intentConfigMap, { kind: 'linkerd', trustDomain: 'mesh.example' }, 'linkerd'),
        ],
      },
      {
        title: 'a principal of a trust domain that no proxy takes',
        objects: [named('old.example/ns/shop/sa/frontend')],
        config: { mesh },
      },
      {
        title: 'a pattern, in which `cluster.local` is only itself',
        objects: [named('cluster.local/ns/shop/*')],
        config: { mesh },
      },
      {
        title: 'an alias, to ztunnel',
        objects: [
          ambientShop,
          istiodRelease({ meshConfig: { trustDomain: 'mesh.example', trustDomainAliases: ['old.example'] } }),
          named('old.example/ns/shop/sa/frontend'),
        ],
      },
    ],
  },
  check,
})

function check(context: Context): readonly Finding[] {
  const domains = istioDomains(context)
  const own = ownDomain(context, domains)
  return [
    ...domains.findings,
    ...unreadable(context.mesh('trustDomain')),
    ...differing([...domains.planes, ...domains.signers], own),
    ...ofLinkerd(context),
    ...ofPolicies(context, { domains, ...(own !== undefined && { own }) }),
  ]
}

/** The trust domain of Istio: what is said of it, else what a control plane has by default. */
function ownDomain({ mesh }: Context, { planes }: IstioDomains): string | undefined {
  const said = mesh('trustDomain')
  return said.kind === 'known' ? said.value : planes[0]?.value
}

function differing(stated: readonly StatedDomain[], own: string | undefined): readonly Finding[] {
  if (own === undefined)
    return stated.map(({ field }) => finding(field, 'cannot be proven: nobody says which trust domain the mesh has'))
  return stated.flatMap(({ field, value }) =>
    value === own ? [] : [finding(field, 'is not the trust domain that the rest of the mesh has')],
  )
}

/** Charts of Linkerd that name services by their identity. */
const withDomain: readonly (string | undefined)[] = [controlPlaneChart, 'linkerd-multicluster']

function ofLinkerd(context: Context): readonly Finding[] {
  const said = context.mesh('linkerdTrustDomain')
  const { facts, findings } = gather(charts(context), chart =>
    withDomain.includes(chartName(chart)) ? [linkerdDomainOf(chart)] : [],
  )
  const stated = facts.flat()
  return [...findings, ...unreadable(said), ...(said.kind === 'known' ? differing(stated, said.value) : [])]
}

interface Around {
  readonly domains: IstioDomains
  readonly own: string
}

function ofPolicies(context: Context, { domains, own }: Partial<Around> & Pick<Around, 'domains'>): readonly Finding[] {
  const { facts, findings } = gather(authorizationPolicies(context), field => ({ field, names: namesIn(field) }))
  const naming = facts.filter(({ names }) => names.length > 0)
  const first = naming[0]?.names[0]
  if (first === undefined) return findings
  const said = context.mesh('trustDomain')
  // Said once: of which policy makes no difference.
  if (own === undefined) return [...findings, ...(said.kind === 'unknown' ? unknownSetting(said, first) : [])]
  const enforced = onZtunnel(context)
  const found = naming.flatMap(({ field, names }) => {
    const listed = new Set(names.map(name => `${listOf(name)} ${required(name)}`))
    const strangers = names.filter(name => isStrange(name, { domains, own }))
    const verbatim = names
      .filter(name => !strangers.includes(name) && !isVerbatim(name, own) && !isBeside(name, own, listed))
      .map(unheeded)
    if (verbatim.length === 0) return strangers.map(unknownDomain)
    return [...strangers.map(unknownDomain), ...guard(field, () => enforced(readAuthorization(field), verbatim))]
  })
  return [...findings, ...found]
}

/** What a policy says of trust domains, but for patterns that leave them open. */
function namesIn(policy: Field): readonly Field[] {
  const domains = valuesOf(policy, 'trustDomains').filter(name => !required(name).includes('*'))
  return [...valuesOf(policy, 'principals').filter(name => domainOf(name) !== undefined), ...domains]
}

/** Whether no proxy takes it. `cluster.local` stands for the own one only in a whole identity. */
function isStrange(name: Field, { domains: { others, anyDomain }, own }: Around): boolean {
  const [domain = '', ...rest] = required(name).split('/')
  const isTaken = others.length > 0 && others.every(one => one.has(domain))
  if (domain === own || isTaken || anyDomain) return false
  return domain !== defaultTrustDomain || rest.length !== 4
}

/** Whether ztunnel takes it, which is not told of bare trust domains. */
function isVerbatim(name: Field, own: string): boolean {
  const [domain, ...rest] = required(name).split('/')
  return domain === own || rest.length === 0
}

/** Whether it stands beside the own name of the same identity, as it does while a mesh goes from one trust domain to another. */
function isBeside(name: Field, own: string, listed: ReadonlySet<string>): boolean {
  const [, ...rest] = required(name).split('/')
  return listed.has(`${listOf(name)} ${[own, ...rest].join('/')}`)
}

/** The list that it stands in. */
function listOf({ path }: Field): string {
  return path.replace(/\[\d+\]$/, '')
}

function unknownDomain(name: Field): Finding {
  return finding(name, 'is of a trust domain that no proxy of the mesh takes for its own, so that it matches nobody')
}

function unheeded(name: Field): Finding {
  return finding(
    name,
    'is not of the own trust domain as it is written, which is all that ztunnel compares, so that it matches nobody',
  )
}
