import { nameOf } from '../../../core/trust/certificate'
import { dateProblems } from '../../../core/trust/check-dates'
import { endingAnchor, goodAnchor } from '../example-anchors'
import { configMap } from '../example-objects'
import { isDate } from '../../../core/model/date'
import { anchorSources, readAnchors, type ReadAnchors } from '../facts/known-anchors'
import { finding, judgeEach } from '../field'
import { rule, type Context, type Finding } from '../rule'

const both = configMap('zero-trust-mesh-anchors', { 'ca.pem': goodAnchor + endingAnchor })

/**
 * No certificate that a mesh is told to trust ends within 60 days, has ended, or has not begun. Every certificate of a chain is held to its dates, the anchor too (Go
 * crypto/x509/verify.go isValid), and another anchor has to be known everywhere before the first one ends, which takes the time that all workloads take to start anew.
 */
export const anchorValidityHorizon = rule({
  id: 'anchor-validity-horizon',
  severity: 'critical',
  scope: 'stack',
  controls: [
    'nist-800-53/IA-5(2)',
    'nist-800-53/SC-12',
    'nist-800-53/SC-17',
    'nist-800-207/tenet-5',
    'pci-dss/4.2.1.1',
    'iso-27001/A.8.24',
  ],
  why: 'with its anchor every identity of the mesh ends in the same moment, and there is no way back without an outage',
  fix: 'add the next anchor to the bundle now, and switch the issuer when every workload trusts it; drop an anchor that has ended, if another one vouches for the issuer',
  limits:
    'rules have no clock: without the setting `today`, which a pipeline has to set anew at each run, only an anchor is found that ends before it begins; those in a Secret that is only named are not read',
  config: ['today'],
  examples: {
    pass: [
      {
        title: 'years are left',
        objects: [configMap('zero-trust-mesh-anchors', { 'ca.pem': goodAnchor })],
        config: { today: '2026-06-15' },
      },
      { title: 'nobody says what day it is', objects: [both] },
    ],
    fail: [
      { title: 'two weeks are left to one of them', objects: [both], config: { today: '2026-06-15' } },
      { title: 'one of them has ended', objects: [both], config: { today: '2026-07-02' } },
      { title: 'none of them has begun', objects: [both], config: { today: '2026-05-01' } },
      { title: 'a day that is none', objects: [both], config: { today: '2026-06-31' } },
    ],
  },
  check,
})

function check(context: Context): readonly Finding[] {
  const { today } = context.config
  return judgeEach(anchorSources(context), source =>
    readAnchors(source, context).flatMap(anchors => {
      if (today !== undefined && !isDate(today))
        return [finding(anchors.field, 'cannot be proven: the setting `today` is not a day, `2026-09-30`')]
      return judge(anchors, today)
    }),
  )
}

const faults: Readonly<Record<string, string>> = {
  'never-valid': 'ends before it begins',
  expired: 'has ended',
  'not-yet-valid': 'has not begun',
  'expires-soon': 'ends within 60 days',
}

/** What cannot be read is found by `anchor-algorithm`. */
function judge({ field, mesh, certificates }: ReadAnchors, today: string | undefined): readonly Finding[] {
  return certificates.flatMap((certificate, i) => {
    const isNever = certificate.notAfter < certificate.notBefore
    if (today === undefined && !isNever) return []
    const at = today === undefined ? certificate.notBefore : Date.parse(`${today}T00:00:00Z`)
    return dateProblems(certificate, 'anchor', { mesh, at }).map(({ code }) =>
      finding(field, `certificate ${i + 1} of it, ${nameOf(certificate)}, ${faults[code] ?? 'is not valid'}`),
    )
  })
}
