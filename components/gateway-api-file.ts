import { LineCounter, parseAllDocuments } from 'yaml'
import type { KubernetesObject } from '../core/model/manifest'
import { objectName } from '../core/model/manifest'
import type { Problem } from '../core/model/problem'
import { blocking } from '../core/model/problem'
import { isRecord } from './record'
import { readText } from './text-file'

/** What a release file of Gateway API holds, in its order. */
export interface GatewayApiFile {
  readonly definitions: readonly KubernetesObject[]
  /** The policy that keeps the definitions from being replaced by older or experimental ones, and its binding. */
  readonly guards: readonly KubernetesObject[]
  readonly problems: readonly Problem[]
}

/** The API group whose definitions are read, and nothing else is. */
export const gatewayGroup = 'gateway.networking.k8s.io'

const release = 'https://github.com/kubernetes-sigs/gateway-api/releases'
const file = 'standard-install.yaml'

/**
 * Reads a release file of Gateway API: the definitions of its own group, and the admission policy that guards them
 * since 1.5 (kubernetes-sigs/gateway-api `config/crd/standard`). Anything else in it is refused: what is installed along
 * with CRDs should be known for what it is.
 *
 * @param at where the file was named, for messages
 */
export function readGatewayApi(path: string, at = 'mesh.gatewayApi.file'): GatewayApiFile {
  const text = readText(path)
  if (text === undefined) {
    const hint = `its path is relative to the project; get \`${file}\` from ${release}`
    return nothing({ code: 'no-file', at, message: `\`${path}\` cannot be read`, hint })
  }
  const lines = new LineCounter()
  const documents = parseAllDocuments(text, { lineCounter: lines, prettyErrors: false, logLevel: 'silent' })
  const entries = 'empty' in documents ? [] : documents
  const [wrong] = entries.flatMap(({ errors }) => errors)
  if (wrong) {
    return nothing({ code: 'malformed-yaml', at: `${path}:${lines.linePos(wrong.pos[0]).line}`, message: 'not YAML' })
  }
  const objects = entries
    .map(document => ({ line: lines.linePos(document.range[0]).line, value: document.toJS() as unknown }))
    .filter(({ value }) => value !== null)
  return sorted(
    objects.map(({ line, value }) => ({ value, place: `${path}:${line}` })),
    at,
  )
}

interface Document {
  readonly value: unknown
  readonly place: string
}

function sorted(documents: readonly Document[], at: string): GatewayApiFile {
  const read = documents.map(document => ({ ...document, kind: kindOf(document.value) }))
  const of = (kind: Kind) => read.flatMap(one => (one.kind === kind ? [asObject(one.value)] : []))
  const definitions = of('definition')
  const strangers = read.filter(({ kind }) => kind === 'stranger').map(({ value, place }) => stranger(value, place))
  const complete = definitions.some(({ metadata }) => metadata.name === `gateways.${gatewayGroup}`)
  return { definitions, guards: of('guard'), problems: [...strangers, ...(complete ? [] : [incomplete(at)])] }
}

type Kind = 'definition' | 'guard' | 'stranger'

function kindOf(value: unknown): Kind {
  if (!isRecord(value) || !isRecord(value.metadata)) return 'stranger'
  const { name } = value.metadata
  if (typeof name !== 'string' || !name.endsWith(`.${gatewayGroup}`)) return 'stranger'
  switch (`${String(value.apiVersion)}/${String(value.kind)}`) {
    case 'apiextensions.k8s.io/v1/CustomResourceDefinition':
      return isRecord(value.spec) && value.spec.group === gatewayGroup ? 'definition' : 'stranger'
    case 'admissionregistration.k8s.io/v1/ValidatingAdmissionPolicy':
    case 'admissionregistration.k8s.io/v1/ValidatingAdmissionPolicyBinding':
      return 'guard'
    default:
      return 'stranger'
  }
}

/** It has an apiVersion, a kind and a name, as was just seen. */
function asObject(value: unknown): KubernetesObject {
  return value as KubernetesObject
}

function stranger(value: unknown, place: string): Problem {
  const named = isRecord(value) && isRecord(value.metadata) && typeof value.metadata.name === 'string'
  const what = named ? `\`${objectName(asObject(value))}\`` : 'this document'
  const message = `${what} is no part of Gateway API, and is not installed along with it`
  return blocking({ code: 'not-gateway-api', at: place, message, hint: `take \`${file}\` as it is: ${release}` })
}

function incomplete(at: string): Problem {
  const message = `it does not define \`gateways.${gatewayGroup}\`, which waypoints are`
  return blocking({ code: 'no-gateway-crd', at, message, hint: `take \`${file}\` as it is: ${release}` })
}

function nothing(problem: Omit<Problem, 'severity'>): GatewayApiFile {
  return { definitions: [], guards: [], problems: [blocking(problem)] }
}
