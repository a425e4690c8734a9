import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'

const root = resolve(__dirname, '../..')
const run = (command: string, args: readonly string[], cwd: string): string =>
  execFileSync(command, args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })

describe('the package as npm would publish it', () => {
  let consumer = ''

  before(function () {
    // Building and installing it takes most of a minute where other tests run beside it.
    this.timeout(240_000)
    consumer = mkdtempSync(join(tmpdir(), 'consumer-'))
    const modules = join(consumer, 'node_modules')
    mkdirSync(modules)
    for (const name of readdirSync(join(root, 'node_modules')))
      symlinkSync(join(root, 'node_modules', name), join(modules, name))
    // Declarations are made by `prepare`; here they are made anew, so that they are those of the sources as they stand.
    run(process.execPath, ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.types.json'], root)
    const [packed] = JSON.parse(
      run('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', consumer], root),
    ) as [{ filename: string }]
    mkdirSync(join(modules, 'zero-trust-mesh'))
    run('tar', ['-xzf', packed.filename, '-C', join(modules, 'zero-trust-mesh'), '--strip-components=1'], consumer)
  })

  after(() => rmSync(consumer, { recursive: true, force: true }))

  it('gives the library to a program that requires it', () => {
    const program = `const { defineGraph, http } = require('zero-trust-mesh')
      const graph = defineGraph({ services: { web: { namespace: 'shop', ports: { http: http(8080) } } } }).calls({})
      console.log(Object.keys(graph.services).join())`
    assert.equal(run(process.execPath, ['-e', program], consumer), 'web\n')
  })

  it('gives its types to a program that imports it, and they refuse a misspelt service', () => {
    const program = (callee: string): string => `import { defineGraph, http } from 'zero-trust-mesh'
export default defineGraph({
  services: { web: { namespace: 'shop', ports: { http: http(8080) } }, cart: { namespace: 'shop', ports: { http: http(8080) } } },
}).calls({ web: { ${callee}: { http: ['GET /'] } } })\n`
    const config = {
      compilerOptions: { module: 'nodenext', strict: true, skipLibCheck: true, noEmit: true, types: [] },
      files: ['good.ts', 'bad.ts'],
    }
    writeFileSync(join(consumer, 'tsconfig.json'), JSON.stringify(config))
    writeFileSync(join(consumer, 'good.ts'), program('cart'))
    writeFileSync(join(consumer, 'bad.ts'), program('carts'))
    const failed = (): string => {
      try {
        return run(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-p', '.'], consumer)
      } catch (error) {
        return String((error as { stdout: unknown }).stdout)
      }
    }
    const output = failed()
    assert.match(output, /bad\.ts\(4.*'carts' does not exist in type/)
    assert.doesNotMatch(output, /good\.ts/)
  })

  it('has ztm as a file that starts by itself, as `npx` runs it in a checkout', () => {
    assert.match(run(join(root, 'dist/ztm.js'), ['--help'], root), /^Usage: ztm /)
  })

  it('brings ztm and the policy pack', () => {
    const ztm = join(consumer, 'node_modules/zero-trust-mesh/dist/ztm.js')
    assert.match(run(process.execPath, [ztm, '--help'], consumer), /Usage: ztm/)
    const files = run('ls', ['-R', join(consumer, 'node_modules/zero-trust-mesh/policypacks')], consumer)
    assert.match(files, /PulumiPolicy\.yaml/)
    assert.match(files, /dist/)
  })
})
