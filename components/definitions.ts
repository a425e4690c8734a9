import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { definitionsIn } from '../core/analyze/schema/definition-text'
import type { Problem } from '../core/model/problem'
import { blocking } from '../core/model/problem'
import type { MeshSettings } from './settings'
import { readText } from './text-file'

/** Where a stack says that definitions are. */
export type SchemaSources = Pick<MeshSettings, 'crds' | 'istio' | 'linkerd'>

/** CustomResourceDefinitions that objects are held against before anything is registered. */
export interface GivenDefinitions {
  readonly definitions: readonly unknown[]
  readonly problems: readonly Problem[]
}

/**
 * The definitions that a stack names: those of its `crds`, and those of Gateway API that it brings to the cluster itself, whose defects are told where that is set.
 *
 * @param kinds of which definitions are wanted: a mesh's files have dozens, and each takes time to read
 */
export function definitionsOf({ crds, istio, linkerd }: SchemaSources, kinds: ReadonlySet<string>): GivenDefinitions {
  const brought = [istio?.gatewayApi, linkerd?.gatewayApi].flatMap(source => {
    const file = source === undefined || source === 'existing' ? undefined : source.file
    const text = file === undefined ? undefined : readText(file)
    return text === undefined ? [] : (definitionsIn(text, kinds).definitions ?? [])
  })
  if (crds === undefined) return { definitions: brought, problems: [] }
  const own = filesAt(crds).map(file => ({ file, text: readText(file) }))
  if (own.length === 0) return { definitions: brought, problems: [unreadable(crds)] }
  const read = own.map(({ file, text }) => ({ file, ...(text === undefined ? {} : definitionsIn(text, kinds)) }))
  const definitions = read.flatMap(one => one.definitions ?? [])
  const broken = read.filter(one => one.definitions === undefined).map(({ file }) => unreadable(file))
  const isEmpty = broken.length === 0 && !read.some(({ found }) => (found ?? 0) > 0)
  return { definitions: [...definitions, ...brought], problems: isEmpty ? [none(crds)] : broken }
}

const at = 'crds'

function unreadable(path: string): Problem {
  const hint = 'name a file or a folder, as seen from the project; `kubectl get crd -o yaml > crds.yaml` makes one'
  return blocking({ code: 'no-file', at, message: `\`${path}\` cannot be read as YAML or JSON`, hint })
}

function none(path: string): Problem {
  const message = `there is no CustomResourceDefinition in \`${path}\``
  return blocking({
    code: 'no-definition',
    at,
    message,
    hint: '`kubectl get crd -o yaml > crds.yaml` makes such a file',
  })
}

/** The path itself where it is a file, its manifests where it is a folder. */
function filesAt(path: string): readonly string[] {
  try {
    if (!statSync(path).isDirectory()) return [path]
    const names = readdirSync(path).filter(name => /\.(ya?ml|json)$/.test(name))
    return names.sort().map(name => join(path, name))
  } catch {
    return []
  }
}
