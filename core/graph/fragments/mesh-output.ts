import { z } from 'zod'
import type { Problem } from '../../model/problem'
import { protocols } from '../graph'
import { frozen } from '../plain'
import type { Fields } from '../shape-parts'
import { explain, jsonSchemaOf } from '../shape-parts'
import { fit } from '../shape-problems'
import type { Waiting } from './together'

/**
 * What a mesh tells those who use it: the stack's output `mesh`, for stack references of any language. Public: it holds names, addresses and digests, and
 * no key or certificate.
 */
export interface MeshOutput {
  /** Of this form. A reader refuses one that it does not know. */
  readonly version: 1
  /** `sha256:…` over what the merged graph means; that of the reviewed lock file. */
  readonly digest: string
  /** What identities start with, on each mesh that is there. */
  readonly trustDomains: { readonly istio?: string; readonly linkerd?: string }
  /** SHA-256 of each anchor's certificate, in hexadecimal digits; none where they are not known. */
  readonly anchors: readonly string[]
  readonly namespaces: Readonly<Record<string, MeshedNamespace>>
  /** What may be called, if it accepts the caller. */
  readonly services: Readonly<Record<string, MeshedService>>
  /** Hosts outside that are declared, and may be called under their names here. */
  readonly external: Readonly<Record<string, MeshedExternal>>
  readonly fragments: Readonly<Record<string, AcceptedFragment>>
  /** Calls that only one side declares. */
  readonly waiting: readonly Waiting[]
}

/** A namespace of the mesh. */
export interface MeshedNamespace {
  readonly mesh: 'istio' | 'linkerd'
  readonly stage: 'strict' | 'enforce'
  /** The fragment it was given to. @default the graph's own */
  readonly fragment?: string
}

/** A port as a caller needs to know it. */
export interface MeshedPort {
  readonly protocol: (typeof protocols)[number]
  /** The container port. */
  readonly port: number
  /** `host:port` that a caller dials. */
  readonly address: string
}

/** A service that may be called. */
export interface MeshedService {
  readonly namespace: string
  readonly serviceAccount: string
  readonly ports: Readonly<Record<string, MeshedPort>>
  /** The fragment that declares it. @default the graph */
  readonly fragment?: string
}

/** A host outside. */
export interface MeshedExternal {
  readonly hosts: readonly string[]
  readonly ports: Readonly<Record<string, { readonly protocol: (typeof protocols)[number]; readonly port: number }>>
  readonly fragment?: string
}

/** What became of a fragment. */
export interface AcceptedFragment {
  readonly state: 'current' | 'kept' | 'absent'
  readonly namespaces: readonly string[]
  /** `sha256:…` over the canonical JSON of what is in the mesh of it. */
  readonly digest?: string
}

const text = (description: string) => explain(z.string(), description)
const byName = <T extends z.ZodType>(value: T, description: string) => explain(z.record(z.string(), value), description)
const protocol = explain(z.enum(protocols), 'What is spoken.')
const number = explain(z.int().min(1).max(65_535), 'The container port.')
const fragment = text('The fragment it is of; without it, of the graph.').optional()

const meshedNamespace = z.looseObject({
  mesh: explain(z.enum(['istio', 'linkerd']), 'The mesh it is on.'),
  stage: explain(z.enum(['strict', 'enforce']), 'How far it has been taken.'),
  fragment,
} satisfies Fields<MeshedNamespace>)

const meshedPort = z.looseObject({
  ...{ protocol, port: number },
  address: text('What a caller dials, `host:port`.'),
} satisfies Fields<MeshedPort>)

const meshedService = z.looseObject({
  namespace: text('Its namespace.'),
  serviceAccount: text('Its ServiceAccount.'),
  ports: byName(meshedPort, 'Its ports by name.'),
  fragment,
} satisfies Fields<MeshedService>)

const meshedExternal = z.looseObject({
  hosts: explain(z.array(z.string()), 'Its DNS names.'),
  ports: byName(z.looseObject({ protocol, port: number }), 'Its ports by name.'),
  fragment,
} satisfies Fields<MeshedExternal>)

const acceptedFragment = z.looseObject({
  state: explain(
    z.enum(['current', 'kept', 'absent']),
    '`current`: as it is offered; `kept`: as it was last accepted; `absent`: nothing was ever accepted.',
  ),
  namespaces: explain(z.array(z.string()), 'Where its services may be.'),
  digest: text('Over the canonical JSON of what is in the mesh of it.').optional(),
} satisfies Fields<AcceptedFragment>)

const waiting = z.looseObject({
  caller: text('`namespace/service`.'),
  callee: text('The name of what is called.'),
  port: text("The port's name."),
  routes: explain(z.array(z.string()), 'What waits.'),
  owner: text('Whose consent is missing: a fragment, or empty for the graph.').optional(),
  why: text('In words.'),
} satisfies Fields<Waiting>)

/** Open to keys that later releases add; the version tells what a reader may rely on. */
const meshShape = z.looseObject({
  version: explain(z.literal(1), 'Of this form.'),
  digest: text('Over what the merged graph means.'),
  trustDomains: explain(
    z.looseObject({ istio: z.string().optional(), linkerd: z.string().optional() }),
    'What identities start with, on each mesh.',
  ),
  anchors: explain(z.array(z.string()), 'SHA-256 of each anchor, in hexadecimal digits.'),
  namespaces: byName(meshedNamespace, 'Namespaces of the mesh.'),
  services: byName(meshedService, 'What may be called, if it accepts the caller.'),
  external: byName(meshedExternal, 'Hosts outside that are declared.'),
  fragments: byName(acceptedFragment, 'What became of each fragment.'),
  waiting: explain(z.array(waiting), 'Calls that only one side declares.'),
} satisfies Fields<MeshOutput>)

/** The output that was read, or what is wrong with it. */
export type ParsedMesh =
  | { readonly mesh: MeshOutput; readonly problems: readonly [] }
  | { readonly mesh?: never; readonly problems: readonly Problem[] }

/** Reads a stack's output `mesh`. A newer form than ours is refused before anything else of it is looked at. */
export function parseMesh(value: unknown): ParsedMesh {
  const version = versionOf(value)
  if (version === undefined) return { problems: [notAMesh()] }
  if (version > 1) return { problems: [newer(version)] }
  const fitted = fit(meshShape, value)
  if (fitted.kind === 'misfits') return { problems: fitted.misfits.map(({ problem }) => problem) }
  return { mesh: frozen(fitted.value as MeshOutput), problems: [] } // zod admits `undefined` where the type says absent
}

function versionOf(value: unknown): number | undefined {
  if (typeof value !== 'object' || value === null || !('version' in value) || !('digest' in value)) return undefined
  return typeof value.version === 'number' ? value.version : undefined
}

function notAMesh(): Problem {
  const message = 'it is not what a mesh tells of itself'
  const hint = 'name the stack that has the mesh, and the output `mesh` of it'
  return { code: 'not-a-mesh', severity: 'error', at: '', message, hint }
}

function newer(version: number): Problem {
  const message = `it is of version ${version}, and this release of zero-trust-mesh knows version 1`
  return { code: 'newer-mesh', severity: 'error', at: '', message, hint: 'update zero-trust-mesh in this project' }
}

/** The JSON Schema of the output `mesh`. For other languages. */
export function meshJsonSchema(): Readonly<Record<string, unknown>> {
  return jsonSchemaOf(meshShape, {
    $id: 'urn:zero-trust-mesh:mesh:1',
    title: 'What a mesh tells its users',
    description:
      "The stack's output `mesh`: whom it trusts, which services may be called, and what became of each fragment.",
  })
}
