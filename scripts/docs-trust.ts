import { day } from '../core/trust/certificate'
import { planRotation } from '../core/trust/rotation/plan'
import { rotationPicture, rotationTable } from '../core/trust/rotation/print'
import type { Authority } from '../core/trust/rotation/rotation'
import type { Dated, TrustState } from '../core/trust/rotation/state'

const at = Date.parse('2026-06-01T00:00:00Z')

function dated(subject: string, years: number): Dated {
  return { subject, fingerprint: subject, notBefore: at - day, notAfter: at + years * 365 * day }
}

function state(name: string): TrustState {
  const anchor = dated(`CN=${name} root`, 10)
  return { bundle: [anchor], issuer: { ...dated(`CN=${name} issuer`, 1), anchors: [anchor.fingerprint] } }
}

/** `docs/trust.md` with its plans, a picture and a table each, as the code has them: `<!-- plan: linkerd -->` … `<!-- end of plan -->`. */
export function withPlans(page: string): string {
  return page.replace(
    /(<!-- plan: (\S+) -->\n)[\s\S]*?(<!-- end of plan -->)/g,
    (_, start: string, authority: Authority, end: string) => {
      const plan = planRotation(state('old'), state('new'), { authority, at })
      const table = rotationTable(plan).replace(/ \(SHA-256 `[^`]*`\)/g, '')
      const ignored = ['<!-- prettier-ignore-start -->', table, '<!-- prettier-ignore-end -->']
      return `${start}\n${['```mermaid', rotationPicture(plan), '```', '', ...ignored].join('\n')}\n\n${end}`
    },
  )
}
