import { rolloutOf, seenBy } from './looks'
import { showDuration } from '../certificate'
import { afterwards, leafOf, skewOf, takesOver } from './rotation'
import type { Authority, Gate, Restarted, RotationSettings, RotationStep } from './rotation'
import { includes, type TrustState } from './state'
import { word } from './words'

/**
 * Istiod takes no other anchors while it runs, unless it is told to (istio `pilot/pkg/bootstrap/istio_ca.go` handleEvent: it warns in its log, and goes on as before).
 */
export function prepare(state: TrustState, settings: RotationSettings): readonly RotationStep[] {
  if (settings.authority !== 'cacerts') return []
  return [
    {
      step: 'prepare',
      state,
      apply: [
        'istiod’s chart: `env.ISTIO_MULTIROOT_MESH: "true"`, which the component `Istio` says',
        'for sidecars to have new anchors at once and not with their next certificate, if wanted: `meshConfig.defaultConfig.proxyMetadata.PROXY_CONFIG_XDS_AGENT: "true"`, and their Pods restarted',
      ],
      until: 'loaded',
      observe: seenBy('prepare', state, settings),
      back: 'leave it: it does nothing while there is one anchor',
    },
  ]
}

/** New anchors beside the old ones. Nothing is signed under them yet, so nobody is asked for them. */
export function distribute(state: TrustState, settings: RotationSettings): RotationStep {
  const back = 'take the new anchors out again: nothing is signed under them yet'
  return { ...told('distribute', state, settings), back }
}

/** The new issuer signs from here on: the step before which everybody has to have its anchor. */
export function switchIssuer(state: TrustState, before: TrustState, settings: RotationSettings): RotationStep {
  const back = `put the issuer \`${before.issuer.subject}\` back: its anchor is in the bundle still`
  if (!takesOver(settings)) return { ...told('switch', state, settings), back }
  const { authority } = afterwards(settings)
  const apply = [...takeOver(authority), ...word(authority).switch(state)]
  const observe = seenBy('switch', state, afterwards(settings))
  return { step: 'switch', state, apply, until: 'loaded', observe, back: `${back}, and workloads are restarted again` }
}

/** How one authority of Istio takes over from the other. Proxies ask whom they were told when they were injected. */
function takeOver(authority: Authority): readonly string[] {
  const [stack, values] =
    authority === 'istio-csr'
      ? ['`trust.istioCsr` of the stack', '`global.caAddress` and `env.ENABLE_CA_SERVER: "false"`']
      : ['no `trust.istioCsr` in the stack', 'no `global.caAddress`, and no `env.ENABLE_CA_SERVER`']
  return [`${stack}, then \`pulumi up\`; without this project istiod’s chart: ${values}`]
}

/** Until nobody shows what the old issuer signed. Where another authority took over, those who are not restarted ask one that signs no longer. */
export function renewal(state: TrustState, settings: RotationSettings): RotationStep {
  const then = afterwards(settings)
  if (!takesOver(settings)) return wait(state, 'renewed', settings)
  const apply = [
    `within half of what an identity lasts (${showDuration(leafOf(settings) / 2)}): ${rolloutOf(then, 'workloads')}`,
  ]
  const back = 'as from the step before'
  return {
    step: 'restart',
    of: 'workloads',
    state,
    apply,
    until: 'renewed',
    observe: seenBy('wait', state, then),
    back,
  }
}

/** The old anchors go. Whoever showed a certificate under them would be refused from here on. */
export function retire(state: TrustState, before: TrustState, settings: RotationSettings): RotationStep {
  const gone = before.bundle.filter(one => !includes(state.bundle, [one])).map(({ subject }) => `\`${subject}\``)
  return { ...told('retire', state, settings), back: `put ${gone.join(' and ')} back into the bundle` }
}

/** What the control plane is told. */
function told(step: 'distribute' | 'switch' | 'retire', state: TrustState, settings: RotationSettings) {
  const apply = word(settings.authority)[step](state)
  return { step, state, apply, until: 'loaded', observe: seenBy(step, state, settings) } as const
}

/** Until proxies have the anchors of a state, or no others. */
export function restarts(
  state: TrustState,
  until: 'distributed' | 'dropped',
  settings: RotationSettings,
): readonly RotationStep[] {
  if (word(settings.authority).anchorsCome === 'with-certificates') return [wait(state, until, settings)]
  const back = 'go back along the step before, and restart the same again'
  return [
    { ...restart('control plane', state, settings), until: 'loaded', back },
    { ...restart('workloads', state, settings), until, back },
  ]
}

/** Everything at once, where nothing is left to be spared. */
export function replace(state: TrustState, settings: RotationSettings): readonly RotationStep[] {
  const { distribute: trust, switch: sign } = word(settings.authority)
  const apply = [...trust(state), ...sign(state)]
  const back = 'none: what was there does not hold'
  return [
    { step: 'replace', state, apply, until: 'loaded', observe: [], back },
    { ...restart('control plane', state, settings), until: 'loaded', back },
    {
      ...restart('workloads', state, settings),
      until: 'renewed',
      observe: seenBy('wait', state, settings),
      back,
    },
  ]
}

function restart(of: Restarted, state: TrustState, settings: RotationSettings) {
  const apply = [rolloutOf(settings, of)]
  return { step: 'restart', of, state, apply, observe: seenBy(of, state, settings) } as const
}

/** Until it is so by itself, since every certificate has been renewed; at once where workloads are restarted. */
export function wait(state: TrustState, until: Gate, settings: RotationSettings): RotationStep {
  return {
    step: 'wait',
    state,
    apply: [`wait, or for less time: ${rolloutOf(settings, 'workloads')}`],
    until,
    observe: seenBy('wait', state, settings),
    back: 'as from the step before',
    within: leafOf(settings) + skewOf(settings),
  }
}
