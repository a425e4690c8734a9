import { defect } from './place'
import type { Problem } from '../model/problem'

interface NameRule {
  readonly noun: string
  readonly pattern: RegExp
  readonly longest: number
  readonly rule: string
}

const label = 'lower-case letters, digits and `-`, a letter or digit at both ends, at most 63 characters'
const subdomain = 'lower-case letters, digits, `-` and `.`, at most 253 characters'

/**
 * What the API server accepts as a name: Kubernetes `apimachinery/pkg/util/validation/validation.go` (DNS-1123 label and
 * subdomain, DNS-1035 label for a Service, IsValidPortName, IsQualifiedName, IsValidLabelValue).
 */
const rules = {
  service: {
    noun: 'a name for a Kubernetes Service',
    pattern: /^[a-z]([-a-z0-9]*[a-z0-9])?$/,
    longest: 63,
    rule: `${label}, a letter first`,
  },
  entry: {
    noun: 'a name for a Kubernetes object',
    pattern: /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/,
    longest: 63,
    rule: label,
  },
  namespace: { noun: 'a name for a namespace', pattern: /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/, longest: 63, rule: label },
  serviceAccount: {
    noun: 'a name for a ServiceAccount',
    pattern: /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/,
    longest: 253,
    rule: subdomain,
  },
  secret: {
    noun: 'a name for a Secret',
    pattern: /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/,
    longest: 253,
    rule: subdomain,
  },
  port: {
    noun: 'a name for a port',
    pattern: /^(?=.*[a-z])[a-z0-9]+(-[a-z0-9]+)*$/,
    longest: 15,
    rule: 'lower-case letters, digits and single `-` between them, at least one letter, at most 15 characters',
  },
  labelKey: {
    noun: 'a label key',
    pattern:
      /^(?=(?:[^/]{1,253}\/)?[^/]{1,63}$)([a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*\/)?[A-Za-z0-9]([-\w.]*[A-Za-z0-9])?$/,
    longest: 317,
    rule: 'letters, digits, `-`, `_` and `.`, at most 63 characters, after an optional DNS prefix and `/`',
  },
  labelValue: {
    noun: 'a label value',
    pattern: /^([A-Za-z0-9]([-\w.]*[A-Za-z0-9])?)?$/,
    longest: 63,
    rule: 'letters, digits, `-`, `_` and `.`, a letter or digit at both ends, at most 63 characters',
  },
  host: {
    noun: 'a DNS name',
    pattern: /^(?=.*[a-z])([a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?\.)+[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/,
    longest: 253,
    rule: 'a whole name in lower case, such as `api.example.com`, with neither scheme, port nor path',
  },
} satisfies Record<string, NameRule>

/** What a name is to name. */
export type NameKind = keyof typeof rules

/** What names of a kind must match, for the published schema. */
export function namePattern(kind: NameKind): { readonly pattern: string; readonly maxLength: number } {
  return { pattern: rules[kind].pattern.source, maxLength: rules[kind].longest }
}

export function isName(kind: NameKind, name: string): boolean {
  return name.length <= rules[kind].longest && rules[kind].pattern.test(name)
}

/** A problem where a name is none that Kubernetes would accept; the hint is a near name that it would, or the rule. */
export function nameProblems(kind: NameKind, name: string, at: string): readonly Problem[] {
  if (isName(kind, name)) return []
  const { noun, rule } = rules[kind]
  const tidy = tidied(name)
  const hint = tidy !== name && isName(kind, tidy) ? `did you mean \`${tidy}\`?` : rule
  return [
    defect({
      code: 'malformed-name',
      at,
      message: `${name === '' ? 'empty text' : `\`${name}\``} is not ${noun}`,
      hint,
    }),
  ]
}

/** `MyApp_v2` → `my-app-v2`. */
function tidied(name: string): string {
  return name
    .replace(/([a-z0-9])([A-Z])/g, '$1-$2')
    .toLowerCase()
    .replace(/[\s_]+/g, '-')
    .replace(/^-+|-+$/g, '')
}
