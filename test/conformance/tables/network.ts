import assert from 'node:assert/strict'
import { decide } from '../../../core/analyze/decide'
import { sourcesOf } from '../../../core/analyze/network/sources'
import { pointOf } from '../../../core/analyze/regions/point'
import { parseRequest } from '../../../core/analyze/request'
import { portAsked } from '../../support/way'
import { world } from './table'

/*
 * Tables of NetworkPolicies: three namespaces `x`, `y` and `z` labelled `ns: <name>`, each with Pods `a`, `b` and `c` labelled `pod: <name>` that listen on 80 and 81, as the tests
 * of kubernetes and cyclonus have them. No mesh is there: what is let through is the network's alone.
 */

const text = (object: object): string => JSON.stringify(object)
const spaces = ['x', 'y', 'z'] as const
const pods = ['a', 'b', 'c'] as const

export interface Grid {
  /** Labels of Pods beside `pod`, by `namespace/name`. */
  readonly labels?: Readonly<Record<string, Readonly<Record<string, string>>>>
  /** Whether the Pods' addresses are known: `10.<namespace>.0.<Pod>`, counted from 1. @default false */
  readonly addresses?: true
  /** Whether Pods listen on 80 and 81 by UDP, too. @default false */
  readonly udp?: true
  /** Labels of namespaces beside `ns`, by name. */
  readonly spaces?: Readonly<Record<string, Readonly<Record<string, string>>>>
}

/** The Pods of such a table. */
export function grid({ labels = {}, addresses, udp, spaces: more = {} }: Grid = {}): readonly string[] {
  const namespaces = spaces.map(name => namespace(name, { ns: name, ...more[name] }))
  const ports = [80, 81].flatMap(port => [
    { containerPort: port, name: `serve-${port}-tcp` },
    ...(udp ? [{ containerPort: port, name: `serve-${port}-udp`, protocol: 'UDP' }] : []),
  ])
  const all = spaces.flatMap((space, i) =>
    pods.map((name, j) =>
      text({
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: { namespace: space, name, labels: { pod: name, ...labels[`${space}/${name}`] } },
        spec: { containers: [{ name: 'app', ports }] },
        ...(addresses && { status: { podIP: `10.${i + 1}.0.${j + 1}` } }),
      }),
    ),
  )
  return [...namespaces, ...all]
}

export function namespace(name: string, labels: Readonly<Record<string, string>>): string {
  return text({ apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels } })
}

/** A Pod `namespace/name` beside those of a grid, labelled `pod: <name>`. */
export function pod(id: string): string {
  const [space, name] = id.split('/')
  return text({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { namespace: space, name, labels: { pod: name } },
    spec: { containers: [{ name: 'app', ports: [{ containerPort: 80 }, { containerPort: 81 }] }] },
  })
}

/** A NetworkPolicy `namespace/name`. */
export function policy(id: string, spec: object): string {
  const [namespace, name] = id.split('/')
  return text({ apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy', metadata: { namespace, name }, spec })
}

export const podIs = (name: string): object => ({ podSelector: { matchLabels: { pod: name } } })
export const namespaceIs = (name: string): object => ({ namespaceSelector: { matchLabels: { ns: name } } })

/** Who gets to `to` on a port: those that are listed for certain, perhaps those of `perhaps`, and no other Pod; a caller may be an address too. */
export interface Callers {
  readonly to: string
  /** @default 80 */
  readonly port?: number
  readonly from: readonly string[]
  readonly perhaps?: readonly string[]
  /** Addresses outside the cluster that get in, and that do not. */
  readonly addresses?: readonly string[]
  readonly notAddresses?: readonly string[]
}

/** All Pods of a grid but one. */
export function others(to: string): readonly string[] {
  return spaces.flatMap(space => pods.map(pod => `${space}/${pod}`)).filter(id => id !== to)
}

/** One test a callee, which asks of every Pod of the grid: `decide` says it, and so does `reach`. */
export function reachedBy(manifests: readonly string[], rows: readonly Callers[]): void {
  askCallers(world(...manifests), rows)
}

/** Both ways of one state. */
export function crossed(manifests: readonly string[], into: readonly Callers[], out: readonly Callees[]): void {
  const made = world(...manifests)
  askCallers(made, into)
  askCallees(made, out)
}

type Made = ReturnType<typeof world>

function askCallers(made: Made, rows: readonly Callers[]): void {
  for (const row of rows) {
    it(`${row.to}:${row.port ?? 80} from ${row.from.join(' ') || 'nobody'}`, () => {
      const expected = (id: string) =>
        row.from.includes(id) ? 'allow' : row.perhaps?.includes(id) ? 'unknown' : 'deny'
      const found = others(row.to).map(id => [id, verdict(made(), row, id)])
      assert.deepEqual(Object.fromEntries(found), Object.fromEntries(others(row.to).map(id => [id, expected(id)])))
      for (const ip of row.addresses ?? []) assert.equal(verdict(made(), row, ip), 'allow', ip)
      for (const ip of row.notAddresses ?? []) assert.equal(verdict(made(), row, ip), 'deny', ip)
    })
  }
}

/** Whom one Pod gets to on a port: those that are listed for certain, perhaps those of `perhaps`, and no other of the grid, or of `among`. */
export interface Callees {
  readonly from: string
  /** @default 80 */
  readonly port?: number
  readonly to: readonly string[]
  readonly perhaps?: readonly string[]
  /** @default all other Pods of the grid */
  readonly among?: readonly string[]
}

/** One test a caller. */
export function reaches(manifests: readonly string[], rows: readonly Callees[]): void {
  askCallees(world(...manifests), rows)
}

function askCallees(made: Made, rows: readonly Callees[]): void {
  for (const row of rows) {
    const { from, port = 80, to, perhaps = [], among = others(from) } = row
    it(`${from} to ${to.join(' ') || 'nobody'} on ${port}`, () => {
      const expected = (id: string) => (to.includes(id) ? 'allow' : perhaps.includes(id) ? 'unknown' : 'deny')
      const found = among.map(id => [id, verdict(made(), { to: id, port, from: [] }, from)])
      assert.deepEqual(Object.fromEntries(found), Object.fromEntries(among.map(id => [id, expected(id)])))
    })
  }
}

function verdict({ layer, reach }: ReturnType<Made>, { to, port = 80 }: Callers, from: string): string {
  const [space, name] = from.split('/')
  const [namespace, workload] = to.split('/')
  const source = name === undefined ? { ip: from } : { namespace: space, workload: name }
  const { request } = parseRequest(
    { id: 'row', from: { plaintext: true, ...source }, to: { namespace, workload, port } },
    'row',
  )
  assert.ok(request)
  const points = sourcesOf(layer, request).map(end =>
    pointOf({ request, path: '', questions: reach.questions, ...(end.kind === 'pod' && { pod: end.pod.key }) }),
  )
  const { must, may } = portAsked(reach, request).served
  const decided = decide(layer, request)
  const seen = points.every(point => must.contains(point))
    ? 'allow'
    : points.some(point => may.contains(point))
      ? 'unknown'
      : 'deny'
  assert.equal(seen, decided.verdict, `reach does not agree with decide: ${decided.because.join('; ')}`)
  return decided.verdict
}
