import assert from 'node:assert/strict'
import { join } from 'node:path'
import { readConfig } from '../../../preview/config'
import { readProject } from '../../../preview/project'
import { Refusal } from '../../../preview/refusal'
import { unknownValue } from '../../../preview/wire'
import { projectOf, removeProjects } from './support'

const typed = `name: small
runtime: nodejs
main: index.ts
config:
  greeting:
    type: string
    default: hello
  size:
    type: integer
  open:
    type: boolean
    default: false
  hosts:
    type: array
    items:
      type: string
    default: []
  mesh:
    type: object
    default: { version: 1.30.3 }
  token:
    type: string
    secret: true
    default: ''
  aws:region: { value: eu-west-1 }
`

function read(stackFile: string, projectFile = typed, stack = 'dev') {
  const directory = projectOf({ 'Pulumi.yaml': projectFile, 'Pulumi.dev.yaml': stackFile, 'index.ts': '' })
  return readConfig(readProject(directory), stack)
}

function refused(action: () => unknown) {
  try {
    action()
  } catch (error) {
    assert.ok(error instanceof Refusal, String(error))
    return error.problems.map(({ code, at, message, hint }) => ({ code, at, message, hint }))
  }
  throw new assert.AssertionError({ message: 'nothing was refused' })
}

describe('the configuration of a stack', () => {
  afterEach(removeProjects)

  it('takes the defaults of the project where the stack says nothing', () => {
    const { values, secretKeys, notJudged } = read('config:\n  small:size: 3\n')
    assert.deepEqual(values, {
      'small:greeting': 'hello',
      'small:size': '3',
      'small:open': 'false',
      'small:hosts': '[]',
      'small:mesh': '{"version":"1.30.3"}',
      'small:token': '',
      'aws:region': 'eu-west-1',
    })
    assert.deepEqual([secretKeys, notJudged], [[], []])
  })

  it('prefers what the stack says, in every shape', () => {
    const stack =
      'config:\n  small:size: "4"\n  small:open: true\n  hosts: [a, b]\n  small:config:greeting: hi\n  small:mesh: {x: [1]}\n'
    const { values, plain } = read(stack)
    assert.equal(values['small:hosts'], '["a","b"]')
    assert.equal(values['small:greeting'], 'hi')
    assert.equal(values['small:open'], 'true')
    assert.deepEqual(plain['small:mesh'], { x: [1] })
  })

  it('leaves keys of other packages to them', () => {
    const { values } = read('config:\n  small:size: 1\n  kubernetes:context: here\n')
    assert.equal(values['kubernetes:context'], 'here')
  })

  it('cannot decrypt: an encrypted value is unknown, secret, and not judged', () => {
    const { values, secretKeys, plain, notJudged } = read(
      'config:\n  small:size: 1\n  small:token: { secure: v1:abc }\n  small:mesh: { key: { secure: v1:def } }\n',
    )
    assert.equal(values['small:token'], unknownValue)
    assert.equal(values['small:mesh'], JSON.stringify(unknownValue))
    assert.deepEqual(secretKeys, ['small:token', 'small:mesh'])
    assert.ok(!('small:token' in plain))
    assert.deepEqual(
      notJudged.map(({ what, at }) => [what, at]),
      [
        ['secret', 'small:token'],
        ['secret', 'small:mesh'],
      ],
    )
  })

  it('says that the values of an environment are not judged', () => {
    const { notJudged } = read('environment: [prod]\nconfig:\n  small:size: 1\n')
    assert.deepEqual(
      notJudged.map(({ what, at }) => [what, at]),
      [['environment', 'Pulumi.dev.yaml:1']],
    )
  })

  it('finds every wrong type at once, each with file and line', () => {
    const stack =
      'config:\n  small:size: three\n  small:open: perhaps\n  small:hosts: [1, 2]\n  small:mesh: 5\n  small:greeting: [x]\n'
    assert.deepEqual(
      refused(() => read(stack)).map(({ at, message }) => `${at} ${message}`),
      [
        'Pulumi.dev.yaml:2 `size` must be an integer, got `three`',
        'Pulumi.dev.yaml:3 `open` must be a boolean, got `perhaps`',
        'Pulumi.dev.yaml:4 `hosts` must be an array of strings, got a list',
        'Pulumi.dev.yaml:5 `mesh` must be an object, got `5`',
        'Pulumi.dev.yaml:6 `greeting` must be a string, got a list',
      ].map(line => line.replace(/`(\w+)` must/, '`small:$1` must')),
    )
  })

  it('refuses items of a wrong type', () => {
    const problems = refused(() => read('config:\n  small:size: 1\n  small:hosts: [{}]\n'))
    assert.match(problems[0]!.message, /must be an array of strings, got a list/)
  })

  it('names the key that is missing', () => {
    assert.deepEqual(
      refused(() => read('config: {}\n')).map(({ code, message }) => [code, message]),
      [['missing-key', 'the configuration has no value for `size`']],
    )
  })

  it('refuses a key of the project that nobody declared, and names the near one', () => {
    const [problem] = refused(() => read('config:\n  small:size: 1\n  small:greetign: hi\n'))
    assert.deepEqual(
      [problem?.code, problem?.at, problem?.hint],
      ['unknown-key', 'Pulumi.dev.yaml:3', 'did you mean `greeting`?'],
    )
  })

  it('refuses a secret that is not encrypted', () => {
    const [problem] = refused(() => read('config:\n  small:size: 1\n  small:token: hunter2\n'))
    assert.equal(problem?.code, 'plain-secret')
    assert.ok(!JSON.stringify(problem).includes('hunter2'))
  })

  it('refuses a key that is set twice under two spellings', () => {
    assert.equal(refused(() => read('config:\n  size: 1\n  small:size: 2\n'))[0]?.code, 'duplicate-key')
  })

  it('says where a file is not YAML', () => {
    const [problem] = refused(() => read('config:\n  small:size: 1\n  small:mesh: { a: [1, }\n'))
    assert.deepEqual([problem?.code, problem?.at], ['malformed-yaml', 'Pulumi.dev.yaml:3'])
  })

  it('refuses a file that holds something else than an object', () => {
    assert.match(refused(() => read('- a\n- b\n'))[0]!.message, /must be an object, got a list/)
    assert.match(refused(() => read('config: [a]\n'))[0]!.message, /`config` must be an object/)
  })

  it('survives aliases that unfold without end', () => {
    const bomb = [
      'a: &a [x, x, x, x, x, x, x, x, x, x]',
      ...'bcdefghi'
        .split('')
        .map((name, i) => `${name}: &${name} [${Array(10).fill(`*${'abcdefghi'[i]}`).join(', ')}]`),
    ]
    assert.match(refused(() => read(`${bomb.join('\n')}\n`))[0]!.message, /aliases unfold/)
  })

  it('is empty where the file is, and the project asks for nothing', () => {
    assert.deepEqual(read('', 'name: small\nmain: index.ts\n').values, {})
  })

  it('names the stack that was probably meant', () => {
    const [problem] = refused(() => read('', typed, 'dve'))
    assert.deepEqual(
      [problem?.code, problem?.at, problem?.hint],
      ['unknown-stack', 'Pulumi.dve.yaml', 'did you mean `dev`?'],
    )
  })

  it('lists the stacks there are where none is near', () => {
    assert.equal(refused(() => read('', typed, 'production'))[0]?.hint, 'the stacks here: dev')
  })
})

