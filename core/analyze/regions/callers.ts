import type { Expression } from '../../model/language'
import { Language } from '../../model/language'

/** A caller without identity: plaintext, or TLS without a client certificate. */
export const nobody = Language.literals([''])

const label: Expression = { plus: { chars: 'abcdefghijklmnopqrstuvwxyz0123456789-' } }
const subdomain: Expression = { plus: { chars: 'abcdefghijklmnopqrstuvwxyz0123456789-.' } }
const domain: Expression = { plus: { chars: 'abcdefghijklmnopqrstuvwxyz0123456789-._' } }

const known = new Map<string, Language>()

/** All identities of these trust domains; of every trust domain where they are not known. */
export function trustedCallers(domains: readonly string[] | undefined): Language {
  const key = domains ? domains.join(' ') : '*'
  const language = known.get(key) ?? identitiesOf(domains ? { choice: domains } : domain)
  known.set(key, language)
  return language
}

function identitiesOf(trusted: Expression): Language {
  return Language.of({ sequence: [trusted, '/ns/', label, '/sa/', subdomain] })
}
