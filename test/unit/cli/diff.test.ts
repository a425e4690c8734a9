import assert from 'node:assert/strict'
import { cart, frontendOnly, settings, shop, strict } from './support/manifests'
import { assertRefused, gitIn, scratch, within, ztm } from './support/ztm'

const { path, write } = scratch()

const wider = shop.replace('paths: [/cart, /items/*]', 'paths: [/cart, /items/*, /admin]')
const open = [settings, cart, frontendOnly.replace(/from: .*\n {6}to/, 'to')].join('---\n')

describe('ztm diff', () => {
  it('says of the same manifests that reach is the same, and exits with 0', async () => {
    const file = write('shop.yaml', shop)
    const { code, out } = await ztm(['diff', file, file])
    assert.equal(code, 0)
    assert.equal(out, 'reach is the same; 1 workload compared\n')
  })

  it('shows who may newly ask what, one request of it and the objects that changed, and exits with 1', async () => {
    const { code, out } = await ztm(['diff', write('shop.yaml', shop), write('wider.yaml', wider)])
    assert.equal(code, 1, out)
    assert.equal(
      out,
      `newly open to named callers
  shop/cart:7070, other
    shop/frontend  GET /admin
      such as shop/frontend → shop/cart:7070 GET /admin
      before  PeerAuthentication shop/default
      now     AuthorizationPolicy shop/cart (changed)

newly admitted at 2 places; 1 workload compared
`,
    )
  })

  it('exits with 0 where reach only shrank, and shows what is cut', async () => {
    const { code, out } = await ztm(['diff', write('wider.yaml', wider), write('shop.yaml', shop)])
    assert.equal(code, 0, out)
    assert.match(out, /^newly cut\n {2}shop\/cart:7070, other\n {4}shop\/frontend {2}GET \/admin/)
  })

  it('tells what is open to callers without identity first', async () => {
    const { code, out } = await ztm(['diff', write('shop.yaml', shop), write('open.yaml', open)])
    assert.equal(code, 1, out)
    assert.match(out, /^newly open to callers without identity\n {2}shop\/cart:7070/)
    assert.match(out, /such as anybody without identity → shop\/cart:7070 GET/)
  })

  it('tells a workload that came with what is open of it, and one that is gone with what is cut', async () => {
    const both = `${shop}---\n${cart.replaceAll('cart', 'ads').replace('uid: a', 'uid: b')}`
    const files = [write('shop.yaml', shop), write('both.yaml', both)] as const
    const came = await ztm(['diff', ...files])
    assert.equal(came.code, 1, came.out)
    assert.match(came.out, /^ {2}shop\/ads:7070\n {4}any mesh identity {2}any http request/m)
    assert.match(came.out, /^new workloads\n {2}Pod shop\/ads$/m)
    const gone = await ztm(['diff', files[1], files[0]])
    assert.equal(gone.code, 0, gone.out)
    assert.match(gone.out, /^workloads that are gone\n {2}Pod shop\/ads$/m)
  })

  it('counts what is only possibly admitted: without the mesh’s settings nothing is certain', async () => {
    const unknown = (text: string): string => text.replace(settings, settings.split('---\n')[1] ?? '')
    const files = [write('a.yaml', unknown(shop)), write('b.yaml', unknown(wider))] as const
    const { code, out } = await ztm(['diff', ...files])
    assert.equal(code, 1, out)
    assert.match(out, /GET \/admin.* {2}\(possible\)/)
  })

  it('finds what a base opens in both states equally no difference, and standard input a state', async () => {
    const base = write('base.yaml', [settings, strict].join('---\n'))
    const { code, out } = await ztm(['diff', write('cart.yaml', cart), '-', '--base', base], cart)
    assert.equal(code, 0, out)
  })

  it('prints JSON and Markdown', async () => {
    const files = [write('shop.yaml', shop), write('wider.yaml', wider)]
    const { out } = await ztm(['diff', ...files, '--format', 'json'])
    const view = JSON.parse(out) as { admitted: { openness: string; callees: string[] }[]; cut: unknown[] }
    assert.deepEqual(
      view.admitted.map(({ openness, callees }) => [openness, callees]),
      [['named', ['shop/cart:7070', 'shop/cart:other']]],
    )
    assert.deepEqual(view.cut, [])
    const { out: markdown } = await ztm(['diff', ...files, '--format', 'markdown'])
    assert.match(markdown, /^\| `shop\/cart:7070, other` \| `shop\/frontend: GET \/admin` \| /m)
  })

  it('reads states from git revisions', async () => {
    const git = gitIn(path(''))
    write('tracked.yaml', shop)
    git('init')
    git('add', 'tracked.yaml')
    git('commit', '-m', 'first')
    write('tracked.yaml', wider)
    const { code, out, err } = await within(path(''), ['diff', 'git:HEAD:tracked.yaml', 'tracked.yaml'])
    assert.equal(code, 1, err)
    assert.match(out, /GET \/admin/)
    const whole = await within(path(''), ['diff', 'git:HEAD', 'tracked.yaml'])
    assert.equal(whole.out, out)
    for (const [name, message] of [
      ['git:nowhere', 'no revision `nowhere`'],
      ['git:HEAD:nothing', 'has no `nothing`'],
      ['git:--all', 'cannot begin with a dash'],
      ['git:', 'names no revision'],
    ] as const) {
      assertRefused(await within(path(''), ['diff', name, 'tracked.yaml']), message)
    }
    assertRefused(await within('/', ['diff', 'git:HEAD', path('tracked.yaml')]), 'in no git repository')
  })

  it('refuses what makes no sense', async () => {
    assertRefused(await ztm(['diff', '-', '-']), 'standard input can be read only once')
    assertRefused(await ztm(['diff', write('shop.yaml', shop)]), 'new')
    assertRefused(await ztm(['diff', path('none.yaml'), path('none.yaml')]), 'no such file or directory')
  })
})
