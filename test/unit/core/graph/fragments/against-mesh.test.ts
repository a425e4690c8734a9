import { deepEqual, equal, match } from 'node:assert/strict'
import { grpc, http } from '../../../../../core/graph/define'
import { fragmentProblems } from '../../../../../core/graph/fragments/against-mesh'
import { defineFragment } from '../../../../../core/graph/fragments/fragment'
import type { MeshOutput } from '../../../../../core/graph/fragments/mesh-output'
import { parseMesh } from '../../../../../core/graph/fragments/mesh-output'
import { printProblem } from '../../../../../core/model/problem'

const mesh: MeshOutput = {
  version: 1,
  digest: 'sha256:beef',
  trustDomains: { istio: 'mesh.example' },
  anchors: [],
  namespaces: {
    shop: { mesh: 'istio', stage: 'enforce' },
    orders: { mesh: 'istio', stage: 'enforce', fragment: 'orders' },
  },
  services: {
    cart: {
      namespace: 'shop',
      serviceAccount: 'cart',
      ports: { grpc: { protocol: 'grpc', port: 7070, address: 'cart.shop.svc.cluster.local:7070' } },
    },
    orders: { namespace: 'orders', serviceAccount: 'orders', ports: {}, fragment: 'orders' },
  },
  external: {},
  fragments: { orders: { state: 'current', namespaces: ['orders'], digest: 'sha256:cafe' } },
  waiting: [
    { caller: 'orders/orders', callee: 'cart', port: 'grpc', routes: ['shop.Cart/Get'], owner: '', why: 'not yet' },
    { caller: 'shop/web', callee: 'other', port: 'http', routes: ['GET /'], owner: 'other', why: 'not yet' },
  ],
}

const orders = defineFragment({
  services: { orders: { namespace: 'orders', ports: { http: http(9000) } } },
  elsewhere: { cart: { ports: { grpc: grpc(7070) } } },
}).calls({ orders: { cart: { grpc: ['shop.Cart/Get'] } } })

function told(fragment: unknown, name = 'orders', expected: readonly string[] = []): readonly string[] {
  return fragmentProblems({ fragment: fragment as typeof orders, mesh, name, expected }).map(printProblem)
}

function errors(fragment: unknown): readonly string[] {
  return fragmentProblems({ fragment: fragment as typeof orders, mesh, name: 'orders' })
    .filter(({ severity }) => severity === 'error')
    .map(printProblem)
}

describe('a fragment held against a mesh', () => {
  it('has nothing wrong, and learns which of its calls wait, and no others', () => {
    const [only, ...more] = told(orders)
    match(only!, /`orders\/orders → cart:grpc shop\.Cart\/Get` waits: not yet/)
    deepEqual(more, [])
    deepEqual(errors(orders), [])
  })

  it('must not call a service, a port or a route that the mesh does not have, unless it is said to come', () => {
    const calling = (callees: object) => ({ ...orders, calls: { orders: callees } })
    match(
      errors(calling({ carts: { grpc: ['shop.Cart/Get'] } })).join(),
      /calls\.orders\.carts: no service or external named `carts`.*`cart`/s,
    )
    match(errors(calling({ cart: { http: ['GET /'] } })).join(), /`cart` has no port named `http`/)
    match(errors(calling({ cart: { grpc: ['GET /'] } })).join(), /speaks grpc/)
    deepEqual(
      told(calling({ ratings: { http: ['GET /'] } }), 'orders', ['ratings']).filter(text => text.includes('ratings')),
      [],
    )
  })

  it("must not take a name of somebody else's, nor a namespace that it was not given", () => {
    const services = { cart: { namespace: 'orders', ports: {} }, spy: { namespace: 'shop', ports: {} } }
    const found = errors({ ...orders, services: { ...orders.services, ...services } }).join('\n')
    match(found, /services\.cart: the name `cart` is taken by the graph/)
    match(found, /services\.spy\.namespace: `shop` is not this fragment's namespace/)
  })

  it('is told where the mesh does not list it', () => {
    match(
      told(orders, 'order').join('\n'),
      /fragment `order`: the mesh knows no such fragment yet.*\n.*did you mean `orders`/,
    )
  })

  it('may ask for a token, of whose issuer the mesh says nothing', () => {
    const route = { route: 'shop.Cart/Get', jwt: { issuer: 'login' } }
    deepEqual(errors({ ...orders, calls: { orders: { cart: { grpc: [route] } } } }), [])
  })
})

describe('what a mesh tells of itself', () => {
  it('is read as it was written, also with keys that a later release adds', () => {
    deepEqual(parseMesh(JSON.parse(JSON.stringify(mesh))).mesh, mesh)
    equal(parseMesh({ ...mesh, later: true }).problems.length, 0)
  })

  it('is refused where it is something else, of a newer form, or misshapen', () => {
    const said = (value: unknown) => parseMesh(value).problems.map(printProblem).join()
    match(said({ endpoints: {} }), /not what a mesh tells of itself/)
    match(said(undefined), /not what a mesh tells of itself/)
    match(
      said({ ...mesh, version: 2 }),
      /of version 2, and this release of zero-trust-mesh knows version 1.*\n.*update/,
    )
    match(said({ ...mesh, services: [] }), /services: expected an object/)
  })
})
