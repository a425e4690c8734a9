import { readShown, type Shown } from '../../../core/trust/read'
import { endingAnchor, goodAnchor } from '../example-anchors'
import { configMap } from '../example-objects'
import { isPending } from '../facts/anchors'
import { chartName } from '../facts/charts'
import { anchorsIn, anchorSources, readAnchors, type AnchorText, type ReadAnchors } from '../facts/known-anchors'
import { finding, judgeEach, type Field } from '../field'
import { rule, type Context, type Finding } from '../rule'

const bundle = (...pem: readonly string[]) =>
  configMap('linkerd-identity-trust-roots', { 'ca-bundle.crt': pem.join('') })
const config = { anchors: { linkerd: endingAnchor } }

/**
 * Anchors are added beside those that all proxies have, or taken away from them, and are never exchanged: until the last proxy has the new bundle, who has the one and who has the
 * other refuse each other. Of Linkerd every Pod keeps the anchors of the moment at which it was made (linkerd2 controller/proxy-injector/webhook.go); istiod takes no bundle that is neither more nor less than
 * its own until it is started anew, and then every proxy that has not yet asked is refused (istio pilot/pkg/bootstrap/istio_ca.go handleEvent).
 */
export const rotationStepOrder = rule({
  id: 'rotation-step-order',
  severity: 'critical',
  scope: 'stack',
  controls: [
    'nist-800-53/SC-12',
    'nist-800-53/SC-17',
    'nist-800-53/CM-3',
    'nist-800-207/tenet-5',
    'soc-2/CC8.1',
    'iso-27001/A.8.24',
  ],
  why: 'anchors that are exchanged at once cut off every workload that has not started since, and no later step of a rotation mends that',
  fix: 'keep the anchors that are there in the bundle, beside the new ones; `ztm trust plan` prints the steps; when everybody was observed to have them, say so in the setting `anchors`, and take the old ones away when nobody shows what they vouch for',
  limits:
    'it holds a stack against the setting `anchors`, and finds nothing of a mesh that is not in it; what the control plane signs with is not seen, nor is who shows which certificate',
  config: ['anchors'],
  examples: {
    pass: [
      {
        title: 'the next anchor beside the one that everybody has',
        objects: [bundle(endingAnchor, goodAnchor)],
        config,
      },
      { title: 'what everybody has', objects: [bundle(endingAnchor)], config },
      {
        title: 'the old one is taken away, and the other one is known to everybody',
        objects: [bundle(goodAnchor)],
        config: { anchors: { linkerd: endingAnchor + goodAnchor } },
      },
      { title: 'nobody says what everybody has', objects: [bundle(goodAnchor)] },
    ],
    fail: [
      { title: 'one anchor in the place of the other', objects: [bundle(goodAnchor)], config },
      {
        title: 'nothing can be read of what everybody has',
        objects: [bundle(goodAnchor)],
        config: { anchors: { linkerd: 'see the wiki' } },
      },
    ],
  },
  check: context => judgeEach(anchorSources(context), source => ofSource(source, context)),
})

function ofSource(source: Field, { config: { anchors } }: Context): readonly Finding[] {
  // Of these each text is a part of what is trusted.
  if (source.of.kind === 'Bundle' || chartName(source) === 'istiod') return []
  const said = (mesh: AnchorText['mesh']): string | undefined => anchors[mesh]
  const made = anchorsIn(source).filter(({ mesh, field }) => said(mesh) !== undefined && isPending(field))
  return [
    ...made.map(({ field }) =>
      finding(field, 'is made by this update, in the place of the anchors that everybody has'),
    ),
    ...readAnchors(source).flatMap(read => {
      const text = said(read.mesh)
      return text === undefined ? [] : compared(read, text)
    }),
  ]
}

function compared({ field, mesh, certificates }: ReadAnchors, text: string): readonly Finding[] {
  const known = readShown({ text, at: `anchors.${mesh}` })
  if (known.problems.length > 0 || known.certificates.length === 0)
    return [finding(field, `cannot be proven: the setting \`anchors.${mesh}\` is no list of certificates in PEM`)]
  const [wanted, there] = [certificates, known.certificates].map(list => new Set(list.map(nameOf)))
  const gone = known.certificates.filter(one => wanted?.has(nameOf(one)) === false)
  const added = certificates.filter(one => there?.has(nameOf(one)) === false)
  if (gone.length === 0 || added.length === 0) return []
  const names = (list: readonly Shown[]) => list.map(({ subject }) => `\`${subject}\``).join(' and ')
  return [
    finding(
      field,
      `has ${names(added)} in the place of ${names(gone)}, which is all that proxies have until they start anew`,
    ),
  ]
}

/** What verifiers know an anchor by (RFC 5280 6.1.1 d): its name and its key, however often it was issued. */
function nameOf({ names, publicKey }: Shown): string {
  return `${names.subject} ${publicKey}`
}
