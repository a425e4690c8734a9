import { day } from '../core/trust/certificate'
import type { Carrier } from '../core/trust/migration/migration'
import { planMigration } from '../core/trust/migration/plan'
import { migrationPicture, migrationTable } from '../core/trust/migration/print'
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

/** The same of plans from one trust domain to another: `<!-- migration: ambient -->` … `<!-- end of plan -->`. */
function withMigrations(page: string): string {
  const [from, to] = ['old.example.com', 'new.example.com'].map(trustDomain => ({ trustDomain, aliases: [] }))
  if (!from || !to) return page
  return page.replace(
    /(<!-- migration: (\S+) -->\n)[\s\S]*?(<!-- end of plan -->)/g,
    (_, start: string, carrier: Carrier, end: string) => {
      const plan = planMigration(from, to, { carrier })
      const told = plan.outage.map(why => `- ${why[0]?.toUpperCase() ?? ''}${why.slice(1)}.`)
      return `${start}\n${drawn(migrationPicture(plan), migrationTable(plan))}\n\n${told.length > 0 ? `${told.join('\n')}\n\n` : ''}${end}`
    },
  )
}

function drawn(picture: string, table: string): string {
  const ignored = ['<!-- prettier-ignore-start -->', table, '<!-- prettier-ignore-end -->']
  return ['```mermaid', picture, '```', '', ...ignored].join('\n')
}

/** `docs/trust.md` with its plans, a picture and a table each, as the code has them: `<!-- plan: linkerd -->` … `<!-- end of plan -->`. */
export function withPlans(page: string): string {
  return withMigrations(page).replace(
    /(<!-- plan: (\S+) -->\n)[\s\S]*?(<!-- end of plan -->)/g,
    (_, start: string, authority: Authority, end: string) => {
      const plan = planRotation(state('old'), state('new'), { authority, at })
      const table = rotationTable(plan).replace(/ \(SHA-256 `[^`]*`\)/g, '')
      return `${start}\n${drawn(rotationPicture(plan), table)}\n\n${end}`
    },
  )
}
