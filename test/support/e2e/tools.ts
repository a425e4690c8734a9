import { execFileSync } from 'node:child_process'
import { accessSync, constants, existsSync, statSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { shared } from '../crd'
import type { Workspace } from './workspace'

/** A program of the end-to-end tests. */
export type Tool = 'etcd' | 'kube-apiserver' | 'pulumi'

const sources: Readonly<Record<Tool, string>> = {
  etcd: 'https://github.com/etcd-io/etcd/releases',
  'kube-apiserver': 'https://kubernetes.io/releases/download/#binaries',
  pulumi: 'https://www.pulumi.com/docs/install/',
}

const unpacked = new WeakMap<Workspace, string>()

/**
 * Where a program is: on PATH, or unpacked from the tools beside the repository.
 *
 * @throws where it is neither here nor there; the message says how to get it
 */
export function toolPath(tool: Tool, workspace: Workspace, beside = shared ?? '../shared'): string {
  const install = join(beside, 'bin/install')
  const found = onPath(tool) ?? (existsSync(install) ? unpackedBy(install, tool, workspace) : undefined)
  if (found !== undefined) return found
  throw new Error(
    `\`${tool}\` is neither on PATH nor among the tools in \`${join(beside, 'bin')}\`: ` +
      `put it on PATH (${sources[tool]}), or name the folder that has \`bin/install\` in ZTM_SHARED`,
  )
}

/** The first program of that name on PATH. */
export function onPath(name: string): string | undefined {
  const folders = (process.env.PATH ?? '').split(delimiter).filter(folder => folder !== '')
  return folders.map(folder => join(folder, name)).find(isProgram)
}

function isProgram(file: string): boolean {
  try {
    accessSync(file, constants.X_OK)
    return statSync(file).isFile()
  } catch {
    return false
  }
}

function unpackedBy(install: string, tool: Tool, workspace: Workspace): string | undefined {
  const folder =
    unpacked.get(workspace) ??
    execFileSync(install, [join(workspace.folder, 'bin')])
      .toString()
      .trim()
  unpacked.set(workspace, folder)
  const file = join(folder, tool)
  return isProgram(file) ? file : undefined
}
