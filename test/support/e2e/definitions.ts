import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { shared } from '../crd'
import type { Api, LiveObject } from './api'
import { until } from './workspace'

const apiVersion = 'apiextensions.k8s.io/v1'
const kind = 'CustomResourceDefinition'

/** Applies every CRD of a folder, and waits until all are served. */
export async function applyDefinitions(api: Api, folder = folderOfDefinitions()): Promise<void> {
  const names = await Promise.all(definitionTexts(folder).map(text => applyText(api, text)))
  await until('all CRDs are served', 120, async () => {
    const served = (await api.list(apiVersion, kind)).filter(isEstablished).map(({ metadata }) => metadata.name)
    return names.every(name => served.includes(name)) ? true : undefined
  })
}

/** Takes the CRDs of a domain away, `istio.io`, with all objects of theirs. */
export async function removeDefinitions(api: Api, domain: string): Promise<void> {
  const all = await api.list(apiVersion, kind)
  const own = all.filter(({ metadata }) => metadata.name.endsWith(`.${domain}`))
  await Promise.all(own.map(({ metadata }) => api.remove({ apiVersion, kind, metadata: { name: metadata.name } })))
}

/**
 * Where the CRDs of all tests are.
 *
 * @throws where that is not known; the message says what to do
 */
export function folderOfDefinitions(): string {
  const folder = process.env.ZTM_CRDS ?? (shared === undefined ? undefined : join(shared, 'crds'))
  if (folder !== undefined) return folder
  throw new Error('there are no CRDs: name a folder of YAML files that has them in ZTM_CRDS')
}

/** Documents stay text: a server reads YAML faster than we do. */
function definitionTexts(folder: string): readonly string[] {
  const files = readdirSync(folder).filter(file => file.endsWith('.yaml'))
  const documents = files.flatMap(file => readFileSync(join(folder, file), 'utf8').split(/^---.*$/mu))
  const texts = documents.filter(text => /^kind: CustomResourceDefinition$/mu.test(text))
  if (texts.length === 0) throw new Error(`there is no CRD in the files \`*.yaml\` of \`${folder}\``)
  return texts
}

async function applyText(api: Api, text: string): Promise<string> {
  const name = /^metadata:\n(?:  .*\n)*?  name: ['"]?([^\s'"]+)/mu.exec(text)?.[1] ?? 'without a name'
  const path = `/apis/${apiVersion}/customresourcedefinitions/${name}?fieldManager=e2e&force=true`
  const { status, body } = await api.ask({ method: 'PATCH', path, body: text, type: 'application/apply-patch+yaml' })
  if (status >= 300) throw new Error(`the server refuses the CRD \`${name}\`: ${JSON.stringify(body).slice(0, 1000)}`)
  return name
}

function isEstablished({ status }: LiveObject): boolean {
  const { conditions } = (status ?? {}) as { conditions?: { type: string; status: string }[] | null } // null at first
  return conditions?.some(({ type, status: is }) => type === 'Established' && is === 'True') === true
}
