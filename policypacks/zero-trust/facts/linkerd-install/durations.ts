const units: Readonly<Record<string, number>> = { h: 1, m: 1 / 60, s: 1 / 3600 }

/** Hours of a duration as Go and cert-manager write it, `48h`, `1h30m`; nothing for another word. */
export function hoursOf(duration: string): number | undefined {
  if (!/^(?:\d+(?:\.\d+)?[hms])+$/.test(duration)) return undefined
  const parts = duration.matchAll(/(\d+(?:\.\d+)?)([hms])/g)
  return [...parts].reduce((sum, [, count = '', unit = '']) => sum + Number(count) * (units[unit] ?? 0), 0)
}
