import assert from 'node:assert/strict'
import { mkdirSync, symlinkSync } from 'node:fs'
import { readObjects } from '../../../cli/io'
import type { Objects } from '../../../cli/io'
import { scratch } from './support/ztm'

const { path, write } = scratch()

async function* nothing(): AsyncGenerator<Uint8Array> {
  // no chunks
}

function read(...paths: string[]): Promise<Objects> {
  return readObjects(paths, { stdin: nothing() })
}

/** The objects of a text, and what is wrong with it, its file's name left out. */
async function readText(
  text: string | Buffer,
  name = 'a.yaml',
): Promise<{ inputs: unknown[]; places: string[]; problems: string[]; notes: readonly string[] }> {
  const file = write(name, text)
  const { inputs, problems, notes } = await read(file)
  const short = (at: string): string => at.replace(file, '').replace(/^:/, '')
  return {
    inputs: inputs.map(({ object }) => object),
    places: inputs.map(({ at }) => short(at)),
    problems: problems.map(({ at, message }) => `${short(at)}: ${message}`),
    notes: notes.map(short),
  }
}

const pod = (name: string): string => `apiVersion: v1\nkind: Pod\nmetadata: { name: ${name} }\n`
const podJson = (name: string): string => JSON.stringify({ apiVersion: 'v1', kind: 'Pod', metadata: { name } })
const names = (inputs: readonly unknown[]): string[] =>
  inputs.map(object => (object as { metadata: { name: string } }).metadata.name)

describe('reading documents', () => {
  it('gives each document the line it begins at', async () => {
    const { places } = await readText(`# a comment\n\n${pod('a')}---\n# another\n${pod('b')}---\n${pod('c')}`)
    assert.deepEqual(places, ['3', '8', '12'])
  })

  it('says line and column of malformed YAML, and reads the documents around it', async () => {
    const { inputs, problems } = await readText(`${pod('a')}---\nmetadata:\n  name: [1,\nkind: }\n---\n${pod('b')}`)
    assert.deepEqual(names(inputs), ['a', 'b'])
    assert.equal(problems.length, 1)
    assert.match(problems[0] ?? '', /^7:1: not valid YAML: flow sequence/)
  })

  it('says line and column of malformed JSON', async () => {
    const { problems } = await readText('{"kind": "Pod",\n "a": 1,,}', 'a.json')
    assert.match(problems[0] ?? '', /^2:9: not valid JSON: /)
  })

  it('suggests rendering a template', async () => {
    const { problems } = await read(write('template.yaml', 'kind: {{ .Values.kind }}\n x\n'))
    assert.match(problems[0]?.hint ?? '', /helm template/)
  })

  it('takes a List apart and knows the line of each item', async () => {
    const { inputs, places } = await readText(
      `apiVersion: v1\nkind: List\nitems:\n- ${pod('a').replaceAll('\n', '\n  ')}\n- ${pod('b').replaceAll('\n', '\n  ')}`,
    )
    assert.deepEqual(names(inputs), ['a', 'b'])
    assert.deepEqual(places, ['4', '8'])
  })

  it('takes a JSON List apart and knows the line of each item, whatever else it holds', async () => {
    const text = `{"metadata":{"items":[{"a":1}]},"apiVersion":"v1","kind":"List",\n"items":[\n${podJson('a}]"')},\n${podJson('b')}]}`
    const { inputs, places } = await readText(text, 'a.json')
    assert.deepEqual(names(inputs), ['a}]"', 'b'])
    assert.deepEqual(places, ['3', '4'])
  })

  it('reads JSON values that follow each other', async () => {
    const { inputs, places } = await readText(`${podJson('a')}\n${podJson('b')} ${podJson('c')}\n`, 'a.json')
    assert.deepEqual(names(inputs), ['a', 'b', 'c'])
    assert.deepEqual(places, ['1', '2', '2'])
  })

  it('gives the items of a typed list the kind that only the list names', async () => {
    const { inputs } = await readText('apiVersion: v1\nkind: PodList\nitems: [{ metadata: { name: a } }]\n')
    assert.deepEqual(inputs, [{ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'a' } }])
  })

  it('takes a named object whose kind ends in List for an object', async () => {
    const { inputs } = await readText('apiVersion: x/v1\nkind: AllowList\nmetadata: { name: a }\nitems: [1]\n')
    assert.deepEqual(names(inputs), ['a'])
  })

  it('refuses items that are no objects', async () => {
    const { problems } = await readText('apiVersion: v1\nkind: List\nitems: 5\n')
    assert.deepEqual(problems, ['1: expected a Kubernetes object, got a number'])
  })

  it('reads YAML as Kubernetes does', async () => {
    const { inputs } = await readText(
      'apiVersion: v1\nkind: X\nbase: &b { a: 1 }\nmerged: { <<: *b, c: 2 }\nyes: [yes, on, No, "yes", y]\ndate: 2026-01-31T12:00:00Z\ntime: 12:30:45\noctal: 010\nnumbers: [1.5, 1e3, .5, 2., 1_0.5]\nnames: [., e2, .e5, 1.2.3, 1e]\n',
    )
    assert.deepEqual(inputs, [
      {
        apiVersion: 'v1',
        kind: 'X',
        base: { a: 1 },
        merged: { a: 1, c: 2 },
        true: [true, true, false, 'yes', 'y'],
        date: '2026-01-31T12:00:00Z',
        time: '12:30:45',
        octal: 8,
        numbers: [1.5, 1000, 0.5, 2, 10.5],
        names: ['.', 'e2', '.e5', '1.2.3', '1e'],
      },
    ])
  })

  it('refuses a key that stands twice', async () => {
    const { problems } = await readText('apiVersion: v1\nkind: X\nspec:\n  mode: STRICT\n  mode: DISABLE\n')
    assert.deepEqual(problems, ['5:3: not valid YAML: key `mode` is given twice'])
  })

  it('refuses values nested so deeply that they would exhaust the stack', async () => {
    const deep = '['.repeat(100_000)
    assert.match((await readText(`a: ${deep}`)).problems.join(), /nested more than 500 levels deep/)
    assert.match((await readText(`${'- '.repeat(100_000)}1`)).problems.join(), /nested more than 500 levels deep/)
    assert.match(
      (await readText(deep + ']'.repeat(100_000), 'a.json')).problems.join(),
      /nested more than 500 levels deep/,
    )
  })

  it('refuses aliases that would fill the memory', async () => {
    const level = (name: string, of: string): string => `${name}: &${name} [${Array(9).fill(of).join(',')}]\n`
    const bomb = ['b', 'c', 'd', 'e', 'f', 'g', 'h']
      .map((name, i) => level(name, i === 0 ? 'x' : `*${'abcdefgh'[i] ?? ''}`))
      .join('')
    assert.match((await readText(`apiVersion: v1\nkind: X\n${bomb}`)).problems.join(), /alias/i)
  })
})

