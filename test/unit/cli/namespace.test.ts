import assert from 'node:assert/strict'
import { readObjects } from '../../../cli/io'
import { scratch } from './support/ztm'

const { write } = scratch()

async function* nothing(): AsyncGenerator<Uint8Array> {
  // no chunks
}

describe('reading objects that name no namespace', () => {
  const object = (apiVersion: string, kind: string, metadata: string): string =>
    `apiVersion: ${apiVersion}\nkind: ${kind}\nmetadata: ${metadata}\n`
  const places = async (text: string): Promise<readonly unknown[]> => {
    const { inputs, problems } = await readObjects([write('n.yaml', text)], { stdin: nothing(), namespace: 'shop' })
    assert.deepEqual(problems, [])
    return inputs.map(({ object }) => (object as { metadata?: { namespace?: unknown } }).metadata?.namespace)
  }

  it('puts them into the one that is given, where they are of a kind that has one', async () => {
    const documents = [
      object('v1', 'Service', '{ name: a }'),
      object('v1', 'Service', '{ name: b, namespace: other }'),
      object('v1', 'Service', '{ name: c, namespace: "" }'),
      object('v1', 'Service', '{ name: d, namespace: null }'),
      object('v1', 'Namespace', '{ name: shop }'),
      object('admissionregistration.k8s.io/v1', 'MutatingWebhookConfiguration', '{ name: a }'),
      object('tenancy.example/v1', 'Namespace', '{ name: a }'),
    ]
    const expected = ['shop', 'other', 'shop', 'shop', undefined, undefined, 'shop']
    assert.deepEqual(await places(documents.join('---\n')), expected)
  })

  it('does so with the items of lists', async () => {
    const items = 'items:\n- metadata: { name: a }\n- metadata: { name: b, namespace: other }\n'
    const typed = `apiVersion: v1\nkind: PodList\n${items}`
    const list = `apiVersion: v1\nkind: List\nitems:\n- { apiVersion: v1, kind: Pod, metadata: { name: c } }\n`
    const spaces = 'apiVersion: v1\nkind: NamespaceList\nitems: [{ metadata: { name: d } }]\n'
    assert.deepEqual(await places([typed, list, spaces].join('---\n')), ['shop', 'other', 'shop', undefined])
  })

  it('leaves what has no readable metadata or namespace as it is, for the readers to refuse', async () => {
    const text = [object('v1', 'Pod', '{ name: a, namespace: 5 }'), object('v1', 'Pod', '7')].join('---\n')
    assert.deepEqual(await places(text), [5, undefined])
  })

  it('takes one that names the namespace and one that leaves it out for the same object', async () => {
    const twice = [object('v1', 'Pod', '{ name: a }'), object('v1', 'Pod', '{ name: a, namespace: shop }')].join(
      '---\n',
    )
    assert.deepEqual(await places(twice), ['shop'])
  })

  it('leaves them without, where none is given', async () => {
    const { inputs } = await readObjects([write('n.yaml', object('v1', 'Pod', '{ name: a }'))], { stdin: nothing() })
    assert.deepEqual(
      inputs.map(input => input.object),
      [{ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'a' } }],
    )
  })
})
