import type { FlowLine } from '../../graph/flows'
import type { Protocol } from '../../graph/graph'
import type { GovernedPort } from '../../model/intent'
import type { Manifest } from '../../model/manifest'
import type { Problem } from '../../model/problem'
import { fitName } from '../names'
import { sorted } from '../order'
import { authorize, digest } from './authorize'
import type { Branch } from './branch'
import { audienceKey, audienceOf } from './branch'
import type { Context, Workload } from './context'
import type { Outcome } from '../objects'
import { manifest } from '../objects'
import type { Grant, Source } from './grant'
import { grantOf } from './grant'
import type { Routed } from './requests'
import { grpcBranches, httpBranches } from './requests'
import { routed } from './route'
import { stageOf } from '../settings'
import { strictAdmissions } from './strict'

/** How a Server has its port read (linkerd2 `policy-controller/k8s/api/src/policy/server.rs`). */
const proxyProtocols: Readonly<Record<Protocol, string>> = { http: 'HTTP/1', grpc: 'gRPC', tcp: 'opaque', tls: 'TLS' }

/** A port and what it takes to name its objects. */
export interface Place {
  readonly callee: Workload
  readonly port: GovernedPort
  /** The Server's name; the dot keeps apart what belongs to `a-b` and to `a`. */
  readonly server: string
}

/**
 * The objects of one port: its Server, which closes it, and what lets callers in. A Server closes a port whatever the default (recorded), so that one that
 * nobody may call has one too.
 */
export function portObjects(callee: Workload, port: GovernedPort, context: Context): Outcome {
  const place: Place = { callee, port, server: fitName(`${callee.name}.${port.name}`) }
  const lines = context.into.get(`${callee.name}:${port.port}`) ?? []
  const strict = stageOf(callee.namespace, context.settings) === 'strict'
  // At stage `strict` whoever shows an identity is let in by the Server itself, whatever he asks.
  const asking = strict ? lines.filter(({ flow: { from } }) => from.kind !== 'workload') : lines
  const { grants, problems } = grantsTo(asking, { place, context })
  const because = lines.length > 0 ? sorted(lines.map(({ text }) => text)) : [closed(place)]
  const admitted = strict ? strictAdmissions(place, grants) : admissions(place, grants)
  return {
    manifests: [server(place, { accessPolicy: strict ? 'all-authenticated' : 'deny', because }), ...admitted.manifests],
    problems: [...problems, ...admitted.problems],
  }
}

function closed({ callee, port }: Place): string {
  return `${callee.namespace}/${callee.name}:${port.port} (nobody may call)`
}

interface Closing {
  readonly accessPolicy: string
  readonly because: readonly string[]
}

/** The port is a number: digits in quotes would be a name, and select nothing (recorded). */
function server({ callee, port, server: name }: Place, { accessPolicy, because }: Closing): Manifest {
  const { namespace, labels } = callee
  const spec = {
    podSelector: { matchLabels: { ...labels } },
    port: port.port,
    proxyProtocol: proxyProtocols[port.protocol],
    accessPolicy,
  }
  return manifest({ kind: 'Server', namespace, name, spec, because })
}

interface Asking {
  readonly place: Place
  readonly context: Context
}

function grantsTo(lines: readonly FlowLine[], { place, context }: Asking): Granted {
  const grants: Grant[] = []
  const problems: Problem[] = []
  for (const line of lines) {
    const grant = grantOf(line, place.port, context)
    if ('why' in grant) problems.push(inexpressible(place, line.text, grant.why))
    else grants.push(grant)
  }
  return { grants, problems }
}

interface Granted {
  readonly grants: readonly Grant[]
  readonly problems: readonly Problem[]
}

/** The problem of a flow that is not admitted, since Linkerd has no words for it. */
function inexpressible({ callee, port }: Place, text: string, why: string): Problem {
  const message = `Linkerd cannot express \`${text}\`: ${why}`
  const at = `${callee.namespace}/${callee.name}:${port.port}`
  return { code: 'inexpressible', severity: 'narrowed', at, message }
}

/** Whom to let in: to all of a port that carries bytes, to routes of one that carries requests. */
function admissions(place: Place, grants: readonly Grant[]): Outcome {
  switch (place.port.protocol) {
    case 'http':
      return routes(place, 'HTTPRoute', httpBranches(unlessProbesAlone(grants)))
    case 'grpc':
      return routes(place, 'GRPCRoute', grpcBranches(grants))
    case 'tcp':
    case 'tls':
      return { manifests: bytes(place, grants), problems: [] }
  }
}

/** Without any route the proxy lets probes through by itself, and with one no longer (linkerd2 `inbound/index.rs` default_inbound_http_routes; recorded). */
function unlessProbesAlone(grants: readonly Grant[]): readonly Grant[] {
  return grants.every(isProbe) ? [] : grants
}

/** The kubelet's connections need no grant: the proxy takes them, and what it does then no probe waits for (linkerd2-proxy `linkerd/app/inbound/src/accept.rs`). */
function bytes({ callee: { namespace }, server: name }: Place, grants: readonly Grant[]): Manifest[] {
  const admitted = grants.filter(grant => !isProbe(grant))
  const because = sorted(admitted.map(grant => grant.because))
  return authorize({ namespace, kind: 'Server', name }, { audience: audienceOf(admitted), because })
}

function isProbe({ source }: Grant): boolean {
  return source.name === 'kubelet'
}

/**
 * One route for each set of callers. Its name says who they are and what they may ask, so that no change of a graph changes a route in place: the new ones are there before the old
 * ones go, whichever of them is written first, and meanwhile each request finds a route whose callers are those of the old graph or those of the new.
 */
function routes(place: Place, kind: 'HTTPRoute' | 'GRPCRoute', { branches, unsaid }: Routed): Outcome {
  const { callee, server: name } = place
  const nameOf = ({ audience, matches }: Branch): string => {
    const whose = branches.length === 1 ? name : `${name}.${audienceName(audience)}`
    return fitName(`${whose}-${digest(JSON.stringify([audienceKey(audience), matches]))}`)
  }
  return {
    manifests: branches.flatMap(branch =>
      routed({
        namespace: callee.namespace,
        kind,
        server: name,
        name: nameOf(branch),
        branch,
      }),
    ),
    problems: unsaid.map(({ because, why }) => inexpressible(place, because, why)),
  }
}

/** Somebody alone goes by their own name. */
function audienceName(audience: readonly Source[]): string {
  const [only, other] = audience
  return only && !other ? only.name : digest(audienceKey(audience))
}
