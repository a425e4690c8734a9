import type { Loose } from './shop'
import { shop } from './shop'

/*
 * One defect a line, each in the graph of `shop`: what is set (`=`), added to a list (`+`) or taken away (`-`), the code
 * of the one problem that is expected, and words of its hint. The problem is at the place that was changed, unless
 * another is named after `@`.
 */
const table = String.raw`
services["9lives"] = {"namespace":"x","ports":{},"labels":{"a":"b"}}   | malformed-name | a letter first
services.myApp = {"namespace":"x","ports":{},"labels":{"a":"b"}}       | malformed-name | did you mean "my-app"
services.redis.namespace = "Data"                                      | malformed-name | did you mean "data"
services.redis.namespace = ""                                          | malformed-name | lower-case letters
services.redis.namespace = "${'a'.repeat(64)}"                         | malformed-name | at most 63 characters
services.redis.serviceAccount = "my_account"                           | malformed-name | did you mean "my-account"
services.redis.serviceAccount = "a..b"                                 | malformed-name | lower-case letters
services.webhook.ports["8443"] = {"protocol":"tls","port":1}           | malformed-name | at least one letter
services.webhook.ports.abcdefghijklmnop = {"protocol":"tls","port":1}  | malformed-name | at most 15 characters
services.webhook.ports.a--b = {"protocol":"tls","port":1}              | malformed-name | single "-"
services.redis.labels["a b"] = "c"                                     | malformed-name | did you mean "a-b"
services.redis.labels["${'a'.repeat(64)}"] = "c"                       | malformed-name | at most 63 characters @ services.redis.labels.${'a'.repeat(64)}
services.redis.labels.app = "a/b"                                      | malformed-name | letters, digits
services.redis.labels.app = "${'a'.repeat(64)}"                        | malformed-name | at most 63 characters
services.redis.labels = {}                                             | empty-labels | "app: <name>"
external.Api = {"hosts":["a.example.org"],"ports":{"x":{"protocol":"tls","port":1}}} | malformed-name | did you mean "api"
scraper.namespace = "a.b"                                              | malformed-name | lower-case letters
scraper.serviceAccount = "*"                                           | malformed-name | lower-case letters

services.redis.ports.redis.port = 0                                    | port-out-of-range | from 1 to 65535
services.redis.ports.redis.servicePort = 65536                         | port-out-of-range | from 1 to 65535
services.cart.metrics.port = 65536                                     | port-out-of-range | from 1 to 65535
services.redis.ports.redis.port = 80.5                                 | wrong-type |
services.frontend.ports.web = {"protocol":"tcp","port":8080,"servicePort":81} | duplicate-port | @ services.frontend.ports
services.frontend.ports.admin = {"protocol":"tcp","port":80}           | duplicate-port | @ services.frontend.ports
services.redis.ports.redis.servicePort = 1                             | headless-port | leave "servicePort" out
services.cart.metrics.port = 7070                                      | metrics-protocol |
services.cart.ports.metrics = {"protocol":"tcp","port":1}              | duplicate-port | declare "9090" @ services.cart.metrics.port
services.cart.metrics.path = "metrics"                                 | malformed-path |
services.cart.metrics.path = "/metrics/*"                              | malformed-path | one path

services.redis.probes.startup = "POST /"                               | malformed-probe | "tcp:6379"
services.redis.probes.startup = "tcp:6380"                             | unknown-port | "6379"
services.redis.probes.startup = "GET /"                                | unknown-port | "6379"
services.frontend.ports.admin = {"protocol":"http","port":9000}        | ambiguous-probe | "GET:8080 @ services.frontend.probes.readiness
services.cart.probes.readiness = "GET:7070 /"                          | probe-protocol | "grpc:7070"
services.cart.probes.readiness = "grpc:9090"                           | probe-protocol | "GET:9090
services.frontend.probes.liveness = "grpc:8080"                        | probe-protocol | "GET:8080
services.frontend.probes.liveness = "tcp:8080"                         | probe-protocol | "GET:8080
services.frontend.probes.liveness = "GET /healthz?full=1"              | malformed-path | "?"

services.webhook.serviceAccount = "frontend"                           | duplicate-service-account | "sharesServiceAccountWith"
services.redis.serviceAccount = "default"                              | default-service-account | "serviceAccountName"
services.default = {"namespace":"x","ports":{}}                        | default-service-account | for it alone @ services.default.serviceAccount
scraper.serviceAccount = "default"                                     | default-service-account | "serviceAccountName"
ingress.web.gateway = "edge/default"                                   | default-service-account | "serviceAccountName"
services.cart.sharesServiceAccountWith = ["frontedn"]                  | unknown-service | did you mean "frontend" @ services.cart.sharesServiceAccountWith[0]
services.cart.sharesServiceAccountWith = ["frontend"]                  | nothing-shared | remove @ services.cart.sharesServiceAccountWith[0]
services.cart.sharesServiceAccountWith = ["cart"]                      | nothing-shared | remove @ services.cart.sharesServiceAccountWith[0]
services.frontend.labels = {"app":"cart"}                              | overlapping-labels | the others do not carry
services.webhook.labels = {"app":"frontend"}                           | overlapping-labels | the others do not carry

calls.cart.redsi = {"redis":"tcp"}                                     | unknown-service | did you mean "redis"
calls.cart.strpe = {"https":"tls"}                                     | unknown-service | did you mean "stripe"
calls.cart.constructor = {"https":"tls"}                               | unknown-service |
calls.fronted = {"cart":{"grpc":["a.B/C"]}}                            | unknown-service | did you mean "frontend"
calls.web = {"cart":{"grpc":["a.B/C"]}}                                | unknown-service | "ingress.web.routes"
calls.stripe = {"cart":{"grpc":["a.B/C"]}}                             | external-caller | "outside"
calls.cart.redis.rediss = "tcp"                                        | unknown-port | did you mean "redis"
calls.cart.redis.http = ["GET /"]                                      | unknown-port | its ports: "redis"
calls.cart.redis.toString = "tcp"                                      | unknown-port |
calls.frontend.cart.metrics = ["GET /metrics"]                         | unknown-port | its ports: "grpc"
calls.cart.redis = {}                                                  | empty-routes | name a port
calls.frontend.cart.grpc = []                                          | empty-routes | name each route
ingress.web.routes.frontedn = {"http":["GET /"]}                       | unknown-service | did you mean "frontend"
ingress.web.routes.frontend.htpp = ["GET /"]                           | unknown-port | did you mean "http"
ingress.web.routes.stripe = {"https":"tls"}                            | external-callee | only services
outside.api = {"kind":"nodes","routes":{"webhok":{"https":"tls"}}}     | unknown-service | did you mean "webhook" @ outside.api.routes.webhok

calls.cart.redis.redis = ["GET /"]                                     | wrong-protocol | the word "tcp"
calls.cart.redis.redis = "tls"                                         | wrong-protocol | the word "tcp"
calls.cart.stripe.https = "tcp"                                        | wrong-protocol | the word "tls"
ingress.web.routes.frontend.http = "tcp"                               | wrong-protocol | "GET /cart"
ingress.web.routes.frontend.http + "shop.Cart/Get"                     | wrong-protocol | "GET /cart"
calls.frontend.cart.grpc + "GET /cart"                                 | wrong-protocol | "package.Service/Method"
ingress.web.routes.frontend.http + "GTE /x"                            | unknown-method | did you mean "GET"
ingress.web.routes.frontend.http + "post /x"                           | unknown-method | did you mean "POST"
ingress.web.routes.frontend.http + "FETCH /x"                          | unknown-method | one of "GET"
ingress.web.routes.frontend.http + "* /x"                              | wildcard-route | each method
ingress.web.routes.frontend.http + "*"                                 | wildcard-route | "GET /**"
calls.frontend.cart.grpc + "*"                                         | wildcard-route | each method
calls.frontend.cart.grpc + "shop.Cart/*"                               | wildcard-route | each method
ingress.web.routes.frontend.http + "/x"                                | malformed-route | "GET /x"
ingress.web.routes.frontend.http + "GET"                               | malformed-route | a method and a path
ingress.web.routes.frontend.http + ""                                  | malformed-route | a method and a path
ingress.web.routes.frontend.http + "GET  /x"                           | malformed-route | a method and a path
ingress.web.routes.frontend.http + "GET /a/../b"                       | malformed-path | resolve
ingress.web.routes.frontend.http + "POST /cart"                        | duplicate-route |
calls.frontend.cart.grpc + "/shop.Cart/Drop"                           | malformed-route | write "shop.Cart/Drop"
calls.frontend.cart.grpc + "shop.Cart/Get-All"                         | malformed-route | "package.Service/Method"
calls.frontend.cart.grpc + "shop.Cart"                                 | malformed-route | "package.Service/Method"

external.stripe.hosts[0] = "*.stripe.com"                              | wildcard-host | in full
external.stripe.hosts[0] = "https://api.stripe.com"                    | malformed-name | neither scheme
external.stripe.hosts[0] = "API.stripe.com"                            | malformed-name | did you mean "api.stripe.com"
external.stripe.hosts[0] = "10.0.0.1"                                  | malformed-name | the host that stands for it
external.stripe.hosts[0] = "localhost"                                 | malformed-name | a whole name
external.stripe.hosts[0] = "redis.data.svc.cluster.local"              | cluster-host | "services"
external.stripe.hosts = []                                             | empty-hosts |
external.stripe.hosts + "api.stripe.com"                               | duplicate-host |
external.pay = {"hosts":["api.stripe.com"],"ports":{"t":{"protocol":"tls","port":443}}} | duplicate-host | @ external.pay.ports.t
external.pay = {"hosts":["pay.example.com"],"ports":{}}                | empty-ports | @ external.pay.ports
external.stripe.ports.https.servicePort = 80                           | external-service-port | leave "servicePort" out
external.webhook = {"hosts":["w.example.com"],"ports":{"x":{"protocol":"tls","port":1}}} | ambiguous-name | otherwise
ingress.web.gateway = "a/b/c"                                          | malformed-name | "namespace/serviceAccount"
ingress.web.gateway = "Gateway"                                        | malformed-name | did you mean "gateway"
ingress.web.gateway = "gateway/"                                       | malformed-name | lower-case letters
ingress.web.hosts[0] = "*"                                             | wildcard-host | in full
ingress.web.hosts = []                                                 | empty-hosts |
outside.lb = {"kind":"nodes","cidrs":[],"routes":{}}                   | empty-cidrs |
outside.lb = {"kind":"cidr","routes":{}}                               | empty-cidrs | "10.0.0.0/8"
outside.lb = {"kind":"cidr","cidrs":["10.1.2.3/8"],"routes":{}}        | malformed-cidr | "10.0.0.0/8" @ outside.lb.cidrs[0]
outside.lb = {"kind":"cidr","cidrs":["10.1.2.3"],"routes":{}}          | malformed-cidr | "10.1.2.3/32" @ outside.lb.cidrs[0]
outside.lb = {"kind":"cidr","cidrs":["fd00::1"],"routes":{}}           | malformed-cidr | "fd00::1/128" @ outside.lb.cidrs[0]
outside.lb = {"kind":"cidr","cidrs":["FD00::/8"],"routes":{}}          | malformed-cidr | "fd00::/8" @ outside.lb.cidrs[0]
outside.lb = {"kind":"cidr","cidrs":["10.0.0/8"],"routes":{}}          | malformed-cidr | "10.0.0.0/8" @ outside.lb.cidrs[0]
outside.lb = {"kind":"cidr","cidrs":["10.0.0.0/33"],"routes":{}}       | malformed-cidr | "10.0.0.0/8" @ outside.lb.cidrs[0]
outside.lb = {"kind":"cidr","cidrs":["fe80::1%eth0/64"],"routes":{}}   | malformed-cidr | "10.0.0.0/8" @ outside.lb.cidrs[0]
outside.lb = {"kind":"cidr","cidrs":["::ffff:10.0.0.0/104"],"routes":{}} | malformed-cidr | "10.0.0.0/8" @ outside.lb.cidrs[0]
outside.lb = {"kind":"cidr","cidrs":["10.0.0.0/8","10.0.0.0/8"],"routes":{}} | duplicate-cidr | @ outside.lb.cidrs[1]
outside.old = {"kind":"namespace","routes":{}}                         | missing-key |
outside.old = {"kind":"nodes","namespace":"x","routes":{}}             | unknown-key | "namespace" @ outside.old.namespace
outside.old = {"kind":"namespace","namespace":"X","routes":{}}         | malformed-name | did you mean "x" @ outside.old.namespace

jwt.spare = {"issuer":"b","jwksUri":"https://b.example.com"}           | unused-issuer | "{ route: …, jwt: { issuer: … } }"
jwt.corp.issuer = ""                                                   | malformed-issuer | to the letter
jwt.corp.issuer = "https://*.example.com"                              | malformed-issuer | in full
jwt.corp.issuer = "https://issuer.example.com "                        | malformed-issuer | to the letter
jwt.corp.issuer = "partner@example.com"                                | duplicate-issuer | @ jwt.partner.issuer
- jwt.corp.jwksUri                                                     | issuer-keys | where its public keys lie @ jwt.corp
jwt.partner.jwksUri = "https://b.example.com"                          | issuer-keys | leave one @ jwt.partner
jwt.corp.jwksUri = "http://issuer.example.com/jwks.json"               | malformed-jwks-uri | over http
jwt.corp.jwksUri = "https://me:secret@issuer.example.com/jwks.json"    | malformed-jwks-uri | without user
jwt.partner.jwks = "{"                                                 | malformed-jwks | as text
jwt.partner.jwks = "{\"keys\":[]}"                                     | malformed-jwks |
jwt.partner.jwks = "{\"keys\":[{\"x\":\"y\"}]}"                        | malformed-jwks |
jwt.partner.jwks = "{\"keys\":[{\"kty\":\"EC\",\"d\":\"c2VjcmV0\"}]}"  | private-key | replace the key pair
jwt.partner.jwks = "{\"keys\":[{\"kty\":\"oct\",\"k\":\"c2VjcmV0\"}]}" | private-key | replace the key pair
jwt.corp.audiences = []                                                | empty-values | any will do
jwt.corp.audiences + "of*"                                             | wildcard-value | list the texts
jwt.corp.audiences + "shop"                                            | duplicate-value |
jwt.partner.fromHeaders = []                                           | empty-values | "Authorization: Bearer"
jwt.partner.fromHeaders[0].name = "x token"                            | malformed-name | @ jwt.partner.fromHeaders[0].name
jwt.partner.fromHeaders[0].prefix = "Token\n"                          | malformed-value |
jwt.partner.fromHeaders + {"name":"X-Id"}                              | duplicate-value |
jwt.partner.fromHeaders + 7                                            | wrong-type |
jwt.partner.fromHeaders[0].nam = "x"                                   | unknown-key | did you mean "name"
jwt.corp.jwksURI = "https://b.example.com"                             | unknown-key | did you mean "jwksUri"
calls.cart.cart.grpc[1].jwt.issuer = "crop"                            | unknown-issuer | did you mean "corp"
calls.cart.cart.grpc[1].jwt.audiences = ["shp"]                        | unknown-audience | did you mean "shop" @ calls.cart.cart.grpc[1].jwt.audiences[0]
calls.cart.cart.grpc[1].jwt.audiences = []                             | empty-values | any will do
calls.cart.cart.grpc[1].jwt.scopes = []                                | empty-values | any will do
calls.cart.cart.grpc[1].jwt.scopes[0] = "cart:*"                       | wildcard-value | list the texts
calls.cart.cart.grpc[1].jwt.scopes[0] = "a b"                          | malformed-value |
calls.cart.cart.grpc[1].jwt.scopes[0] = ""                             | malformed-value |
calls.cart.cart.grpc[1].jwt.claims = {}                                | empty-values | leave "claims" out
calls.cart.cart.grpc[1].jwt.claims.groups = []                         | empty-values | any will do
calls.cart.cart.grpc[1].jwt.claims.groups = ["*"]                      | wildcard-value | list the texts @ calls.cart.cart.grpc[1].jwt.claims.groups[0]
calls.cart.cart.grpc[1].jwt.claims.permission = ["a b"]                | malformed-value | @ calls.cart.cart.grpc[1].jwt.claims.permission[0]
calls.cart.cart.grpc[1].jwt.claims.groups[0] = 7                       | wrong-type |
calls.cart.cart.grpc[1].jwt.claims["a[b"] = ["c"]                      | malformed-name | "[outer][inner]"
calls.cart.cart.grpc[1].jwt.scope = ["x"]                              | unknown-key | did you mean "scopes"
calls.cart.cart.grpc[1].rout = "x"                                     | unknown-key | did you mean "route"
calls.cart.cart.grpc[1].route = "shop.Cart/*"                          | wildcard-route | each method
- calls.cart.cart.grpc[1].jwt                                          | missing-key |
- calls.cart.cart.grpc[1].route                                        | missing-key |
calls.cart.cart.grpc + {"route":"shop.Cart/Import","jwt":{"issuer":"partner"}} | duplicate-route |
calls.cart.cart.grpc + "shop.Cart/Import"                              | needless-token | narrow the other @ calls.cart.cart.grpc[2].jwt
ingress.web.routes.frontend.http + {"route":"GET /a/*","jwt":{"issuer":"corp"}} | needless-token | narrow the other @ ingress.web.routes.frontend.http[3].jwt
calls.cart.redis.redis = [{"route":"tcp","jwt":{"issuer":"corp"}}]     | wrong-protocol | the word "tcp"
calls.frontend.weather.http + {"route":"GET /x","jwt":{"issuer":"corp"}} | external-token | leave "jwt" out @ calls.frontend.weather.http[1].jwt

services.redis.namspace = "x"                                          | unknown-key | did you mean "namespace"
frobnicate = 1                                                         | unknown-key | known keys:
- services.redis.namespace                                             | missing-key |
services.redis.ports.redis.protocol = "tpc"                            | wrong-value | did you mean "tcp"
services.redis.workload = "ReplicaSet"                                 | wrong-value | "StatefulSet"
services.redis.ports.redis.port = "6379"                               | wrong-type | without quotes
calls.frontend.cart.grpc = "shop.Cart/Get"                             | wrong-type | write ["shop.Cart/Get"]
calls.frontend.cart.grpc + 7                                           | wrong-type |
calls.cart = null                                                      | wrong-type |
outside = []                                                           | wrong-type |
`

