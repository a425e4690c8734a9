import { linkerdShop } from '../example-linkerd'
import { service } from '../example-objects'
import { dataPlanes, type Planes } from '../facts/data-plane'
import { namespaceOf } from '../facts/policies'
import { declaredOnLinkerd, declaredProtocol, services } from '../facts/services'
import { at, finding, items, judgeEach, type Field } from '../field'
import { rule, type Finding } from '../rule'

/**
 * Every port of a Service says which protocol it speaks, by `appProtocol` or by what its name begins with. One that does
 * not is taken for TCP if its number is 25, 53, 3306 or 27017, and else looked at connection by connection (istio
 * pkg/config/kube/conversion.go ConvertProtocol). On Linkerd only `appProtocol` counts, and a word that it does not know is bytes (linkerd2
 * policy-controller/core/src/outbound.rs AppProtocol).
 */
export const explicitPortProtocol = rule({
  id: 'explicit-port-protocol',
  severity: 'medium',
  scope: 'stack',
  controls: [
    'nist-800-53/AC-4',
    'nist-800-53/CM-6',
    'nist-800-53/CM-7',
    'nist-800-207/tenet-4',
    'pci-dss/1.2.5',
    'iso-27001/A.8.9',
  ],
  why: 'where the protocol is guessed, the caller chooses it: one policy means one thing for a request and another for a connection',
  fix: 'set `appProtocol`, on Linkerd to `http`, `kubernetes.io/h2c`, `linkerd.io/tcp` or `linkerd.io/opaque`; or, on Istio, begin the name of the port with its protocol, such as `http-web` or `tcp`',
  limits:
    'whether the port speaks the protocol that it says is not seen; where the mesh is not known, it is taken for Istio',
  config: ['exempt', 'mesh'],
  examples: {
    pass: [
      {
        title: 'by name, by `appProtocol`, or no matter of the proxy at all',
        objects: [
          service('cart', [
            { name: 'grpc', port: 7070 },
            { name: 'http-metrics', port: 9090 },
            { name: 'ws', port: 8080, appProtocol: 'kubernetes.io/ws' },
            { name: 'syslog', port: 514, protocol: 'UDP' },
          ]),
        ],
      },
      {
        title: 'a namespace that is no part of the mesh',
        objects: [service('cart', [{ port: 7070 }])],
        config: { exempt: ['shop'] },
      },
      {
        title: 'words that Linkerd knows',
        objects: [
          linkerdShop,
          service('cart', [
            { name: 'grpc', port: 7070, appProtocol: 'kubernetes.io/h2c' },
            { name: 'redis', port: 6379, appProtocol: 'linkerd.io/opaque' },
          ]),
        ],
      },
    ],
    fail: [
      { title: 'no name', objects: [service('cart', [{ port: 7070 }])] },
      { title: 'a name that is no protocol', objects: [service('cart', [{ name: 'web-http', port: 8080 }])] },
      {
        title: 'an `appProtocol` that Istio does not know, which is all that counts',
        objects: [service('cart', [{ name: 'http', port: 8080, appProtocol: 'shop.example/http' }])],
      },
      {
        title: 'a name, which means nothing to Linkerd, and a word that it does not know',
        objects: [
          linkerdShop,
          service('cart', [
            { name: 'http', port: 8080 },
            { name: 'grpc', port: 7070, appProtocol: 'grpc' },
          ]),
        ],
      },
      { title: 'a number that is enough to be taken for TCP', objects: [service('db', [{ name: 'db', port: 3306 }])] },
    ],
  },
  check: context => {
    const planes = dataPlanes(context)
    return judgeEach(services(context), one =>
      context.config.exempt.includes(namespaceOf(one)) ? [] : judge(one, planes),
    )
  },
})

/** Only where some port has to say it does anything hang on the data plane. */
function judge(service: Field, planes: Planes): readonly Finding[] {
  const ports = items(at(service, 'spec', 'ports'))
  if (ports.length === 0) return []
  const plane = planes(namespaceOf(service))
  if (plane.kind === 'unknown' && plane.findings.length > 0) return plane.findings
  const declared = plane.kind === 'linkerd' ? declaredOnLinkerd : declaredProtocol
  return ports.flatMap(port =>
    declared(port) === undefined
      ? [finding(port, 'does not say which protocol it speaks, so that a proxy guesses it')]
      : [],
  )
}
