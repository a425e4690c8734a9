import { at, items, required, type Field } from '../field'
import { ofKind, type Context } from '../rule'

/** Gateways of Istio's own, older API, which a selector binds to the Pods of a gateway. */
export function classicGateways(context: Context): readonly Field[] {
  return ofKind(context, 'networking.istio.io', 'Gateway')
}

/** The servers of a classic Gateway. */
export function serversOf(gateway: Field): readonly Field[] {
  return items(at(gateway, 'spec', 'servers'))
}

/**
 * Whether a Gateway of the Gateway API is one of Istio's for calls from outside. Waypoints, east-west and remote gateways
 * are of other classes (istio pkg/config/constants/constants.go), and other controllers' are none of Istio's.
 */
export function isIngress(gateway: Field): boolean {
  return required(at(gateway, 'spec', 'gatewayClassName')) === 'istio'
}

/** The listeners of a Gateway of the Gateway API. */
export function listenersOf(gateway: Field): readonly Field[] {
  return items(at(gateway, 'spec', 'listeners'))
}