describe('reading what is no object', () => {
  it('refuses lists of numbers, texts and numbers, with what they are', async () => {
    const { problems } = await readText('5\n---\n[1]\n---\ntext\n')
    assert.deepEqual(problems, [
      '1: expected a Kubernetes object, got a number',
      '3: expected a Kubernetes object, got a number',
      '5: expected a Kubernetes object, got a string',
    ])
  })

  it('refuses objects without kind or apiVersion, or with odd ones', async () => {
    const { problems } = await readText(
      'apiVersion: v1\n---\nkind: Pod\n---\napiVersion: v1\nkind: [Pod]\n---\napiVersion: 1\nkind: Pod\n',
    )
    assert.deepEqual(problems, [
      '1: `kind` is missing',
      '3: `apiVersion` is missing',
      '5: `kind` must be a word, got a list',
      '8: `apiVersion` must be a word, got a number',
    ])
  })

  it('refuses binary files and other encodings', async () => {
    assert.match((await readText(Buffer.from([0x7f, 0x45, 0x4c, 0x46, 0]))).problems.join(), /NUL bytes/)
    assert.match((await readText(Buffer.from([0x61, 0xc3, 0x28]))).problems.join(), /not UTF-8/)
    const { problems } = await read(write('utf16.yaml', Buffer.from('\ufeffkind: Pod', 'utf16le')))
    assert.match(problems[0]?.hint ?? '', /UTF-16; save it as UTF-8/)
  })

  it('reads past a byte order mark', async () => {
    assert.deepEqual(names((await readText(`\ufeff${pod('a')}`)).inputs), ['a'])
  })
})

