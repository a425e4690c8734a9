import { z } from 'zod'
import { canonicalCidr } from '../core/graph/cidrs'
import { trustDomainPattern } from '../core/model/identity'
import type { Charts, IssuerReference } from './settings'

/*
 * The words that the configuration of each mesh is made of.
 */

/** All the keys of a type, each with its schema: a field added to the type and forgotten here fails to compile. */
export type Fields<T> = Readonly<Record<keyof T, z.ZodType>>

export function pattern(regex: RegExp, error: string): z.ZodString {
  return z.string().regex(regex, { error })
}

export const text = pattern(/\S/, 'expected some text')
export const label = pattern(
  /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/,
  'expected a DNS label: lower-case letters, digits and `-`, at most 63 characters',
)

export const charts = z
  .strictObject({
    repository: pattern(
      /^(https|oci):\/\/\S+$/,
      'expected an address that starts with `https://` or `oci://`',
    ).exactOptional(),
    directory: text.exactOptional(),
    archives: text.exactOptional(),
  })
  .refine(value => Object.keys(value).length === 1, {
    error: 'expected one of `repository`, `directory` and `archives`',
  })
  .transform(value => value as Charts) // exactly one of them, as was just seen

export const issuer = z.strictObject({
  name: text,
  kind: text.exactOptional(),
  group: text.exactOptional(),
} satisfies Fields<IssuerReference>)

export const folder = pattern(/^\/\S*$/, 'expected the path of a folder on the node, from `/`')

export const networks = z
  .array(
    z.string().refine(block => canonicalCidr(block) !== undefined, { error: 'expected a CIDR block: `10.0.0.0/8`' }),
  )
  // None at all would be everybody to one reader and nobody to another.
  .min(1, { error: 'expected one CIDR block at least' })

export const gatewayApi = z.union([z.literal('existing'), z.strictObject({ file: text })])

export const trustDomain = pattern(
  trustDomainPattern,
  'expected a trust domain: lower-case letters, digits, `.`, `-` and `_`',
)
