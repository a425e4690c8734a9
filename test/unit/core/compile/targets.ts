import fc from 'fast-check'
import type { IstioTarget } from '../../../../core/compile/target'
import { target } from '../../../support/compiled'

const namespaces = ['shop', 'pay', 'data'] as const

const perNamespace = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<Readonly<Record<string, T>>> =>
  fc.dictionary(fc.constantFrom(...namespaces), value, { maxKeys: 3, noNullPrototype: true })

/** Targets of both kinds and every mixture of them, for graphs whose namespaces are `shop`, `pay` and `data`. */
export const anyTarget: fc.Arbitrary<IstioTarget> = fc
  .record({
    kind: fc.constantFrom('istio-sidecar' as const, 'istio-ambient' as const),
    dataPlanes: perNamespace(fc.constantFrom('sidecar' as const, 'ambient' as const)),
    stages: perNamespace(fc.constantFrom('strict' as const, 'enforce' as const)),
    waypoints: perNamespace(
      fc.constantFrom('namespace' as const, 'service' as const, { namespace: 'edge', name: 'shared' }),
    ),
  })
  .map(drawn => ({ ...target, ...drawn }))
