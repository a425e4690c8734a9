import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, readdirSync, symlinkSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { PulumiFolder } from './pulumi-folder'

const root = resolve(__dirname, '../../..')

/** A project that has nothing of this repository but its package, packed and unpacked as npm does it. No cluster is named. */
export class ForeignProject extends PulumiFolder {
  /** Copies the program, installs the package, and makes the stack `dev`. */
  async create(program: string): Promise<void> {
    cpSync(program, this.folder, { recursive: true })
    this.install()
    await this.attach()
    await this.succeeds('stack', 'init', 'dev')
  }

  /** The packages that npm would install beside it are linked; the package itself is what `npm pack` makes. */
  private install(): void {
    const modules = join(this.folder, 'node_modules')
    mkdirSync(modules)
    for (const name of readdirSync(join(root, 'node_modules'))) {
      if (!name.startsWith('.')) symlinkSync(join(root, 'node_modules', name), join(modules, name))
    }
    const packed = ['pack', '--ignore-scripts', '--json', '--pack-destination', this.workspace.folder]
    const listed = execFileSync('npm', packed, { cwd: root, stdio: ['ignore', 'pipe', 'ignore'] }).toString()
    const [{ filename = '' } = {}] = JSON.parse(listed) as { filename?: string }[]
    const home = join(modules, 'zero-trust-mesh')
    mkdirSync(home)
    execFileSync('tar', ['-xzf', join(this.workspace.folder, filename), '--strip-components=1', '-C', home])
  }
}