/** A way to spoil `shop`, and the one problem it should give. */
export interface Defect {
  /** The line of the table. */
  readonly text: string
  /** `shop` with the defect. */
  readonly graph: () => Loose
  readonly code: string
  readonly at: string
  /** What the hint should hold. */
  readonly hint: string
}

export const defects: readonly Defect[] = table
  .split('\n')
  .filter(line => line !== '')
  .map(readLine)

function readLine(line: string): Defect {
  const [change = '', code = '', rest = ''] = line.split(/ +\| ?/)
  const [, remove, path = '', operator, value = 'null'] =
    /^(- )?((?:\["[^"]*"\]|\S)+?)(?: ([=+]) (.*))?$/.exec(change) ?? []
  const list: unknown[] | undefined = operator === '+' ? lookUp(shop(), steps(path)) : undefined
  const [hint = '', at = list ? `${path}[${list.length}]` : path] = ` ${rest}`.split(' @ ')
  const graph = (): Loose => {
    const spoilt = shop()
    const parent = lookUp(spoilt, steps(path).slice(0, -1))
    const last = steps(path).at(-1) ?? ''
    if (remove) Reflect.deleteProperty(parent, last)
    else if (list) parent[last].push(JSON.parse(value))
    else parent[last] = JSON.parse(value)
    return spoilt
  }
  return { text: line.replace(/\s+/g, ' '), graph, code, at, hint: hint.trim().replaceAll('"', '`') }
}

function steps(path: string): readonly string[] {
  return [...path.matchAll(/\["([^"]*)"\]|\[(\d+)\]|\.?([^.[]+)/g)].map(
    ([, quoted, index, name]) => quoted ?? index ?? name ?? '',
  )
}

/** What is at a path; records on the way that are not there yet are made. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- a path into anything
function lookUp(root: Loose, path: readonly string[]): any {
  return path.reduce((at, step) => (at[step] ??= {}), root)
}
