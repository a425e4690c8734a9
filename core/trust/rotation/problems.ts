import type { Problem } from '../../model/problem'
import { blocking } from '../../model/problem'
import { showInstant } from '../certificate'
import type { RotationSettings } from './rotation'
import { afterwards, skewOf } from './rotation'
import { holds, includes, vouching, type Dated, type TrustState } from './state'

/** Why a state cannot be the end of a rotation. Of where it begins nothing is asked: what is broken there has to be mended. */
export function rotationProblems(from: TrustState, to: TrustState, settings: RotationSettings): readonly Problem[] {
  return [...otherMesh(settings), ...endProblems(to, settings), ...leakProblems(from, to, settings)]
}

function otherMesh(settings: RotationSettings): readonly Problem[] {
  const [now, then] = [settings, afterwards(settings)].map(({ authority }) => authority)
  if (now === then || (now !== 'linkerd' && then !== 'linkerd')) return []
  const message = 'Linkerd’s identity signs for Linkerd’s proxies, and for nobody else’s'
  return [blocking({ code: 'other-mesh', at: 'the wanted authority', message, hint: 'take one of the same mesh' })]
}

function endProblems({ bundle, issuer }: TrustState, settings: RotationSettings): readonly Problem[] {
  const dated = [...bundle, issuer].flatMap(one => dateProblems(one, settings))
  const vouch = vouching(bundle, issuer)
  if (vouch.length === 0) {
    const message = `no anchor of the wanted bundle vouches for the wanted issuer \`${issuer.subject}\``
    const hint = 'add its anchor to the wanted bundle, or have the issuer signed by one that is there'
    return [...dated, blocking({ code: 'issuer-not-chained', at: 'the wanted issuer', message, hint })]
  }
  if (dated.length > 0 || vouch.some(one => one.notAfter >= issuer.notAfter)) return dated
  const message = `the wanted issuer \`${issuer.subject}\` outlives its anchor`
  return [
    blocking({ code: 'outlives-authority', at: 'the wanted issuer', message, hint: 'have it issued for less time' }),
  ]
}

function dateProblems(one: Dated, settings: RotationSettings): readonly Problem[] {
  const { at } = settings
  const skew = skewOf(settings)
  if (holds(one, at, skew)) return []
  const isOver = at >= one.notAfter - skew
  const [code, message, hint] = isOver
    ? [
        'expired',
        `\`${one.subject}\` ends at ${showInstant(one.notAfter)}`,
        'nobody is led to what has ended; make a new one',
      ]
    : ['not-yet-valid', `\`${one.subject}\` begins at ${showInstant(one.notBefore)}`, 'begin the rotation after that']
  return [blocking({ code, at: 'the wanted state', message, hint })]
}

/**
 * What a leaked issuer signs is trusted for as long as an anchor that vouches for it is: neither Linkerd's proxies nor Istio's sidecars ask whether it was revoked
 * (ztunnel does, for the list in `cacerts`: istio `pilot/pkg/features/pilot.go` PILOT_ENABLE_CA_CRL).
 */
function leakProblems(
  { issuer }: TrustState,
  to: TrustState,
  { leaked = false }: RotationSettings,
): readonly Problem[] {
  if (!leaked) return []
  return vouching(to.bundle, issuer).map(anchor =>
    blocking({
      code: 'leaked-and-trusted',
      at: 'the wanted bundle',
      message: `\`${anchor.subject}\` vouches for the issuer whose key is in other hands, and is in the wanted bundle`,
      hint: 'rotate the anchor too: a bundle without it, and an issuer under another',
    }),
  )
}

/**
 * Why the step from one state to the next is too far. At once may change either the anchors or the issuer; anchors are added, or are taken away, and are not exchanged.
 * Whether everybody has the anchors, and nobody the old certificates, is not to be seen in states: that is what is observed between two steps.
 *
 * @param at where the next state is written, for messages
 */
export function stepProblems(from: TrustState, next: TrustState, at: string): readonly Problem[] {
  const grows = !includes(from.bundle, next.bundle)
  const shrinks = !includes(next.bundle, from.bundle)
  const switches = from.issuer.fingerprint !== next.issuer.fingerprint
  const say = (message: string, hint: string): Problem => blocking({ code: 'rotation-jump', at, message, hint })
  const problems: Problem[] = []
  if (vouching(next.bundle, next.issuer).length === 0)
    problems.push(
      say(`no anchor of the bundle vouches for the issuer \`${next.issuer.subject}\``, 'keep its anchor in the bundle'),
    )
  if (grows && shrinks)
    problems.push(
      say(
        'anchors are exchanged: who has the new bundle and who has the old one refuse each other',
        'add the new anchors beside the old ones first',
      ),
    )
  if (switches && grows)
    problems.push(
      say(
        'the issuer changes together with the anchors: what it signs is refused by whoever has not the new bundle',
        'add the anchors first, and change the issuer when everybody has them',
      ),
    )
  if (switches && shrinks)
    problems.push(
      say(
        'anchors are taken away together with the issuer: what the old one signed is refused from then on',
        'take them away when nobody shows what the old issuer signed',
      ),
    )
  return problems
}
