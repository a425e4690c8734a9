import fc from 'fast-check'
import { gatewayNames } from './gateway-world'
import type { Json } from './json'
import { compact } from './json'

/*
 * What comes to the gateways of a world.
 */

const from = fc.oneof(
  fc.constantFrom('td.example', 'old.example', 'foreign.example').map(trustDomain => ({
    ...{ trustDomain, namespace: 'shop', serviceAccount: 'cart' },
  })),
  fc.constant({ plaintext: true }),
)

/** A request to one of the gateways, in the format of `docs/verdicts.md`. */
export const gatewayRequest: fc.Arbitrary<Json> = fc
  .record({
    from,
    ip: fc.constantFrom('10.1.2.3', '192.168.1.9'),
    workload: fc.constantFrom(...gatewayNames),
    port: fc.constantFrom(80, 80, 443, 443, 18080, 9443, 9000, 7777),
    http: fc.option(
      fc.record({
        method: fc.constantFrom('GET', 'POST', 'PUT'),
        path: fc.constantFrom('/', '/a', '/a/', '/a/b', '/a/b?x=1', '/ab', '/A', '/admin', '/a//b', '/%61'),
        host: fc.constantFrom(
          'cart.example',
          'CART.example',
          'cart.example:443',
          'web.example',
          'other.example',
          'web.example:cart.example',
          'nowhere.test',
        ),
        headers: fc.constantFrom({}, { 'x-env': 'dev' }),
      }),
      { nil: undefined, freq: 9 },
    ),
  })
  .map(({ from: caller, ip, workload, port, http }) =>
    compact({ id: 'r', from: { ...caller, ip }, to: { namespace: 'edge', workload, port }, http }),
  )
