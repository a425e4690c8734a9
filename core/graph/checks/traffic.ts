import type { Problem } from '../../model/problem'
import type { Service, Traffic } from '../graph'
import { defect, listing, place } from '../place'
import type { Context } from './context'
import { versionProblems } from './versions'

/** What is wrong with how calls to services are to be spread, repeated and given up. */
export function trafficProblems(context: Context): readonly Problem[] {
  return Object.entries(context.graph.services).flatMap(([name, service]) => {
    const { traffic } = service
    if (traffic === undefined) return []
    return [
      ...versionProblems(context, name, service),
      ...durationProblems(name, traffic),
      ...unreadProblems(context, name, service),
    ]
  })
}

const units: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 }

/** Milliseconds. The Gateway API takes no more than five digits (its CRDs' pattern for durations). */
function milliseconds(text: string): number | undefined {
  const [, digits, unit = ''] = /^([0-9]{1,5})(ms|s|m|h)$/.exec(text) ?? []
  return digits === undefined ? undefined : Number(digits) * (units[unit] ?? 0)
}

function durationProblems(name: string, { timeout, retries, outlierDetection }: Traffic): readonly Problem[] {
  const at = (...steps: readonly string[]): string => place('services', name, 'traffic', ...steps)
  const given = [
    [timeout, at('timeout')],
    [retries?.perTryTimeout, at('retries', 'perTryTimeout')],
    [outlierDetection?.ejectionTime, at('outlierDetection', 'ejectionTime')],
  ] as const
  return [
    ...given.flatMap(([text, where]) => (text === undefined ? [] : malformed(text, where))),
    ...(retries ? attemptProblems(retries, timeout, at('retries', 'perTryTimeout')) : []),
    ...(outlierDetection?.maxEjected === 0 ? [neverEjected(at('outlierDetection', 'maxEjected'))] : []),
  ]
}

function malformed(text: string, at: string): readonly Problem[] {
  const length = milliseconds(text)
  if (length === undefined) {
    const hint = 'up to five digits and `ms`, `s`, `m` or `h`, as in `500ms` or `10s`'
    return [defect({ code: 'malformed-duration', at, message: `\`${text}\` is no duration`, hint })]
  }
  if (length > 0) return []
  return [defect({ code: 'malformed-duration', at, message: `\`${text}\` is no time at all`, hint: 'leave it out' })]
}

function attemptProblems(
  { attempts, perTryTimeout }: NonNullable<Traffic['retries']>,
  timeout: string | undefined,
  at: string,
): readonly Problem[] {
  if (perTryTimeout === undefined) return []
  if (attempts === 0) {
    const hint = 'leave it out, or say `timeout`'
    return [defect({ code: 'needless-timeout', at, message: 'nothing is tried again that it could be of', hint })]
  }
  const [each, all] = [milliseconds(perTryTimeout), timeout === undefined ? undefined : milliseconds(timeout)]
  if (each === undefined || all === undefined || each <= all) return []
  const message = `an attempt may take \`${perTryTimeout}\`, and all of them together \`${timeout ?? ''}\``
  return [defect({ code: 'needless-timeout', at, message, hint: 'give an attempt less time, or the call more' })]
}

/** Istio reads 0 as if nothing had been said, which is 10 (istio `pilot/pkg/networking/core/cluster_traffic_policy.go` applyOutlierDetection). */
function neverEjected(at: string): Problem {
  const hint = 'leave `outlierDetection` out'
  return defect({ code: 'never-ejected', at, message: 'with `0` no Pod would ever be left out', hint })
}

/** What is of requests, on ports that carry none. */
function unreadProblems({ damaged }: Context, name: string, { ports, traffic = {} }: Service): readonly Problem[] {
  if (damaged('services', name, 'ports')) return []
  if (Object.values(ports).some(({ protocol }) => protocol === 'http' || protocol === 'grpc')) return []
  const said = (['versions', 'timeout', 'retries'] as const).filter(key => traffic[key] !== undefined)
  if (said.length === 0) return []
  const at = place('services', name, 'traffic')
  const message = `${listing(said)} ${said.length === 1 ? 'is' : 'are'} of requests, and no port speaks http or grpc`
  return [defect({ code: 'traffic-without-requests', at, message, hint: 'only `outlierDetection` holds for bytes' })]
}
