import assert from 'node:assert/strict'
import type { LeavingReach, Outward } from '../../../../../core/analyze/leaving/leaving'
import { heldAt } from '../../../../../core/analyze/leaving/ports'
import type { Reach } from '../../../../../core/analyze/reach'
import { reach } from '../../../../../core/analyze/reach'
import type { Match } from '../../../../../core/analyze/regions/bounds'
import { addressBits } from '../../../../../core/model/address'
import { inNamespace, mesh, namespace, pod, readAll, type Json } from '../objects'

/** A call to a host outside: `GET /` of `api.example.com` on port 80, from `shop/cart`, unless told otherwise. */
export interface Called {
  readonly host?: string
  readonly port?: number
  readonly method?: string
  readonly path?: string
  readonly protocol?: 'http' | 'tcp'
  readonly address?: string
  readonly workload?: string
}

/** Whether calls get out: surely, perhaps, or not. */
export type Leaves = 'surely' | 'perhaps' | 'no'

/** Namespace `shop` with Pod `cart`, in a mesh of sidecars that know what is registered and drop all else. */
export const shop: readonly Json[] = [
  mesh({ outboundTrafficPolicy: { mode: 'REGISTRY_ONLY' } }),
  namespace('shop'),
  pod('shop/cart'),
]

/** `api.example.com`, known on port 80 as HTTP. */
export function entry(spec: Json = {}, metadata: Json = {}, id = 'shop/api'): Json {
  const ports = [{ number: 80, name: 'http', protocol: 'HTTP' }]
  return inNamespace('ServiceEntry', id, { hosts: ['api.example.com'], ports, resolution: 'DNS', ...spec }, metadata)
}

/** Through the caller's own proxy as it is configured; what is certain must be so, too, where it is asked for by the caller's name. */
export function leaves(objects: readonly unknown[], called: Called = {}): Leaves {
  const reached = reach(readAll(objects).layer)
  const found = among(outwardOf(reached, called).bounds, called)
  // Whoever has no trust domain cannot be asked for by name.
  if (reached.domains)
    assert.equal(isSure(reached, called), found === 'surely', 'what leaves the mesh does not agree with a single call')
  return found
}

/** As `leaves` has it where the network has no say, since a name tells no address. */
export function leavesAt(objects: readonly unknown[], called: Called = {}): Leaves {
  return among(outwardOf(reach(readAll(objects).layer), called).bounds, called)
}

/** Round the caller's own proxy. */
export function leavesPast(objects: readonly unknown[], called: Called = {}): Leaves {
  return among(outwardOf(reach(readAll(objects).layer), called).past, called)
}

/** What decides, by name. */
export function because(objects: readonly unknown[], called: Called = {}): readonly string[] {
  return outwardOf(reach(readAll(objects).layer), called).because
}

function outwardOf(reached: Reach, { workload = 'cart', port = 80 }: Called): Outward {
  const found: LeavingReach | undefined = reached.leaving().find(one => one.workload.name === workload)
  return heldAt(found?.ports ?? [], port) ?? assert.fail(`nothing is known of ${workload}:${port}`)
}

function among({ must, may }: Match, called: Called): Leaves {
  const point = pointOf(called)
  return must.contains(point) ? 'surely' : may.contains(point) ? 'perhaps' : 'no'
}

function pointOf({ host = 'api.example.com', method = 'GET', path = '/', protocol = 'http', address }: Called) {
  const values: Readonly<Record<string, string>> = {
    ...{ host, method, path, protocol, authority: host },
    address: addressBits(address ?? '192.0.2.1') ?? assert.fail(address),
  }
  return (variable: string): string => values[variable] ?? ''
}

function isSure(reached: Reach, called: Called): boolean {
  const { workload = 'cart', host = 'api.example.com', port = 80, protocol = 'http' } = called
  const [trustDomain = ''] = reached.domains ?? []
  const caller = { trustDomain, namespace: 'shop', serviceAccount: workload }
  const speaks = protocol === 'http' ? 'requests' : 'bytes'
  return reached.egress(caller, { host, port, speaks }).certain.contains(pointOf(called))
}
