import assert from 'node:assert/strict'
import { stringify } from 'yaml'
import { parseDocuments } from '../../../cli/documents'
import { scratch, ztm } from './support/ztm'
import { frontendOnly, settings, strict } from './support/manifests'

const { write } = scratch()

type Mapping = Readonly<Record<string, unknown>>

/** What an API server and its clients add to an object. */
function served(object: Mapping & { readonly metadata: Mapping }, number: number): Mapping {
  return {
    ...object,
    metadata: {
      ...object.metadata,
      uid: `00000000-0000-4000-8000-${String(number).padStart(12, '0')}`,
      resourceVersion: String(4711 + number),
      generation: 1,
      creationTimestamp: '2026-01-31T12:00:00Z',
      annotations: { 'kubectl.kubernetes.io/last-applied-configuration': JSON.stringify(object) },
      managedFields: [{ manager: 'kubectl', operation: 'Update', fieldsType: 'FieldsV1', fieldsV1: { 'f:spec': {} } }],
    },
  }
}

const labels = { app: 'cart' }
const template = (hash: string, port: number): Mapping => ({
  metadata: { creationTimestamp: null, labels: { ...labels, 'pod-template-hash': hash } },
  spec: {
    serviceAccountName: 'cart',
    serviceAccount: 'cart',
    containers: [{ name: 'app', image: 'cart', ports: [{ containerPort: port, protocol: 'TCP' }] }],
  },
})
const owned = (kind: string, name: string): Mapping => ({
  ownerReferences: [{ apiVersion: 'apps/v1', kind, name, uid: 'x', controller: true, blockOwnerDeletion: true }],
})
const replicaSet = (hash: string, replicas: number, port: number) => ({
  apiVersion: 'apps/v1',
  kind: 'ReplicaSet',
  metadata: { name: `cart-${hash}`, namespace: 'shop', labels, ...owned('Deployment', 'cart') },
  spec: { replicas, selector: { matchLabels: labels }, template: template(hash, port) },
  status: { replicas },
})
const pod = (name: string, ip: string) => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: {
    name: `cart-new-${name}`,
    namespace: 'shop',
    labels: { ...labels, 'pod-template-hash': 'new' },
    ...owned('ReplicaSet', 'cart-new'),
  },
  spec: {
    nodeName: 'node-1',
    serviceAccountName: 'cart',
    serviceAccount: 'cart',
    containers: [
      { name: 'app', image: 'cart', ports: [{ containerPort: 7070, protocol: 'TCP' }] },
      { name: 'istio-proxy', image: 'proxy' },
    ],
  },
  status: { phase: 'Running', podIP: ip, podIPs: [{ ip }] },
})

/** A Deployment after two roll-outs, as a cluster tells of it: two Pods, the ReplicaSet they are of, and two old ones. */
const objects = [
  {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'cart', namespace: 'shop', labels },
    spec: { replicas: 2, selector: { matchLabels: labels }, template: template('new', 7070) },
  },
  replicaSet('new', 2, 7070),
  replicaSet('old', 0, 7000),
  replicaSet('older', 0, 6000),
  pod('a', '10.0.0.1'),
  pod('b', '10.0.0.2'),
].map(served)

const policies = [settings, strict, frontendOnly].join('---\n')
const list = (items: readonly unknown[]) => ({
  apiVersion: 'v1',
  items,
  kind: 'List',
  metadata: { resourceVersion: '' },
})

