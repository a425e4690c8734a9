import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { resolve } from 'node:path'

const root = resolve(__dirname, '../..')

/** What may be in the package, and nothing else. Declarations are made when it is packed. */
const allowed = [
  /^(LICENSE|README\.md|package\.json)$/,
  /^dist\/(lib|preview|ztm)\.js$/,
  /^dist\/ztm\/[\w-]+\.mjs$/,
  /^policypacks\/zero-trust\/(dist\/index\.js|package\.json|PulumiPolicy\.yaml|start)$/,
  /^docs\/.+\.(md|json)$/,
  /^types\/.+\.d\.ts$/,
]
/** What its users are told to name. */
const needed = [
  ...['dist/lib.js', 'dist/ztm.js', 'dist/ztm/main.mjs', 'dist/preview.js', 'LICENSE', 'docs/pull-requests.md'],
  ...['dist/index.js', 'package.json', 'PulumiPolicy.yaml', 'start'].map(file => `policypacks/zero-trust/${file}`),
]

describe('the npm package', () => {
  const listed = execFileSync('npm', ['pack', '--dry-run', '--ignore-scripts', '--json'], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'ignore'],
  }).toString()
  const [{ files = [] } = {}] = JSON.parse(listed) as { files?: readonly { path: string; mode: number }[] }[]
  const paths = files.map(({ path }) => path)

  it('holds what its users run, and nothing that they do not', () => {
    assert.deepEqual(
      needed.filter(path => !paths.includes(path)),
      [],
    )
    assert.deepEqual(
      paths.filter(path => !allowed.some(pattern => pattern.test(path))),
      [],
    )
  })

  it('keeps the pack a program that can be started', () => {
    const { mode = 0 } = files.find(({ path }) => path === 'policypacks/zero-trust/start') ?? {}
    assert.equal(mode & 0o111, 0o111)
  })
})
