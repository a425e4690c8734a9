import assert from 'node:assert/strict'
import type { AuthorizationPolicySpec, Kind, PeerAuthenticationSpec } from '../../../../core/model/kinds'
import { apiVersionOf, writtenKind } from '../../../../core/model/kinds'
import { decide, type DecideOptions, type Verdict } from '../../../../core/analyze/decide'
import { read, type ReadOptions, type ReadResult } from '../../../../core/analyze/read-istio'
import type { Layer } from '../../../../core/analyze/layer'
import { reach } from '../../../../core/analyze/reach'
import { parseRequest } from '../../../../core/analyze/request'
import { gotInNormalised, inWords } from '../../../support/way'

/** A manifest, loosely: tests write wrong ones too. */
export type Json = Readonly<Record<string, unknown>>

export function object(kind: Kind, metadata: Json, rest: Json = {}): Json {
  return { apiVersion: apiVersionOf(kind), kind: writtenKind(kind), metadata, ...rest }
}

/** An object `namespace/name` with a spec. */
export function inNamespace(kind: Kind, id: string, spec?: Json, metadata: Json = {}): Json {
  const [namespace, name] = id.split('/')
  return object(kind, { namespace, name, ...metadata }, spec === undefined ? {} : { spec })
}

export function namespace(name: string, labels: Json = { 'istio-injection': 'enabled' }): Json {
  return object('Namespace', { name, labels })
}

/** A Pod labelled `app: <name>`, under a ServiceAccount of its name, listening on 8080. */
export function pod(id: string, metadata: Json = {}, spec: Json = {}): Json {
  const name = id.split('/')[1]
  const containers = [{ name: 'app', ports: [{ containerPort: 8080, name: 'web' }] }]
  return inNamespace(
    'Pod',
    id,
    { serviceAccountName: name, containers, ...spec },
    { labels: { app: name }, ...metadata },
  )
}

/** A Service of that Pod: port 80 leads to 8080, as HTTP. */
export function service(id: string, port: Json = {}, metadata: Json = {}): Json {
  const name = id.split('/')[1]
  const ports = [{ name: 'http', port: 80, targetPort: 8080, ...port }]
  return inNamespace('Service', id, { selector: { app: name }, ports }, metadata)
}

export function authorization(id: string, spec: AuthorizationPolicySpec, metadata: Json = {}): Json {
  return inNamespace('AuthorizationPolicy', id, { ...spec }, metadata)
}

export function peers(id: string, spec: PeerAuthenticationSpec, metadata: Json = {}): Json {
  return inNamespace('PeerAuthentication', id, { ...spec }, metadata)
}

/** The mesh's settings, where an installation keeps them. */
export function mesh(config: Json = {}): Json {
  const all = { trustDomain: 'cluster.local', rootNamespace: 'istio-system', ...config }
  return object('ConfigMap', { namespace: 'istio-system', name: 'istio' }, { data: { mesh: JSON.stringify(all) } })
}

/** Namespace `shop`, its Pod and Service `cart`, and a mesh of which everything is known. */
export const shop: readonly Json[] = [mesh(), namespace('shop'), pod('shop/cart'), service('shop/cart')]

export function readAll(objects: readonly unknown[], options: ReadOptions = {}): ReadResult {
  return read(
    objects.map((value, index) => ({ object: value, at: `object ${index}` })),
    options,
  )
}

/** The layer of objects that read without a problem. */
export function layerOf(objects: readonly unknown[]): Layer {
  const { layer, problems } = readAll(objects)
  if (problems.length > 0) throw new Error(problems.map(({ message }) => message).join('\n'))
  return layer
}

/** `GET /` from `web/frontend` to `shop/cart:8080`, changed as told. A top-level `undefined` takes a part away. */
export function ask(changes: Json = {}): Json {
  const request = {
    id: 'r',
    from: { trustDomain: 'cluster.local', namespace: 'web', serviceAccount: 'frontend' },
    to: { namespace: 'shop', workload: 'cart', port: 8080 },
    http: { method: 'GET', path: '/', host: 'cart' },
    ...changes,
  }
  return Object.fromEntries(Object.entries(request).filter(([, value]) => value !== undefined))
}

export const http = (changes: Json): Json => ({ http: { method: 'GET', path: '/', host: 'cart', ...changes } })
export const plaintext: Json = { from: { plaintext: true } }

export function judge(layer: Layer, request: Json, options: DecideOptions = {}): Verdict {
  const { request: parsed, problems } = parseRequest(request, 'request')
  if (!parsed) throw new Error(problems.map(({ message }) => message).join('\n'))
  return decide(layer, parsed, options)
}

/** The verdict on `shop` and more objects, for questions that sets do not answer: what a request leaves out, and what `reach` tells as the floor. */
export function decided(objects: readonly unknown[], changes: Json = {}): Verdict['verdict'] {
  return judge(readAll([...shop, ...objects]).layer, ask(changes)).verdict
}

/** The verdict on `shop` and more objects; `reach` must not say otherwise. */
export function verdict(
  objects: readonly unknown[],
  changes: Json = {},
  options: DecideOptions = {},
): Verdict['verdict'] {
  return verdictIn([...shop, ...objects], changes, options)
}

/** The same of a world that has nothing but these objects. */
export function verdictIn(
  world: readonly unknown[],
  changes: Json = {},
  options: DecideOptions = {},
): Verdict['verdict'] {
  const { layer } = readAll(world)
  const { verdict: found } = judge(layer, ask(changes), options)
  if (options.assume === undefined) assert.equal(reached(layer, changes), found, 'reach does not agree with decide')
  return found
}

/** What `reach` has of a request: that it certainly gets in, possibly, or not. */
function reached(layer: Layer, changes: Json): Verdict['verdict'] {
  const { request } = parseRequest(ask(changes), 'request')
  assert.ok(request)
  return inWords(gotInNormalised(reach(layer), layer, request))
}
