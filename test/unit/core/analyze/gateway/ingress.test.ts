import assert from 'node:assert/strict'
import { read } from '../../../../../core/analyze/read-istio'

const path = (service: string, port: object = { number: 80 }): object => ({
  path: '/',
  backend: { service: { name: service, port } },
})
const ingress = (spec: object, more: object = {}): object => ({
  apiVersion: 'networking.k8s.io/v1',
  kind: 'Ingress',
  metadata: { name: 'web', namespace: 'shop' },
  spec,
  ...more,
})
const reading = (object: object): ReturnType<typeof read> => read([{ object, at: 'a.yaml:7' }])

describe('an Ingress', () => {
  it('is told with its place, the Services it leads to, and whose identity the caller has', () => {
    const { problems, skipped } = reading(
      ingress({
        ingressClassName: 'nginx',
        defaultBackend: { service: { name: 'rest', port: { name: 'http' } } },
        rules: [{ host: 'shop.example.com', http: { paths: [path('cart'), path('cart')] } }],
      }),
    )
    assert.deepEqual(skipped, {})
    assert.equal(problems.length, 1)
    const [{ at, severity, message, hint = '' } = assert.fail()] = problems
    assert.deepEqual([at, severity], ['a.yaml:7', 'delegated'])
    assert.equal(
      message,
      'somebody from outside gets to `Service shop/rest:http`, `Service shop/cart:80` for host `shop.example.com` by `Ingress shop/web`, ' +
        'through the ingress controller of class `nginx`, which is not analysed',
    )
    assert.match(hint, /the caller is the controller's Pod/)
  })

  it('is told of the older form, too', () => {
    const { problems } = reading(
      ingress(
        { rules: [{ http: { paths: [{ backend: { serviceName: 'cart', servicePort: 8080 } }] } }] },
        { apiVersion: 'extensions/v1beta1' },
      ),
    )
    assert.match(
      problems[0]?.message ?? '',
      /`Service shop\/cart:8080` by `Ingress shop\/web`, through an ingress controller/,
    )
  })

  it('is counted among what was skipped where it leads to no Service', () => {
    const { problems, skipped } = reading(ingress({ defaultBackend: { resource: { kind: 'Bucket', name: 'x' } } }))
    assert.deepEqual(problems, [])
    assert.deepEqual(skipped, { 'Ingress.networking.k8s.io': 1 })
  })

  it('is read without a fault whatever stands in it', () => {
    for (const spec of [undefined, null, 7, [], { rules: 7 }, { rules: [null, { http: [] }] }, { defaultBackend: 'x' }])
      assert.deepEqual(reading(ingress({}, { spec })).problems, [])
  })
})
