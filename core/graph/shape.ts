import { z } from 'zod'
import type { TokenHeader } from '../model/token'
import type {
  External,
  Graph,
  GuardedRoute,
  Ingress,
  Origination,
  OutlierDetection,
  Outside,
  Port,
  Retries,
  Service,
  TokenIssuer,
  TokenRequirement,
  Traffic,
  Version,
} from './graph'
import type { NameKind } from './names'
import { namePattern } from './names'

/*
 * The shape of a graph at run time: which keys there are and what type their values have. What the values mean is for
 * the checks, which know the whole graph and can name what is near.
 */

/** Titles and descriptions for the published schema. A registry of our own, as bundles may hold this module twice. */
export const documentation = z.registry<z.core.JSONSchemaMeta>()

function explain<T extends z.ZodType>(schema: T, description: string, more: z.core.JSONSchemaMeta = {}): T {
  documentation.add(schema, { description, ...more })
  return schema
}

/** Text that has to be a name. The pattern is for editors; the check says in words what is wrong, and what is near. */
function name(kind: NameKind, description: string): z.ZodString {
  return explain(z.string(), description, namePattern(kind))
}

/** Texts, at least one of them; that one is missing is for the checks to say. */
function texts(description: string): z.ZodArray<z.ZodString> {
  return explain(z.array(z.string()), description, { minItems: 1 })
}

/** All the keys of a type, each with its schema: a field added to the type and forgotten here fails to compile. */
type Fields<T> = Readonly<Record<keyof T, z.ZodType>>

function number(description: string): z.ZodInt {
  return explain(z.int().min(1).max(65_535), description)
}

const port = explain(
  z.strictObject({
    protocol: explain(z.enum(['http', 'grpc', 'tcp', 'tls']), 'What is spoken on the port.'),
    port: number('The container port.'),
    servicePort: number("The Service's port; without it the container port.").optional(),
  } satisfies Fields<Port>),
  'A port.',
  { id: 'Port' },
)

const ports = explain(z.record(name('port', 'The name of a port.'), port), 'Ports by name.')

const tokenHeader = explain(
  z.strictObject({
    name: explain(z.string(), "The header's name."),
    prefix: explain(z.string(), 'What stands before the token, as in `Bearer `.').optional(),
  } satisfies Fields<TokenHeader>),
  'A header that carries tokens.',
  { id: 'TokenHeader' },
)

