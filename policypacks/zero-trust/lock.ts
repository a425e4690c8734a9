import { canonicalJson } from '../../core/model/canonical'
import type { GovernedService, IntendedEntry, IntendedFlow, Intent } from '../../core/model/intent'
import type { IntendedToken, TokenHeader } from '../../core/model/token'
import { isRecord } from './judged'

/** The reviewed intent, or why there is none. */
export type IntentSource =
  | { readonly kind: 'found'; readonly digest: string; readonly intent: Intent }
  | { readonly kind: 'missing'; readonly why: string }

/** What there is where nothing names a lock file. */
export const noLock: IntentSource = { kind: 'missing', why: 'no `intent.lock.json` is named (setting `lock`)' }

/** A digest of a text, `sha256:…`; given by the shell, as rules have no cryptography of their own. */
export type Digest = (text: string) => string

/** Reads an `intent.lock.json`. The digest is computed anew: one that was merely written down proves nothing. */
export function parseLock(text: string, path: string, digest: Digest): IntentSource {
  const lock = parseJson(text)
  if (!isRecord(lock)) return { kind: 'missing', why: `\`${path}\` is no JSON object` }
  if (!isIntent(lock.intent))
    return { kind: 'missing', why: `\`${path}\` has no intent of version 1; write it anew with \`ztm compile --lock\`` }
  const actual = digest(canonicalJson(lock.intent))
  if (lock.digest !== actual)
    return {
      kind: 'missing',
      why: `\`${path}\` was changed by hand: its digest is not that of its intent; write it anew with \`ztm compile --lock\``,
    }
  return { kind: 'found', digest: actual, intent: lock.intent }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function isIntent(value: unknown): value is Intent {
  if (!isRecord(value) || value.version !== 1 || !isListOf(value.entries ?? [], isEntry)) return false
  return isListOf(value.governed, isGoverned) && isListOf(value.flows, isFlow)
}

function isListOf<T>(value: unknown, is: (item: unknown) => item is T): value is readonly T[] {
  return Array.isArray(value) && value.every(is)
}

const isText = (value: unknown): value is string => typeof value === 'string'

function isGoverned(value: unknown): value is GovernedService {
  if (!isRecord(value) || !isRecord(value.labels)) return false
  if (![value.service, value.namespace, value.serviceAccount, ...Object.values(value.labels)].every(isText))
    return false
  if (value.headless !== undefined && value.headless !== true) return false
  return isListOf(value.ports, isPort)
}

function isPort(value: unknown): value is GovernedService['ports'][number] {
  if (!isRecord(value) || !isText(value.name) || typeof value.port !== 'number') return false
  if (value.servicePort !== undefined && typeof value.servicePort !== 'number') return false
  return isText(value.protocol) && ['http', 'grpc', 'tcp', 'tls'].includes(value.protocol)
}

function isFlow(value: unknown): value is IntendedFlow {
  if (!isRecord(value) || !isText(value.text) || !isCaller(value.from) || !isCallee(value.to)) return false
  if (value.purpose !== undefined && value.purpose !== 'scrape') return false
  if (value.border !== undefined && value.border !== 'plaintext' && value.border !== 'gateway') return false
  if (value.jwt !== undefined && !isToken(value.jwt)) return false
  return value.http === undefined || isHttp(value.http)
}

function isEntry(value: unknown): value is IntendedEntry {
  if (!isRecord(value) || !isText(value.text) || !isText(value.host) || !isRecord(value.gateway)) return false
  if (![value.gateway.namespace, value.gateway.serviceAccount].every(isText)) return false
  if (value.tls !== undefined && value.tls !== true) return false
  return isCallee(value.to) && value.to.kind === 'workload' && isHttp(value.http)
}

function isHttp(value: unknown): value is IntendedEntry['http'] {
  return isRecord(value) && isListOf(value.methods, isText) && isExpression(value.path)
}

/** A demand that is not known here could not be checked, so it is no token that this pack can judge. */
function isToken(value: unknown): value is IntendedToken {
  if (!isRecord(value)) return false
  const { issuer, headers = [], claims = {}, trustedAudiences = [], audiences = [], scopes = [], ...rest } = value
  if (!isText(issuer) || !isListOf(headers, isHeader) || Object.keys(rest).length > 0) return false
  const lists = [trustedAudiences, audiences, scopes, ...(isRecord(claims) ? Object.values(claims) : [undefined])]
  return lists.every(list => isListOf(list, isText))
}

function isHeader(value: unknown): value is TokenHeader {
  return isRecord(value) && isText(value.name) && (value.prefix === undefined || isText(value.prefix))
}

function isCaller(value: unknown): value is IntendedFlow['from'] {
  if (!isRecord(value)) return false
  if (value.gateway !== undefined && value.gateway !== true) return false
  if (value.kind === 'workload') return [value.service, value.namespace, value.serviceAccount].every(isText)
  if (value.kind === 'outside') return isText(value.name) && isListOf(value.cidrs, isText)
  return value.kind === 'kubelet'
}

function isCallee(value: unknown): value is IntendedFlow['to'] {
  if (!isRecord(value) || typeof value.port !== 'number') return false
  if (value.kind === 'workload') return [value.service, value.namespace, value.serviceAccount].every(isText)
  const { via, originated } = value
  if (originated !== undefined && originated !== true) return false
  if (via !== undefined && !(isRecord(via) && isText(via.namespace) && isText(via.serviceAccount))) return false
  return value.kind === 'external' && isText(value.name) && isText(value.host)
}

/** An `Expression` of core/model/language, whose one field says what it is. */
function isExpression(value: unknown): boolean {
  if (!isRecord(value)) return isText(value)
  const [[kind, operand] = [], ...rest] = Object.entries(value)
  if (rest.length > 0) return false
  if (kind === 'any') return operand === true
  if (kind === 'chars' || kind === 'except') return isText(operand)
  if (kind === 'sequence' || kind === 'choice') return Array.isArray(operand) && operand.every(isExpression)
  return (kind === 'star' || kind === 'plus') && isExpression(operand)
}
