import type { GovernedPort } from '../model/intent'
import type { TokenHeader } from '../model/token'

export type Protocol = GovernedPort['protocol']
/** What may be spoken on a port. */
export const protocols = ['http', 'grpc', 'tcp', 'tls'] as const satisfies readonly Protocol[]
export type Method = 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'OPTIONS' | 'TRACE' | 'CONNECT'

/** A port of a service. Made by `http(8080)`, `grpc(7070)`, `tcp(6379)`, `tls(443)`. */
export interface Port<P extends Protocol = Protocol> {
  readonly protocol: P
  /** The container port, 1–65535. */
  readonly port: number
  /** The Service's port. @default the container port */
  readonly servicePort?: number
}

export type WorkloadKind = 'Deployment' | 'StatefulSet' | 'DaemonSet' | 'Job' | 'CronJob'

/** A service: one workload with one identity. */
export interface Service {
  readonly namespace: string
  /** @default the service's name */
  readonly serviceAccount?: string
  /** Labels that select its Pods. @default { app: <the service's name> } */
  readonly labels?: Readonly<Record<string, string>>
  /** @default 'Deployment' */
  readonly workload?: WorkloadKind
  /** @default false */
  readonly headless?: boolean
  readonly ports: Readonly<Record<string, Port>>
  /**
   * What the kubelet asks: `'GET /healthz'` (on the only http port; `'GET:8080 /healthz'` says which of several),
   * `'grpc:7070'`, and `'tcp:6379'` on a port that is not http or grpc: there it would admit every request.
   */
  readonly probes?: { readonly liveness?: string; readonly readiness?: string; readonly startup?: string }
  /** What the scraper asks: container port and path. A port that is not among `ports` is governed as http port `metrics`. */
  readonly metrics?: { readonly port: number; readonly path: string }
  /** How calls to it are spread, repeated and given up. @default all alike, by the mesh's own defaults */
  readonly traffic?: Traffic
  /** Names of services known to run under the same ServiceAccount; without it sharing is refused. Shared, they are one identity. */
  readonly sharesServiceAccountWith?: readonly string[]
  /**
   * Known to run under the ServiceAccount `default`, as every Pod of its namespace does that names none; without it `default` is refused. Services that
   * all say so are one identity, and need not name each other in `sharesServiceAccountWith`.
   */
  readonly defaultServiceAccount?: 'acknowledged'
}

/**
 * How calls to a service are spread over its versions, repeated and given up. It never changes who may call: all versions run under the service's
 * one identity and behind the same policies.
 */
export interface Traffic {
  /** Versions that run side by side, by name (`v1`, `v2`), and each one's share of the calls in percent; together 100. */
  readonly versions?: Readonly<Record<string, Version>>
  /** After which a call is given up, retries included: `10s`, `500ms`. @default none */
  readonly timeout?: string
  readonly retries?: Retries
  readonly outlierDetection?: OutlierDetection
}

/** One version of a service. */
export interface Version {
  /** Labels its Pods have beside the service's own. @default { version: <its name> } */
  readonly labels?: Readonly<Record<string, string>>
  /** Share of the calls, 0–100. */
  readonly weight: number
}

/** How often a failed call is repeated. Only what may safely be asked twice should be. */
export interface Retries {
  /** Beside the first one; 0 for never, which the mesh's default of 2 is not. */
  readonly attempts: number
  /** Of each attempt: `2s`. @default the timeout */
  readonly perTryTimeout?: string
}

/** When a Pod that fails is left out for a while. */
export interface OutlierDetection {
  /** Server errors in a row. @default 5 */
  readonly consecutiveErrors?: number
  /** How long it is left out the first time: `30s`. @default '30s' */
  readonly ejectionTime?: string
  /** Of all Pods, in percent, that may be left out at once. @default 10 */
  readonly maxEjected?: number
}

/** A host outside the cluster that services may call. */
export interface External {
  readonly hosts: readonly string[]
  readonly ports: Readonly<Record<string, Port>>
  /**
   * The gateway that calls leave the cluster through, `namespace/serviceAccount`; a bare name means both are called so. There, and not only at
   * the caller's own proxy, it is decided who may call, and what. @default they leave from the caller's own proxy
   */
  readonly gateway?: string
  /** TLS that the mesh speaks to the hosts for callers that ask in plain http. @default what callers send goes out as it is */
  readonly tls?: Origination
}

/** TLS that a proxy of ours originates. The server's certificate is always verified. */
export interface Origination {
  /** The port it is spoken on. @default 443 */
  readonly port?: number
  /** A file in the proxy with the CA certificates to verify with; `system` for those of its image. @default 'system' */
  readonly caCertificates?: string
  /** Names of which the server's certificate has to have one. @default the host itself */
  readonly subjectAltNames?: readonly string[]
}

