import { a1, echoes, port } from './echo'
import { mesh } from './objects'
import { holds, type Row } from './table'

/** What a path sent, and what the server is asked for; nothing where the proxy answers 400. */
type Pair = readonly [string, string | undefined]

const shared: readonly Pair[] = [
  ['/', '/'],
  ['/app#foo', '/app'],
  ['/app/', '/app/'],
  ['/app', '/app'],
]

const modes: Readonly<Record<string, readonly Pair[]>> = {
  NONE: [
    ...shared,
    ['/app/../admin', '/app/../admin'],
    ['/app//', '/app//'],
    ['/app/%2f', '/app/%2f'],
    ['/app%2f/', '/app%2f/'],
    ['/xyz%30..//abc', '/xyz%30..//abc'],
    ['/app/%2E./admin', '/app/%2E./admin'],
    ['/app\\admin', '/app\\admin'],
    ['/app/\\/\\/\\admin', '/app/\\/\\/\\admin'],
    ['/%2Fapp%5cadmin%5Cabc', '/%2Fapp%5cadmin%5Cabc'],
    ['/%5Capp%2f%5c%2F%2e%2e%2fadmin%5c\\abc', '/%5Capp%2f%5c%2F%2e%2e%2fadmin%5c\\abc'],
    ['/app//../admin', '/app//../admin'],
    ['/app//../../admin', '/app//../../admin'],
  ],
  BASE: [
    ...shared,
    ['/app/../admin', '/admin'],
    ['/app//', '/app//'],
    ['/app/%2f', '/app/%2f'],
    ['/app%2f/', '/app%2f/'],
    ['/xyz%30..//abc', '/xyz0..//abc'],
    ['/app/%2E./admin', '/admin'],
    ['/app\\admin', '/app/admin'],
    ['/app/\\/\\/\\admin', '/app//////admin'],
    ['/%2Fapp%5cadmin%5Cabc', '/%2Fapp%5cadmin%5Cabc'],
    ['/%5Capp%2f%5c%2F%2e%2e%2fadmin%5c\\abc', '/%5Capp%2f%5c%2F..%2fadmin%5c/abc'],
    ['/app//../admin', '/app/admin'],
    ['/app//../../admin', '/admin'],
  ],
  MERGE_SLASHES: [
    ...shared,
    ['/app/../admin', '/admin'],
    ['/app//', '/app/'],
    ['/app/%2f', '/app/%2f'],
    ['/app%2f/', '/app%2f/'],
    ['/xyz%30..//abc', '/xyz0../abc'],
    ['/app/%2E./admin', '/admin'],
    ['/app\\admin', '/app/admin'],
    ['/app/\\/\\/\\admin', '/app/admin'],
    ['/%2Fapp%5cadmin%5Cabc', '/%2Fapp%5cadmin%5Cabc'],
    ['/%5Capp%2f%5c%2F%2e%2e%2fadmin%5c\\abc', '/%5Capp%2f%5c%2F..%2fadmin%5c/abc'],
    ['/app//../admin', '/app/admin'],
    ['/app//../../admin', '/admin'],
  ],
  DECODE_AND_MERGE_SLASHES: [
    ...shared,
    ['/app/../admin', '/admin'],
    ['/app//', '/app/'],
    ['/app/%2f', '/app/'],
    ['/app%2f/', '/app/'],
    ['/xyz%30..//abc', '/xyz0../abc'],
    ['/app/%2E./admin', '/admin'],
    ['/app\\admin', '/app/admin'],
    ['/app/\\/\\/\\admin', '/app/admin'],
    ['/%2Fapp%5cadmin%5Cabc', '/app/admin/abc'],
    ['/%5Capp%2f%5c%2F%2e%2e%2fadmin%5c\\abc', '/app/admin/abc'],
    ['/app//../admin', '/app/admin'],
    ['/app//../../admin', '/admin'],
    ['/%c0%2e%c0%2e/admin', '/%c0.%c0./admin'],
    ['/%c0%2fadmin', '/%c0/admin'],
    ...untouched(),
    ...percentEncoded(),
    ['/admin%00', undefined],
  ],
}

/** Upstream's case `NotNormalized`. */
function untouched(): readonly Pair[] {
  const paths = [
    '/0x2e0x2e/admin',
    '/0x2e0x2e0x2fadmin',
    '/0x2e0x2e0x5cadmin',
    '/0x2f0x2fadmin',
    '/0x5c0x5cadmin',
    '/%25c0%25ae%25c1%259cadmin',
    '/%25c0%25ae%25c0%25ae/admin',
    '/%25c0%25afadmin',
    '/%25c1%259cadmin',
    '/%252e%252e/admin',
    '/%252e%252e%252fadmin',
    '/%c1%9cadmin',
    '/%c0%ae%c0%ae/admin',
    '/%c0%afadmin',
    '/.../admin',
    '/..../admin',
    '/..;/admin',
    '/;/admin',
    '/admin;a=b',
    '/admin;a=b/xyz',
    '/admin,a=b/xyz',
    '/Admin',
    '/ADMIN',
  ]
  return paths.map(path => [path, path])
}

/** Upstream's case `PercentEncoded`: of the escapes %01 to %ff those of letters, digits, `-._~/` and the backslash are undone. */
function percentEncoded(): readonly Pair[] {
  return Array.from({ length: 255 }, (_, i) => {
    const escape = `%${(i + 1).toString(16).padStart(2, '0')}`
    const character = String.fromCharCode(i + 1)
    const plain = character === '\\' ? '/' : character
    return [`/admin${escape}`, `/admin${/[-./\\_~0-9A-Za-z]/.test(character) ? plain : escape}`]
  })
}

/** Each pair is a rule of its own, told apart by a method, so that a path that comes out as another pair's is no match. */
function policy(pairs: readonly Pair[]): string {
  const rules = pairs.map(([, out], i) => ({
    to: [{ operation: { methods: [`M${i}`], paths: [out ?? '*'] } }],
  }))
  return JSON.stringify({
    apiVersion: 'security.istio.io/v1',
    kind: 'AuthorizationPolicy',
    metadata: { name: 'b', namespace: 'echo1' },
    spec: { selector: { matchLabels: { app: 'b' } }, rules },
  })
}

/** istio `tests/integration/security/normalization_test.go` TestNormalization. */
describe('table: path normalisation', () => {
  for (const [mode, pairs] of Object.entries(modes)) {
    describe(mode, () => {
      const objects = [mesh({ pathNormalization: { normalization: mode } }), ...echoes.slice(1)]
      const call = { from: a1, to: 'echo1/b', port: port.http }
      holds(
        [...objects, policy(pairs)],
        pairs.map(([path, out], i): Row => [out === undefined ? 'deny' : 'allow', { ...call, http: `M${i} ${path}` }]),
      )
    })
  }
})