describe('a dump of a cluster', () => {
  const forms: readonly (readonly [string, string, string])[] = [
    ['a List in YAML', 'dump.yaml', stringify(list(objects), { aliasDuplicateObjects: false })],
    ['a List in JSON', 'dump.json', JSON.stringify(list(objects), undefined, 4)],
    ['objects in JSON, one after the other', 'stream.json', objects.map(object => JSON.stringify(object)).join('\n')],
    [
      'documents with Windows line ends',
      'crlf.yaml',
      objects
        .map(object => stringify(object))
        .join('---\n')
        .replaceAll('\n', '\r\n'),
    ],
    [
      'documents with a directive and a byte order mark',
      'bom.yaml',
      `\ufeff%YAML 1.1\n---\n${objects.map(object => stringify(object)).join('...\n---\n')}---\n`,
    ],
  ]
  for (const [what, name, text] of forms) {
    it(`counts Pods of one ReplicaSet once, and old ReplicaSets not at all, given as ${what}`, async () => {
      const { code, out, err } = await ztm(['reach', write(name, text), '-', '--to', 'shop/cart'], policies)
      assert.deepEqual([code, err], [0, ''])
      assert.equal(out.split('shop/cart:7070').length, 2, out)
      assert.doesNotMatch(out, /7000|6000/)
      assert.doesNotMatch(out, /cart-(?:new|old)/)
    })
  }

  it('is judged as the manifests it was made of are', async () => {
    const plain = objects.slice(0, 1).map(({ apiVersion, kind, metadata, spec }) => {
      const { name, namespace, labels } = metadata as Mapping
      return { apiVersion, kind, metadata: { name, namespace, labels }, spec }
    })
    const dumped = await ztm(['reach', write('a.json', JSON.stringify(list(objects))), '-'], policies)
    const given = await ztm(['reach', write('b.json', JSON.stringify(list(plain))), '-'], policies)
    assert.deepEqual(dumped, given)
  })

  it('is read with kinds of older and newer versions', async () => {
    for (const version of ['v1', 'v1beta1'])
      assert.equal(
        (
          await ztm(
            ['reach', '-'],
            [settings, stringify(objects[4]), strict, frontendOnly]
              .join('---\n')
              .replaceAll('security.istio.io/v1', `security.istio.io/${version}`),
          )
        ).err,
        '',
      )
  })
})

describe('a Secret', () => {
  const secret = 'hunter2-of-the-database'
  const encoded = Buffer.from(secret).toString('base64')
  const wrong: readonly (readonly [string, string])[] = [
    ['data that is a text', `data: ${encoded}\n`],
    ['data in a list', `data: [${encoded}]\n`],
    ['stringData that is no text', `stringData: { password: [${secret}] }\n`],
    ['a key twice', `stringData: { password: ${secret}, password: ${secret} }\n`],
    ['an alias by mistake', `stringData: { password: *${secret} }\n`],
    ['a bracket too many', `stringData: { password: ${secret} }\n]${secret}\n`],
    ['a block that does not begin as one', `stringData:\n  password: |${secret}\n`],
    ['no end', `stringData: { password: "${secret}\n`],
    ['a type that is none', `type: [${secret}]\n`],
    ['labels that are none', `stringData: { password: ${secret} }\nspec: 5\n`],
  ]
  for (const [what, text] of wrong) {
    it(`with ${what} stays one, whatever is said of it`, async () => {
      const file = write(
        'secret.yaml',
        `apiVersion: v1\nkind: Secret\nmetadata: { name: db, namespace: shop }\n${text}`,
      )
      const runs = [
        await ztm(['reach', file, '-'], policies),
        await ztm(['check', file, '-'], policies),
        await ztm(['check', file, '-', '--format', 'json'], policies),
        await ztm(['decide', '--manifests', file, '--requests', '-'], ''),
      ]
      for (const { out, err } of runs)
        for (const hidden of [secret, encoded]) assert.ok(!(out + err).includes(hidden), out + err)
    })
  }
})