describe('a project', () => {
  afterEach(removeProjects)

  const project = (text: string) => () => readProject(projectOf({ 'Pulumi.yaml': text, 'index.ts': '' }))

  it('is read with its name, program and compiler settings', () => {
    const directory = projectOf({
      'Pulumi.yaml':
        'name: small\nmain: index.ts\nstackConfigDir: stacks\nruntime: { name: nodejs, options: { tsconfig: t.json } }\n',
      'index.ts': '',
    })
    const { name, main, tsconfig, stackDirectory } = readProject(directory)
    assert.deepEqual(
      [name, main, tsconfig, stackDirectory],
      ['small', join(directory, 'index.ts'), join(directory, 't.json'), join(directory, 'stacks')],
    )
  })

  it('must be there', () => {
    assert.equal(refused(() => readProject('/nowhere'))[0]?.code, 'no-project')
  })

  it('must name its program, since Pulumi would load the library otherwise', () => {
    assert.equal(refused(project('name: small\n'))[0]?.code, 'no-main')
  })

  it('must not run a compiled program, which may be older than its source', () => {
    const [problem] = refused(project('name: small\nmain: dist/index.js\n'))
    assert.deepEqual([problem?.code, problem?.at], ['compiled-program', 'Pulumi.yaml:2'])
  })

  it('must have the program it names', () => {
    assert.equal(refused(project('name: small\nmain: main.ts\n'))[0]?.message, 'there is no file `main.ts`')
  })

  it('must declare types that Pulumi knows', () => {
    const text = 'name: small\nmain: index.ts\nconfig:\n  a: { type: strnig }\n  b: { type: array }\n'
    assert.deepEqual(
      refused(project(text)).map(({ at, message, hint }) => [at, message, hint]),
      [
        ['Pulumi.yaml:4', '`a` has no type that Pulumi knows', 'did you mean `string`?'],
        ['Pulumi.yaml:5', '`b` is an array and must say the type of its `items`', undefined],
      ],
    )
  })

  it('must be an object with a name', () => {
    assert.equal(refused(project('main: index.ts\n'))[0]?.message, '`name` must be the name of the project')
    assert.match(refused(project('just text\n'))[0]!.message, /must be an object, got string/)
  })
})
