import { z } from 'zod'
import type {
  External,
  Graph,
  Ingress,
  Origination,
  OutlierDetection,
  Outside,
  Retries,
  Service,
  Traffic,
  Version,
} from './graph'
import type { Fields } from './shape-parts'
import { accepts, callees, calls, explain, name, number, ports, texts, tokenIssuer } from './shape-parts'

/*
 * The shape of a graph at run time: which keys there are and what type their values have. What the values mean is for
 * the checks, which know the whole graph and can name what is near.
 */

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

/** A service, without its name. */
export const service = explain(
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

/** A host outside, without its name. */
export const external = explain(
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

const elsewhere = explain(
  z.record(name('service', 'Its name.'), z.strictObject({ ports })),
  'Services that fragments declare and that calls here may name.',
)

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
  calls: calls.default({}),
  elsewhere: elsewhere.optional(),
  accepts: accepts.optional(),
} satisfies Fields<Graph & { readonly $schema: string }>)