describe('input without measure', () => {
  const level = (name: string, of: string): string => `${name}: &${name} [${Array(9).fill(of).join(',')}]\n`
  const bomb = Array.from({ length: 40 }, (_, i) => level(`a${i}`, i === 0 ? 'x' : `*a${i - 1}`)).join('')
  const chain = Array.from({ length: 5000 }, (_, i) => `a${i}: &a${i} { b: ${i === 0 ? 'x' : `*a${i - 1}`} }\n`).join(
    '',
  )
  const refused: readonly (readonly [string, string, RegExp])[] = [
    ['aliases of aliases of aliases', bomb, /its aliases stand for more than 1000000 values/],
    [
      'merged aliases of aliases',
      bomb.replaceAll('[', '[{<<: ').replaceAll(']', '}]').replaceAll(',', '},{<<: '),
      /aliases/,
    ],
    ['a merge of what is no mapping', 'a: { <<: [1] }\n', /merge sources must be maps/i],
    ['an alias of what holds it', 'a: &a { b: *a }\n', /an alias stands inside of what it stands for/],
    ['a chain of aliases, deeper than anything', chain, /nested more than 500 levels deep/],
  ]
  for (const [what, text, message] of refused) {
    it(`is refused soon: ${what}`, async () => {
      const { code, err } = await ztm(['reach', '-'], `apiVersion: v1\nkind: X\n${text}`)
      assert.equal(code, 2)
      assert.match(err, message)
      assert.ok(err.length < 5000, `${err.length}`)
    })
  }

  it('is refused soon: words and marks without end in one document', () => {
    const text = `apiVersion: v1\nkind: X\na: [${'[],'.repeat(10_000)}]\n`
    const { documents, problems } = parseDocuments(text, 'a.yaml', { tokens: 10_000 })
    assert.deepEqual(documents, [])
    assert.match(
      problems[0]?.message ?? '',
      /a document has more than 10000 words and marks; give it as JSON, or split it/,
    )
    assert.equal(parseDocuments(text, 'a.yaml', { tokens: 100_000 }).documents.length, 1)
  })

  it('does not make messages without measure', async () => {
    const name = 'x'.repeat(1_000_000)
    for (const text of [
      `{"apiVersion":"v1","kind":"Pod","metadata":{"name":"${name}","namespace":5}}`,
      `{"${name}":1}`,
      `{"apiVersion":"v1","kind":5,"${name}":1}`,
    ]) {
      const { err } = await ztm(['reach', '-'], text)
      assert.ok(err.length > 0 && err.length < 10_000, `${err.length}`)
    }
  })

  it('may use one anchor as often as it likes', async () => {
    const text = `apiVersion: v1\nkind: List\ndefaults: &d { metadata: { namespace: shop } }\nitems:\n${Array(500).fill('- { apiVersion: v1, kind: X, <<: *d }\n').join('')}`
    assert.doesNotMatch((await ztm(['reach', '-'], text)).err, /alias/)
  })
})

describe('a long List as kubectl prints it', () => {
  const items = Array.from({ length: 3000 }, (_, i) =>
    served(
      {
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { name: `c${i}`, namespace: 'shop' },
        data: { text: '- a\n\n- b\n' },
      },
      i,
    ),
  )
  const printed = (entries: readonly unknown[]): string =>
    `apiVersion: v1\nitems:\n${entries.map(item => stringify([item])).join('')}kind: List\nmetadata:\n  resourceVersion: ""\n`

  it('is read entry by entry, with the line of each', async () => {
    const text = printed([
      ...items,
      { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'last', namespace: 'shop' }, spec: 5 },
    ])
    assert.ok(text.length > 1_000_000)
    const { err } = await ztm(['reach', '-'], text)
    const line = text.slice(0, text.indexOf('- apiVersion: v1\n  kind: Pod')).split('\n').length
    assert.match(err, new RegExp(`^stdin:${line}: \`Pod shop/last\`: \`spec\` is the number \`5\``, 'm'))
    assert.match(err, /^2 problems$/m)
  })

  it('is read as a whole where an entry cannot be read alone, and says where', async () => {
    const text = printed(items).replace('name: c2999', 'name: c2999\n    name: again')
    assert.match((await ztm(['reach', '-'], text)).err, /^stdin:\d{5}:5: not valid YAML: key `name` is given twice/m)
  })
})