/** Somebody who signs tokens, and how a callee knows his signature. */
export interface TokenIssuer {
  /** The `iss` of his tokens, to the letter. */
  readonly issuer: string
  /** Where his public keys lie, an https URL; the mesh fetches them. Either this or `jwks`. */
  readonly jwksUri?: string
  /** His public keys themselves, a JSON Web Key Set as text. */
  readonly jwks?: string
  /** Audiences of which a token has to name one, or it is refused on every route. @default any */
  readonly audiences?: readonly string[]
  /** Headers that carry his tokens, in place of `Authorization: Bearer`. */
  readonly fromHeaders?: readonly TokenHeader[]
  /** Whether the workload sees the token too. @default false */
  readonly forward?: boolean
}

/** A token that a route asks for, beside the caller's identity. All that is said must hold. */
export interface TokenRequirement {
  /** The issuer's name among `jwt`. */
  readonly issuer: string
  /** One of these is among its audiences. */
  readonly audiences?: readonly string[]
  /** All of these are among its scopes. */
  readonly scopes?: readonly string[]
  /** Claim → values, one of which the claim has. A name `[a][b]` means a claim within a claim. */
  readonly claims?: Readonly<Record<string, readonly string[]>>
}

/** A route that needs a token. */
export interface GuardedRoute {
  readonly route: string
  readonly jwt: TokenRequirement
}

/** What a caller may ask of one port: routes on http and grpc ports, `'tcp'` or `'tls'` on the others. */
export type Routes = readonly (string | GuardedRoute)[] | 'tcp' | 'tls'
/** Callee → port name → routes. */
export type Callees = Readonly<Record<string, Readonly<Record<string, Routes>>>>

/** Traffic that enters through a gateway, which calls the services under its own identity. */
export interface Ingress {
  /** The gateway's `namespace/serviceAccount`; a bare name means both are called so, as the Istio gateway chart does. */
  readonly gateway: string
  readonly hosts: readonly string[]
  /** The Secret beside the gateway with the hosts' certificate and key; plaintext is then only told to come back in TLS. @default plaintext is served */
  readonly tls?: { readonly secret: string }
  readonly routes: Callees
}

/** Callers that no mesh knows. Each port they may call admits callers without identity. */
export interface Outside {
  readonly kind: 'kube-apiserver' | 'nodes' | 'cidr' | 'namespace'
  /** Addresses it calls from. Required for `cidr`; for the others, without it, the port is open to anybody who can reach it. */
  readonly cidrs?: readonly string[]
  /** The unmeshed namespace, for `kind: 'namespace'`. */
  readonly namespace?: string
  readonly routes: Callees
}

/**
 * How a call gets from one mesh to another that knows none of its identities: in `plaintext`, so that the callee lets in whoever asks the same without identity;
 * or through a `gateway` of the callee's mesh, which calls under its own identity whatever its `ingress` declares.
 */
export type Crossing = 'plaintext' | 'gateway'

/** What a caller may ask of a callee: whatever it declares, or routes by port name. */
export type Consent = 'any' | Readonly<Record<string, Routes>>

/**
 * Consent of a callee's owner, callee → caller → what it may ask, for callers that another fragment declares. A caller is `namespace/service`, since
 * anybody may name a service `frontend` and nobody runs one in a namespace that is not his; a gateway is its `namespace/serviceAccount`, and a caller
 * outside the mesh its name in `outside`.
 */
export type Accepts = Readonly<Record<string, Readonly<Record<string, Consent>>>>

/** Intent: services, ports, and who calls whom on which route. Plain data; `defineGraph` and YAML give the same. */
export interface Graph {
  readonly services: Readonly<Record<string, Service>>
  readonly external: Readonly<Record<string, External>>
  readonly ingress: Readonly<Record<string, Ingress>>
  readonly outside: Readonly<Record<string, Outside>>
  /** The identity that scrapes `metrics` ports (Prometheus). */
  readonly scraper?: { readonly namespace: string; readonly serviceAccount: string }
  /** Who signs the tokens that routes ask for, by name. @default nobody */
  readonly jwt?: Readonly<Record<string, TokenIssuer>>
  /** Caller (a service, or the account of a gateway or of the scraper) → callee → how its calls cross, where the two are on different meshes; said of others it means nothing. @default they do not */
  readonly border?: Readonly<Record<string, Readonly<Record<string, Crossing>>>>
  /** Caller → callee (service or external) → port name → routes. */
  readonly calls: Readonly<Record<string, Callees>>
  /** Services that fragments declare and that calls here may name, with the ports that are meant. Such a call waits until the fragment accepts it. @default none */
  readonly elsewhere?: Readonly<Record<string, { readonly ports: Readonly<Record<string, Port>> }>>
  /** Which services of fragments may call the ones here. @default none */
  readonly accepts?: Accepts
}
