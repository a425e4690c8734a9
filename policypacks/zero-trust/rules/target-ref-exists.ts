import { didYouMean } from '../../../core/model/problem'
import { authorizationPolicy, cartLock, gateway, requestAuthentication, service } from '../example-objects'
import { cartCallers, cartServer, linkerdPolicy, routeOn, toRoute, webServer } from '../example-linkerd'
import { gateways } from '../facts/gateways'
import { lostTargets } from '../facts/linkerd/targets'
import { authorizationPolicies, namespaceOf, requestAuthentications } from '../facts/policies'
import { services } from '../facts/services'
import { isFollowed, targetRefs, waypointClass, type TargetRef } from '../facts/target-refs'
import { at, finding, gather, given, guard, required, text, type Field } from '../field'
import { unknownSetting } from '../mesh'
import { ofKind, rule, type Context, type Finding } from '../rule'

const gatewayApi = 'gateway.networking.k8s.io'
const cart = [{ group: '', kind: 'Service', name: 'cart' }]
const grpc = [{ name: 'grpc', port: 80, targetPort: 7070 }]

/**
 * Every target of a policy is there, where Istio looks for it: a Gateway, Service or ServiceEntry of the policy's own
 * namespace, or from the root namespace the class of all waypoints. A policy with a target that is not there is attached
 * to nothing, and sidecars and ztunnel pass over it (istio pilot/pkg/model/policyattachment.go ShouldAttachPolicy). One of Linkerd is for a Server, a route or the
 * whole of its own namespace, and admits nobody where that is not there (linkerd2 `policy-controller/k8s/index/src/inbound/authorization_policy.rs`).
 */
export const targetRefExists = rule({
  id: 'target-ref-exists',
  severity: 'high',
  scope: 'stack',
  controls: ['nist-800-53/AC-3', 'nist-800-53/CM-6', 'nist-800-207/tenet-5', 'soc-2/CC6.1', 'iso-27001/A.8.9'],
  why: 'a policy whose target is not there is attached to nothing and guards nobody, or on Linkerd admits nobody',
  fix: 'name a Gateway, Service or ServiceEntry of the same namespace, or for a policy of Linkerd a Server or a route with its group, without `namespace` and without a selector beside it; if another stack has it, name the namespace in `elsewhere`',
  limits:
    'what a chart brings is not seen; a Service that is there may have no waypoint before it, so that its policies are met by nobody',
  config: ['exempt', 'elsewhere', 'mesh', 'lock'],
  examples: {
    pass: [
      {
        title: 'a Service and a Gateway of the stack',
        objects: [
          service('cart', grpc),
          gateway('web', { gatewayClassName: 'istio' }),
          authorizationPolicy('cart', { targetRefs: cart }),
          requestAuthentication('web', { targetRefs: [{ group: gatewayApi, kind: 'Gateway', name: 'web' }] }),
        ],
      },
      {
        title: 'a service of the intent',
        objects: [authorizationPolicy('cart', { targetRefs: cart })],
        intent: cartLock,
      },
      {
        title: 'all waypoints of the mesh',
        objects: [
          authorizationPolicy(
            'default-deny',
            { targetRefs: [{ group: gatewayApi, kind: 'GatewayClass', name: waypointClass }] },
            'istio-system',
          ),
        ],
        config: { mesh: { rootNamespace: 'istio-system' } },
      },
      {
        title: 'on Linkerd a Server, a route and the namespace itself',
        objects: [
          cartServer,
          cartCallers,
          webServer,
          routeOn('web.port', 'web.ready', []),
          linkerdPolicy('probes-of-web', toRoute('web.ready'), []),
          linkerdPolicy('metrics', { kind: 'Namespace', name: 'shop' }, []),
        ],
      },
      {
        title: 'on Linkerd a Server that another stack has',
        objects: [cartCallers],
        config: { elsewhere: ['shop'] },
      },
    ],
    fail: [
      { title: 'on Linkerd, a Server that is called otherwise', objects: [webServer, cartCallers] },
      {
        title: 'on Linkerd, a route of another group',
        objects: [
          webServer,
          routeOn('web.port', 'web.ready', []),
          linkerdPolicy('probes-of-web', { ...toRoute('web.ready'), group: 'policy.linkerd.io' }, []),
        ],
      },
      {
        title: 'on Linkerd, a Server without its group',
        objects: [cartServer, linkerdPolicy('callers-of-cart', { kind: 'Server', name: 'cart.port' }, [])],
      },
      {
        title: 'on Linkerd, another namespace, whose name nobody looks at',
        objects: [linkerdPolicy('metrics', { kind: 'Namespace', name: 'data' }, [])],
      },
      {
        title: 'on Linkerd, a Service, for which no policy is',
        objects: [service('cart', grpc), linkerdPolicy('callers-of-cart', { kind: 'Service', name: 'cart' }, [])],
      },
      {
        title: 'a Service that is called otherwise',
        objects: [service('carts', grpc), authorizationPolicy('cart', { targetRefs: cart })],
      },
      {
        title: 'a Service of another namespace',
        objects: [service('cart', grpc), authorizationPolicy('cart', { targetRefs: cart }, 'data')],
      },
      {
        title: 'all waypoints, from a namespace that has no say in that',
        objects: [
          authorizationPolicy('default-deny', {
            targetRefs: [{ group: gatewayApi, kind: 'GatewayClass', name: waypointClass }],
          }),
        ],
        config: { mesh: { rootNamespace: 'istio-system' } },
      },
      {
        title: 'a kind that no policy is attached to',
        objects: [authorizationPolicy('cart', { targetRefs: [{ group: 'apps', kind: 'Deployment', name: 'cart' }] })],
      },
      {
        title: 'a selector beside it',
        objects: [
          service('cart', grpc),
          authorizationPolicy('cart', { selector: { matchLabels: { app: 'cart' } }, targetRefs: cart }),
        ],
      },
    ],
  },
  check,
})