describe('reading files and directories', () => {
  it('says of a path that is not there, or leads through a file, what is wrong', async () => {
    const file = write('b.yaml', pod('b'))
    const { problems } = await read(path('nope'), `${file}/x`)
    assert.deepEqual(
      problems.map(({ message }) => message),
      ['no such file or directory', 'a part of the path is no directory'],
    )
  })

  it('walks directories in the order of names, through links but not in circles', async () => {
    mkdirSync(path('tree/sub/.git'), { recursive: true })
    mkdirSync(path('tree/node_modules'))
    for (const name of [
      'tree/z.yaml',
      'tree/a.yml',
      'tree/sub/m.json',
      'tree/sub/.git/no.yaml',
      'tree/node_modules/no.yaml',
      'tree/no.txt',
    ])
      write(name, name.endsWith('json') ? podJson(name) : pod(name))
    symlinkSync(path('tree'), path('tree/sub/loop'))
    const { inputs, problems } = await read(path('tree'))
    assert.deepEqual(names(inputs.map(({ object }) => object)), ['tree/a.yml', 'tree/sub/m.json', 'tree/z.yaml'])
    assert.deepEqual(problems, [])
  })

  it('notes empty files, and files of a directory that hold no object', async () => {
    mkdirSync(path('mixed'))
    write('mixed/empty.yaml', '# nothing\n---\n')
    write('mixed/values.yaml', 'replicas: 3\n')
    write('mixed/pod.yaml', pod('a'))
    const { inputs, notes, problems } = await read(path('mixed'))
    assert.equal(inputs.length, 1)
    assert.deepEqual(problems, [])
    assert.deepEqual(notes, [
      `${path('mixed/empty.yaml')}: empty, nothing to read`,
      `${path('mixed/values.yaml')}:1: skipped, neither \`apiVersion\` nor \`kind\`: no Kubernetes object`,
    ])
  })

  it('refuses a file that was asked for by name and holds no object', async () => {
    assert.deepEqual((await readText('replicas: 3\n')).problems, ['1: `kind` is missing'])
  })

  it('refuses input without any object', async () => {
    mkdirSync(path('void'))
    assert.match((await read(path('void'))).problems[0]?.message ?? '', /no `.yaml`, `.yml` or `.json` file/)
    const { problems, notes } = await readText('')
    assert.deepEqual(notes, [' empty, nothing to read'])
    assert.deepEqual(problems, [': no Kubernetes object in there'])
  })

  it('reads standard input where the path is -', async () => {
    const { inputs } = await readObjects(['-'], { stdin: stdin(pod('a')) })
    assert.deepEqual(
      inputs.map(({ at }) => at),
      ['stdin:1'],
    )
  })
})

describe('reading the same object twice', () => {
  it('reads it once where both say the same, in whatever version and order', async () => {
    const { inputs, notes } = await readText(
      'apiVersion: security.istio.io/v1\nkind: A\nmetadata: { name: a, namespace: b }\n---\nkind: A\nmetadata: { namespace: b, name: a }\napiVersion: security.istio.io/v1beta1\n',
    )
    assert.equal(inputs.length, 1)
    assert.match(notes[0] ?? '', /^5: the same object stands at .*:1 already; read once$/)
  })

  it('refuses it where they differ', async () => {
    const { problems } = await readText(`${pod('a')}---\n${pod('a')}spec: {}\n`)
    assert.match(problems.join(), /^5: `Pod a` stands at .*:1 already, with other content$/)
  })

  it('knows objects of one name apart by group, kind and namespace', async () => {
    const object = (apiVersion: string, kind: string, namespace: string): string =>
      `apiVersion: ${apiVersion}\nkind: ${kind}\nmetadata: { name: a, namespace: ${namespace} }\n`
    const { inputs, problems } = await readText(
      [object('v1', 'A', 'x'), object('g/v1', 'A', 'x'), object('v1', 'B', 'x'), object('v1', 'A', 'y')].join('---\n'),
    )
    assert.equal(inputs.length, 4)
    assert.deepEqual(problems, [])
  })
})

describe('reading 10 MB', () => {
  const data = `  blob: ${'x'.repeat(400_000)}\n`
  const big = Array.from(
    { length: 25 },
    (_, i) => `apiVersion: v1\nkind: ConfigMap\nmetadata: { name: c${i} }\ndata:\n${data}---\n${pod(`p${i}`)}`,
  ).join('---\n')

  it('takes seconds as YAML and as JSON', async () => {
    const start = Date.now()
    assert.ok(big.length > 10_000_000)
    assert.equal((await readText(big)).inputs.length, 50)
    const items = Array.from({ length: 20_000 }, (_, i) => ({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: `p${i}`, note: 'y'.repeat(450) },
    }))
    const json = JSON.stringify({ apiVersion: 'v1', kind: 'List', items })
    assert.ok(json.length > 10_000_000)
    assert.equal((await readText(json, 'a.json')).inputs.length, 20_000)
    assert.ok(Date.now() - start < 30_000, `${Date.now() - start} ms`)
  })

  it('does not end at the size of the stack, whatever the file is made of', async () => {
    const { problems } = await readText('--- 1\n'.repeat(150_000))
    assert.equal(problems.length, 150_000)
  })
})

async function* stdin(text: string): AsyncGenerator<Uint8Array> {
  yield await Promise.resolve(Buffer.from(text))
}