const tokenIssuer = explain(
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

const routes = explain(
  z.union([explain(z.array(z.union([z.string(), guardedRoute])), 'Routes.', { minItems: 1 }), z.enum(['tcp', 'tls'])]),
  'What may be asked of a port: `GET /cart`, `GET /product/*`, `GET /static/**` on an http port, `package.Service/Method` on a grpc port, or the words `tcp` and `tls`.',
  { id: 'Routes' },
)

const callees = explain(z.record(z.string(), z.record(z.string(), routes)), 'Callee → port name → routes.', {
  id: 'Callees',
})

const probe = (which: string) =>
  explain(z.string(), `The ${which} probe: \`GET /healthz\`, \`GET:8080 /healthz\`, \`tcp:6379\` or \`grpc:7070\`.`, {
    pattern: '^(GET(:[0-9]+)? /.*|(tcp|grpc):[0-9]+)$',
  }).optional()

const entries = <T extends z.ZodType>(value: T, description: string) =>
  explain(z.record(name('entry', 'Its name.'), value), description)

const duration = (description: string) => explain(z.string(), description, { pattern: '^[0-9]+(ms|s|m|h)$' })
const percent = (description: string) => explain(z.int().min(0).max(100), description)

const version = explain(
  z.strictObject({
    labels: explain(
      z.record(z.string(), z.string()),
      "Labels its Pods have beside the service's; without them `version` is its name.",
    ).optional(),
    weight: percent('Its share of the calls, in percent.'),
  } satisfies Fields<Version>),
  'One version of a service.',
  { id: 'Version' },
)

const retries = explain(
  z.strictObject({
    attempts: explain(z.int().min(0).max(10), 'How often a failed call is repeated; 0 for never.'),
    perTryTimeout: duration('After which each attempt is given up, as in `2s`.').optional(),
  } satisfies Fields<Retries>),
  'How often a failed call is repeated.',
)

const outlierDetection = explain(
  z.strictObject({
    consecutiveErrors: explain(z.int().min(1), 'Server errors in a row; without it 5.').optional(),
    ejectionTime: duration('How long a Pod is left out the first time; without it `30s`.').optional(),
    maxEjected: percent('Of all Pods, in percent, that may be left out at once; without it 10.').optional(),
  } satisfies Fields<OutlierDetection>),
  'When a Pod that fails is left out for a while.',
)

const traffic = explain(
  z.strictObject({
    versions: entries(version, 'Versions that run side by side, by name; their shares are 100 together.').optional(),
    timeout: duration('After which a call is given up, retries included, as in `10s`.').optional(),
    retries: retries.optional(),
    outlierDetection: outlierDetection.optional(),
  } satisfies Fields<Traffic>),
  'How calls are spread over versions, repeated and given up.',
  { id: 'Traffic' },
)

const service = explain(
  z.strictObject({
    namespace: name('namespace', 'The namespace it runs in.'),
    serviceAccount: name('serviceAccount', "Its ServiceAccount; without it the service's name.").optional(),
    labels: explain(
      z.record(z.string(), z.string()),
      "Labels that select its Pods; without them `app` is the service's name.",
    ).optional(),
    workload: explain(
      z.enum(['Deployment', 'StatefulSet', 'DaemonSet', 'Job', 'CronJob']),
      'The kind of its workload; without it `Deployment`.',
    ).optional(),
    headless: explain(z.boolean(), 'Whether its Service has no address of its own.').optional(),
    ports,
    probes: explain(
      z.strictObject({ liveness: probe('liveness'), readiness: probe('readiness'), startup: probe('startup') }),
      'What the kubelet asks.',
    ).optional(),
    metrics: explain(
      z.strictObject({ port: number('The container port.'), path: explain(z.string(), 'The path, as in `/metrics`.') }),
      'What the scraper asks.',
    ).optional(),
    traffic: explain(traffic.optional(), 'How calls to it are spread, repeated and given up.'),
    sharesServiceAccountWith: explain(
      z.array(z.string()),
      'Services known to run under the same ServiceAccount, which makes them one identity.',
    ).optional(),
    defaultServiceAccount: explain(
      z.enum(['acknowledged']),
      'Known to run under the ServiceAccount `default`, which every Pod of the namespace has that names none.',
    ).optional(),
  } satisfies Fields<Service>),
  'A service: one workload with one identity.',
  { id: 'Service' },
)

const origination = explain(
  z.strictObject({
    port: number('The port it is spoken on; without it 443.').optional(),
    caCertificates: explain(
      z.string(),
      'A file in the proxy with the CA certificates to verify with; without it `system`.',
    ).optional(),
    subjectAltNames: texts(
      "Names of which the server's certificate has to have one; without them the host.",
    ).optional(),
  } satisfies Fields<Origination>),
  'TLS that the mesh speaks for callers that ask in plain http.',
  { id: 'Origination' },
)

const external = explain(
  z.strictObject({
    hosts: texts('Its DNS names.'),
    ports,
    gateway: explain(
      z.string(),
      "The gateway that calls leave through, its `namespace/serviceAccount`; without it they leave from the caller's own proxy.",
    ).optional(),
    tls: explain(origination.optional(), 'TLS that the mesh speaks to the hosts.'),
  } satisfies Fields<External>),
  'A host outside the cluster that services may call.',
  { id: 'External' },
)

const ingress = explain(
  z.strictObject({
    gateway: explain(z.string(), "The gateway's `namespace/serviceAccount`; one name stands for both."),
    hosts: texts('The hosts it answers for.'),
    tls: explain(
      z.strictObject({
        secret: name('secret', "The Secret beside the gateway with the hosts' certificate and key."),
      } satisfies Fields<NonNullable<Ingress['tls']>>),
      'The certificate of the hosts; without it plaintext is served.',
    ).optional(),
    routes: callees,
  } satisfies Fields<Ingress>),
  'Traffic that enters through a gateway, which calls under its own identity.',
  { id: 'Ingress' },
)

const outside = explain(
  z.strictObject({
    kind: explain(z.enum(['kube-apiserver', 'nodes', 'cidr', 'namespace']), 'What kind of caller it is.'),
    cidrs: texts('CIDR blocks it calls from.').optional(),
    namespace: name('namespace', 'The unmeshed namespace, for the kind `namespace`.').optional(),
    routes: callees,
  } satisfies Fields<Outside>),
  'A caller that no mesh knows. Each port it may call admits callers without identity.',
  { id: 'Outside' },
)

const scraper = z.strictObject({
  namespace: name('namespace', 'Its namespace.'),
  serviceAccount: name('serviceAccount', 'Its ServiceAccount.'),
} satisfies Fields<NonNullable<Graph['scraper']>>)

const border = z.record(z.string(), explain(z.enum(['plaintext', 'gateway']), 'How its calls get there.'))

/** A whole graph, in its JSON form; what is left out is empty. */
export const graphShape = z.strictObject({
  $schema: explain(z.string(), 'Where this schema lies, for editors.').optional(),
  services: explain(z.record(name('service', 'Its name.'), service), 'Services by name.'),
  external: entries(external, 'Hosts outside the cluster, by name.').default({}),
  ingress: entries(ingress, 'Gateways, by name.').default({}),
  outside: entries(outside, 'Callers that no mesh knows, by name.').default({}),
  scraper: explain(scraper, 'The identity that reads metrics.').optional(),
  jwt: entries(tokenIssuer, 'Who signs the tokens that routes ask for, by name.').optional(),
  border: explain(
    z.record(z.string(), border),
    'Caller → callee → how its calls cross from one mesh to another, which knows none of its identities.',
  ).optional(),
  calls: explain(z.record(z.string(), callees), 'Caller → callee → port name → routes.').default({}),
} satisfies Fields<Graph & { readonly $schema: string }>)
