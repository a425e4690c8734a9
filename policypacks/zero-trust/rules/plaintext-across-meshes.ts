import { groupBy } from '../../../core/model/group'
import type { IntendedFlow } from '../../../core/model/intent'
import { linkerdShop } from '../example-linkerd'
import { cartIntent, configMap, namespace } from '../example-objects'
import { ofBothMeshes, meshesIn, type MeshOf } from '../facts/meshes'
import type { IntentSource } from '../lock'
import { intentConfigMap } from '../mesh'
import { rule, type Context, type Finding } from '../rule'

const callers = namespace('web')

/** A lock file in which `frontend` of the namespace `web` calls `cart` of `shop`, over the border as it says. */
function lockOf(border?: IntendedFlow['border']): IntentSource {
  const governed = cartIntent.governed.map(service =>
    service.service === 'frontend' ? { ...service, namespace: 'web' } : service,
  )
  const flows = cartIntent.flows.map(flow => ({
    ...flow,
    text: 'web/frontend → shop/cart:7070 grpc shop.Cart/Get',
    from: { kind: 'workload', service: 'frontend', namespace: 'web', serviceAccount: 'frontend' } as const,
    ...(border && { border }),
  }))
  return { kind: 'found', digest: 'sha256:0', intent: { ...cartIntent, governed, flows } }
}

const inPlaintext = lockOf('plaintext')

/**
 * No call of the reviewed intent crosses from Istio to Linkerd or back in plaintext, but for those that somebody has looked at. Neither mesh trusts the certificates
 * of the other, so that such a call is let in by address alone, and anybody at that address may ask the same (istio `pilot/pkg/security/authz/model/generator.go`,
 * linkerd2-proxy `linkerd/app/inbound/src/policy.rs` is_authorized). One that crosses without being declared to do so is `reach-equals-intent`'s.
 */
export const plaintextAcrossMeshes = rule({
  id: 'plaintext-across-meshes',
  severity: 'medium',
  scope: 'stack',
  controls: [
    'nist-800-53/SC-8',
    'nist-800-53/SC-8(1)',
    'nist-800-53/IA-9',
    'nist-800-204/SM-DR6',
    'nist-800-207/tenet-2',
    'pci-dss/4.2.1',
    'soc-2/CC6.7',
    'iso-27001/A.8.24',
    'dod-zero-trust/5.4.4',
  ],
  why: 'a call that leaves one mesh for another in plaintext shows no identity, and whoever is on its way can read and change it',
  fix: 'move one of the two to the mesh of the other, or let the call come through a gateway (`border: gateway`); name one that was looked at in `reviewed`, as `namespace/caller → namespace/callee`',
  limits: 'calls that the intent does not declare to cross in plaintext are left to `reach-equals-intent`',
  config: ['lock', 'mesh', 'exempt', 'reviewed'],
  examples: {
    pass: [
      { title: 'through a gateway', objects: [callers, linkerdShop], intent: lockOf('gateway') },
      {
        title: 'declared for a border that is none any more, since both are on one mesh',
        objects: [callers, namespace('shop')],
        intent: inPlaintext,
      },
      {
        title: 'both on Linkerd, as the stack says of what it does not register',
        objects: [configMap(intentConfigMap, { kind: 'hybrid', linkerdNamespaces: 'shop,web' })],
        intent: inPlaintext,
      },
      {
        title: 'one that somebody has looked at',
        objects: [callers, linkerdShop],
        intent: inPlaintext,
        config: { reviewed: ['web/frontend → shop/cart'] },
      },
      { title: 'one mesh alone, where nothing can cross', objects: [callers, namespace('shop')] },
    ],
    fail: [
      { title: 'from Istio to Linkerd', objects: [callers, linkerdShop], intent: inPlaintext },
      {
        title: 'another one than that which somebody has looked at',
        objects: [callers, linkerdShop],
        intent: inPlaintext,
        config: { reviewed: ['shop/cart → web/frontend', 'web/frontend'] },
      },
      {
        title: 'between namespaces that the stack does not register, as it says itself',
        objects: [configMap(intentConfigMap, { kind: 'hybrid', linkerdNamespaces: 'web' })],
        intent: inPlaintext,
      },
      { title: 'nobody says on which mesh one of them is', objects: [linkerdShop], intent: inPlaintext },
      { title: 'nobody says what is declared, where there are two meshes', objects: [callers, linkerdShop] },
    ],
  },
  check,
})

function check(context: Context): readonly Finding[] {
  const { intent, config } = context
  if (intent.kind === 'missing') {
    const { both, findings } = ofBothMeshes(context)
    const message = `cannot be held against an intent: ${intent.why}`
    return [...findings, ...(both ? [{ at: '', resource: 'the stack', path: '', message }] : [])]
  }
  const meshOf = meshesIn(context)
  const crossing = groupBy(intent.intent.flows.flatMap(declared), ({ text }) => text)
  return [...crossing].flatMap(([text, calls]) =>
    config.reviewed.includes(text) ? [] : calls.slice(0, 1).flatMap(call => judge(call, meshOf)),
  )
}

/** A call that is declared to cross in plaintext, if it crosses at all. */
interface Call {
  /** `web/frontend → shop/cart` */
  readonly text: string
  readonly from: Place
  readonly to: Place
}

interface Place {
  readonly namespace: string
  readonly service: string
}

function declared({ from, to, border }: IntendedFlow): readonly Call[] {
  if (border !== 'plaintext' || from.kind !== 'workload' || to.kind !== 'workload') return []
  return [{ text: `${nameOf(from)} → ${nameOf(to)}`, from, to }]
}

function judge({ from, to }: Call, meshOf: MeshOf): readonly Finding[] {
  const meshes = [meshOf(from.namespace), meshOf(to.namespace)]
  const about = (message: string): Finding => ({ at: '', resource: `service ${nameOf(to)}`, path: '', message })
  const unknown = meshes.flatMap(mesh => (mesh.kind === 'unknown' ? [mesh] : []))
  if (unknown.length > 0)
    return unknown.flatMap(({ findings, why }) =>
      findings.length > 0 ? findings : [about(`cannot be proven not to be called in plaintext: ${why}`)],
    )
  if (new Set(meshes.map(({ kind }) => kind)).size === 1) return []
  return [about(`is called by \`${nameOf(from)}\` from the other mesh in plaintext, without an identity`)]
}

function nameOf({ namespace: of, service }: Place): string {
  return `${of}/${service}`
}
