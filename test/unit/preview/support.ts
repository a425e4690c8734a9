import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { build } from 'esbuild'

export const root = resolve(__dirname, '../../..')
export const fixtures = join(root, 'test/support/fixtures')
const made: string[] = []

/** A Pulumi project in a folder of its own, which finds the packages of this repository. */
export function projectOf(files: Readonly<Record<string, string>>): string {
  const directory = mkdtempSync(join(tmpdir(), 'preview-'))
  made.push(directory)
  symlinkSync(join(root, 'node_modules'), join(directory, 'node_modules'))
  for (const [name, text] of Object.entries({ 'Pulumi.yaml': pulumiYaml, 'Pulumi.dev.yaml': '', ...files })) {
    mkdirSync(dirname(join(directory, name)), { recursive: true })
    writeFileSync(join(directory, name), text)
  }
  return directory
}

export const pulumiYaml = 'name: small\nruntime: nodejs\nmain: index.ts\n'

/** Removes all that `projectOf` made. */
export function removeProjects(): void {
  for (const directory of made.splice(0)) rmSync(directory, { recursive: true, force: true })
}

export interface Ended {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: string
  readonly stderr: string
}

/** The preview in a process of its own, as `npm run preview` starts it. */
export async function preview(args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Ended> {
  return started([await bundled(), ...args], env).ended
}

/** A process of Node's, and how it ends. */
export function started(args: readonly string[], env: NodeJS.ProcessEnv = {}) {
  const child = spawn(process.execPath, args, {
    cwd: root,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let stdout = ''
  let stderr = ''
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()))
  const ended = new Promise<Ended>(done => {
    child.once('close', (code, signal) => done({ code, signal, stdout, stderr }))
  })
  return { child, ended }
}

let bundle: Promise<string> | undefined

/** The preview as the build bundles it, from the sources as they are; and the pack, where it is not built yet. */
export function bundled(): Promise<string> {
  bundle ??= makeBundles()
  return bundle
}

async function makeBundles(): Promise<string> {
  const outfile = join(root, 'dist/test/preview.js')
  const pack = join(root, 'policypacks/zero-trust/dist/index.js')
  const external = ['@pulumi/*', 'typescript', 'esbuild', 'tsx/*']
  const common = {
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    logLevel: 'error',
    external,
  } as const
  await build({ ...common, entryPoints: [join(root, 'preview/main.ts')], outfile })
  const packed = { ...common, entryPoints: [join(root, 'policypacks/zero-trust/index.ts')], outfile: pack }
  if (!existsSync(pack)) await build(packed)
  return outfile
}
