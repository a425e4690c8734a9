import type { IntendedFlow, Intent } from '../core/model/intent'
import { canonicalJson } from '../core/model/canonical'
import type { Fragment } from '../core/graph/fragments/fragment'
import { sha256 } from './io'
import { isList, isMapping } from './shape'

type Fragments = Readonly<Record<string, Fragment>>

/** What an intent is called in a lock file and by what the stack registers. */
export function digestOf(intent: Intent): string {
  return sha256(canonicalJson(intent))
}

/**
 * The text of `intent.lock.json`: the intent and its digest, one governed service, flow or entry a line, so that a change of
 * intent reads as a diff of flows. After it what was accepted of each fragment, which it keeps where it cannot be read.
 */
export function renderLock(intent: Intent, fragments: Fragments = {}): string {
  const list = (items: readonly unknown[]): string =>
    items.length === 0 ? '[]' : `[\n${items.map(item => `      ${JSON.stringify(item)}`).join(',\n')}\n    ]`
  return [
    '{',
    `  "digest": ${JSON.stringify(digestOf(intent))},`,
    '  "intent": {',
    `    "version": ${intent.version},`,
    `    "governed": ${list(intent.governed)},`,
    `    "flows": ${list(intent.flows)}${intent.entries ? ',' : ''}`,
    ...(intent.entries ? [`    "entries": ${list(intent.entries)}`] : []),
    `  }${Object.keys(fragments).length > 0 ? ',' : ''}`,
    ...fragmentLines(fragments),
    '}',
    '',
  ].join('\n')
}

/** Sorted, so that the order of declaration is no change. */
function fragmentLines(fragments: Fragments): readonly string[] {
  if (Object.keys(fragments).length === 0) return []
  const text = JSON.stringify(JSON.parse(canonicalJson(fragments)), undefined, 2)
  return `"fragments": ${text}`.split('\n').map(line => `  ${line}`)
}

/** How a lock file differs from the intent it should hold, one change a line; none where it is current. */
export function lockChanges(locked: unknown, intent: Intent, fragments: Fragments = {}): readonly string[] {
  const parts = fragmentChanges(isMapping(locked) ? locked.fragments : undefined, fragments)
  const meant = intentChanges(locked, intent)
  return [...meant, ...parts]
}

function fragmentChanges(before: unknown, after: Fragments): readonly string[] {
  const old = isMapping(before) ? before : {}
  const names = [...new Set([...Object.keys(old), ...Object.keys(after)])].sort()
  return names.flatMap(name => {
    if (!(name in after)) return [`- fragment ${name}`]
    if (!(name in old)) return [`+ fragment ${name}`]
    return canonicalJson(old[name]) === canonicalJson(after[name]) ? [] : [`~ fragment ${name}`]
  })
}

function intentChanges(locked: unknown, intent: Intent): readonly string[] {
  if (isMapping(locked) && locked.digest === digestOf(intent) && canonicalJson(locked.intent) === canonicalJson(intent))
    return []
  const before = isMapping(locked) && isMapping(locked.intent) ? locked.intent : {}
  const changes = [
    ...listChanges(flowTexts(before.flows), flowTexts(intent.flows)),
    ...respelt(before.flows, intent.flows),
    ...listChanges(entryTexts(before.entries), entryTexts(intent.entries)),
    ...listChanges(serviceNames(before.governed), serviceNames(intent.governed)),
  ]
  return changes.length > 0
    ? changes
    : ['~ the same flows, spelt out otherwise, or a digest that is not that of the intent']
}

/** Whether a file's content is a lock, whatever its intent: nothing else is ever overwritten. */
export function isLock(value: unknown): boolean {
  return isMapping(value) && 'digest' in value && 'intent' in value
}

function listChanges(before: readonly string[], after: readonly string[]): readonly string[] {
  const [old, current] = [new Set(before), new Set(after)]
  const removed = [...old].filter(text => !current.has(text)).map(text => `- ${text}`)
  const added = [...current].filter(text => !old.has(text)).map(text => `+ ${text}`)
  return [...removed, ...added]
}

/** Flows that read the same and are not: what a token must be lies partly in the issuer's declaration. */
function respelt(before: unknown, after: readonly IntendedFlow[]): readonly string[] {
  const old = new Map(mappings(before).map(flow => [flow.text, canonicalJson(flow.jwt)]))
  return after
    .filter(({ text, jwt }) => old.has(text) && old.get(text) !== canonicalJson(jwt))
    .map(({ text }) => `~ ${text} (of another token than before)`)
}

function flowTexts(flows: unknown): readonly string[] {
  return mappings(flows).flatMap(({ text }) => (typeof text === 'string' ? [text] : []))
}

/** With how a host is served, of which an entry's text says nothing. */
function entryTexts(entries: unknown): readonly string[] {
  return mappings(entries).flatMap(({ text, tls }) =>
    typeof text === 'string' ? [tls === true ? `${text} (in TLS)` : text] : [],
  )
}

function serviceNames(governed: unknown): readonly string[] {
  return mappings(governed).map(service => `governed ${canonicalJson(service)}`)
}

function mappings(value: unknown): readonly Readonly<Record<string, unknown>>[] {
  return isList(value) ? value.filter(isMapping) : []
}
