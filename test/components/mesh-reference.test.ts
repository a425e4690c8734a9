import assert from 'node:assert/strict'
import * as pulumi from '@pulumi/pulumi'
import { mergeConfigured } from '../../components/fragments'
import { meshOutput } from '../../components/mesh-output'
import { MeshReference } from '../../components/mesh-reference'
import { Refused } from '../../components/refused'
import { readStackOutputs } from '../../components/stack-outputs'
import { defineGraph, http } from '../../core/graph/define'
import { defineFragment } from '../../core/graph/fragments/fragment'
import { parseMesh } from '../../core/graph/fragments/mesh-output'
import { rootA } from './certificates'
import { settings } from './fixtures'

const graph = defineGraph({
  services: { cart: { namespace: 'shop', ports: { http: http(7070, { servicePort: 80 }) } } },
  accepts: { cart: { 'orders/orders': 'any' } },
}).calls({})
const fragment = defineFragment({
  services: { orders: { namespace: 'orders', ports: { http: http(9000) } } },
  elsewhere: { cart: { ports: { http: http(7070) } } },
}).calls({ orders: { cart: { http: ['GET /cart'] } } })
const listed = { orders: { namespaces: ['orders'], stack: 'organization/orders/prod' } }

/** The SDK with an engine that has these stacks and no others. */
async function withStacks(stacks: Readonly<Record<string, Readonly<Record<string, unknown>>>>): Promise<void> {
  await pulumi.runtime.setMocks({
    call: ({ token, inputs }) => {
      assert.equal(token, readStackOutputs)
      const { name } = inputs as { readonly name: string }
      if (!(name in stacks))
        throw Object.assign(new Error(`unknown stack "${name}"`), { details: `unknown stack "${name}"` })
      return { outputs: stacks[name] }
    },
    newResource: ({ type, name, inputs, id }) => {
      if (type !== 'pulumi:pulumi:StackReference') return { id, state: inputs as object }
      return { id: name, state: { name, outputs: stacks[name], secretOutputNames: ['hidden'] } }
    },
  })
}

async function messagesOf(run: () => unknown): Promise<string> {
  try {
    await run()
  } catch (error) {
    assert.ok(error instanceof Refused, String(error))
    return error.message
  }
  throw new Error('nothing was refused')
}

async function output() {
  const { graph: merged, ...parts } = await mergeConfigured(graph, { fragments: listed, lock: 'no-such.lock.json' })
  const namespaces = ['orders', 'shop']
  return meshOutput({ graph: merged, settings, parts, digest: 'sha256:beef', namespaces }, [rootA])
}

describe('a mesh and its teams', () => {
  it('a fragment is read from the stack that exports it, and the mesh tells of it', async () => {
    await withStacks({ 'organization/orders/prod': { fragment } })
    const told = await output()
    assert.deepEqual(parseMesh(JSON.parse(JSON.stringify(told))).mesh, told)
    assert.equal(told.fragments.orders?.state, 'current')
    assert.equal(told.services.orders?.fragment, 'orders')
    assert.equal(told.namespaces.orders?.fragment, 'orders')
    assert.equal(told.services.cart?.ports.http?.address, 'cart.shop.svc.cluster.local:80')
    assert.match(told.anchors.join(), /^[0-9a-f]{64}$/)
    assert.doesNotMatch(JSON.stringify(told), /CERTIFICATE/)
  })

  it('a stack that is not there, has no such output, or keeps it secret gives nothing, and says why', async () => {
    const why = async () => {
      const { problems } = await mergeConfigured(graph, { fragments: listed, lock: 'no-such.lock.json' })
      return problems[0]?.message
    }
    await withStacks({})
    assert.equal(await why(), 'it cannot be read: there is no stack `organization/orders/prod` yet')
    await withStacks({ 'organization/orders/prod': {} })
    assert.equal(await why(), 'it cannot be read: the stack `organization/orders/prod` has no output `fragment`')
    await withStacks({ 'organization/orders/prod': { hidden: fragment } })
    const hidden = { orders: { ...listed.orders, output: 'hidden' } }
    const { problems } = await mergeConfigured(graph, { fragments: hidden, lock: 'no-such.lock.json' })
    assert.equal(
      problems[0]?.message,
      'it cannot be read: the output `hidden` of `organization/orders/prod` is a secret',
    )
  })

  it('a team refers to the mesh, and has its fragment held against it', async () => {
    await withStacks({ 'organization/orders/prod': { fragment } })
    const mesh = await output()
    await withStacks({ 'organization/mesh/prod': { mesh } })
    const reference = await MeshReference.fromStack('organization/mesh/prod')
    assert.equal(reference.address('cart', 'http'), 'cart.shop.svc.cluster.local:80')
    assert.equal(reference.check(fragment, { name: 'orders' }), fragment)
    const wrong = { ...fragment, calls: { orders: { carts: { http: ['GET /'] } } } }
    assert.match(
      await messagesOf(() => reference.check(wrong, { name: 'orders' })),
      /no service or external named `carts`/,
    )
    assert.match(await messagesOf(() => reference.check({} as never, { name: 'orders' })), /fragment version/)
    assert.match(await messagesOf(() => reference.address('carts', 'http')), /no service named `carts`\n.*`cart`/)
    assert.match(await messagesOf(() => reference.address('cart', 'grpc')), /`cart` has no port named `grpc`/)
  })

  it('a stack without a mesh, or with one of a newer form, is refused; one that is not there is not', async () => {
    await withStacks({
      'organization/other/prod': { url: 'x' },
      'organization/mesh/prod': { mesh: { version: 2, digest: '' } },
    })
    assert.match(await messagesOf(() => MeshReference.fromStack('organization/other/prod')), /has no output `mesh`/)
    assert.match(
      await messagesOf(() => MeshReference.fromStack('organization/other/prod', { output: 'url' })),
      /organization\/other\/prod url: it is not what a mesh tells of itself/,
    )
    assert.match(await messagesOf(() => MeshReference.fromStack('organization/mesh/prod')), /of version 2/)
    const later = await MeshReference.fromStack('organization/later/prod')
    assert.equal(later.mesh, undefined)
    assert.equal(later.check(fragment, { name: 'orders' }), fragment)
    assert.match(await messagesOf(() => later.address('cart', 'http')), /is not there yet/)
  })
})
