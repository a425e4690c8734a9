import { z } from 'zod'
import type { TokenHeader } from '../model/token'
import type { GuardedRoute, Port, TokenIssuer, TokenRequirement } from './graph'
import { protocols } from './graph'
import type { NameKind } from './names'
import { namePattern } from './names'

/*
 * What the shapes of a graph and of a fragment are made of: ports, routes, tokens, and how they are described in the published schemas.
 */

/** Titles and descriptions for the published schema. A registry of our own, as bundles may hold this module twice. */
const documentation = z.registry<z.core.JSONSchemaMeta>()

/** A schema with its description. */
export function explain<T extends z.ZodType>(schema: T, description: string, more: z.core.JSONSchemaMeta = {}): T {
  documentation.add(schema, { description, ...more })
  return schema
}

/** Text that has to be a name. The pattern is for editors; the check says in words what is wrong, and what is near. */
export function name(kind: NameKind, description: string): z.ZodString {
  return explain(z.string(), description, namePattern(kind))
}

/** Texts, at least one of them; that one is missing is for the checks to say. */
export function texts(description: string): z.ZodArray<z.ZodString> {
  return explain(z.array(z.string()), description, { minItems: 1 })
}

/** How a published schema begins. */
interface Heading {
  readonly $id: string
  readonly title: string
  readonly description: string
}

/** The JSON Schema of a shape, with the descriptions of its parts. For editors and other languages. */
export function jsonSchemaOf(shape: z.ZodType, heading: Heading): Readonly<Record<string, unknown>> {
  const { $schema, ...schema } = z.toJSONSchema(shape, { metadata: documentation, io: 'input', target: 'draft-7' })
  return { $schema, ...heading, ...schema }
}

/** All the keys of a type, each with its schema: a field added to the type and forgotten here fails to compile. */
export type Fields<T> = Readonly<Record<keyof T, z.ZodType>>

/** A port's number. */
export function number(description: string): z.ZodInt {
  return explain(z.int().min(1).max(65_535), description)
}

const port = explain(
  z.strictObject({
    protocol: explain(z.enum(protocols), 'What is spoken on the port.'),
    port: number('The container port.'),
    servicePort: number("The Service's port; without it the container port.").optional(),
  } satisfies Fields<Port>),
  'A port.',
  { id: 'Port' },
)

/** Ports by name. */
export const ports = explain(z.record(name('port', 'The name of a port.'), port), 'Ports by name.')

const tokenHeader = explain(
  z.strictObject({
    name: explain(z.string(), "The header's name."),
    prefix: explain(z.string(), 'What stands before the token, as in `Bearer `.').optional(),
  } satisfies Fields<TokenHeader>),
  'A header that carries tokens.',
  { id: 'TokenHeader' },
)

/** Somebody who signs tokens. */
export const tokenIssuer = explain(
  z.strictObject({
    issuer: explain(z.string(), 'The `iss` of its tokens, to the letter.'),
    jwksUri: explain(z.string(), 'Where its public keys lie; either this or `jwks`.', {
      pattern: '^https://',
    }).optional(),
    jwks: explain(z.string(), 'Its public keys, a JSON Web Key Set as text.').optional(),
    audiences: texts('Audiences of which a token has to name one, on every route; without them any.').optional(),
    fromHeaders: explain(z.array(tokenHeader), 'Headers that carry its tokens, in place of `Authorization: Bearer`.', {
      minItems: 1,
    }).optional(),
    forward: explain(z.boolean(), 'Whether the workload sees the token too.').optional(),
  } satisfies Fields<TokenIssuer>),
  'Somebody who signs tokens.',
  { id: 'TokenIssuer' },
)

const tokenRequirement = explain(
  z.strictObject({
    issuer: explain(z.string(), "The issuer's name among `jwt`."),
    audiences: texts('One of these is among its audiences.').optional(),
    scopes: texts('All of these are among its scopes.').optional(),
    claims: explain(
      z.record(z.string(), texts('Values.')),
      'Claim → values, one of which it has. A name `[a][b]` means a claim within a claim.',
    ).optional(),
  } satisfies Fields<TokenRequirement>),
  'A token that a route asks for.',
  { id: 'TokenRequirement' },
)

const guardedRoute = explain(
  z.strictObject({
    route: explain(z.string(), 'The route.'),
    jwt: tokenRequirement,
  } satisfies Fields<GuardedRoute>),
  'A route that needs a token.',
  { id: 'GuardedRoute' },
)

/** What may be asked of a port. */
export const routes = explain(
  z.union([explain(z.array(z.union([z.string(), guardedRoute])), 'Routes.', { minItems: 1 }), z.enum(['tcp', 'tls'])]),
  'What may be asked of a port: `GET /cart`, `GET /product/*`, `GET /static/**` on an http port, `package.Service/Method` on a grpc port, or the words `tcp` and `tls`.',
  { id: 'Routes' },
)

/** Callee → port name → routes. */
export const callees = explain(z.record(z.string(), z.record(z.string(), routes)), 'Callee → port name → routes.', {
  id: 'Callees',
})

/** Caller → callee → port name → routes. */
export const calls = explain(z.record(z.string(), callees), 'Caller → callee → port name → routes.')

/** Callee → caller → what it may ask. */
export const accepts = explain(
  z.record(
    z.string(),
    z.record(
      z.string(),
      explain(
        z.union([z.enum(['any']), z.record(z.string(), routes)]),
        'Routes by port name; or the word `any`, for whatever the caller declares.',
      ),
    ),
  ),
  'Callee → caller, as `namespace/service`, of another fragment → what it may ask.',
)
