import { z } from 'zod'
import type { Problem } from '../../model/problem'
import { frozen } from '../plain'
import { external, service } from '../shape'
import type { Fields } from '../shape-parts'
import { accepts, calls, explain, jsonSchemaOf, name } from '../shape-parts'
import { fit } from '../shape-problems'
import type { Fragment } from './fragment'

const services = explain(z.record(name('service', 'Its name, the only one in the mesh.'), service), 'Services by name.')

const externals = explain(z.record(name('entry', 'Its name.'), external), 'Hosts outside the cluster, by name.')

/** A whole fragment, in its JSON form; what is left out is empty. */
const fragmentShape = z.strictObject({
  $schema: explain(z.string(), 'Where this schema lies, for editors.').optional(),
  version: explain(z.literal(1), 'Of this form.'),
  services: services.default({}),
  external: externals.default({}),
  calls: calls.default({}),
  accepts: accepts.default({}),
} satisfies Fields<Fragment & { readonly $schema: string }>)

/** The fragment that was read, or every place where it has not the shape of one. */
export type ParsedFragment =
  | { readonly fragment: Fragment; readonly problems: readonly [] }
  | { readonly fragment?: never; readonly problems: readonly Problem[] }

/** Reads a fragment from plain data: a stack's output, or a document. What its values mean is for `mergeFragments`. */
export function parseFragment(value: unknown): ParsedFragment {
  const fitted = fit(fragmentShape, value)
  if (fitted.kind === 'misfits') return { problems: fitted.misfits.map(({ problem }) => problem) }
  const { $schema: _, ...fragment } = fitted.value
  return { fragment: frozen(fragment as Fragment), problems: [] } // zod admits `undefined` where the type says absent; `frozen` leaves such keys out
}

/** The JSON Schema of a fragment, generated from what `parseFragment` checks. For editors and other languages. */
export function fragmentJsonSchema(): Readonly<Record<string, unknown>> {
  return jsonSchemaOf(fragmentShape, {
    $id: 'urn:zero-trust-mesh:fragment:1',
    title: 'Fragment of a service graph',
    description:
      "One team's services, whom they call, and who may call them. A call to or from others stands when both sides declare it.",
  })
}