interface Attached {
  readonly field: Field
  readonly namespace: string
  readonly targets: readonly TargetRef[]
}

function check(context: Context): readonly Finding[] {
  const policies = gather([...authorizationPolicies(context), ...requestAuthentications(context)], field => ({
    field,
    namespace: namespaceOf(field),
    targets: targetRefs(field),
  }))
  const attached = policies.facts.filter(({ targets }) => targets.length > 0)
  const kinds = new Set(attached.flatMap(({ targets }) => targets.map(({ kind }) => kind)))
  const present = gather(
    sources(context).flatMap(([kind, fields]) => (kinds.has(kind) ? fields : [])),
    field => `${field.of.kind} ${namespaceOf(field)}/${required(at(field, 'metadata', 'name'))}`,
  )
  const governed = context.intent.kind === 'found' ? context.intent.intent.governed : []
  const known = new Set([
    ...present.facts,
    ...governed.map(({ namespace, service: name }) => `Service ${namespace}/${name}`),
  ])
  return [
    ...policies.findings,
    ...present.findings,
    ...attached.flatMap(policy =>
      guard(policy.field, () => [...malformed(policy), ...missing(policy, known, context)]),
    ),
    ...lostTargets(context),
  ]
}

/** Where the objects are that a policy may be attached to. */
function sources(context: Context): readonly (readonly [kind: string, fields: readonly Field[]])[] {
  return [
    ['Service', services(context)],
    ['ServiceEntry', ofKind(context, 'networking.istio.io', 'ServiceEntry')],
    ['Gateway', gateways(context)],
  ]
}

function malformed({ field, targets }: Attached): readonly Finding[] {
  const spec = at(field, 'spec')
  const ways = [at(spec, 'selector'), at(spec, 'targetRef'), at(spec, 'targetRefs')].filter(given)
  return [
    ...(ways.length > 1
      ? [finding(spec, 'says twice what it is for: only one of `selector`, `targetRef` and `targetRefs` may be there')]
      : []),
    ...targets.flatMap(foreign),
  ]
}

function foreign(target: TargetRef): readonly Finding[] {
  const namespace = at(target.field, 'namespace')
  return (text(namespace) ?? '') === ''
    ? []
    : [finding(namespace, 'is refused: a policy is attached to nothing outside its own namespace')]
}

function missing({ namespace, targets }: Attached, known: ReadonlySet<string>, context: Context): readonly Finding[] {
  const { exempt, elsewhere } = context.config
  const spared = exempt.includes(namespace) || elsewhere.includes(namespace)
  return targets.flatMap(target => {
    if (!isFollowed(target)) return [finding(target.field, 'is of a kind that no policy is attached to')]
    if (target.kind === 'GatewayClass') return ofAllWaypoints(target, namespace, context)
    return spared ? [] : absent(target, namespace, known)
  })
}

function ofAllWaypoints({ field, name }: TargetRef, namespace: string, { mesh }: Context): readonly Finding[] {
  if (name !== waypointClass)
    return [finding(field, `names a class that no policy is attached to; \`${waypointClass}\` is`)]
  const root = mesh('rootNamespace')
  if (root.kind === 'unknown') return unknownSetting(root, field)
  return root.value === namespace
    ? []
    : [finding(field, 'is attached to nothing: a GatewayClass counts in the root namespace only')]
}

function absent({ field, kind, name }: TargetRef, namespace: string, known: ReadonlySet<string>): readonly Finding[] {
  if (known.has(`${kind} ${namespace}/${name}`)) return []
  const start = `${kind} ${namespace}/`
  const names = [...known].filter(one => one.startsWith(start)).map(one => one.slice(start.length))
  const { hint } = didYouMean(name, names)
  const near = hint === undefined ? '' : `; ${hint}`
  return [finding(field, `is a ${kind} that neither the stack nor the intent has in this namespace${near}`)]
}
