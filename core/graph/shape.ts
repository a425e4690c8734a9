import { z } from 'zod'
import type { External, Graph, Ingress, Outside, Port, Service } from './graph'
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

const routes = explain(
  z.union([texts('Routes.'), z.enum(['tcp', 'tls'])]),
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
    sharesServiceAccountWith: explain(
      z.array(z.string()),
      'Services known to run under the same ServiceAccount, which makes them one identity.',
    ).optional(),
  } satisfies Fields<Service>),
  'A service: one workload with one identity.',
  { id: 'Service' },
)

const external = explain(
  z.strictObject({
    hosts: texts('Its DNS names.'),
    ports,
  } satisfies Fields<External>),
  'A host outside the cluster that services may call.',
  { id: 'External' },
)

const ingress = explain(
  z.strictObject({
    gateway: explain(z.string(), "The gateway's `namespace/serviceAccount`; one name stands for both."),
    hosts: texts('The hosts it answers for.'),
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

const entries = <T extends z.ZodType>(value: T, description: string) =>
  explain(z.record(name('entry', 'Its name.'), value), description)

/** A whole graph, in its JSON form; what is left out is empty. */
export const graphShape = z.strictObject({
  $schema: explain(z.string(), 'Where this schema lies, for editors.').optional(),
  services: explain(z.record(name('service', 'Its name.'), service), 'Services by name.'),
  external: entries(external, 'Hosts outside the cluster, by name.').default({}),
  ingress: entries(ingress, 'Gateways, by name.').default({}),
  outside: entries(outside, 'Callers that no mesh knows, by name.').default({}),
  scraper: explain(scraper, 'The identity that reads metrics.').optional(),
  calls: explain(z.record(z.string(), callees), 'Caller → callee → port name → routes.').default({}),
} satisfies Fields<Graph & { readonly $schema: string }>)
