import type { Duration } from '../certificate'
import { hour } from '../certificate'
import { usualLeaf } from '../expected'
import { rolloutOf, seenBy, type Looked } from './looks'
import type { Gate, RotationSettings, RotationStep } from './rotation'
import type { TrustState } from './state'
import { word } from './words'

/** A rotation under way. */
export interface Rotation {
  readonly settings: RotationSettings
  readonly skew: Duration
}

/**
 * Istiod takes no other anchors while it runs, unless it is told to (istio `pilot/pkg/bootstrap/istio_ca.go` handleEvent: it warns in its log, and goes on as before).
 */
export function prepare(state: TrustState, { settings }: Rotation): readonly RotationStep[] {
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
      observe: seenBy('prepared', looked(state, settings)),
      back: 'leave it: it does nothing while there is one anchor',
    },
  ]
}

/** New anchors beside the old ones. Nothing is signed under them yet, so nobody is asked for them. */
export function distribute(state: TrustState, { settings }: Rotation): RotationStep {
  return {
    step: 'distribute',
    state,
    apply: word(settings.authority).distribute(state),
    until: 'loaded',
    observe: seenBy('distributed', looked(state, settings)),
    back: 'take the new anchors out again: nothing is signed under them yet',
  }
}

/** Until proxies have the anchors of a state, or no others. */
export function restarts(
  state: TrustState,
  until: 'distributed' | 'dropped',
  rotation: Rotation,
): readonly RotationStep[] {
  const { settings } = rotation
  const last = word(settings.authority)
  if (last.anchorsCome === 'with-certificates') return [waited(state, until, rotation)]
  const back = 'go back along the step before, and restart the same again'
  const control = { apply: [rolloutOf(looked(state, settings), 'control plane')], until: 'loaded' } as const
  const all = { apply: [rolloutOf(looked(state, settings), 'workloads')], until } as const
  return [
    {
      step: 'restart',
      of: 'control plane',
      state,
      ...control,
      observe: seenBy('control plane', looked(state, settings)),
      back,
    },
    { step: 'restart', of: 'workloads', state, ...all, observe: seenBy('workloads', looked(state, settings)), back },
  ]
}

/** The new issuer signs from here on: the step before which everybody has to have its anchor. */
export function switchIssuer(state: TrustState, before: TrustState, { settings }: Rotation): RotationStep {
  return {
    step: 'switch',
    state,
    apply: word(settings.authority).switch(state),
    until: 'loaded',
    observe: seenBy('switched', looked(state, settings)),
    back: `put the issuer \`${before.issuer.subject}\` back: its anchor is in the bundle still`,
  }
}

/** Nobody shows what the old issuer signed: by itself once every certificate has been renewed, at once where workloads are restarted. */
export function renew(state: TrustState, rotation: Rotation): RotationStep {
  return waited(state, 'renewed', rotation)
}

/** The old anchors go. Whoever showed a certificate under them would be refused from here on. */
export function retire(state: TrustState, before: TrustState, { settings }: Rotation): RotationStep {
  const gone = before.bundle.filter(one => !state.bundle.includes(one)).map(({ subject }) => `\`${subject}\``)
  return {
    step: 'retire',
    state,
    apply: word(settings.authority).retire(state),
    until: 'loaded',
    observe: seenBy('retired', looked(state, settings)),
    back: `put ${gone.join(' and ')} back into the bundle`,
  }
}

/** Everything at once, where nothing is left to be spared. */
export function replace(state: TrustState, { settings }: Rotation): readonly RotationStep[] {
  const { distribute: trust, switch: sign } = word(settings.authority)
  const back = 'none: what was there does not hold'
  const rollout = (of: 'control plane' | 'workloads', until: Gate): RotationStep => ({
    ...{ step: 'restart', of, state, until, back, apply: [rolloutOf(looked(state, settings), of)] },
    observe: seenBy(of === 'workloads' ? 'waited' : of, looked(state, settings)),
  })
  const at = looked(state, settings)
  return [
    {
      step: 'replace',
      state,
      apply: [...trust(state), ...sign(state)],
      until: 'loaded',
      observe: seenBy('replaced', at),
      back,
    },
    rollout('control plane', 'loaded'),
    rollout('workloads', 'renewed'),
  ]
}

function waited(state: TrustState, until: Gate, { settings, skew }: Rotation): RotationStep {
  const within = leafOf(settings) + skew
  return {
    step: 'wait',
    state,
    apply: [`wait, or for less time: ${rolloutOf(looked(state, settings), 'workloads')}`],
    until,
    observe: seenBy('waited', looked(state, settings)),
    back: 'as from the step before',
    within,
  }
}

/** How long a workload's certificate lasts: what istio-csr grants at most is an hour (istio-csr `app.server.maxCertificateDuration`). */
export function leafOf({ leaf, authority }: RotationSettings): Duration {
  return leaf ?? (authority === 'istio-csr' ? hour : usualLeaf)
}

function looked({ bundle }: TrustState, { authority, system, namespaces = [] }: RotationSettings): Looked {
  return {
    anchors: bundle.length,
    authority,
    system: system ?? (authority === 'linkerd' ? 'linkerd' : 'istio-system'),
    namespaces,
  }
}
