import assert from 'node:assert/strict'
import { compiled, service } from '../../../support/compiled'

describe('gateways of one name in several namespaces', () => {
  const ingress = (gateway: string) => ({ gateway, hosts: ['shop.example.com'], routes: { a: { http: ['GET /'] } } })
  const twins = (gateways: Parameters<typeof compiled>[1] = {}) =>
    compiled(
      { services: { a: service('http', 8080) }, ingress: { one: ingress('x/door'), two: ingress('y/door') } },
      gateways,
    )
      .problems.filter(({ code }) => code === 'gateway-twins')
      .map(({ severity, at }) => `${severity} ${at}`)

  it('are refused, since each would serve what is for the other', () => {
    assert.deepEqual(twins(), ['error gateway x/door'])
  })

  it('are none of our business where somebody else routes for them', () => {
    assert.deepEqual(twins({ gateways: { 'y/door': { routing: 'elsewhere' } } }), [])
  })
})
