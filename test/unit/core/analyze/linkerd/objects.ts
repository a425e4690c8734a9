import assert from 'node:assert/strict'
import type { DecideOptions, Verdict } from '../../../../../core/analyze/decide'
import type { Layer } from '../../../../../core/analyze/layer'
import { reach } from '../../../../../core/analyze/reach'
import { parseRequest } from '../../../../../core/analyze/request'
import { inWords, reachedBehindLinkerd } from '../../../../support/way'
import { ask, inNamespace, judge, object, pod, readAll, type Json } from '../objects'

export const enabled: Json = { 'linkerd.io/inject': 'enabled' }

export function linkerdNamespace(name: string, annotations: Json = enabled, labels: Json = {}): Json {
  return object('Namespace', { name, annotations, labels })
}

const values = {
  identityTrustDomain: '',
  clusterDomain: 'cluster.local',
  clusterNetworks: '10.0.0.0/8',
  policyController: { probeNetworks: ['10.9.0.0/16'] },
  proxy: { defaultInboundPolicy: 'deny', opaquePorts: '3306,5432' },
  proxyInit: { ignoreInboundPorts: '4567,4568' },
}

/** The settings, where an installation keeps them. */
export function linkerdConfig(changes: Json = {}, id = 'linkerd/linkerd-config'): Json {
  const [namespace, name] = id.split('/')
  return object('ConfigMap', { namespace, name }, { data: { values: JSON.stringify({ ...values, ...changes }) } })
}

/** Namespace `shop`, its Pod `cart`, and a mesh of which everything is known, and whose default is to deny. */
export const linkerdShop: readonly Json[] = [linkerdConfig(), linkerdNamespace('shop'), pod('shop/cart')]

/** For the Pod `cart`, port 8080. */
export function server(id: string, spec: Json = {}, metadata: Json = {}): Json {
  return inNamespace('Server', id, { podSelector: { matchLabels: { app: 'cart' } }, port: 8080, ...spec }, metadata)
}

export const group = 'policy.linkerd.io'

/** For Server `shop/cart` unless told otherwise; with these references. */
export function policy(id: string, refs: readonly Json[], target: Json = {}, metadata: Json = {}): Json {
  const targetRef = { group, kind: 'Server', name: 'cart', ...target }
  return inNamespace('LinkerdAuthorizationPolicy', id, { targetRef, requiredAuthenticationRefs: refs }, metadata)
}

/** The caller that `ask` has. */
export const frontend: Json = { kind: 'ServiceAccount', name: 'frontend', namespace: 'web' }

/** A route of Server `shop/cart`, with one rule of these matches. */
export function httpRoute(id: string, matches: readonly Json[], spec: Json = {}, metadata: Json = {}): Json {
  const parentRefs = [{ group, kind: 'Server', name: 'cart' }]
  return inNamespace('LinkerdHTTPRoute', id, { parentRefs, rules: [{ matches }], ...spec }, metadata)
}

export function grpcRoute(id: string, matches: readonly Json[], parent: Json = {}): Json {
  const parentRefs = [{ group, kind: 'Server', name: 'cart', ...parent }]
  return inNamespace('GRPCRoute', id, { parentRefs, rules: [{ matches }] })
}

export const path = (value: string, type = 'PathPrefix'): Json => ({ path: { type, value } })
export const at = (day: number): Json => ({ creationTimestamp: `2026-01-0${day}T00:00:00Z` })

/** `GET /` from `web/frontend` at 10.1.0.7 to `shop/cart:8080`, changed as told. */
export function linkerdAsk(changes: Json = {}): Json {
  return ask({ from: identity(), ...changes })
}

export function identity(changes: Json = {}): Json {
  return { trustDomain: 'cluster.local', namespace: 'web', serviceAccount: 'frontend', ip: '10.1.0.7', ...changes }
}

export const nobody: Json = { from: { plaintext: true, ip: '10.1.0.7' } }
export const onPort = (port: number): Json => ({ to: { namespace: 'shop', workload: 'cart', port } })

/** The verdict on `linkerdShop` and more objects, of which a later one replaces an earlier one of its name. */
export function linkerdJudge(objects: readonly unknown[], changes: Json = {}, options: DecideOptions = {}): Verdict {
  return judge(withShop(objects), linkerdAsk(changes), options)
}

function withShop(objects: readonly unknown[]): Layer {
  return readAll(objects, { base: linkerdShop.map((value, i) => ({ object: value, at: `base ${i}` })) }).layer
}

export function linkerdVerdict(objects: readonly unknown[], changes: Json = {}): Verdict['verdict'] {
  const { verdict } = linkerdJudge(objects, changes)
  assert.equal(reached(objects, changes), verdict, 'reach does not agree with decide')
  return verdict
}

/** What `reach` has of a request: that it certainly gets in, possibly, or not. */
function reached(objects: readonly unknown[], changes: Json): Verdict['verdict'] {
  const layer = withShop(objects)
  const { request } = parseRequest(linkerdAsk(changes), 'request')
  assert.ok(request)
  return inWords(reachedBehindLinkerd(reach(layer), layer, request))
}
