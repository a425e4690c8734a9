import type { Expression } from '../../../model/language'
import { Language } from '../../../model/language'
import { Region } from '../../../model/region'
import type { GrpcMatch, GrpcRoute } from '../../linkerd/layer-linkerd'
import { all, exactly } from '../bounds'
import type { Fitting } from './order'
import { headerMatch } from './values'

/** What a rule without matches is worth; it takes all requests. */
export const grpcDefault: readonly number[] = [0, 0, 0]

/** How a GRPCRoute's match fits: by the lengths of the service and of the method it names, and by the number of headers (proxy `linkerd/http/route/src/grpc/match.rs`). */
export function grpcFits({ rpc = {}, headers }: GrpcMatch): readonly Fitting[] {
  const { service, method } = rpc
  return [
    {
      fit: [service?.length ?? 0, method?.length ?? 0, headers.length],
      requests: all([exactly(calls(service, method)), ...headers.map(headerMatch)]),
    },
  ]
}

/** Only POST, and only a path of two segments at least, is gRPC; what follows these does not count. */
export function calls(service?: string, method?: string): Region {
  const tail: Expression = { choice: ['', { sequence: ['/', { any: true }] }] }
  const path = Language.of({ sequence: ['/', service ?? segment, '/', method ?? segment, tail] })
  return Region.where('method', Language.literals(['POST'])).intersect(Region.where('path', path))
}

const segment: Expression = { star: { except: '/' } }

/** Whether the proxy cannot read some match, and with it nothing of the Server (proxy `linkerd/proxy/server-policy/src/grpc.rs`). */
export function isBroken({ rules }: GrpcRoute): boolean {
  return rules.some(({ matches }) => matches.some(({ rpc }) => rpc === undefined))
}
