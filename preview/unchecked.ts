import { readDefinitions } from '../core/analyze/schema/definitions'
import { validateObjects } from '../core/analyze/schema/validate-objects'
import { count, few } from '../core/report/words'
import type { SchemaSources } from '../components/definitions'
import { definitionsOf } from '../components/definitions'
import type { RegisteredObject } from './objects'
import { unknownValue } from './wire'

/** What of the registered objects nobody has held against a schema, so that it is not taken for being right. */
export interface Unchecked {
  /** Kinds of which no definition is given, `Sidecar.networking.istio.io`, and how many objects of each there are. */
  readonly kinds: Readonly<Record<string, number>>
  /** Fields whose values are not known before deployment: `ConfigMap shop/settings data.url`. */
  readonly values: readonly string[]
}

/** What a preview without a cluster cannot check of objects. What does not fit its schema the program refuses, and the pack's rule object-fits-schema finds. */
export function uncheckedIn(registered: readonly RegisteredObject[], sources: SchemaSources = {}): Unchecked {
  const whole = registered.filter(({ patch }) => !patch)
  const { definitions } = definitionsOf(sources, new Set(whole.map(({ object }) => object.kind)))
  const inputs = whole.map(({ object, name }) => ({ object, at: name }))
  const { unchecked } = validateObjects(inputs, readDefinitions(definitions), {
    isUnknown: value => value === unknownValue,
  })
  return { kinds: unchecked.kinds, values: unchecked.values.map(({ subject, path }) => `${subject} ${path}`) }
}

/** The same in words, a line each. */
export function uncheckedLines({ kinds, values }: Unchecked): readonly string[] {
  const named = Object.entries(kinds).map(([kind, number]) => `${number} ${kind}`)
  return [
    'rules in CEL, formats, defaults, quotas and webhooks are the API server’s, which was not asked',
    ...(named.length > 0 ? [`fields of ${few(named).join(', ')}: no definition is given (\`crds\`)`] : []),
    ...(values.length > 0
      ? [`${count(values.length, 'value')} not known before deployment: ${few(values).join(', ')}`]
      : []),
  ]
}
