import type { Condition, Schema } from './schema'

/** Whether a value fits: an unknown part of it may yet make it fit, or keep it from doing so. */
export type Fit = 'yes' | 'no' | 'unknown'

/** What is wrong where a value surely does not fit a condition, given how it fits each alternative; or nothing. */
export function unfit({ kind, of }: Condition, fit: (schema: Schema) => Fit): string | undefined {
  const outcomes = of.map(fit)
  const fitting = of.filter((_, i) => outcomes[i] === 'yes')
  const possible = outcomes.filter(outcome => outcome !== 'no').length
  switch (kind) {
    case 'one':
      if (fitting.length > 1) return `may have only one of ${named(fitting)}`
      return possible === 0 ? `has none of ${named(of)}` : undefined
    case 'some':
      return possible === 0 ? `has none of ${named(of)}` : undefined
    case 'all':
      return possible < of.length ? `lacks what its schema asks for: ${named(of)}` : undefined
    case 'none':
      return fitting.length > 0 ? `has what its schema rules out: ${named(fitting)}` : undefined
  }
}

/** The fields that alternatives ask for, as most of them do no more than that. */
function named(schemas: readonly Schema[]): string {
  const fields = new Set(schemas.flatMap(fieldsAsked))
  return fields.size === 0 ? 'its alternatives' : [...fields].map(field => `\`${field}\``).join(', ')
}

function fieldsAsked({ required, conditions }: Schema): readonly string[] {
  return [...required, ...conditions.flatMap(({ of }) => of.flatMap(fieldsAsked))]
}
